"""Pages of the evaluation: the lists, a round, the declaration, and the ballot."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views import View
from django.views.decorators.http import require_POST, require_safe

from didimdol.design.parts import Stone
from didimdol.evaluation import actions, queries, rules
from didimdol.evaluation.enums import GROUNDS
from didimdol.evaluation.forms import (
    BallotForm,
    ConflictForm,
    ExtendForm,
    LockForm,
    OpenForm,
    ReasonForm,
    RecuseForm,
    SeatForm,
    shortest_comment,
    total_of,
)
from didimdol.evaluation.guards import body_of, gaps, in_time, stage_of, stage_rules, words_of
from didimdol.evaluation.models import Ballot, Round, Seat
from didimdol.evaluation.ports import links_of_round
from didimdol.evaluation.reading import reading_of
from didimdol.evaluation.states import BALLOT, ROUND, SEAT
from didimdol.evaluation.tables import ballots_table, rounds_table
from didimdol.kernel.access import require, signed_in
from didimdol.kernel.actor import Actor
from didimdol.kernel.pages import ActedRequest, ActionView
from didimdol.kernel.problems import BadInput, Invisible
from didimdol.kernel.words import pick, text
from didimdol.programmes.loading import moments_of
from didimdol.programmes.models import Challenge
from didimdol.programmes.queries import access_challenge, rules_of
from didimdol.programmes.rules import runs_evaluation
from didimdol.records.actions import opened

# --- lists ---------------------------------------------------------------------------------------------------------


@require_safe
def evaluation_list(request: ActedRequest) -> HttpResponse:
    """What one evaluates, and what one conducts."""
    actor = request.actor
    require(signed_in(actor))
    context: dict[str, Any] = {
        "conducts": actor.grant(*rules.CONDUCT) is not None,
        "evaluates": actor.grant(*rules.EVALUATE) is not None,
    }
    if context["conducts"]:
        context["rounds"] = rounds_table(actor, request.GET)
        context["to_open"] = [
            {"challenge": c, "stage": words_of(next(r for r in stage_rules(rules_of(c)) if r.key == key))}
            for c, key in queries.stages_to_open(actor)
        ]
    if context["evaluates"]:
        context["ballots"] = ballots_table(actor, request.GET)
        context["seats"] = [
            {"seat": seat, "round": seat.round, "stage": words_of(stage_of(seat.round)), "state": SEAT.state(seat)}
            for seat in queries.own_seats(actor).exclude(round__state="closed").order_by("round__closes_at", "pk")
        ]
    return render(request, "evaluation/list.html", context)


# --- a round -------------------------------------------------------------------------------------------------------


@require_safe
def round_page(request: ActedRequest, id: UUID) -> HttpResponse:
    """The coordinator's page of a round, or an evaluator's own ballots in it."""
    actor = request.actor
    round = queries.access_round(actor, id)
    context = {
        "round": round,
        "challenge": round.challenge,
        "stage": words_of(stage_of(round)),
        "state": ROUND.state(round),
        "links": list(links_of_round.ask(actor, round)),
    }
    if actor.grant(*rules.CONDUCT, organisation=round.challenge.programme.operator_id, challenge=round.challenge_id):
        return render(request, "evaluation/round.html", context | _conducting(request, round))
    context["seat"] = queries.seat_in(actor, round)
    context["ballots"] = ballots_table(actor, request.GET, round=round)
    return render(request, "evaluation/own_round.html", context)


def _conducting(request: ActedRequest, round: Round) -> dict[str, Any]:
    actor = request.actor
    opened(actor, "evaluation round", round)
    seats = queries.progress(round)
    fields = {field.key: field.name for field in round.challenge.fields.all()}
    bodies = [
        {"name": words_of(body), "need": body.seats, "have": sum(line.seat.body == body.key for line in seats)}
        for body in stage_of(round).bodies
    ]
    names = {body.key: words_of(body) for body in stage_of(round).bodies}
    digest, chosen = queries.assignment_of(round)
    return {
        "stones": _stones(round),
        "bodies": bodies,
        "seats": [
            {
                "line": line,
                "body": names.get(line.seat.body),
                "state": SEAT.state(line.seat),
                "fields": [fields[key] for key in line.seat.fields if key in fields],
            }
            for line in seats
        ],
        "assigned": sum(line.assigned for line in seats),
        "locked": sum(line.locked for line in seats),
        "conflicts": [{"row": row, "ground": GROUNDS.get(row.ground)} for row in queries.conflicts_in(round)],
        "problem_digest": digest,
        "panels": [_panel(panel) for panel in queries.panels(round, chosen)],
        "may": {name: ROUND.may(name, actor, round) for name in ROUND.moves},
        "conducts": rules.conducts(actor, round),
        "reads": actor.grant(
            *rules.READ, organisation=round.challenge.programme.operator_id, challenge=round.challenge_id
        ),
        "next_move": {"preparing": "start_declarations", "declaring": "start_scoring", "scoring": "close"}.get(
            round.state
        ),
    }


def _panel(panel: dict[str, Any]) -> dict[str, Any]:
    members = [{**member, "state": BALLOT.state(member["ballot"])} for member in panel["members"]]
    counted = [m for m in members if m["ballot"].state != "recused"]
    return {
        **panel,
        "members": members,
        "locked": sum(m["ballot"].state == "locked" for m in counted),
        "of": len(counted),
    }


def _stones(round: Round) -> list[Stone]:
    order = list(ROUND.states)
    now = order.index(round.state)
    return [
        Stone(
            pick(ROUND.states[key].label),
            state="done" if n < now or round.state == "closed" else "now" if n == now else "next",
            when=round.closes_at if key == "closed" else None,
        )
        for n, key in enumerate(order)
    ]


class RoundMove(ActionView):
    """A move of the round: a page that says what it does, and a button."""

    reach = staticmethod(queries.conducted_round)
    row_name = "round"


class OpenRound(ActionView):
    action = staticmethod(actions.open_round)
    row_name = "challenge"
    title = text("평가 열기", "Open an evaluation")
    consequence = text(
        "제출된 신청을 대상으로 평가를 엽니다. 동점을 가릴 추첨값이 정해지고 그 약정값이 기록됩니다.",
        "Opens the evaluation of the submitted applications. The draw that will break ties is fixed, and committed to.",
    )
    button = text("평가 열기", "Open")
    done = text("평가를 열었습니다. 이제 위원을 위촉해 주십시오.", "The evaluation is open. Now seat the evaluators.")

    @staticmethod
    def reach(actor: Actor, slug: str) -> Challenge:
        challenge = access_challenge(actor, slug)
        require(runs_evaluation(actor, challenge))
        return challenge

    def back(self, row: Challenge) -> str:
        return reverse("evaluation:list")

    def after(self, row: Challenge, result: Round) -> str:
        return result.get_absolute_url()

    def make_form(self, row: Challenge, data: Any = None, files: Any = None) -> OpenForm:
        opened_already = set(row.rounds.values_list("stage", flat=True))
        rulebook = rules_of(row)
        stages = [rule for rule in stage_rules(rulebook) if rule.key not in opened_already]
        moments = moments_of(rulebook)
        closes = {rule.key: moments[f"stage.{rule.key}.closes"] for rule in stages}
        return OpenForm(data, challenge=row, stages=stages, closes=closes)


class AddSeat(RoundMove):
    action = staticmethod(actions.seat_evaluator)
    who = staticmethod(rules.conducts)
    form = SeatForm
    title = text("위원 위촉", "Seat an evaluator")
    consequence = text(
        "이 챌린지의 평가위원 역할이 있는 사람만 위촉할 수 있습니다. 신청 기업에 속했던 사람은 이해충돌로 자동 기록됩니다.",
        "Only people with an evaluator's role in this challenge can be seated. Belonging to an applicant is recorded as a conflict.",
    )
    button = text("위촉", "Seat")
    done = text("위원을 위촉했습니다.", "The evaluator has a seat.")

    def make_form(self, row: Round, data: Any = None, files: Any = None) -> SeatForm:
        return SeatForm(data, round=row, stage=stage_of(row))


class VacateSeat(ActionView):
    action = staticmethod(actions.vacate_seat)
    who = SEAT.moves["vacate"].who
    reach = staticmethod(queries.conducted_seat)
    row_name = "seat"
    form = ReasonForm
    title = text("위원 해촉", "Vacate a seat")
    button = text("해촉", "Vacate")
    done = text("위원을 해촉했습니다.", "The seat is vacated.")
    danger = True

    def back(self, row: Seat) -> str:
        return reverse("evaluation:round", args=[row.round_id])


class StartDeclarations(RoundMove):
    action = staticmethod(actions.start_declarations)
    who = ROUND.moves["start_declarations"].who
    title = text("이해충돌 신고를 시작합니까?", "Start the declarations?")
    consequence = text(
        "모든 위원에게 신고를 요청합니다. 신고하기 전에는 신청 기업의 이름만 보이고 어떤 문서도 열리지 않습니다.",
        "Every evaluator is asked to declare. Until then they see the applicants' names only, and no document opens.",
    )
    button = text("신고 시작", "Start")
    done = text("위원에게 신고를 요청했습니다.", "The evaluators were asked to declare.")


class Assign(RoundMove):
    action = staticmethod(actions.assign_ballots)
    who = ROUND.moves["start_scoring"].who
    title = text("신청을 배정합니까?", "Assign the applications?")
    consequence = text(
        "이해충돌을 피하고 분야와 인원을 지키면서 가장 고르게 배정합니다. 배정되면 평가가 시작되고 위원을 더할 수 없습니다.",
        "Assigns as evenly as possible under conflicts, fields and seats. Scoring starts, and no seat can be added any more.",
    )
    button = text("배정하고 평가 시작", "Assign and start")
    done = text("신청을 배정했습니다.", "The applications are assigned.")


class Extend(RoundMove):
    action = staticmethod(actions.extend_round)
    who = staticmethod(rules.conducts)
    form = ExtendForm
    title = text("평가 마감 연장", "Extend the closing time")
    consequence = text(
        "모든 위원에게 새 마감과 사유를 알립니다.", "Every evaluator is told the new time and the reason."
    )
    button = text("연장", "Extend")
    done = text("마감을 연장했습니다.", "The closing time was extended.")


class Close(RoundMove):
    action = staticmethod(actions.close_round)
    who = ROUND.moves["close"].who
    title = text("평가를 마감합니까?", "Close the round?")
    consequence = text(
        "제출된 평가표만 집계됩니다. 마감한 평가는 다시 열 수 없고, 위원의 문서 열람도 끝납니다.",
        "Only locked ballots count. A closed round cannot be opened again, and the evaluators' access to documents ends.",
    )
    button = text("마감", "Close")
    done = text("평가를 마감했습니다.", "The round is closed.")
    danger = True


# --- conflicts of interest -----------------------------------------------------------------------------------------


class Conflicts(ActionView):
    action = staticmethod(actions.declare_conflicts)
    row_name = "round"
    template = "evaluation/conflicts.html"
    title = text("이해충돌 신고", "Declaration of conflicts of interest")
    done = text("이해충돌 신고를 마쳤습니다.", "Your declaration is on record.")

    @staticmethod
    def reach(actor: Actor, id: UUID) -> Round:
        seat = queries.access_seat(actor, id)
        if seat.round.state == "preparing":
            raise Invisible("conflicts", id)  # nobody is asked yet: not even who applied is shown
        return seat.round

    def make_form(self, row: Round, data: Any = None, files: Any = None) -> ConflictForm:
        return ConflictForm(data, entries=queries.to_declare(queries.access_seat(self.request.actor, row.pk)))

    def extra(self, row: Round) -> dict[str, Any]:
        seat = queries.access_seat(self.request.actor, row.pk)
        return {
            "round": row,
            "seat": seat,
            "state": SEAT.state(seat),
            "may_declare": row.state == "declaring",
            "grounds": GROUNDS,
        }


# --- the ballot ----------------------------------------------------------------------------------------------------


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
