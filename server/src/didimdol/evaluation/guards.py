"""When a move of a round, seat or ballot is possible."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from didimdol.kernel import clock
from didimdol.kernel.access import Access, Allowed, Denied, reasons
from didimdol.kernel.words import text
from didimdol.programmes.queries import rules_of

reasons(
    {
        "seats_missing": text(
            "‘{body}’ 위원이 {have}명입니다. 신청마다 {need}명이 필요합니다.", "Body “{body}” has {have} evaluators; each application needs {need}."
        ),
        "declarations_missing": text("아직 신고하지 않은 위원이 {left}명 있습니다.", "{left} evaluators have not declared yet."),
        "ballots_open": text(
            "제출되지 않은 평가표가 {left}개 있고 마감 시각이 지나지 않았습니다.", "{left} ballots are not locked and the closing time has not passed."
        ),
        "criterion_missing": text("점수를 매기지 않은 항목이 있습니다: {criteria}", "Not scored yet: {criteria}"),
        "round_closed": text("평가가 마감되었습니다.", "The round is closed."),
        "seat_has_ballots": text("이미 배정된 위원입니다. 평가표를 먼저 회피 처리해 주십시오.", "This evaluator has ballots; recuse those first."),
    }
)


def stage_of(round: Any) -> Any:
    """The stage's rule in the challenge's rulebook (didimdol_decide.rules.StageRule)."""
    return next(rule for rule in stage_rules(rules_of(round.challenge)) if rule.key == round.stage)


def stage_rules(rulebook: Any) -> list[Any]:
    """The scored stages of a rulebook, in order."""
    return [stage.rule for stage in rulebook.evaluation.stages if stage.rule is not None]


def seats_filled(round: Any) -> Access:
    people = list(round.seats.exclude(state="vacated"))
    for body in stage_of(round).bodies:
        have = sum(seat.body == body.key for seat in people)
        if have < body.seats:
            return Denied("seats_missing", body=body.name.ko, have=have, need=body.seats)
    return Allowed


def all_declared(round: Any) -> bool:
    return not round.seats.filter(state="invited").exists()


def declared(round: Any) -> Access:
    left = round.seats.filter(state="invited").count()
    return Denied("declarations_missing", left=left) if left else Allowed


def _open_ballots(round: Any) -> int:
    from didimdol.evaluation.models import Ballot

    return Ballot.objects.within(seat__round=round).filter(state="draft").count()


def all_locked(round: Any) -> bool:
    return _open_ballots(round) == 0


def may_close(round: Any) -> Access:
    left = _open_ballots(round)
    return Denied("ballots_open", left=left) if left and clock.now() < round.closes_at else Allowed


def round_open(ballot: Any) -> Access:
    return Allowed if ballot.seat.round.state == "scoring" else Denied("round_closed")


def seat_unused(seat: Any) -> Access:
    return Denied("seat_has_ballots") if seat.ballots.exclude(state="recused").exists() else Allowed


def every_criterion_scored(ballot: Any) -> Access:
    body = stage_of(ballot.seat.round).body(ballot.seat.body)
    missing = [c for c in body.criteria if not _scored(ballot.points.get(c.key), c.max_points)]
    if missing:
        return Denied("criterion_missing", criteria=", ".join(c.name.ko if c.name else c.key for c in missing))
    return round_open(ballot)


def _scored(value: Any, most: int) -> bool:
    try:
        return 0 <= Decimal(str(value)) <= most
    except InvalidOperation:
        return False
