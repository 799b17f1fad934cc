"""The arithmetic of a stage in whole numbers, with what the rule fixes worked out once.

The points of one application's ballots become integers over one denominator, so that sums, comparisons and
means are exact and no fraction is reduced on the way. `rounding.rounded_ratio` rounds, nothing else does.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from itertools import groupby
from math import lcm
from operator import eq

from didimdol_decide.ballots import Ballot
from didimdol_decide.plain import made, one_spelling
from didimdol_decide.rounding import rounded_ratio
from didimdol_decide.rules import BodyRule, StageRule, TrimRule
from didimdol_decide.scoresheet import BallotLine, BodyLine, CriterionLine, Dropped, StageScore, Trimmed


def over_one(values: Sequence[Decimal]) -> tuple[list[int], int]:
    """The values as integers over one common denominator."""
    whole = [int(value) for value in values]
    if all(map(eq, whole, values)):
        return whole, 1
    ratios = [value.as_integer_ratio() for value in values]
    scale = lcm(*(below for _, below in ratios))
    return [above * (scale // below) for above, below in ratios], scale


@lru_cache(maxsize=1 << 14)
def _in_lowest_terms(above: int, below: int) -> str:
    return str(Fraction(above, below))


class Calculation:
    """Scores the applications of one stage.

    units: each point of a ballot of a body counts so many, so that all bodies' maxima are the same number
    `most` of units: totals of different bodies are then compared and added as integers.
    """

    def __init__(self, rule: StageRule) -> None:
        self.rule = rule
        self.maxima = {body.key: body.maximum for body in rule.bodies}
        self.most = lcm(*self.maxima.values())
        self.units = {key: self.most // maximum for key, maximum in self.maxima.items()}
        self.weights, self.weight_below = over_one([body.weight for body in rule.bodies])

    def _shown(self, above: int, below: int) -> Decimal:
        return rounded_ratio(above, below, self.rule.decimals, self.rule.rounding)

    def score(self, application: str, group: Sequence[Ballot], filed: Decimal) -> StageScore:
        """The sheet of one application. group: its ballots, valid, sorted by (order of the body in the rule,
        evaluator)."""
        rule = self.rule
        points = [_points(ballot) for ballot in group]
        whole, scale = over_one(points)
        totals = [given * self.units[ballot.body] for given, ballot in zip(whole, group, strict=True)]
        below = self.most * scale  # a total is 100 x its units / below
        cast = {key: list(places) for key, places in groupby(range(len(group)), lambda n: group[n].body)}
        ends, trimmed = _trim(rule.trim, cast, totals)

        # base = 100 x above / (below x counted ballots x weight_below), over the bodies' common number
        kept = {key: [totals[n] for n in places if n not in ends] for key, places in cast.items()}
        together = lcm(*(len(values) for values in kept.values() if values))
        above = 0
        scored = True
        bodies: list[BodyLine] = []
        criteria: list[CriterionLine] = []
        for body, weight in zip(rule.bodies, self.weights, strict=True):
            places, values = cast.get(body.key, ()), kept.get(body.key, ())
            scored = scored and len(places) >= body.quorum
            mean = weighted = None
            if values:
                summed = sum(values)
                above += summed * (together // len(values)) * weight
                mean = self._shown(100 * summed, below * len(values))
                weighted = self._shown(100 * summed * weight, below * len(values) * self.weight_below)
            bodies.append(
                made(
                    BodyLine,
                    {
                        "body": body.key,
                        "ballots": len(places),
                        "counted": len(values),
                        "quorum": body.quorum,
                        "weight": body.weight,
                        "mean": mean,
                        "weighted": weighted,
                    },
                )
            )
            if places:
                criteria += self._criteria(body, [group[n] for n in places])

        above, below_base = 100 * above, below * together * self.weight_below
        bonus = min(filed, rule.bonus_cap)
        bonus_above, bonus_below = bonus.as_integer_ratio()
        base = self._shown(above, below_base)
        total = (
            self._shown(above * bonus_below + bonus_above * below_base, below_base * bonus_below)
            if bonus
            else base
        )
        compared = total if rule.cutoff_includes_bonus else base
        return made(
            StageScore,
            {
                "application": application,
                "stage": rule.key,
                "status": "scored" if scored else "no_quorum",
                "ballots": tuple(
                    made(
                        BallotLine,
                        {
                            "evaluator": ballot.evaluator,
                            "body": ballot.body,
                            "points": points[place],
                            "maximum": self.maxima[ballot.body],
                            "total": self._shown(100 * totals[place], below),
                            "dropped": ends.get(place),
                        },
                    )
                    for place, ballot in enumerate(group)
                ),
                "bodies": tuple(bodies),
                "criteria": tuple(criteria),
                "trimmed": trimmed,
                "bonus_filed": one_spelling(filed),
                "bonus": one_spelling(bonus),
                "base": base if scored else None,
                "base_exact": _in_lowest_terms(above, below_base) if scored else None,
                "total": total if scored else None,
                "cutoff": rule.cutoff_percent,
                "passed": scored and compared >= rule.cutoff_percent,
            },
        )

    def _criteria(self, body: BodyRule, sheets: Sequence[Ballot]) -> list[CriterionLine]:
        found = []
        for item in body.criteria:
            given, scale = over_one([sheet.points[item.key] for sheet in sheets])
            above, below = 100 * sum(given), scale * len(sheets) * item.max_points
            found.append(
                made(
                    CriterionLine,
                    {
                        "body": body.key,
                        "criterion": item.key,
                        "ballots": len(sheets),
                        "percent": self._shown(above, below),
                        "exact": _in_lowest_terms(above, below),
                    },
                )
            )
        return found


def _points(ballot: Ballot) -> Decimal:
    given = sum(ballot.points.values())
    return one_spelling(given) if isinstance(given, Decimal) else Decimal(given)


def _dropped_ends(places: Sequence[int], totals: Sequence[int], trim: TrimRule) -> dict[int, Dropped]:
    """The dropped ones of `places`, whose order decides between equals."""
    if len(places) < trim.min_ballots:
        return {}
    order = sorted(places, key=lambda place: (totals[place], place))
    ends: dict[int, Dropped] = dict.fromkeys(order[: trim.drop_low], "low")
    ends.update(dict.fromkeys(order[len(order) - trim.drop_high :], "high"))
    return ends


def _trim(
    trim: TrimRule, cast: dict[str, list[int]], totals: Sequence[int]
) -> tuple[dict[int, Dropped], Trimmed]:
    if trim.scope == "panel":
        ends = _dropped_ends(range(len(totals)), totals, trim)
        if all(any(place not in ends for place in places) for places in cast.values()):
            return ends, "panel" if ends else "none"
    ends = {}
    for places in cast.values():
        ends.update(_dropped_ends(places, totals, trim))
    return ends, "body" if ends else "none"
