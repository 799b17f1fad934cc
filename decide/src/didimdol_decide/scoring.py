"""From ballots to the score of a stage, with every figure of the calculation sheet.

The official number, in order:

1. each ballot: sum of its points / its body's maximum x 100 (0..100);
2. dropped ballots (`TrimRule`). scope "body": in each body with at least `min_ballots` ballots, the highest
and
   lowest as stated. scope "panel": over all ballots of the application where there are at least
   `min_ballots`; of equal totals the body later in the rule counts as the higher; if a body would keep no
   ballot, the application is trimmed by scope "body" instead;
3. each body: arithmetic mean of what it keeps; times the body's weight; summed: the base score (0..100);
4. bonus: as filed, at most `bonus_cap`; added after trimming;
5. base and base + bonus are rounded, each once and from the exact value, to `decimals` places. Everything
before
   is an exact fraction; the other figures on the sheet are rounded for reading only.

The result depends on the bodies' sets of totals only: not on who gave which, nor on the order of the ballots.
Raising a ballot never lowers the score with scope "body", or with one body. With scope "panel" and several
bodies it can (see `TrimRule`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from didimdol_decide.ballots import Ballot, BallotInvalid, ballots_by_application, check_ballot
from didimdol_decide.deviations import Deviation, deviations
from didimdol_decide.plain import Number, Plain, Text
from didimdol_decide.rounding import rounded
from didimdol_decide.rules import StageRule, TrimRule

__all__ = [
    "Ballot",
    "BallotInvalid",
    "BallotLine",
    "BodyLine",
    "CriterionLine",
    "Deviation",
    "StageScore",
    "check_ballot",
    "deviations",
    "score_stage",
    "score_stages",
]

Dropped = Literal["high", "low"]


class BallotLine(Plain):
    """One ballot on the calculation sheet. points: sum in points of `maximum`; total: out of 100, rounded for
    reading; dropped: which end it was dropped at, if any."""

    evaluator: str
    body: str
    points: Number
    maximum: int
    total: Number
    dropped: Dropped | None


class BodyLine(Plain):
    """One body on the calculation sheet: ballots cast and counted, its mean (0..100) and mean x weight."""

    body: str
    ballots: int
    counted: int
    quorum: int
    weight: Number
    mean: Number | None
    weighted: Number | None


class CriterionLine(Plain):
    """Mean of one item over all ballots of the body (none dropped), in percent of its maximum."""

    body: str
    criterion: str
    ballots: int
    percent: Number
    exact: str


class StageScore(Plain):
    """Score of one application in one stage, with the whole calculation.

    status: "scored", or "no_quorum" (then the figures are None and `explanation` says which body is short).
    base: rounded score without bonus; base_exact: the same as a fraction "n/d"; total: rounded base + bonus.
    cutoff: the bar in points; passed: whether the compared score (base, or total where the rule says so)
    reaches it (equal passes). trimmed: "panel", "body" or "none", what was in fact done.
    """

    application: str
    stage: str
    status: Literal["scored", "no_quorum"]
    ballots: tuple[BallotLine, ...]
    bodies: tuple[BodyLine, ...]
    criteria: tuple[CriterionLine, ...]
    trimmed: Literal["panel", "body", "none"]
    bonus_filed: Number
    bonus: Number
    base: Number | None
    base_exact: str | None
    total: Number | None
    cutoff: Number
    passed: bool

    @property
    def explanation(self) -> Text | None:
        """Why there is no score, in words; None where there is one. Worded here and not stored: a record must
        stay byte-equal when a sentence is improved."""
        if self.status == "scored":
            return None
        short = [line for line in self.bodies if line.ballots < line.quorum]
        counts = ", ".join(f"'{line.body}' {line.ballots}/{line.quorum}" for line in short)
        return Text(
            ko=f"평가표가 의결 정족수에 못 미쳐 점수를 내지 않습니다 (제출/필요): {counts}.",
            en=f"Not scored: too few ballots for the quorum (cast/needed): {counts}.",
        )


def score_stage(
    rule: StageRule,
    ballots: Iterable[Ballot],
    bonuses: Mapping[str, Decimal | int] | None = None,
    applications: Iterable[str] | None = None,
) -> dict[str, StageScore]:
    """Score every application of a stage, by application id in sorted order.

    bonuses: points as filed, by application. applications: ids that must appear in the result even without a
    ballot (they get "no_quorum").
    Raises BallotInvalid (see `ballots`), ValueError for a negative bonus or a ballot or bonus of an
    application outside `applications` where that is given, TypeError for a bonus that is a float.
    """
    groups = ballots_by_application(rule, ballots)
    filed = dict(bonuses or {})
    named = set(groups) | set(filed)
    if applications is not None:
        wanted = set(applications)
        if strangers := sorted(named - wanted):
            raise ValueError(f"application {strangers[0]!r} is not in this stage")
        named = wanted
    for application, points in filed.items():
        if isinstance(points, float):
            raise TypeError(f"the bonus of {application!r} is a float; write an integer or a Decimal")
        if points < 0:
            raise ValueError(f"the bonus of {application!r} is negative")
    return {
        application: _score(
            rule, application, groups.get(application, []), Decimal(filed.get(application, 0))
        )
        for application in sorted(named)
    }


def score_stages(
    stages: Sequence[StageRule],
    ballots: Mapping[str, Iterable[Ballot]],
    bonuses: Mapping[str, Mapping[str, Decimal | int]],
    applications: Iterable[str],
) -> dict[str, dict[str, StageScore]]:
    """Score every stage of a selection, by stage key; `ballots` and `bonuses` by stage key.

    The first stage scores all `applications`, later ones only those who came that far (have a ballot or a
    bonus there). Raises BallotInvalid; ValueError for an unknown stage or application.
    """
    known = {stage.key for stage in stages}
    for key in sorted({*ballots, *bonuses}):
        if key not in known:
            raise ValueError(f"ballots or bonuses for stage {key!r}, which does not exist")
    everyone = set(applications)
    scores: dict[str, dict[str, StageScore]] = {}
    for place, stage in enumerate(stages):
        cast, filed = list(ballots.get(stage.key, ())), bonuses.get(stage.key, {})
        present = {ballot.application for ballot in cast} | set(filed)
        if strangers := sorted(present - everyone):
            raise ValueError(f"ballots or bonuses for application {strangers[0]!r}, which does not stand")
        scores[stage.key] = score_stage(stage, cast, filed, everyone if place == 0 else present)
    return scores


def _dropped_ends(totals: list[Fraction], trim: TrimRule) -> dict[int, Dropped]:
    """Places of the dropped totals; `totals` in a fixed order, which decides between equals."""
    if len(totals) < trim.min_ballots:
        return {}
    order = sorted(range(len(totals)), key=lambda place: (totals[place], place))
    ends: dict[int, Dropped] = dict.fromkeys(order[: trim.drop_low], "low")
    ends.update(dict.fromkeys(order[len(order) - trim.drop_high :], "high"))
    return ends


def _trim(
    rule: StageRule, group: list[Ballot], totals: list[Fraction]
) -> tuple[dict[int, Dropped], Literal["panel", "body", "none"]]:
    present = {ballot.body for ballot in group}
    if rule.trim.scope == "panel":
        ends = _dropped_ends(totals, rule.trim)
        kept = {ballot.body for place, ballot in enumerate(group) if place not in ends}
        if kept == present:
            return ends, "panel" if ends else "none"
    ends = {}
    for body in present:
        places = [place for place, ballot in enumerate(group) if ballot.body == body]
        inside = _dropped_ends([totals[place] for place in places], rule.trim)
        ends.update({places[index]: end for index, end in inside.items()})
    return ends, "body" if ends else "none"


def _mean(values: list[Fraction]) -> Fraction:
    return sum(values, Fraction(0)) / len(values)


def _score(rule: StageRule, application: str, group: list[Ballot], filed: Decimal) -> StageScore:
    def shown(value: Fraction) -> Decimal:
        return rounded(value, rule.decimals, rule.rounding)

    points = [sum(ballot.points.values(), Decimal(0)) for ballot in group]
    maxima = [rule.body(ballot.body).maximum for ballot in group]
    totals = [Fraction(given) * 100 / most for given, most in zip(points, maxima, strict=True)]
    ends, trimmed = _trim(rule, group, totals)

    base = Fraction(0)
    scored = True
    bodies: list[BodyLine] = []
    criteria: list[CriterionLine] = []
    for body in rule.bodies:
        cast = [place for place, ballot in enumerate(group) if ballot.body == body.key]
        counted = [totals[place] for place in cast if place not in ends]
        mean = _mean(counted) if counted else None
        if len(cast) < body.quorum:
            scored = False
        if mean is not None:
            base += mean * Fraction(body.weight)
        bodies.append(
            BodyLine(
                body=body.key,
                ballots=len(cast),
                counted=len(counted),
                quorum=body.quorum,
                weight=body.weight,
                mean=None if mean is None else shown(mean),
                weighted=None if mean is None else shown(mean * Fraction(body.weight)),
            )
        )
        for item in body.criteria:
            if cast:
                given = [Fraction(group[place].points[item.key]) for place in cast]
                percent = _mean(given) * 100 / item.max_points
                criteria.append(
                    CriterionLine(
                        body=body.key,
                        criterion=item.key,
                        ballots=len(cast),
                        percent=shown(percent),
                        exact=str(percent),
                    )
                )

    bonus = min(filed, rule.bonus_cap)
    with_bonus = base + Fraction(bonus)
    compared = shown(with_bonus if rule.cutoff_includes_bonus else base)
    return StageScore(
        application=application,
        stage=rule.key,
        status="scored" if scored else "no_quorum",
        ballots=tuple(
            BallotLine(
                evaluator=ballot.evaluator,
                body=ballot.body,
                points=points[place],
                maximum=maxima[place],
                total=shown(totals[place]),
                dropped=ends.get(place),
            )
            for place, ballot in enumerate(group)
        ),
        bodies=tuple(bodies),
        criteria=tuple(criteria),
        trimmed=trimmed,
        bonus_filed=filed,
        bonus=bonus,
        base=shown(base) if scored else None,
        base_exact=str(base) if scored else None,
        total=shown(with_bonus) if scored else None,
        cutoff=rule.cutoff_percent,
        passed=scored and compared >= rule.cutoff_percent,
    )
