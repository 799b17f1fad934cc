"""Upper bounds that anyone can count: what the panels could be worth if people were bought at prices.

Let every application weigh its panel (`weights`) and every evaluator cost a price a seat (`prices`). Whatever
the allowed assignment, sum of weight x worth is at most

    sum over applications of the best panel by (weight x worth - prices)
  + sum over evaluators of price x (max_load if price > 0, else min_load)
  + sum over evaluators and days of price x daily maximum (where a seat on a day has a price on top).

Best panels are found by sorting alone, because the rules of a panel are nested. Three bounds come of it: of
the total (weights 1), of the worst-off (weights on few applications) and of the total under a floor (weights
above 1 where the floor presses; what they carry above 1 times the floor comes off again). All numbers are
whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from didimdol_decide.assignment.arrays import Arrays, millionths
from didimdol_decide.assignment.problem import AssignmentProblem
from didimdol_decide.assignment.remaining import remaining

if TYPE_CHECKING:
    from didimdol_decide.assignment.arrays import Ints


def best_panels(arrays: Arrays, scores: Ints) -> Ints:
    """The highest sum of `scores` (one a pair) that each application's open seats can get, alone in the
    world."""
    import numpy as np

    panel = arrays.panel[arrays.seat]
    top, bottom = int(scores.max(initial=0)), int(scores.min(initial=0))
    # By seat, the highest first; one key sorts faster than two. Equals change no sum.
    order = np.argsort(arrays.seat * (top - bottom + 1) + (top - scores))
    if len(arrays.gate_cap):
        # What stays of each organisation at a seat: its best, up to the cap.
        gated = order[arrays.gate[order] >= 0]
        gated = gated[np.argsort(arrays.gate[gated], kind="stable")]
        lost = gated[_rank(arrays.gate[gated]) >= arrays.gate_cap[arrays.gate[gated]]]
        keep = np.ones(len(scores), dtype=bool)
        keep[lost] = False
        order = order[keep[order]]
    seated = _rank(arrays.seat[order]) < arrays.need[arrays.seat[order]]
    parts = [order[seated]]
    if arrays.free.any():
        rest = order[~seated]
        rest = rest[np.lexsort((-scores[rest], panel[rest]))]
        parts.append(rest[_rank(panel[rest]) < arrays.free[panel[rest]]])
    total = np.zeros(len(arrays.applications), dtype=np.int64)
    for part in parts:
        np.add.at(total, panel[part], scores[part])
    return total


def _rank(groups: Ints) -> Ints:
    """Place of every entry within its run of equal neighbours: 0, 1, ..."""
    import numpy as np

    if not len(groups):
        return groups
    starts = np.flatnonzero(np.r_[True, groups[1:] != groups[:-1]])
    found: Ints = np.arange(len(groups)) - np.repeat(starts, np.diff(np.r_[starts, len(groups)]))
    return found


def bound_by_arrays(arrays: Arrays, weights: Ints, prices: Ints, day_prices: Ints | None = None) -> int:
    """The bound of the sum of weight x worth, for `weights` by application, `prices` by person and
    `day_prices` (>= 0) by shift."""
    panel = arrays.panel[arrays.seat]
    scores = weights[panel] * arrays.worth - prices[arrays.person]
    loads = int((prices * ((prices > 0) * arrays.high + (prices < 0) * arrays.low)).sum())
    if arrays.days is not None and day_prices is not None:
        capped = arrays.shift >= 0
        scores[capped] -= day_prices[arrays.shift[capped]]
        loads += int((day_prices * arrays.days.cap).sum())
    return int(best_panels(arrays, scores).sum() + (weights * arrays.fixed).sum()) + loads


def bound_by_hand(
    problem: AssignmentProblem,
    weights: Mapping[str, int],
    weight: int,
    prices: Mapping[str, int],
    day_prices: Mapping[str, Mapping[str, int]],
) -> int:
    """The same bound from the problem, in plain Python: `weights` by application (`weight` where not named),
    `prices` by evaluator and `day_prices` (>= 0) by evaluator and day (0 where not named), in millionths.
    Raises KeyError: a price on a day without a daily maximum below the load."""
    left = remaining(problem)
    loads = (price * (left.high[name] if price > 0 else left.low[name]) for name, price in prices.items())
    turns = (
        price * left.day_left[name, day] for name, days in day_prices.items() for day, price in days.items()
    )
    panels = panels_by_hand(problem, weights, weight, prices, day_prices)
    return sum(panels.values()) + sum(loads) + sum(turns)


def panels_by_hand(
    problem: AssignmentProblem,
    weights: Mapping[str, int],
    weight: int,
    prices: Mapping[str, int],
    day_prices: Mapping[str, Mapping[str, int]],
) -> dict[str, int]:
    """The best panel of each application by weight x worth - prices, its pinned pairs in it."""
    left = remaining(problem)
    worth = {pair: millionths(value) for pair, value in problem.affinities().items()}
    total = dict.fromkeys(left.applications, 0)
    for pin in problem.pinned:
        own = weights.get(pin.application, weight)
        total[pin.application] += own * worth.get((pin.application, pin.evaluator), 0)
    rest: dict[str, list[int]] = {}
    for seat, people in left.eligible.items():
        application = seat[0]
        own, day = weights.get(application, weight), left.day.get(application, "")
        ranked = sorted(
            (
                prices.get(name, 0)
                + day_prices.get(name, {}).get(day, 0)
                - own * worth.get((application, name), 0),
                name,
            )
            for name in people
        )
        lent: dict[str, int] = {}
        scores: list[int] = []
        for cost, person in ranked:
            organisation = left.organisation[person]
            if organisation is not None and (seat, organisation) in left.cap_left:
                lent[organisation] = lent.get(organisation, 0) + 1
                if lent[organisation] > left.cap_left[seat, organisation]:
                    continue
            scores.append(-cost)
        total[application] += sum(scores[: left.seats[seat]])
        rest.setdefault(application, []).extend(scores[left.seats[seat] :])
    for application, count in left.free.items():
        total[application] += sum(sorted(rest.get(application, ()), reverse=True)[:count])
    return total
