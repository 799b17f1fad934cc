"""Fair to the worst-off application first, then the highest total: a search with proved bounds.

The highest floor is NP-hard in general, so nothing here claims more than its bounds say: no assignment can
have a higher floor than `floor_bound`, none with this floor a higher total than `total_bound`. Flows under
weights that press where the floor is missed (a Lagrangian) give starting points and the bound of the total;
exchanges then lift the short applications and win back total (exchange.py; at_once.py where there are many
people).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from didimdol_decide.assignment.arrays import UNIT, Arrays
from didimdol_decide.assignment.at_once import raised
from didimdol_decide.assignment.bounds import best_panels, bound_by_arrays
from didimdol_decide.assignment.exchange import Exchange, one_by_one, polished
from didimdol_decide.assignment.flow import cheapest
from didimdol_decide.assignment.leximin import Found, leximin, lifted
from didimdol_decide.assignment.residual import Residual

if TYPE_CHECKING:
    from didimdol_decide.assignment.arrays import Bools, Ints

WEIGHT = 1000
"""The weight of an application where no floor presses; weights are whole numbers."""

MANY_SHORT = 0.02
"""Above this share of short applications the weights are pressed further before exchanges begin."""


@dataclass(frozen=True)
class Fair:
    """chosen pairs; floor: worth of the worst-off panel; total; floor_bound with the application that proves
    it (`worst`); total_bound with `weights` (by application), `prices` (by person, of weight x worth) and
    `day_prices` (by shift) that prove it. Worths in millionths."""

    chosen: Bools
    floor: int
    total: int
    floor_bound: int
    worst: int
    total_bound: int
    weights: Ints
    prices: Ints
    day_prices: Ints


def fair(
    arrays: Arrays, rounds: int = 8, gap: float = 0.0005, further: int = 0, within: int = 0
) -> Fair | None:
    """The fairest assignment found in `rounds` flows; None where no assignment exists. Stops earlier when the
    floor is proved and the total is within `gap` of its bound, or hardly rises. further: tries to lift the
    second worst-off, and so on (see `leximin`). within (millionths): a floor, and a total, that are so far
    below their bounds are enough; above that floor only the total counts. Deterministic."""
    import numpy as np

    own_best = best_panels(arrays, arrays.worth) + arrays.fixed
    worst = int(own_best.argmin()) if len(own_best) else -1
    ceiling = int(own_best[worst]) if len(own_best) else 0
    goal = ceiling - ceiling * within // UNIT
    gap = max(gap, within / UNIT)

    def better(found: Found) -> tuple[int, int]:
        return min(found[0], goal), found[1]

    extra = np.zeros(len(own_best), dtype=np.int64)
    duals: list[tuple[int, Ints, Bools]] = []
    best: Found | None = None
    target = goal
    for turn in range(rounds):
        weighted = (WEIGHT + extra)[arrays.panel[arrays.seat]] * arrays.worth
        start = cheapest(arrays, -weighted)
        if start is None:
            return None
        sums = arrays.sums(start)
        if not len(sums):
            left = Residual(arrays, weighted, start)
            return Fair(start, 0, 0, 0, worst, 0, extra, left.prices, left.day_prices)
        duals.append((int(((WEIGHT + extra) * sums).sum()), extra, start))
        if best is None:
            best = int(sums.min()), int(sums.sum()), start  # never worse off than by the highest total
        lack = (target - sums) / max(target, 1)
        extra = np.maximum(0, extra + np.rint(WEIGHT * np.where(lack > 0, lack, lack / 4)).astype(np.int64))
        if turn < 2 and int((lack > 0).sum()) > MANY_SHORT * len(sums):
            continue  # a flow is cheaper than many repairs
        before = best
        best = max(best, _repaired(arrays, start, target), key=better)
        if turn == 2 and best[0] < target:
            best, target = _highest(arrays, best, goal)
        if best[0] >= goal:
            close = _least(duals, best[0])[0] - best[1] <= gap * best[1]
            if close or (better(before)[0] == goal and best[1] - before[1] <= gap * best[1] / 4):
                break
    assert best is not None
    if best[0] < goal:
        best, _ = _highest(arrays, best, goal)
    if further:
        best = leximin(arrays, best, own_best, further)
    floor, total, chosen = best
    _, extra, start = _least(duals, floor)
    weighted = (WEIGHT + extra)[arrays.panel[arrays.seat]] * arrays.worth
    left = Residual(arrays, weighted, start)
    bound = bound_by_arrays(arrays, WEIGHT + extra, left.prices, left.day_prices)
    counted = (bound - floor * int(extra.sum())) // WEIGHT
    return Fair(chosen, floor, total, ceiling, worst, counted, WEIGHT + extra, left.prices, left.day_prices)


def _least(duals: list[tuple[int, Ints, Bools]], floor: int) -> tuple[int, Ints, Bools]:
    """The lowest bound of the total under a floor, and the weights and flow it comes from."""
    value, index = min(
        ((value - floor * int(extra.sum())) // WEIGHT, index) for index, (value, extra, _) in enumerate(duals)
    )
    return value, duals[index][1], duals[index][2]


def _repaired(arrays: Arrays, start: Bools, target: int) -> Found:
    """(floor, total, chosen) after lifting everybody towards `target` and winning back total."""
    import numpy as np

    floors = np.full(len(arrays.applications), target, dtype=np.int64)
    if not one_by_one(arrays):
        chosen = raised(arrays, start, floors)
        sums = arrays.sums(chosen)
        return int(sums.min()), int(sums.sum()), chosen
    state = Exchange(arrays, start, floors)
    if not lifted(state):
        # The floor was not reached: only the floor that stands binds while total is won back.
        state = Exchange(arrays, state.chosen, np.full_like(state.floor, int(state.sums.min())))
    polished(state)
    return int(state.sums.min()), int(state.sums.sum()), state.chosen


def _highest(arrays: Arrays, best: Found, goal: int, rounds: int = 6) -> tuple[Found, int]:
    """The best after bisection on the floor between what stands and the goal, and the floor to aim at
    next."""
    low, high = best[0], goal
    for _ in range(rounds):
        if high - low <= 1:
            break
        middle = (low + high + 1) // 2
        found = _repaired(arrays, best[2], middle)
        best = max(best, found, key=lambda entry: entry[:2])
        if found[0] >= middle:
            low = best[0]
        else:
            high = middle
        low = max(low, best[0])
    return best, max(low, best[0])
