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

import heapq
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from didimdol_decide.assignment.arrays import Arrays, millionths
from didimdol_decide.assignment.days import ByDay, day_costs
from didimdol_decide.assignment.matrix import AffinityMatrix
from didimdol_decide.assignment.problem import AssignmentProblem
from didimdol_decide.assignment.remaining import remaining
from didimdol_decide.assignment.seating import Kind

if TYPE_CHECKING:
    from didimdol_decide.assignment.arrays import Ints


def best_panels(arrays: Arrays, scores: Ints) -> Ints:
    """The highest sum of `scores` (one a pair) that each application's open seats can get, alone in the
    world."""
    import numpy as np

    total = np.zeros(len(arrays.applications), dtype=np.int64)
    for part in best_pairs(arrays, scores):
        np.add.at(total, arrays.panel[arrays.seat[part]], scores[part])
    return total


def best_pairs(arrays: Arrays, scores: Ints) -> list[Ints]:
    """The pairs of these best panels, in parts."""
    import numpy as np

    panel = arrays.panel[arrays.seat]
    top, bottom = int(scores.max(initial=0)), int(scores.min(initial=0))
    # By seat, the highest first; one key sorts faster than two. Equals change no sum.
    order = np.argsort(arrays.seat * (top - bottom + 1) + (top - scores))
    if len(arrays.gate_cap):
        # What stays of each organisation at a seat: its best, up to the cap.
        gated = order[arrays.gate[order] >= 0]
        gated = gated[np.argsort(arrays.gate[gated], kind="stable")]
        lost = gated[rank(arrays.gate[gated]) >= arrays.gate_cap[arrays.gate[gated]]]
        keep = np.ones(len(scores), dtype=bool)
        keep[lost] = False
        order = order[keep[order]]
    seated = rank(arrays.seat[order]) < arrays.need[arrays.seat[order]]
    parts = [order[seated]]
    if arrays.free.any():
        rest = order[~seated]
        rest = rest[np.lexsort((-scores[rest], panel[rest]))]
        parts.append(rest[rank(panel[rest]) < arrays.free[panel[rest]]])
    return parts


def rank(groups: Ints) -> Ints:
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
    import numpy as np

    days = np.zeros(arrays.shifts, dtype=np.int64) if day_prices is None else day_prices
    panels = best_panels(arrays, scores(arrays, weights, day_costs(arrays, prices, days)))
    return bound_of(arrays, weights, prices, days, panels)


def bound_of(arrays: Arrays, weights: Ints, prices: Ints, day_prices: Ints, panels: Ints) -> int:
    """The bound that the best panels at those prices give; but for them, nothing depends on the pairs."""
    loads = int((prices * ((prices > 0) * arrays.high + (prices < 0) * arrays.low)).sum())
    if arrays.days is not None:
        loads += int((day_prices * arrays.days.cap).sum())
    return int(panels.sum() + (weights * arrays.fixed).sum()) + loads


def scores(arrays: Arrays, weights: Ints, prices: ByDay) -> Ints:
    """weight x worth - price of every pair."""
    panel = arrays.panel[arrays.seat]
    found: Ints = weights[panel] * arrays.worth - prices.of(panel, arrays.person)
    return found


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
    worths = worths_of(problem)
    total = dict.fromkeys(left.applications, 0)
    for pin in problem.pinned:
        own = weights.get(pin.application, weight)
        total[pin.application] += own * worths(pin.application).get(pin.evaluator, 0)
    rest: dict[str, list[int]] = {}
    cheapest: dict[Kind, list[tuple[int, str]]] = {}

    def cost(name: str, day: str) -> int:
        return prices.get(name, 0) + day_prices.get(name, {}).get(day, 0)

    for seat in left.eligible:
        application = seat[0]
        own, row, day = weights.get(application, weight), worths(application), left.day.get(application, "")
        gone, kind = left.eligible.gone(application), left.eligible.kind(seat)
        able = left.eligible.able(kind)
        if kind not in cheapest:
            cheapest[kind] = sorted((cost(name, day), name) for name in able)
        # Whoever has no affinity is worth nothing and costs the price: of those, the cheapest come first.
        rated = sorted(
            (cost(name, day) - own * worth, name)
            for name, worth in row.items()
            if name in able and name not in gone
        )
        others = (entry for entry in cheapest[kind] if entry[1] not in row and entry[1] not in gone)
        wanted = left.seats[seat] + left.free.get(application, 0)
        lent: dict[str, int] = {}
        scores: list[int] = []
        for paid, person in heapq.merge(rated, others):
            if len(scores) == wanted:
                break
            organisation = left.organisation[person]
            if organisation is not None and (seat, organisation) in left.cap_left:
                lent[organisation] = lent.get(organisation, 0) + 1
                if lent[organisation] > left.cap_left[seat, organisation]:
                    continue
            scores.append(-paid)
        total[application] += sum(scores[: left.seats[seat]])
        rest.setdefault(application, []).extend(scores[left.seats[seat] :])
    for application, count in left.free.items():
        total[application] += sum(sorted(rest.get(application, ()), reverse=True)[:count])
    return total


def worths_of(problem: AssignmentProblem) -> Callable[[str], Mapping[str, int]]:
    """Worth in millionths by evaluator, of those who have an affinity with an application."""
    if isinstance(problem.affinity, AffinityMatrix):
        matrix = problem.affinity
        return lambda application: dict(matrix.row(application))
    rows: dict[str, dict[str, int]] = {}
    for row in problem.affinity:
        rows.setdefault(row.application, {})[row.evaluator] = millionths(row.value)
    return lambda application: rows.get(application, {})
