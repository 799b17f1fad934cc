"""Rounds, seats and ballots: what they may become, by whom, and whom each waits for."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.urls import reverse

from didimdol.evaluation import guards, rules
from didimdol.evaluation.ports import after_closing
from didimdol.kernel.transitions import Move, State, Table, WaitFor
from didimdol.kernel.words import Text, pick, text
from didimdol.people.enums import Role


def _coordinator(what: Text) -> Any:
    def waits(round: Any) -> Iterable[WaitFor]:
        if round.challenge.state == "cancelled":
            return
        yield WaitFor(
            text(
                f"{what['ko']} · {pick(round.challenge.name, 'ko')}",
                f"{what['en']} · {pick(round.challenge.name, 'en')}",
            ),
            round.get_absolute_url(),
            role=Role.COORDINATOR,
            organisation=round.challenge.programme.operator_id,
            challenge=round.challenge_id,
            until=round.closes_at,
        )

    return waits


def _when(ready: Any, what: Text) -> Any:
    """A to-do of the coordinator, but only once ``ready(round)``: until then the round waits for the evaluators."""
    ask = _coordinator(what)
    return lambda round: ask(round) if ready(round) else ()


def _either(*asked: Any) -> Any:
    return lambda round: [wait for ask in asked for wait in ask(round)]


def holder_waits(seat: Any, what: Text, url: str, until: datetime) -> WaitFor:
    """A to-do of the evaluator at a seat, while they hold the role for which they sit there."""
    return WaitFor(
        what,
        url,
        person=seat.person_id,
        role=Role.DEMAND_EVALUATOR if guards.of_company(seat.body) else Role.EXPERT,
        organisation=seat.organisation_id,
        until=until,
    )


def _seat_holder(seat: Any) -> Iterable[WaitFor]:
    if seat.round.state in ("declaring", "scoring"):
        what = text("이해충돌 여부를 신고해 주십시오", "Declare your conflicts of interest")
        yield holder_waits(seat, what, reverse("evaluation:conflicts", args=[seat.round_id]), seat.round.closes_at)


def _ballot_holder(ballot: Any) -> Iterable[WaitFor]:
    if ballot.application.state != "submitted":
        return  # withdrawn: nobody has to finish it
    number = ballot.application.number
    what = text(f"평가표를 작성해 제출해 주십시오 · {number}", f"Score and lock the ballot · {number}")
    yield holder_waits(ballot.seat, what, ballot.get_absolute_url(), ballot.seat.round.closes_at)


ROUND = Table(
    "round",
    State("preparing", "준비 중", "Preparing", "평가 준비 중", "Evaluation in preparation",
          waits=_coordinator(text("평가위원을 위촉하고 이해충돌 신고를 시작해 주십시오", "Seat evaluators and start the declarations"))),
    State("declaring", "이해충돌 신고 중", "Declaring conflicts", "평가 준비 중", "Evaluation in preparation",
          waits=_when(guards.all_declared, text("신고가 끝났습니다. 신청을 배정해 주십시오", "Everybody declared: assign the applications"))),
    State("scoring", "평가 중", "Scoring", "평가 중", "Under evaluation",
          waits=_either(
              _when(guards.seats_empty, text("평가위원의 빈자리를 채워 주십시오", "Fill the empty seats of the panels")),
              _when(guards.all_locked, text("평가표가 모두 제출되었습니다. 평가를 마감해 주십시오", "Every ballot is locked: close the round")))),
    State("closed", "평가 마감", "Closed", "평가 중", "Under evaluation", kind="ok", final=True,
          waits=lambda round: after_closing.ask(round)),
    Move("start_declarations", "preparing", "declaring", rules.conducts, "이해충돌 신고 시작", "Start the declarations", guard=guards.seats_filled),
    Move("start_scoring", "declaring", "scoring", rules.conducts, "신청 배정", "Assign the applications", guard=guards.declared),
    Move("close", "scoring", "closed", rules.conducts, "평가 마감", "Close the round", guard=guards.may_close),
)  # fmt: skip

SEAT = Table(
    "seat",
    State("invited", "신고 전", "Not declared yet", kind="warn", waits=_seat_holder),
    State("ready", "신고 완료", "Declared", kind="ok"),
    State("vacated", "해촉", "Vacated", kind="quiet", final=True),
    Move("declare", "invited", "ready", rules.holds_seat, "신고", "Declare"),
    Move("vacate", ("invited", "ready"), "vacated", rules.conducts_of_seat, "해촉", "Vacate", reason_required=True, guard=guards.seat_leaves),
    Move("ask_again", "ready", "invited", rules.conducts_of_seat, "신고 다시 요청", "Ask to declare again"),
)  # fmt: skip

BALLOT = Table(
    "ballot",
    State("draft", "작성 중", "In progress", "평가 중", "Under evaluation", waits=_ballot_holder),
    State("locked", "제출 완료", "Locked", "평가 중", "Under evaluation", kind="ok"),
    State("recused", "회피", "Recused", "평가 중", "Under evaluation", kind="quiet", final=True),
    State("moved", "다른 위원에게 넘김", "Given to another evaluator", "평가 중", "Under evaluation", kind="quiet", final=True),
    Move("lock", "draft", "locked", rules.holds_ballot, "제출", "Lock", guard=guards.complete),
    Move("reopen", "locked", "draft", rules.coordinates_ballot, "다시 열기", "Reopen", guard=guards.reopenable, reason_required=True),
    Move("recuse", "draft", "recused", rules.holds_ballot, "회피", "Recuse", guard=guards.scoring, reason_required=True),
    Move("move", "draft", "moved", rules.conducts_of_ballot, "다른 위원에게 넘기기", "Give to another evaluator", guard=guards.scoring, reason_required=True),
)  # fmt: skip
