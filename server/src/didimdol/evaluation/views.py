"""Pages of the evaluation: the lists, a round, and the declaration."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from didimdol.design.parts import Stone
from didimdol.evaluation import actions, queries, rules, session_links
from didimdol.evaluation.assignment_views import filling_context
from didimdol.evaluation.continuing import places_of
from didimdol.evaluation.draw_queries import named_not_drawn
from didimdol.evaluation.draw_showing import on_round
from didimdol.evaluation.enums import GROUNDS, LEFT
from didimdol.evaluation.filling import propose
from didimdol.evaluation.forms import (
    ConflictForm,
    ExtendForm,
    NamedForm,
    OpenForm,
    ReasonForm,
    SeatForm,
)
from didimdol.evaluation.guards import (
    declarable,
    empty_seats,
    not_closed,
    open_seats,
    roles_held,
    stage_of,
    stage_rules,
    words_of,
)
from didimdol.evaluation.models import Ballot, DrawPerson, Round, Seat
from didimdol.evaluation.ports import links_of_round
from didimdol.evaluation.states import BALLOT, ROUND, SEAT
from didimdol.evaluation.tables import ballots_table, rounds_table
from didimdol.kernel.access import Access, Allowed, require, signed_in
from didimdol.kernel.actor import Actor
from didimdol.kernel.pages import ActedRequest, ActionView
from didimdol.kernel.problems import Invisible
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
            {
                "seat": seat,
                "round": seat.round,
                "stage": words_of(stage_of(seat.round)),
                "state": SEAT.state(seat),
                "may_declare": declarable(seat.round, seat),
            }
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
        "links": [*session_links.of_round(actor, round), *links_of_round.ask(actor, round)],
    }
    if actor.grant(*rules.CONDUCT, organisation=round.challenge.programme.operator_id, challenge=round.challenge_id):
        return render(request, "evaluation/round.html", context | _conducting(request, round))
    seat = context["seat"] = queries.seat_in(actor, round)
    context["may_correct"] = seat is not None and round.state in ("preparing", "declaring")
    context["may_declare"] = seat is not None and declarable(round, seat)
    context["ballots"] = ballots_table(actor, request.GET, round=round)
    return render(request, "evaluation/own_round.html", context)


def _conducting(request: ActedRequest, round: Round) -> dict[str, Any]:
    actor = request.actor
    opened(actor, "evaluation round", round)
    seats = queries.progress(round)
    fields = {field.key: field.name for field in round.challenge.fields.all()}
    bodies = [
        {
            "name": words_of(body),
            "need": body.seats,
            "have": sum(line.seat.body == body.key and line.seat.state != "vacated" for line in seats),
        }
        for body in stage_of(round).bodies
    ]
    names = {body.key: words_of(body) for body in stage_of(round).bodies}
    digest, chosen = queries.assignment_of(round)
    empty = empty_seats(round) if round.state == "scoring" else {}
    held = roles_held(round, [line.seat for line in seats]) if round.state != "closed" else Allowed
    return {
        "stones": _stones(round),
        "bodies": bodies,
        "open_seats": open_seats(round),
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
        "assigning_ahead": round.state in ("preparing", "declaring"),
        "empty": sum(sum(bodies.values()) for bodies in empty.values()),
        "places": places_of(round, empty),
        "roles_held": held,
        "may": {name: ROUND.may(name, actor, round) for name in ROUND.moves},
        "conducts": rules.conducts(actor, round),
        "reads": actor.grant(
            *rules.READ, organisation=round.challenge.programme.operator_id, challenge=round.challenge_id
        ),
        **on_round(actor, round),
        "next_move": {"preparing": "start_declarations", "declaring": "start_scoring", "scoring": "close"}.get(
            round.state
        ),
    }


def _panel(panel: dict[str, Any]) -> dict[str, Any]:
    members = [
        {**member, "state": BALLOT.state(member["ballot"]), "counts": member["ballot"].state not in LEFT}
        for member in panel["members"]
    ]
    counted = [m for m in members if m["counts"]]
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


class ChangeRound(RoundMove):
    """What may be done with a round until it is closed."""

    who = staticmethod(rules.conducts)

    @staticmethod
    def may(actor: Actor, row: Round) -> Access:
        return not_closed(row)


class AddSeat(ChangeRound):
    action = staticmethod(actions.seat_evaluator)
    form = SeatForm
    title = text("위원 위촉", "Seat an evaluator")
    consequence = text(
        "이 챌린지의 평가위원 역할이 있는 사람만 위촉할 수 있습니다. 신청 기업에 속했던 사람은 이해충돌로 자동 기록됩니다. 전문 분야를 비워 두면 지난번 위촉 때의 것을 이어 씁니다.",
        "Only people with an evaluator's role in this challenge can be seated. Belonging to an applicant is recorded as a conflict. An expertise left empty is taken over from their last seat.",
    )
    button = text("위촉", "Seat")
    done = text("위원을 위촉했습니다.", "The evaluator has a seat.")

    def make_form(self, row: Round, data: Any = None, files: Any = None) -> SeatForm:
        return SeatForm(data, round=row, stage=stage_of(row))


class VacateSeat(ActionView):
    action = staticmethod(actions.vacate_seat)
    who, may = SEAT.moves["vacate"].who, SEAT.asks("vacate")
    reach = staticmethod(queries.conducted_seat)
    row_name = "seat"
    form = ReasonForm
    title = text("위원 해촉", "Vacate a seat")
    button = text("해촉", "Vacate")
    done = text("위원을 해촉했습니다.", "The seat is vacated.")
    danger = True
    template = "evaluation/vacate.html"

    def back(self, row: Seat) -> str:
        return reverse("evaluation:round", args=[row.round_id])

    def after(self, row: Seat, result: Seat) -> str:
        return reverse("evaluation:fill", args=[row.round_id]) if self._open(row, ("moved",)) else self.back(row)

    def _open(self, row: Seat, states: tuple[str, ...]) -> int:
        return Ballot.objects.within(seat=row, state__in=states).count()

    def extra(self, row: Seat) -> dict[str, Any]:
        context = {
            "title": text(f"위원 해촉: {row.person.name}", f"Vacate a seat: {row.person.name}"),
            "scoring": row.round.state == "scoring",
            "locked": self._open(row, ("locked",)),
            "open": self._open(row, ("draft",)),
            "drawn": DrawPerson.objects.within(seat=row, standing="drawn").exists(),
        }
        if not context["scoring"] or row.state == "vacated" or not context["open"] or context["drawn"]:
            return context
        return {**context, **filling_context(row.round, propose(row.round, without=row))}


class StartDeclarations(RoundMove):
    action = staticmethod(actions.start_declarations)
    who, may = ROUND.moves["start_declarations"].who, ROUND.asks("start_declarations")
    title = text("이해충돌 신고를 시작합니까?", "Start the declarations?")
    consequence = text(
        "모든 위원에게 신고를 요청합니다. 신고하기 전에는 신청 기업의 이름만 보이고 어떤 문서도 열리지 않습니다.",
        "Every evaluator is asked to declare. Until then they see the applicants' names only, and no document opens.",
    )
    button = text("신고 시작", "Start")
    done = text("위원에게 신고를 요청했습니다.", "The evaluators were asked to declare.")

    def make_form(self, row: Round, data: Any = None, files: Any = None) -> forms.Form:
        return NamedForm(data) if row.state == "preparing" and named_not_drawn(row) else forms.Form(data)


class Extend(ChangeRound):
    action = staticmethod(actions.extend_round)
    form = ExtendForm
    title = text("평가 마감 연장", "Extend the closing time")
    consequence = text(
        "모든 위원에게 새 마감과 사유를 알립니다.", "Every evaluator is told the new time and the reason."
    )
    button = text("연장", "Extend")
    done = text("마감을 연장했습니다.", "The closing time was extended.")


class Close(RoundMove):
    action = staticmethod(actions.close_round)
    who, may = ROUND.moves["close"].who, ROUND.asks("close")
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
            "may_declare": declarable(row, seat),
            "may_correct": row.state == "declaring",
            "grounds": GROUNDS,
        }
