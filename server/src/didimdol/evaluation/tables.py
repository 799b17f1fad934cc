"""The lists of the evaluation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Count, Q, QuerySet

from didimdol.design.parts import Badge, Column, Empty, Filter, Link, Table
from didimdol.evaluation import queries
from didimdol.evaluation.enums import LEFT
from didimdol.evaluation.forms import total_of
from didimdol.evaluation.guards import stage_of, words_of
from didimdol.evaluation.models import Ballot, Round
from didimdol.evaluation.states import BALLOT, ROUND
from didimdol.kernel.actor import Actor
from didimdol.kernel.paging import page
from didimdol.kernel.words import pick, text

PAGE = 50


def rounds_table(actor: Actor, asked: Mapping[str, str], *, size: int = PAGE) -> Table:
    """The rounds one conducts or audits. Filters: q (challenge), state. Constant number of queries."""
    words, state = asked.get("q", "").strip(), asked.get("state", "")
    rows: QuerySet[Any] = queries.rounds_conducted_by(actor)
    if words:
        rows = rows.filter(Q(challenge__name__ko__icontains=words) | Q(challenge__name__en__icontains=words))
    if state in ROUND.states:
        rows = rows.filter(state=state)
    given = ~Q(seats__ballots__state__in=LEFT)
    rows = rows.annotate(
        given=Count("seats__ballots", filter=given),
        locked=Count("seats__ballots", filter=Q(seats__ballots__state="locked")),
    )
    found = page(rows, cursor=asked.get("after", ""), size=size)
    return Table(
        columns=[
            Column("challenge", pick(text("챌린지", "Challenge"))),
            Column("stage", pick(text("단계", "Stage"))),
            Column("progress", pick(text("제출된 평가표", "Ballots locked")), number=True),
            Column("closes_at", pick(text("마감", "Closes"))),
            Column("state", pick(text("상태", "State"))),
        ],
        rows=[_round_row(round) for round in found.rows],
        caption=pick(text("운영하는 평가", "Rounds you conduct")),
        filters=[
            Filter("q", pick(text("챌린지", "Challenge")), words),
            Filter(
                "state", pick(text("상태", "State")), state, [(s.key, pick(s.label)) for s in ROUND.states.values()]
            ),
        ],
        empty=Empty(
            pick(text("열린 평가가 없습니다.", "No round is open.")),
            pick(text("접수가 끝난 챌린지에서 평가를 열 수 있습니다.", "Open one once a challenge's call has closed.")),
        ),
        next=found.next_cursor or "",
    )


def _round_row(round: Round) -> dict[str, object]:
    state = ROUND.state(round)
    return {
        "challenge": Link(pick(round.challenge.name), round.get_absolute_url()),
        "stage": pick(words_of(stage_of(round))),
        "progress": f"{round.locked} / {round.given}" if round.given else "–",  # type: ignore[attr-defined]
        "closes_at": round.closes_at,
        "state": Badge(pick(state.label), state.kind),
    }


def ballots_table(actor: Actor, asked: Mapping[str, str], *, round: Round | None = None, size: int = PAGE) -> Table:
    """One's own ballots, of one round or of all that are not closed. Nothing of others, and no count of them."""
    rows: QuerySet[Ballot] = queries.own_ballots(actor)
    rows = rows.filter(seat__round=round) if round else rows.filter(seat__round__state="scoring")
    state = asked.get("ballots", "")
    if state in ("draft", "locked"):
        rows = rows.filter(state=state)
    found = page(rows, order=("application__number",), cursor=asked.get("ballots_after", ""), size=size)
    return Table(
        columns=[
            Column("number", pick(text("신청", "Application"))),
            Column("field", pick(text("분야", "Field"))),
            Column("total", pick(text("내 점수", "My points")), number=True),
            Column("closes_at", pick(text("마감", "Closes"))),
            Column("state", pick(text("상태", "State"))),
        ],
        rows=[_ballot_row(ballot) for ballot in found.rows],
        caption=pick(text("내 평가표", "My ballots")),
        filters=[
            Filter("ballots", pick(text("상태", "State")), state,
                   [(key, pick(BALLOT.states[key].label)) for key in ("draft", "locked")]),
        ],
        empty=Empty(
            pick(text("배정된 평가표가 없습니다.", "No ballot is assigned to you.")),
            pick(text("이해충돌 신고가 끝나고 간사가 배정하면 여기에 보입니다.", "They show here after the declarations, once the coordinator assigns them.")),
        ),
        next=found.next_cursor or "",
        cursor_param="ballots_after",
    )  # fmt: skip


def _ballot_row(ballot: Ballot) -> dict[str, object]:
    state, application = BALLOT.state(ballot), ballot.application
    note = "" if queries.is_blind(ballot.seat.round) else pick(application.startup.name)
    return {
        "number": Link(application.number, ballot.get_absolute_url(), note),
        "field": pick(application.field.name) if application.field else "–",
        "total": total_of(ballot.points) if ballot.points else "–",
        "closes_at": ballot.seat.round.closes_at,
        "state": Badge(pick(state.label), state.kind),
    }
