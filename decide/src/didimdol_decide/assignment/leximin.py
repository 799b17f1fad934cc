"""Fair beyond the worst-off: the second worst-off as high as can be, then the third, and so on.

No panel is worth more than the best that its application could have alone in the world. So the k-th lowest
panel of an assignment is worth at most the k-th lowest of those own bests, and where the lowest few all meet
theirs, no assignment is fairer to them (`proved_places`): anybody can sort the two lists. Beyond, the search
raises what it can, within a number of tries, and claims nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from didimdol_decide.assignment.arrays import Arrays
from didimdol_decide.assignment.at_once import raised
from didimdol_decide.assignment.exchange import Exchange, one_by_one, polished, within_days

if TYPE_CHECKING:
    from didimdol_decide.assignment.arrays import Bools, Ints

Found = tuple[int, int, "Bools"]
"""(floor, total, chosen)"""

FINE = 4
"""Tries between a level that was reached and the next own best."""


def proved_places(sums: list[int], own_best: list[int]) -> int:
    """How many of the worst-off are proved: places from the lowest at which no assignment can be higher while
    the lower places stand."""
    count = 0
    for have, most in zip(sorted(sums), sorted(own_best), strict=True):
        if have != most:
            break
        count += 1
    return count


def lifted(state: Exchange) -> bool:
    """Lift and polish in turn until all floors are reached (True) or nothing moves any more."""
    import numpy as np

    missing = -1
    while not state.lift_all():
        # What polishing moves may open ways for those who are stuck; else it ends here.
        before, missing = missing, int(np.maximum(0, state.floor - state.sums).sum())
        if (missing == before or not state.polish()) and not within_days(state):
            return bool((state.sums >= state.floor).all())
    return True


def leximin(arrays: Arrays, start: Found, own_best: Ints, tries: int) -> Found:
    """The assignment `start` with the second worst-off raised as high as was found, then the third, ...;
    nobody below a level once reached. A level is what every application gets, or its own best where that is
    less. Where no higher level is found for all, who is lowest stays as they are and the others go on."""
    import numpy as np

    chosen, level = start[2], start[0]
    floors = np.minimum(own_best, level)
    held = np.zeros(len(own_best), dtype=bool)
    while tries > 0:
        levels = np.unique(own_best[~held & (own_best > level)])
        if not len(levels):
            break
        # Ever larger steps upwards until one fails, then halves: (reached, failed) as places in `levels`.
        reached, failed, stride = -1, len(levels), 1
        while tries > 0 and failed - reached > 1:
            index = min(reached + stride, failed - 1) if failed == len(levels) else (reached + failed) // 2
            aim = np.where(held, floors, np.minimum(own_best, levels[index]))
            tries -= 1
            found = _reached(arrays, chosen, aim)
            if found is None:
                failed = index
            else:
                chosen, floors, level, reached, stride = found, aim, int(levels[index]), index, stride * 2
        if failed == len(levels):
            continue
        low, high = level, int(levels[failed])
        for _ in range(min(FINE, tries)):
            if high - low <= 1:
                break
            middle = (low + high) // 2
            aim = np.where(held, floors, np.minimum(own_best, middle))
            tries -= 1
            found = _reached(arrays, chosen, aim)
            if found is None:
                high = middle
            else:
                chosen, floors, low = found, aim, middle
        level = low
        # Whoever stands lowest of those who could have more is held where they are.
        sums = arrays.sums(chosen)
        rest = ~held & (own_best > level)
        lowest = int(sums[rest].min())
        stuck = rest & (sums == lowest)
        held |= stuck
        floors[stuck] = lowest
    if one_by_one(arrays):
        state = Exchange(arrays, chosen, floors)
        polished(state)
        chosen = state.chosen
    sums = arrays.sums(chosen)
    return int(sums.min()), int(sums.sum()), chosen


def _reached(arrays: Arrays, start: Bools, floors: Ints) -> Bools | None:
    if not one_by_one(arrays):
        found = raised(arrays, start, floors)
        return found if (arrays.sums(found) >= floors).all() else None
    state = Exchange(arrays, start, floors)
    return state.chosen if lifted(state) else None
