"""Pages of a ballot: the rubric beside the application, and its moves."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views import View
from django.views.decorators.http import require_POST

from didimdol.evaluation import actions, queries, rules
from didimdol.evaluation.forms import (
    BallotForm,
    LockForm,
    ReasonForm,
    RecuseForm,
    shortest_comment,
    total_of,
)
from didimdol.evaluation.guards import body_of, gaps, in_time, stage_of, words_of
from didimdol.evaluation.models import Ballot
from didimdol.evaluation.reading import reading_of
from didimdol.evaluation.states import BALLOT
from didimdol.kernel.access import require
from didimdol.kernel.actor import Actor
from didimdol.kernel.pages import ActedRequest, ActionView
from didimdol.kernel.problems import BadInput
from didimdol.kernel.words import pick, text
from didimdol.records.actions import opened


class BallotPage(View):
    """The rubric beside the application and its measured evidence. Without script it saves and locks all the same."""

    request: ActedRequest

    def get(self, request: HttpRequest, id: UUID) -> HttpResponse:
        ballot = queries.access_ballot(self.request.actor, id)
        opened(self.request.actor, "ballot", ballot)
        return self._show(ballot, BallotForm(ballot=ballot, shortest=shortest_comment(ballot)))

    def post(self, request: HttpRequest, id: UUID) -> HttpResponseBase:
        actor = self.request.actor
        ballot = queries.access_ballot(actor, id)
        require(rules.holds_ballot(actor, ballot))
        form = BallotForm(request.POST, ballot=ballot, shortest=shortest_comment(ballot))
        if not form.is_valid():
            return self._show(ballot, form, 422)
        try:
            ballot = actions.save_ballot(actor=actor, ballot=ballot, **form.given())
        except BadInput as problem:
            form.show(problem)
            return self._show(ballot, form, 422)
        if "lock" not in request.POST:
            messages.success(request, pick(text("저장했습니다.", "Saved.")))
            return HttpResponseRedirect(ballot.get_absolute_url())
        lacking = gaps(ballot)
        if lacking:
            # The values are kept; the version they now have goes into the form.
            data = request.POST.copy()
            data["version"] = str(ballot.row_version)
            form = BallotForm(data, ballot=ballot, shortest=shortest_comment(ballot))
            form.is_valid()
            form.show_fields(lacking)
            return self._show(ballot, form, 422)
        return HttpResponseRedirect(reverse("evaluation:lock", args=[ballot.pk]))

    def _show(self, ballot: Ballot, form: BallotForm, status: int = 200) -> HttpResponse:
        return render(
            self.request, "evaluation/ballot.html", _ballot_context(self.request.actor, ballot, form), status=status
        )


def _ballot_context(actor: Actor, ballot: Ballot, form: BallotForm) -> dict[str, Any]:
    round, body = ballot.seat.round, body_of(ballot.seat)
    own = actor.person == ballot.seat.person_id
    visible = queries.contents_visible(actor, ballot)
    late = in_time(ballot)
    return {
        "ballot": ballot,
        "round": round,
        "challenge": round.challenge,
        "stage": words_of(stage_of(round)),
        "body": words_of(body),
        "state": BALLOT.state(ballot),
        "own": own,
        "writable": own and ballot.state == "draft" and bool(late),
        "late": late if own and ballot.state == "draft" and not late else None,
        "visible": visible,
        "form": form,
        "rows": form.rows(),
        "kept": _kept(ballot) if visible else [],
        "total": total_of(ballot.points) if visible else "",
        "maximum": body.maximum,
        "reading": reading_of(actor, ballot),
        "may_recuse": BALLOT.may("recuse", actor, ballot) if own else None,
        "may_reopen": None if own else BALLOT.may("reopen", actor, ballot),
    }


def _kept(ballot: Ballot) -> list[dict[str, Any]]:
    return [
        {
            "name": words_of(criterion),
            "most": criterion.max_points,
            "points": ballot.points.get(criterion.key, ""),
            "comment": ballot.comments.get(criterion.key, ""),
        }
        for criterion in body_of(ballot.seat).criteria
    ]


@require_POST
def ballot_save(request: ActedRequest, id: UUID) -> JsonResponse:
    """The autosave: ``{"version", "text", "saved"}``; 409 where the ballot was changed or locked elsewhere.

    Points that do not fit are no failure of the connection: the answer says which, and that nothing was saved.
    """
    ballot = queries.access_ballot(request.actor, id)
    form = BallotForm(request.POST, ballot=ballot)
    form.is_valid()
    try:
        ballot = actions.save_ballot(actor=request.actor, ballot=ballot, **form.given())
    except BadInput as problem:
        unsaved = text("저장하지 않았습니다.", "Not saved.")
        fields = {key: pick(message) for key, message in problem.fields.items()}
        told = " ".join((pick(unsaved), pick(problem.message)))
        return JsonResponse({"version": ballot.row_version, "saved": False, "text": told, "fields": fields})
    return JsonResponse({"version": ballot.row_version, "saved": True, "text": "", "total": total_of(ballot.points)})


class BallotMove(ActionView):
    reach = staticmethod(queries.access_ballot)
    row_name = "ballot"


class Lock(BallotMove):
    action = staticmethod(actions.lock_ballot)
    who = BALLOT.moves["lock"].who
    form = LockForm
    template = "evaluation/lock.html"
    title = text("평가표를 제출합니까?", "Lock the ballot?")
    consequence = text(
        "제출한 평가표는 고칠 수 없습니다. 꼭 고쳐야 하면 간사가 사유를 남기고 다시 열 수 있습니다.",
        "A locked ballot cannot be changed. If it must be, the coordinator can reopen it with a reason on record.",
    )
    button = text("제출", "Lock")
    done = text("평가표를 제출했습니다.", "The ballot is locked.")

    def make_form(self, row: Ballot, data: Any = None, files: Any = None) -> LockForm:
        return LockForm(data, initial={"version": row.row_version})

    def after(self, row: Ballot, result: Ballot) -> str:
        return reverse("evaluation:round", args=[row.seat.round_id])

    def extra(self, row: Ballot) -> dict[str, Any]:
        require(rules.holds_ballot(self.request.actor, row))
        return {
            "kept": _kept(row),
            "total": total_of(row.points),
            "maximum": body_of(row.seat).maximum,
            "lacking": list(gaps(row).values()) if row.state == "draft" else [],
        }


class Reopen(BallotMove):
    action = staticmethod(actions.reopen_ballot)
    who = BALLOT.moves["reopen"].who
    form = ReasonForm
    title = text("평가표를 다시 엽니까?", "Reopen the ballot?")
    consequence = text(
        "위원이 고친 뒤 다시 제출해야 합니다. 사유는 기록에 남습니다.",
        "The evaluator has to lock it again. The reason stays on record.",
    )
    button = text("다시 열기", "Reopen")
    done = text("평가표를 다시 열었습니다.", "The ballot is open again.")


class Recuse(BallotMove):
    action = staticmethod(actions.recuse)
    who = BALLOT.moves["recuse"].who
    form = RecuseForm
    title = text("이 신청의 평가를 회피합니까?", "Recuse yourself from this application?")
    consequence = text(
        "평가표가 닫히고 이 신청의 문서가 곧바로 닫힙니다. 되돌릴 수 없습니다.",
        "The ballot and the application's documents close at once. This cannot be undone.",
    )
    button = text("회피", "Recuse")
    done = text("회피 신고를 기록했습니다.", "Your recusal is on record.")
    danger = True

    def after(self, row: Ballot, result: Ballot) -> str:
        return reverse("evaluation:round", args=[row.seat.round_id])
