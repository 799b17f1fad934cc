"""One evaluator's score sheet for one application, and whether it obeys the stage's rule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from operator import attrgetter

from didimdol_decide.plain import ExactNumber, Id, Key, Plain, Text
from didimdol_decide.rules import BodyRule, StageRule

ZERO = Decimal(0)
_evaluator = attrgetter("evaluator")


class Ballot(Plain):
    """Points given by one evaluator to one application, by criterion key, in points (0..max_points)."""

    application: Id
    evaluator: Id
    body: Key
    points: dict[Key, ExactNumber]


class BallotInvalid(ValueError):
    """A ballot breaks the rule. `criterion` names the item (None where the ballot as a whole is wrong)."""

    def __init__(self, ballot: Ballot, criterion: str | None, text: Text) -> None:
        super().__init__(text.in_language("en"))
        self.application = ballot.application
        self.evaluator = ballot.evaluator
        self.body = ballot.body
        self.criterion = criterion
        self.text = text


def check_ballot(rule: StageRule, ballot: Ballot) -> BodyRule:
    """The body the ballot belongs to.

    Raises BallotInvalid: unknown body; a criterion missing, unknown, negative or above its maximum.
    """
    try:
        body = rule.body(ballot.body)
    except KeyError:
        raise BallotInvalid(
            ballot,
            None,
            Text(
                ko=f"평가 단계 '{rule.key}'에 평가 주체 '{ballot.body}'이(가) 없습니다.",
                en=f"Stage '{rule.key}' has no body '{ballot.body}'.",
            ),
        ) from None
    who_ko = f"평가위원 {ballot.evaluator}, 신청 {ballot.application}"
    who_en = f"evaluator {ballot.evaluator}, application {ballot.application}"
    for criterion in body.criteria:
        points = ballot.points.get(criterion.key)
        if points is None:
            ko, en = "점수가 없습니다", "has no points"
        elif points < 0:
            ko, en = f"점수 {points}은(는) 음수입니다", f"has negative points ({points})"
        elif points > criterion.max_points:
            ko = f"점수 {points}이(가) 배점 {criterion.max_points}점을 넘습니다"
            en = f"has {points} points, above its maximum of {criterion.max_points}"
        else:
            continue
        raise BallotInvalid(
            ballot,
            criterion.key,
            Text(
                ko=f"평가 항목 '{criterion.key}': {ko} ({who_ko}).",
                en=f"Criterion '{criterion.key}' {en} ({who_en}).",
            ),
        )
    known = {criterion.key for criterion in body.criteria}
    for key in sorted(ballot.points):
        if key not in known:
            raise BallotInvalid(
                ballot,
                key,
                Text(
                    ko=f"평가 항목 '{key}'은(는) 평가표에 없습니다 ({who_ko}).",
                    en=f"Criterion '{key}' is not on the score sheet ({who_en}).",
                ),
            )
    return body


def _on_sheet(points: Mapping[str, Decimal], sheet: Sequence[tuple[str, Decimal]]) -> bool:
    if not sheet or len(points) != len(sheet):
        return False
    for key, most in sheet:
        given = points.get(key)
        if given is None or not ZERO <= given <= most:
            return False
    return True


def ballots_by_application(rule: StageRule, ballots: Iterable[Ballot]) -> dict[str, list[Ballot]]:
    """Ballots of a stage grouped by application, each group sorted by (order of the body in the rule,
    evaluator).

    Raises BallotInvalid as `check_ballot`, and for a second ballot of one evaluator for one application,
    and for more ballots of a body than it has seats.
    """
    order = {body.key: place for place, body in enumerate(rule.bodies)}
    sheets = {
        body.key: [(item.key, Decimal(item.max_points)) for item in body.criteria] for body in rule.bodies
    }
    groups: dict[str, list[Ballot]] = {}
    for ballot in ballots:
        if not _on_sheet(ballot.points, sheets.get(ballot.body, ())):
            check_ballot(rule, ballot)  # finds the words for it
        group = groups.get(ballot.application)
        if group is None:
            groups[ballot.application] = [ballot]
        else:
            group.append(ballot)
    seats_of = {body.key: body.seats for body in rule.bodies}
    fewest = min(seats_of.values())
    for group in groups.values():
        if len(order) > 1:
            group.sort(key=lambda ballot: (order[ballot.body], ballot.evaluator))
        else:
            group.sort(key=_evaluator)
        # The common case in one look; the rest finds who is to be named.
        if len(group) <= fewest and len(set(map(_evaluator, group))) == len(group):
            continue
        seen: set[str] = set()
        taken: dict[str, int] = {}
        for ballot in group:
            taken[ballot.body] = taken.get(ballot.body, 0) + 1
            if ballot.evaluator in seen:
                raise BallotInvalid(
                    ballot,
                    None,
                    Text(
                        ko=f"평가위원 {ballot.evaluator}의 신청 {ballot.application} 평가표가 두 장입니다.",
                        en=f"Evaluator {ballot.evaluator} has two ballots for {ballot.application}.",
                    ),
                )
            seen.add(ballot.evaluator)
            seats = seats_of[ballot.body]
            if taken[ballot.body] > seats:
                raise BallotInvalid(
                    ballot,
                    None,
                    Text(
                        ko=f"평가 주체 '{ballot.body}'의 평가표가 정원 {seats}석보다 많습니다"
                        f" (신청 {ballot.application}).",
                        en=f"Body '{ballot.body}' has more ballots than its {seats} seats"
                        f" (application {ballot.application}).",
                    ),
                )
    return dict(sorted(groups.items()))
