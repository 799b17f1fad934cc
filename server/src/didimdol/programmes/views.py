from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.views import View
from django.views.decorators.http import require_safe

from didimdol.kernel.access import Denied, require
from didimdol.kernel.actor import Actor
from didimdol.kernel.pages import ActedRequest, ActionView
from didimdol.kernel.problems import BadInput, Invisible
from didimdol.kernel.words import language, pick, text
from didimdol.people.models import Organisation
from didimdol.programmes import actions, notice, notice_rules, pages, rules
from didimdol.programmes.forms import AmendConfirmForm, AmendForm, LoadForm, ReasonForm
from didimdol.programmes.late import is_late
from didimdol.programmes.loading import changes_between, read_rulebook, window_of
from didimdol.programmes.models import Amendment, Challenge, Party
from didimdol.programmes.models import Rulebook as StoredRulebook
from didimdol.programmes.queries import (
    access_challenge,
    calendar,
    loadable_operators,
    phase,
    public_versions,
    rules_of,
    stones,
)
from didimdol.programmes.rulebook import notes
from didimdol.programmes.states import CHALLENGE
from didimdol.programmes.tables import challenge_table
from didimdol.programmes.words import PARTY_KINDS, PHASES
from didimdol.records.queries import timeline


@require_safe
def challenge_list(request: ActedRequest) -> HttpResponse:
    table, current = challenge_table(request.actor, request.GET)
    context = {"table": table, "current": current, "may_load": bool(loadable_operators(request.actor))}
    return render(request, "programmes/list.html", context)


@require_safe
def challenge_page(request: ActedRequest, id: str) -> HttpResponse:
    actor, lang = request.actor, language()
    challenge = access_challenge(actor, id)
    found = rules_of(challenge)
    context = {
        **_head(actor, challenge),
        "rules": found,
        "stones": stones(challenge, lang),
        "fields": notice.field_cards(found, lang),
        "parties": notice.party_cards(found, lang),
        "stages": notice.stage_cards(found, lang),
        "support": notice.support_cards(found, lang),
        "documents": notice.document_cards(found, lang),
        "rule_lines": notice_rules.rule_lines(found, lang),
        "assumptions": [(entry.rule, notice_rules.words(entry.note, lang)) for entry in found.assumed],
        "calendar": calendar(challenge),
        "sections": pages.sections(actor, challenge),
        "apply_links": pages.links(actor, challenge, "apply"),
        "notice_links": pages.links(actor, challenge, "notice"),
        "amendments": _amendments(challenge),
    }
    return render(request, "programmes/challenge.html", context)


def _head(actor: Actor, challenge: Challenge) -> dict[str, Any]:
    current = phase(challenge)
    return {
        "challenge": challenge,
        "phase": current,
        "phase_label": PHASES[current][0],
        "phase_kind": PHASES[current][1],
        "may_manage": rules.may_manage(actor, challenge),
    }


def _amendments(challenge: Challenge) -> list[Amendment]:
    return list(
        Amendment.objects.within(challenge=challenge).select_related("before", "after").order_by("-created_at", "pk")
    )


