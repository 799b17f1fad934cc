"""Item scores so far from the panel's mean that the evaluator owes a reason."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

from didimdol_decide.ballots import Ballot, ballots_by_application
from didimdol_decide.plain import Number, Plain
from didimdol_decide.rounding import rounded
from didimdol_decide.rules import StageRule


class Deviation(Plain):
    """One item score that needs a reason. All figures in points; `difference` = points - mean (signed,
    rounded for display), `limit` = the largest difference that needs none."""

    application: str
    evaluator: str
    body: str
    criterion: str
    points: Number
    mean: Number
    difference: Number
    limit: Number
    maximum: int


def deviations(rule: StageRule, ballots: Iterable[Ballot]) -> list[Deviation]:
    """Item scores that depart from the panel's mean by more than `rule.deviation_percent` of the item's
    maximum.

    The mean is over all ballots of the application that score the same item (same key and maximum), the
    evaluator's own included, nothing dropped. Compared exactly; a difference equal to the limit needs no
    reason. Sorted by application, body, evaluator, item. Empty where the stage has no such rule. Raises
    BallotInvalid. Source: KISED procurement evaluation, annex 15 (10 percent of the item's maximum).
    """
    found: list[Deviation] = []
    groups = ballots_by_application(rule, ballots)
    if rule.deviation_percent is None:
        return found
    share = Fraction(rule.deviation_percent) / 100
    for application, group in groups.items():
        scores: dict[tuple[str, int], list[Decimal]] = {}
        for ballot in group:
            for item in rule.body(ballot.body).criteria:
                scores.setdefault((item.key, item.max_points), []).append(ballot.points[item.key])
        for ballot in group:
            for item in rule.body(ballot.body).criteria:
                same = scores[item.key, item.max_points]
                mean = sum((Fraction(points) for points in same), Fraction(0)) / len(same)
                difference = Fraction(ballot.points[item.key]) - mean
                limit = share * item.max_points
                if abs(difference) > limit:
                    found.append(
                        Deviation(
                            application=application,
                            evaluator=ballot.evaluator,
                            body=ballot.body,
                            criterion=item.key,
                            points=ballot.points[item.key],
                            mean=rounded(mean, rule.decimals, rule.rounding),
                            difference=rounded(difference, rule.decimals, rule.rounding),
                            limit=rounded(limit, rule.decimals, rule.rounding),
                            maximum=item.max_points,
                        )
                    )
    return found
