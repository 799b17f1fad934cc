"""An assignment that changes by exchanges: along a chain or a circle of people, each passing one application
on.

An exchange at one application (one person out, another in) is allowed where it keeps the rules of the panel
and does not push it below its floor, or not lower than it is where it is below. So floors already reached are
never lost. Who comes must have room on that day, whatever they pass on: a daily maximum holds at every step.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from didimdol_decide.assignment.arrays import Arrays
from didimdol_decide.assignment.ways import FAR, Ways

if TYPE_CHECKING:
    from didimdol_decide.assignment.arrays import Bools, Ints

HOPS = 5

MOST_PEOPLE = 5_000
"""Most people whose exchanges are searched one by one: what each costs with everybody is held."""

Step = tuple[int, int]
"""(pair that goes, pair that comes), of one application"""


def one_by_one(arrays: Arrays) -> bool:
    """Whether exchanges are searched one by one; else at all applications at once (at_once.py)."""
    return len(arrays.people) <= MOST_PEOPLE


class Exchange:
    """chosen: the pairs that sit; sums: worth of each panel, its floor in `floor` (millionths).
    ways.cost[e, f]: the least loss at which e passes one application to f (`which[e, f]`: the pair that
    comes); the last row and column stand for a load: a person below the limit may take one more, a person
    above the minimum give one up."""

    def __init__(self, arrays: Arrays, chosen: Bools, floor: Ints) -> None:
        import numpy as np

        self.arrays, self.floor = arrays, floor.copy()
        self.row = arrays.panel[arrays.seat]
        self.worth = arrays.worth.astype(np.int32)
        # The pairs of an application stand together.
        self.start = np.searchsorted(self.row, np.arange(len(arrays.applications) + 1))
        # One seat a panel and no gate: whoever is free for it may come.
        each = np.arange(len(arrays.applications))
        self._plain = np.array_equal(arrays.panel, each) and not len(arrays.gate_cap)
        self.begin(chosen)

    def begin(self, chosen: Bools) -> None:
        """Start from another assignment, under the same floors."""
        import numpy as np

        arrays = self.arrays
        self.chosen = chosen.copy()
        self.sums = arrays.sums(chosen)
        self.holds: list[dict[int, int]] = [{} for _ in arrays.people]
        taken = np.flatnonzero(chosen)
        for arc, row, person in zip(
            taken.tolist(), self.row[taken].tolist(), arrays.person[taken].tolist(), strict=True
        ):
            self.holds[person][row] = arc
        gates = arrays.gate[chosen]
        self.room = arrays.gate_cap - np.bincount(gates[gates >= 0], minlength=len(arrays.gate_cap))
        self.room = np.append(self.room, 1)  # gate -1: no organisation cap, always room
        shift = arrays.shift[chosen]
        there = np.bincount(shift[shift >= 0], minlength=arrays.shifts)
        self.day_room = np.append(there * 0 if arrays.days is None else arrays.days.cap - there, 1)
        self._moved = False  # room on some day has changed since all costs were counted
        self.spare = np.bincount(arrays.seat[chosen], minlength=len(arrays.seats)) - arrays.need
        people = len(arrays.people)
        self.ways = Ways(people)
        self.which = np.full((people + 1, people + 1), -1, dtype=np.int32)
        self.refresh(range(people))

    def allowed(self, outs: Ints) -> tuple[Ints, Ints]:
        """(which of `outs`, pair that may come for it): every exchange within the rules, floors aside."""
        import numpy as np

        arrays, rows = self.arrays, self.row[outs]
        counts = self.start[rows + 1] - self.start[rows]
        place = np.repeat(np.arange(len(outs)), counts)
        into = np.arange(len(place)) + (self.start[rows] - np.cumsum(counts) + counts)[place]
        fine = ~self.chosen[into]
        if not self._plain:
            seat = arrays.seat[outs]
            gate = arrays.gate[into]
            fine &= (arrays.seat[into] == seat[place]) | (self.spare[seat] > 0)[place]
            fine &= (self.room[gate] > 0) | (gate == arrays.gate[outs][place])
        if arrays.days is not None:
            fine &= self.day_room[arrays.shift[into]] > 0
        return place[fine], into[fine]

    def refresh(self, people: Iterable[int]) -> None:
        """Count the exchange costs of these people anew."""
        import numpy as np

        cost, which = self.ways.cost, self.which
        for person in people:
            outs = np.array(sorted(self.holds[person].values()), dtype=np.int64)
            cost[person] = FAR
            place, into = self.allowed(outs)
            loss = self.worth[outs][place] - self.worth[into]
            rows = self.row[outs]
            spare = np.minimum(np.maximum(0, self.sums[rows] - self.floor[rows]), FAR - 1)
            fine = loss <= spare[place]
            into, loss = into[fine], loss[fine]
            heads = self.arrays.person[into]
            np.minimum.at(cost[person], heads, loss)
            least = loss == cost[person, heads]
            which[person, heads[least]] = into[least]
            load = len(self.holds[person])
            cost[person, -1] = 0 if load < self.arrays.high[person] else FAR
            cost[-1, person] = 0 if load > self.arrays.low[person] else FAR
            self.ways.renew(person)

    def apply(self, steps: list[Step]) -> None:
        """Carry out exchanges at different applications; the loads must come out even."""
        touched: set[int] = set()
        for out, into in steps:
            row = int(self.row[out])
            self.chosen[out], self.chosen[into] = False, True
            del self.holds[self.arrays.person[out]][row]
            self.holds[self.arrays.person[into]][row] = into
            self.sums[row] += int(self.worth[into]) - int(self.worth[out])
            for arc, sign in ((out, 1), (into, -1)):
                if self.arrays.gate[arc] >= 0:
                    self.room[self.arrays.gate[arc]] += sign
                self.spare[self.arrays.seat[arc]] -= sign
            touched.update(self.arrays.person[self.panel(row)].tolist(), [int(self.arrays.person[out])])
        if self.arrays.days is not None:
            self._seat_on_days(steps)
        self.refresh(sorted(touched))

    def _seat_on_days(self, steps: list[Step]) -> None:
        """Count who comes and goes on each day, and close the ways to those who have no room there."""
        import numpy as np

        shift = self.arrays.shift
        for out, into in steps:
            self.day_room[shift[out]] += shift[out] >= 0
            self.day_room[shift[into]] -= shift[into] >= 0
            self._moved |= bool(shift[out] >= 0 or shift[into] >= 0)
        for _, into in steps:
            if not self.day_room[shift[into]]:
                person = int(self.arrays.person[into])
                best = self.which[:-1, person]
                by_it = (best >= 0) & (shift[best] == shift[into])
                self.ways.close_from(np.flatnonzero(by_it), person)

    def _reopen(self) -> bool:
        """Count all costs anew where room on some day has changed; False: it has not."""
        if not self._moved:
            return False
        self._moved = False
        self.refresh(range(len(self.holds)))
        return True

    def panel(self, row: int) -> Ints:
        """The pairs that sit on an application."""
        first, last = self.start[row], self.start[row + 1]
        found: Ints = first + self.chosen[first:last].nonzero()[0]
        return found

    def steps(self, way: list[int]) -> list[Step] | None:
        """The exchanges along a way of people; None where an application would have to change twice."""
        last = len(self.holds)
        into = [(e, int(self.which[e, f])) for e, f in itertools.pairwise(way) if last not in (e, f)]
        rows = [int(self.row[arc]) for _, arc in into]
        if len(set(rows)) < len(rows):
            return None
        return [(self.holds[e][row], arc) for (e, arc), row in zip(into, rows, strict=True)]

    def lift(self, row: int, tries: int = 12) -> bool:
        """Raise one application that is below its floor: someone better comes, and a chain of exchanges makes
        up for it. The cheapest chain that reaches the floor, else the largest raise. False: none found."""
        return self._lift(row, tries, False) or self._lift(row, tries, True)

    def _lift(self, row: int, tries: int, whole: bool) -> bool:
        import numpy as np

        person = self.arrays.person
        missing = int(self.floor[row] - self.sums[row])
        found: list[tuple[bool, int, int, int, int]] = []
        turns: dict[int, list[Ints]] = {}
        for out in self.panel(row).tolist():
            _, into = self.allowed(np.array([out]))
            into = into[self.worth[into] > self.worth[out]]
            near, turns[out] = self.ways.nearest(int(person[out]), person[into], HOPS, whole)
            into = into[near[person[into]] < FAR // 2]
            ups = (self.worth[into] - self.worth[out]).tolist()
            for arc, up, way in zip(into.tolist(), ups, near[person[into]].tolist(), strict=True):
                found.append((up < missing, way - up if up >= missing else -up, way - up, out, arc))
        for _, _, _, out, arc in heapq.nsmallest(tries, found):
            way = [int(person[arc])]
            for turn in turns[out]:
                following = int(turn[way[-1]])
                if following >= 0:
                    way.append(following)
            steps = self.steps(way) if way[-1] == person[out] and len(set(way)) == len(way) else None
            if steps is not None and all(self.row[step[0]] != row for step in steps):
                self.apply([(out, arc), *steps])
                return True
        return False

    def lift_all(self) -> bool:
        """Lift every application that is below its floor, the worst-off first; True: all floors are
        reached."""
        import numpy as np

        stuck: set[int] = set()
        while True:
            short = np.flatnonzero(self.sums < self.floor)
            order = short[np.argsort(self.sums[short], kind="stable")].tolist()
            rows = [row for row in order if row not in stuck]
            if not rows:
                return not order
            if self.lift(rows[0]):
                continue
            stuck.add(rows[0])
            if self._reopen():
                stuck.clear()

    def polish(self, rounds: int = 10_000) -> int:
        """Carry out circles of exchanges that gain, under the floors; the gain in all."""
        import numpy as np

        before = int(self.sums.sum())
        barred: set[int] = set()
        if not self.holds:
            return 0
        for _ in range(rounds):
            circle = self.ways.circle()
            if circle is None:
                if not self._reopen():
                    break
                continue
            around = [*circle, circle[0]]
            steps = self.steps(around)
            if steps is None:
                # One application would change twice: that way is closed until its people change.
                pair = max(itertools.pairwise(around), key=lambda pair: (int(self.which[pair]), pair))
                self.ways.close(*pair)
                barred.add(pair[0])
                continue
            self.apply(steps)
        self.refresh(sorted(barred))
        return int(np.int64(self.sums.sum()) - before)


def within_days(state: Exchange) -> bool:
    """Lift and win back total by exchanges among the applications of one day, day by day: everybody's number
    on that day stays, so that daily maxima that are full are no obstacle. False: nothing was gained."""
    import numpy as np

    arrays = state.arrays
    if arrays.days is None:
        return False
    chosen = state.chosen.copy()
    before = int(np.minimum(state.sums, state.floor).sum()), int(state.sums.sum())
    for day in range(len(arrays.days.names)):
        own = arrays.days.on == day
        pairs = own[state.row]
        parts = {key: getattr(arrays, key)[pairs] for key in ("seat", "person", "worth", "gate")}
        loads = np.bincount(parts["person"][chosen[pairs]], minlength=len(arrays.people))
        alone = replace(arrays, **parts, low=loads, high=loads, days=None)
        part = Exchange(alone, chosen[pairs], np.where(own, state.floor, -FAR))
        part.lift_all()
        part.polish()
        chosen[pairs] = part.chosen
    sums = arrays.sums(chosen)
    if (int(np.minimum(sums, state.floor).sum()), int(sums.sum())) <= before:
        return False
    state.begin(chosen)
    return True


def polished(state: Exchange) -> None:
    """Win back total, over all days and within each in turn, until nothing is gained any more."""
    state.polish()
    while within_days(state) and state.polish():
        pass