@require_safe
def rulebook_file(request: ActedRequest, id: str, version: int | None = None) -> HttpResponse:
    """The rules as code, as they were written."""
    challenge = access_challenge(request.actor, id)
    stored = _version(request.actor, challenge, version)
    response = HttpResponse(stored.text, content_type="application/yaml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{challenge.slug}-v{stored.version}.yaml"'
    response["ETag"] = f'"{stored.digest}"'
    return response


def _version(actor: Actor, challenge: Challenge, version: int | None) -> StoredRulebook:
    # the version in force stands on the challenge's page, for whoever sees that
    allowed = public_versions(challenge) | StoredRulebook.objects.within(challenge=challenge, pk=challenge.rulebook_id)
    if rules.may_manage(actor, challenge):
        allowed = StoredRulebook.objects.within(challenge=challenge)
    number = version or (challenge.rulebook.version if challenge.rulebook else 0)
    stored = allowed.filter(version=number).first()
    if stored is None:
        raise Invisible("rulebook", f"{challenge.slug} {number}")
    return stored


@require_safe
def manage_page(request: ActedRequest, id: str) -> HttpResponse:
    actor = request.actor
    challenge = access_challenge(actor, id)
    require(rules.may_manage(actor, challenge))
    found = rules_of(challenge)
    context = {
        **_head(actor, challenge),
        "state": CHALLENGE.state(challenge),
        "may": {name: CHALLENGE.may(name, actor, challenge) for name in CHALLENGE.moves},
        "may_run": rules.runs(actor, challenge),
        "may_amend": rules.may_amend(actor, challenge),
        "stones": stones(challenge),
        "rules": found,
        "notes": notes(found),
        "parties": Party.objects.within(challenge=challenge)
        .select_related("organisation")
        .order_by("created_at", "pk"),
        "versions": StoredRulebook.objects.within(challenge=challenge)
        .select_related("loaded_by")
        .defer("text", "canonical")
        .order_by("-version"),
        "party_kinds": PARTY_KINDS,
        "links": pages.links(actor, challenge, "manage"),
        "amendments": _amendments(challenge),
        "timeline": timeline(actor, challenge.id),
    }
    return render(request, "programmes/manage.html", context)


class LoadRulebook(View):
    """Upload a rulebook: a new challenge, or the next version of a draft."""

    request: ActedRequest

    def get(self, request: HttpRequest) -> HttpResponseBase:
        return self._show(LoadForm(operators=self._operators()))

    def post(self, request: HttpRequest) -> HttpResponseBase:
        form = LoadForm(request.POST, request.FILES, operators=self._operators())
        if not form.is_valid():
            return self._show(form, status=422)
        source, filename = form.cleaned_data["file"]
        try:
            challenge = actions.load_rulebook(
                actor=self.request.actor,
                operator=form.cleaned_data["operator"],
                text=source,
                filename=filename,
                opens=form.cleaned_data["opens"],
                example=form.cleaned_data["example"],
                **({"idempotency_key": key} if (key := form.cleaned_data["idempotency_key"]) else {}),
            )
        except BadInput as problem:
            return self._show(form, problem, 422)
        messages.success(request, pick(text("규칙집을 올렸습니다.", "The rulebook was loaded.")))
        return HttpResponseRedirect(challenge.manage_url)

    def _operators(self) -> list[Organisation]:
        operators = loadable_operators(self.request.actor)
        if not operators:
            require(Denied("only_the_operator"))
        return operators

    def _show(self, form: LoadForm, problem: BadInput | None = None, status: int = 200) -> HttpResponse:
        return render(self.request, "programmes/load.html", {"form": form, **_refusal(form, problem)}, status=status)


def _refusal(form: Any, problem: BadInput | None) -> Mapping[str, Any]:
    """Problems of a file are a list with lines, not one sentence."""
    if problem is None:
        return {"problems": []}
    listed = problem.detail.get("problems", [])
    message = pick(problem.message) if listed else str(problem)
    form.add_error("file" if "file" in form.fields else None, message)
    return {"problems": listed}


def _asked_again(confirmed: AmendConfirmForm) -> AmendForm:
    form = AmendForm({"reason": confirmed.cleaned_data["reason"]})
    form.errors.clear()  # the file was given on the page before
    return form


_OTHER_RULES = BadInput(
    "rules_changed_meanwhile",
    text(
        "확인하는 사이에 규칙집이 바뀌어 변경 공고를 하지 않았습니다.",
        "The rules changed while you looked, so nothing was published.",
    ),
    text(
        "지금 규칙집을 내려받아 그 위에서 고친 파일을 다시 올려 주십시오.",
        "Download the rules in force and give the file changed from them.",
    ),
)


class AmendChallenge(View):
    """Two steps: the file and the reason; then what changes, to be confirmed."""

    request: ActedRequest

    def get(self, request: HttpRequest, id: str) -> HttpResponseBase:
        return self._ask(self._challenge(id), AmendForm())

    def post(self, request: HttpRequest, id: str) -> HttpResponseBase:
        challenge = self._challenge(id)
        if "digest" in request.POST:
            return self._confirm(challenge)
        form = AmendForm(request.POST, request.FILES)
        if not form.is_valid():
            return self._ask(challenge, form, status=422)
        source, filename = form.cleaned_data["file"]
        before = rules_of(challenge)
        try:
            after, source = read_rulebook(source, filename)
            actions.check_amendment(challenge, before, after)
        except BadInput as problem:
            return self._ask(challenge, form, problem, 422)
        confirm = AmendConfirmForm(
            initial={
                "text": source,
                "filename": filename,
                "reason": form.cleaned_data["reason"],
                "digest": challenge.rulebook.digest if challenge.rulebook else "",
            }
        )
        context = {
            "challenge": challenge,
            "form": confirm,
            "reason": form.cleaned_data["reason"],
            "changes": changes_between(before, after),
            "late": is_late(challenge, *window_of(after)),
        }
        return render(self.request, "programmes/amend_preview.html", context)

    def _confirm(self, challenge: Challenge) -> HttpResponseBase:
        form = AmendConfirmForm(self.request.POST)
        if not form.is_valid():
            return self._ask(challenge, AmendForm(initial={"reason": self.request.POST.get("reason", "")}), status=422)
        # What was previewed was a difference from these very rules.
        if challenge.rulebook is None or challenge.rulebook.digest != form.cleaned_data["digest"]:
            return self._ask(challenge, _asked_again(form), _OTHER_RULES, 409)
        try:
            actions.amend_challenge(
                actor=self.request.actor,
                challenge=challenge,
                text=form.cleaned_data["text"],
                filename=form.cleaned_data["filename"],
                reason=form.cleaned_data["reason"],
            )
        except BadInput as problem:
            return self._ask(challenge, _asked_again(form), problem, 422)
        messages.success(self.request, pick(text("변경 공고를 했습니다.", "The amendment was published.")))
        return HttpResponseRedirect(challenge.manage_url)

    def _challenge(self, id: str) -> Challenge:
        challenge = access_challenge(self.request.actor, id)
        require(rules.may_amend(self.request.actor, challenge))
        return challenge

    def _ask(
        self, challenge: Challenge, form: AmendForm, problem: BadInput | None = None, status: int = 200
    ) -> HttpResponse:
        late = is_late(challenge, challenge.opens_at, challenge.closes_at)
        context = {"challenge": challenge, "form": form, "late": late, **_refusal(form, problem)}
        return render(self.request, "programmes/amend.html", context, status=status)


class ChallengeAction(ActionView):
    reach = staticmethod(access_challenge)
    who = staticmethod(rules.runs)
    row_name = "challenge"

    def back(self, row: Challenge) -> str:
        return row.manage_url


class AnnounceChallenge(ChallengeAction):
    action = staticmethod(actions.announce_challenge)
    title = text("챌린지를 공고합니까?", "Announce the challenge?")
    consequence = text(
        "공고하면 누구나 볼 수 있고 규칙집이 고정됩니다. 그 뒤에는 사유를 밝힌 변경 공고로만 바꿀 수 있습니다.",
        "Everybody will see it and the rulebook is frozen. After that only an amendment with a reason changes it.",
    )
    button = text("공고", "Announce")
    done = text("챌린지를 공고했습니다.", "The challenge was announced.")


class CancelChallenge(ChallengeAction):
    action = staticmethod(actions.cancel_challenge)
    form = ReasonForm
    title = text("챌린지를 취소합니까?", "Cancel the challenge?")
    consequence = text(
        "취소한 챌린지는 되돌릴 수 없습니다. 신청한 기업들에 사유를 알립니다.",
        "A cancelled challenge does not come back. Everybody who applied is told why.",
    )
    button = text("챌린지 취소", "Cancel the challenge")
    done = text("챌린지를 취소했습니다.", "The challenge was cancelled.")
    danger = True
