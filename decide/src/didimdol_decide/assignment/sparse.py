"""A large problem by a part of its pairs, until the prices prove that no other pair would help.

Each application keeps those who suit it best, each evaluator what suits them best. After each flow the pairs
left out are priced, all of them, a block of applications at a time: one whose worth is above what its two
ends are worth (their potentials) may raise the total and comes in. When there is none left, the assignment is
the best of the whole problem (column generation: Ford and Fulkerson 1958, Gilmore and Gomory 1961). Where no
flow exists, pairs across the smallest cut come in; when none crosses it, the cut proves it for the whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from didimdol_decide.assignment.allowed import Allowed, Picked, joined
from didimdol_decide.assignment.arrays import Arrays, make_arrays
from didimdol_decide.assignment.bounds import best_panels, rank, scores
from didimdol_decide.assignment.days import ByDay, by_day, day_costs
from didimdol_decide.assignment.flow import largest, nodes
from didimdol_decide.assignment.remaining import Remaining
from didimdol_decide.assignment.residual import Residual
from didimdol_decide.progress import phase

if TYPE_CHECKING:
    from didimdol_decide.assignment.arrays import Bools, Ints

MOST = 3_000_000
"""Most pairs of a problem that is solved with all of them."""

ROUNDS = 40
"""Most flows of one search whose prices are tried on all pairs."""

FIRST = 64
"""Most pairs of a seat, and of an evaluator, to begin with."""

COMING = 20
"""Most pairs of an application that come in at once."""

Part = tuple["Ints", "Ints", "Ints", "Ints"]
"""(row, person, worth, score)"""


class Kept:
    """The pairs kept of all that are allowed: to begin with the best of each seat and of each evaluator,
    fewer than `most`, and those in `near`."""

    def __init__(
        self, left: Remaining, allowed: Allowed, most: int, near: Iterable[tuple[str, str]] = ()
    ) -> None:
        self.left, self.allowed = left, allowed
        listed = allowed.listed()
        seat = allowed.seat_of[listed.row, allowed.body[listed.person]]
        score = listed.worth * 1024 + _spread(listed.row, listed.person)
        keep = _highest(seat, score, min(FIRST, most // (2 * max(1, len(allowed.applications)))))
        keep |= _highest(listed.person, score, min(FIRST, most // (4 * max(1, len(allowed.people)))))
        self._keys = listed.row[keep] * len(allowed.people) + listed.person[keep]
        self._worth = listed.worth[keep]
        self.add(allowed.named(near))

    def __len__(self) -> int:
        return len(self._keys)

    def arrays(self) -> Arrays:
        """The problem with the pairs kept alone."""
        people = max(1, len(self.allowed.people))
        picked = Picked(self._keys // people, self._keys % people, self._worth)
        return make_arrays(self.left, self.allowed, picked)

    def add(self, more: Picked) -> None:
        """These pairs come in, if they are not there."""
        import numpy as np

        keys = np.concatenate([self._keys, more.row * len(self.allowed.people) + more.person])
        self._keys, first = np.unique(keys, return_index=True)
        self._worth = np.concatenate([self._worth, more.worth])[first]

    def inside(self, first: int, last: int) -> tuple[Ints, Ints]:
        """(row within the block, person) of the pairs kept of a block of applications."""
        import numpy as np

        people = len(self.allowed.people)
        ends = np.searchsorted(self._keys, [first * people, last * people])
        keys = self._keys[ends[0] : ends[1]]
        return keys // people - first, keys % people


@dataclass(frozen=True)
class Found:
    """The pairs chosen of those kept (`arrays`), or None where no assignment exists. residual: of the last
    flow. flows: so many were solved."""

    arrays: Arrays
    chosen: Bools | None
    residual: Residual | None
    flows: int


def search(kept: Kept, solve: Callable[[Arrays], tuple[Bools | None, Ints]]) -> Found:
    """The best of the whole problem, by as few of its pairs as it takes, unless ROUNDS flows do not prove it.
    solve: (the pairs with the highest sum of worths, None where no assignment exists; these worths, by pair:
    the affinity for those that are not kept from the beginning)."""
    flows = 0
    while True:
        arrays = kept.arrays()
        chosen, worth = solve(arrays)
        flows += 1
        phase(f"배정 계산 중: {flows}회, 쌍 {len(kept):,}개", f"assigning: flow {flows}, {len(kept):,} pairs")
        if chosen is None:
            more = _across(kept, arrays)
            if not len(more.row):
                return Found(arrays, None, None, flows)
            kept.add(more)
            continue
        residual = Residual(arrays, worth, chosen)
        more = priced(kept, arrays, residual)
        if not len(more.row) or flows >= ROUNDS:
            return Found(arrays, chosen, residual, flows)
        kept.add(more)


def priced(kept: Kept, arrays: Arrays, residual: Residual) -> Picked:
    """Pairs left out that could raise the total: of each application the best few."""
    import numpy as np

    allowed, dist, at = kept.allowed, residual.dist, residual.at
    people = day_costs(arrays, dist[1 : at.shift], residual.day_prices)
    seats = np.append(dist[at.seat : at.gate], 0)
    gates = _Gates(allowed, arrays)
    tolls = np.maximum(0, dist[at.seat + arrays.gate_seat] - dist[at.gate : at.free])
    parts: list[Part] = []
    for first, last in allowed.blocks():
        worth = allowed.worth(first, last)
        gain = seats[allowed.seat_of[first:last]][:, allowed.body]
        gain += worth
        gain -= people.rows(first, last)
        gain[kept.inside(first, last)] = 0
        row, person = np.nonzero((gain > 0) & allowed.may(first, last))
        gate = gates.of(row + first, person)
        score = gain[row, person] - np.where(gate >= 0, np.append(tolls, 0)[gate], 0)
        fine = score > 0
        row, person, score = row[fine], person[fine], score[fine]
        parts.append((row + first, person, worth[row, person].astype(np.int64), score))
    return _few(parts)


def _across(kept: Kept, arrays: Arrays) -> Picked:
    """Pairs left out from one side of a smallest cut to the other; none: the cut is one of the whole problem,
    which has no assignment either."""
    import numpy as np

    allowed, at = kept.allowed, nodes(arrays)
    gates = _Gates(allowed, arrays)
    for gives, due in ((arrays.high, arrays.open_seats), (arrays.low, int(arrays.low.sum()))):
        value, side = largest(arrays, gives)
        if value == due:
            continue
        near = np.zeros(at.size, dtype=bool)
        near[sorted(side)] = True
        people, seats, through = (
            by_day(arrays, near[1 : at.shift], near[at.shift : at.seat]),
            np.append(near[at.seat : at.gate], True),
            near[at.gate : at.free],
        )
        parts: list[Part] = []
        for first, last in allowed.blocks():
            open_to = (
                allowed.may(first, last)
                & people.rows(first, last)
                & ~seats[allowed.seat_of[first:last]][:, allowed.body]
            )
            open_to[kept.inside(first, last)] = False
            row, person = np.nonzero(open_to)
            gate = gates.of(row + first, person)
            fine = ~np.append(through, False)[gate]
            row, person = row[fine], person[fine]
            worth = allowed.worth(first, last)[row, person].astype(np.int64)
            parts.append((row + first, person, worth, worth))
        return _few(parts)
    raise RuntimeError("the solver found no assignment, yet no bottleneck exists")


class _Gates:
    """The gates that there are, by application and person."""

    def __init__(self, allowed: Allowed, arrays: Arrays) -> None:
        import numpy as np

        self._allowed, self._many = allowed, int(allowed.house.max(initial=0)) + 1
        through = np.flatnonzero(arrays.gate >= 0)
        house = np.zeros(len(arrays.gate_seat), dtype=np.int64)
        house[arrays.gate[through]] = allowed.house[arrays.person[through]]
        keys = arrays.gate_seat * self._many + house
        self._gate = np.argsort(keys)
        self._keys = keys[self._gate]

    def of(self, row: Ints, person: Ints) -> Ints:
        """The gate through which each pair would come; -1: none yet. Nobody else of the organisation comes
        through that one then, or too few to fill it, and it costs nothing."""
        import numpy as np

        if not len(self._keys):
            return np.full(len(row), -1, dtype=np.int64)
        house = self._allowed.house[person]
        keys = self._allowed.seat_of[row, self._allowed.body[person]] * self._many + house
        place = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
        found: Ints = np.where((self._keys[place] == keys) & (house >= 0), self._gate[place], -1)
        return found


def best_of_all(kept: Kept, weights: Ints, prices: ByDay) -> Ints:
    """The highest sum of weight x worth - price that each application's open seats can get of all allowed
    pairs, alone in the world.

    What a panel takes of a body are that body's highest scores under the caps, as many as it takes, and never
    more than the seats that are open to it. So if the highest few are as many under the caps, lower ones
    change nothing; where they are not, all pairs are looked at."""
    import numpy as np

    allowed, left = kept.allowed, kept.left
    open_to = [count + left.free.get(application, 0) for (application, _), count in left.seats.items()]
    few = max(open_to, default=0) + COMING
    of_body = [np.flatnonzero(allowed.body == body) for body in range(len(allowed.bodies))]
    parts = []
    for first, last in allowed.blocks():
        worth, may = allowed.worth(first, last), allowed.may(first, last)
        gain = weights[first:last, None] * worth.astype(np.int64) - prices.rows(first, last)
        gain[~may] = np.iinfo(np.int64).min
        for people in of_body:
            most = min(few, len(people))
            cut = len(people) - most
            top = np.argpartition(gain[:, people], cut, axis=1)[:, cut:] if cut else np.arange(most)[None]
            person = np.sort(people[np.broadcast_to(top, (last - first, most))], axis=1).ravel()
            row = np.repeat(np.arange(last - first), most)
            fine = may[row, person]
            row, person = row[fine], person[fine]
            parts.append((row + first, person, worth[row, person]))
    arrays = make_arrays(left, allowed, joined(parts))
    found = best_panels(arrays, scores(arrays, weights, prices))
    # Seats whose highest few are not all there are, and under the caps fewer than the seats open to them.
    listed = np.bincount(arrays.seat, minlength=len(arrays.seats))
    under_caps = np.bincount(arrays.seat[arrays.gate < 0], minlength=len(arrays.seats))
    through = np.bincount(arrays.gate[arrays.gate >= 0], minlength=len(arrays.gate_cap))
    np.add.at(under_caps, arrays.gate_seat, np.minimum(through, arrays.gate_cap))
    short = np.unique(arrays.panel[(listed >= few) & (under_caps < np.array(open_to, dtype=np.int64))])
    if len(short):
        rest = joined([_row(allowed, row) for row in short.tolist()])
        whole = make_arrays(left, allowed, rest)
        found[short] = best_panels(whole, scores(whole, weights, prices))[short]
    return found


def _row(allowed: Allowed, row: int) -> tuple[Ints, Ints, Ints]:
    """All allowed pairs of one application."""
    import numpy as np

    person = allowed.may(row, row + 1)[0].nonzero()[0]
    return np.full(len(person), row, dtype=np.int64), person, allowed.worth(row, row + 1)[0, person]


def _spread(row: Ints, person: Ints) -> Ints:
    """0..1023 for a pair, so that equals do not all choose the same people."""
    found: Ints = ((row * 40_503 + person * 30_011) * 2_654_435_761 >> 7) & 1023
    return found


def _highest(group: Ints, score: Ints, each: int) -> Bools:
    """Which entries are among the `each` (at least one) of their group with the highest scores."""
    import numpy as np

    top, bottom = int(score.max(initial=0)), int(score.min(initial=0))
    if (int(group.max(initial=0)) + 1) * (top - bottom + 1) < 1 << 62:
        order = np.argsort(group * (top - bottom + 1) + (top - score))
    else:
        order = np.lexsort((-score, group))
    found = np.zeros(len(group), dtype=bool)
    found[order[rank(group[order]) < max(1, each)]] = True
    return found


def _few(parts: list[Part]) -> Picked:
    """The best few of every application, by score; an application is whole within a part."""
    chosen = []
    for row, person, worth, score in parts:
        few = _highest(row, score * 1024 + _spread(row, person), COMING)
        chosen.append((row[few], person[few], worth[few]))
    return joined(chosen)
