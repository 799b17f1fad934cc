"""The steps that are filled in: field and demands, self-check, form."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.views import View
from django.views.decorators.http import require_POST

from didimdol.applications import actions, eligibility, rules
from didimdol.applications.completeness import TITLE, of_step
from didimdol.applications.forms import AnswersForm, ClaimForm, EligibilityForm, FieldForm
from didimdol.applications.models import Application
from didimdol.applications.queries import access_own, answer_text, claims_of
from didimdol.applications.steps import BY_KEY
from didimdol.applications.wizard import next_url, wizard_context
from didimdol.demands.queries import access_demand, criteria_of, published
from didimdol.kernel.pages import ActedRequest, put_problem_into_form
from didimdol.kernel.problems import BadInput, Stale
from didimdol.kernel.words import pick, text
from didimdol.programmes.criteria import lines
from didimdol.programmes.loading import as_text
from didimdol.programmes.queries import fields_of

SAVED = text("저장했습니다.", "Saved.")


class StepView(View):
    """One step: GET shows it, POST saves and goes on to the next. Of a submitted one: its page."""

    step: str
    template: str
    request: ActedRequest

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.application = access_own(self.request.actor, kwargs["id"])
        if self.application.state != "draft" and request.method == "GET":
            return HttpResponseRedirect(self.application.get_absolute_url())
        return super().dispatch(request, *args, **kwargs)

    def show(self, status: int = 200, **more: Any) -> HttpResponse:
        context = wizard_context(self.request.actor, self.application, self.step)
        return render(self.request, self.template, {**context, **more}, status=status)

    def go_on(self) -> HttpResponse:
        messages.success(self.request, pick(SAVED))
        here = "stay" in self.request.POST
        return HttpResponseRedirect(self.request.path if here else next_url(self.application, self.step))


class FieldStep(StepView):
    step = "field"
    template = "applications/field.html"

    def get(self, request: HttpRequest, id: UUID) -> HttpResponse:
        return show_field(self)

    def post(self, request: HttpRequest, id: UUID) -> HttpResponse:
        form = FieldForm(fields_of(self.application.challenge), request.POST)
        if not form.is_valid():
            return show_field(self, form=form, status=422)
        before = self.application.field_id
        self.application = actions.choose_field(
            actor=self.request.actor, application=self.application, field=form.chosen()
        )
        # A new field shows its demands first; whoever changed nothing goes on.
        if before != self.application.field_id:
            messages.success(request, pick(SAVED))
            return HttpResponseRedirect(request.path)
        return self.go_on()


def show_field(
    view: StepView, *, form: FieldForm | None = None, claim_form: ClaimForm | None = None, status: int = 200
) -> HttpResponse:
    application = view.application
    fields = fields_of(application.challenge)
    claims = {claim.demand_id: claim for claim in claims_of(application)}
    entries = []
    for demand in published(application.challenge) if application.field_id else []:
        if demand.field_id != application.field_id:
            continue
        claim = claims.pop(demand.pk, None)
        own = claim_form if claim_form is not None and claim_form.demand.pk == demand.pk else None
        entries.append(
            {
                "demand": demand,
                "criteria": lines(criteria_of(demand)),
                "claimed": claim is not None,
                "form": own or ClaimForm(demand, claims=claim.claims if claim else None),
            }
        )
    return view.show(
        status,
        form=form or FieldForm(fields, chosen=application.field),
        entries=entries,
        withdrawn=list(claims.values()),
        max_claims=rules.rules_for(application).demands.max_claims,
    )


@require_POST
def claim(request: ActedRequest, id: UUID, demand: UUID) -> HttpResponseBase:
    """Claim a demand with one's own figures, change them, or take the claim back (``unclaim``)."""
    application = access_own(request.actor, id)
    row = access_demand(request.actor, demand)
    back = f"{BY_KEY['field'].url(application.pk)}#demand-{row.pk}"
    if "unclaim" in request.POST:
        actions.unclaim_demand(actor=request.actor, application=application, demand=row)
        messages.success(request, pick(text("수요 신청을 취소했습니다.", "The claim was taken back.")))
        return HttpResponseRedirect(back)
    form = ClaimForm(row, request.POST)
    form.is_valid()
    try:
        actions.claim_demand(actor=request.actor, application=application, demand=row, claims=form.claims())
    except BadInput as problem:
        for name, message in problem.fields.items():
            form.add_error(f"f-{name}" if f"f-{name}" in form.fields else None, pick(message))
        if not problem.fields:
            form.add_error(None, str(problem))
        view = FieldStep()
        view.request, view.application = request, application
        return show_field(view, claim_form=form, status=422)
    messages.success(
        request, pick(text("수요 신청과 자체 수치를 저장했습니다.", "The claim and its figures were saved."))
    )
    return HttpResponseRedirect(back)


class EligibilityStep(StepView):
    step = "eligibility"
    template = "applications/eligibility.html"

    def get(self, request: HttpRequest, id: UUID) -> HttpResponse:
        return self._show(EligibilityForm(rules.rules_for(self.application), application=self.application))

    def post(self, request: HttpRequest, id: UUID) -> HttpResponse:
        form = EligibilityForm(rules.rules_for(self.application), request.POST)
        if not form.is_valid():
            return self._show(form, 422)
        self.application = actions.answer_eligibility(
            actor=self.request.actor, application=self.application, answers=form.answers()
        )
        context = wizard_context(self.request.actor, self.application, self.step)
        if context["step_gaps"]:  # the outcomes are what this step is for: stay and show them
            messages.success(request, pick(SAVED))
            return HttpResponseRedirect(request.path)
        return self.go_on()

    def _show(self, form: EligibilityForm, status: int = 200) -> HttpResponse:
        rulebook = rules.rules_for(self.application)
        documents = {rule.key: as_text(rule.name) for rule in rulebook.documents}
        rows = [
            {"outcome": outcome, "field": form.bound(outcome.key), "evidence": documents.get(outcome.evidence)}
            for outcome in eligibility.question_outcomes(self.application, rulebook)
        ]
        excluded = [
            {"text": as_text(entry.text), "source": entry.source or ""} for entry in rulebook.eligibility.excluded
        ]
        age = eligibility.age_outcome(self.application, rulebook)
        return self.show(status, form=form, rows=rows, age=age, excluded=excluded)


@require_POST
def autosave_eligibility(request: ActedRequest, id: UUID) -> JsonResponse:
    application = access_own(request.actor, id)
    form = EligibilityForm(rules.rules_for(application), request.POST)
    form.is_valid()
    application = actions.answer_eligibility(actor=request.actor, application=application, answers=form.answers())
    return _autosaved(request, application, "eligibility")


class FormStep(StepView):
    step = "form"
    template = "applications/form.html"

    def show(self, status: int = 200, **more: Any) -> HttpResponse:
        form = more["form"]
        return super().show(status, own_title=form[TITLE] if TITLE in form.fields else None, **more)

    def get(self, request: HttpRequest, id: UUID) -> HttpResponse:
        return self.show(form=AnswersForm(rules.rules_for(self.application), application=self.application))

    def post(self, request: HttpRequest, id: UUID) -> HttpResponse:
        form = AnswersForm(rules.rules_for(self.application), request.POST)
        readable = form.is_valid()
        try:
            self.application = save_answers(self.request, self.application, form)
        except Stale:
            return self._conflict(form)
        except BadInput as problem:
            put_answer_problems(form, problem)
            return self.show(422, form=form)
        return self.go_on() if readable else self.show(422, form=form)

    def _conflict(self, typed: AnswersForm) -> HttpResponse:
        """Somebody saved other answers since this page was opened: what was typed stays in the form, what is stored
        stands beside it, and saving once more keeps what was typed."""
        self.application = access_own(self.request.actor, self.application.pk)
        stored, rulebook = self.application.answers, typed.rulebook
        differing = [
            {"name": typed[f"q-{key}"], "stored": answer_text(rulebook.form.question(key), stored.get(key))}
            for key, value in typed.answers().items()
            if value != stored.get(key)
        ]
        if TITLE in typed.fields and typed.title() != self.application.title:
            differing.insert(0, {"name": typed[TITLE], "stored": self.application.title})
        sent = self.request.POST.copy()
        sent["version"] = str(self.application.row_version)
        return self.show(409, form=AnswersForm(rulebook, sent), conflict=True, differing=differing)


@require_POST
def autosave(request: ActedRequest, id: UUID) -> JsonResponse:
    """Keep what was typed so far: ``{"version", "text"}``; 409 when the answers were changed elsewhere."""
    application = access_own(request.actor, id)
    form = AnswersForm(rules.rules_for(application), request.POST)
    form.is_valid()
    unread = len(form.errors)
    try:
        application = save_answers(request, application, form)
    except BadInput as problem:
        return JsonResponse(problem.as_json(), status=problem.status)
    return _autosaved(request, application, "form", unread)


def save_answers(request: ActedRequest, application: Application, form: AnswersForm) -> Application:
    return actions.save_draft(
        actor=request.actor,
        application=application,
        answers=form.answers(),
        title=form.title(),
        version=form.version_read(),
    )


def put_answer_problems(form: forms.BaseForm, problem: BadInput) -> None:
    renamed = {(name if name in form.fields else f"q-{name}"): message for name, message in problem.fields.items()}
    put_problem_into_form(form, BadInput(problem.code, problem.message, problem.remedy, fields=renamed))


def _autosaved(request: ActedRequest, application: Application, step: str, unread: int = 0) -> JsonResponse:
    context = wizard_context(request.actor, access_own(request.actor, application.pk), step)
    missing = len(of_step(context["gaps"], step))
    parts = [text("저장됨", "Saved")]
    if unread:
        parts.append(text(f"읽을 수 없는 값 {unread}개는 저장하지 않음", f"{unread} unreadable not saved"))
    if missing:
        parts.append(text(f"이 단계에 남은 항목 {missing}개", f"{missing} left in this step"))
    return JsonResponse({"version": application.row_version, "text": " · ".join(pick(part) for part in parts)})
