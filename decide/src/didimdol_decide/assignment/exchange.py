"""An assignment that changes by exchanges: along a chain or a circle of people, each passing one application
on.

An exchange at one application (one person out, another in) is allowed where it keeps the rules of the panel
and does not push it below its floor, or not lower than it is where it is below. So floors already reached are
never lost.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from didimdol_decide.assignment.arrays import Arrays

if TYPE_CHECKING:
    from didimdol_decide.assignment.arrays import Bools, Ints

FAR = 1 << 40
Step = tuple[int, int, int]
"""(application, person out, person in)"""


class Exchange:
    """chosen pairs as a matrix `sits` (applications x people), worth of each panel in `sums`, its floor in
    `floor` (millionths). cost[e, f]: the least loss at which e passes one application to f (`which[e, f]`);
    the last row and column stand for a load: a person below the limit may take one more, a person above the
    minimum give one up."""

    def __init__(self, arrays: Arrays, chosen: Bools, floor: Ints) -> None:
        import numpy as np

        self.arrays, self.floor = arrays, floor.copy()
        shape = (len(arrays.applications), len(arrays.people))
        row, column = arrays.panel[arrays.seat], arrays.person
        self.worth = np.zeros(shape, dtype=np.int32)
        self.worth[row, column] = arrays.worth
        self.sits = np.zeros(shape, dtype=bool)
        self.sits[row[chosen], column[chosen]] = True
        self.open = np.zeros(shape, dtype=bool)
        self.open[row, column] = ~chosen
        self.seat = np.full(shape, -1, dtype=np.int32)
        self.seat[row, column] = arrays.seat
        self.gate = np.full(shape, -1, dtype=np.int32)
        self.gate[row, column] = arrays.gate
        self.sums = arrays.sums(chosen)
        self.load = self.sits.sum(axis=0)
        gates = arrays.gate[chosen]
        self.room = arrays.gate_cap - np.bincount(gates[gates >= 0], minlength=len(arrays.gate_cap))
        self.room = np.append(self.room, 1)  # gate -1: no organisation cap, always room
        self.spare = np.bincount(arrays.seat[chosen], minlength=len(arrays.seats)) - arrays.need
        size = shape[1] + 1
        self.cost = np.full((size, size), FAR, dtype=np.int64)
        self.which = np.full((size, size), -1, dtype=np.int64)
        self.refresh(range(shape[1]))

    def chosen(self) -> Bools:
        """The pairs, as the arrays count them."""
        found: Bools = self.sits[self.arrays.panel[self.arrays.seat], self.arrays.person]
        return found

    def allowed(self, rows: Ints, out: Ints) -> Bools:
        """Whether person f may come for person out[i] at application rows[i]: a matrix (i, f). Rules only."""
        seat_out = self.seat[rows, out][:, None]
        gate_in, gate_out = self.gate[rows], self.gate[rows, out][:, None]
        same_seat = (self.seat[rows] == seat_out) | (self.spare[seat_out] > 0)
        has_room = (self.room[gate_in] > 0) | (gate_in == gate_out)
        found: Bools = self.open[rows] & same_seat & has_room
        return found

    def refresh(self, people: range | set[int]) -> None:
        """Count the exchange costs of these people anew."""
        import numpy as np

        for person in people:
            rows = np.flatnonzero(self.sits[:, person])
            self.cost[person] = FAR
            if len(rows):
                loss = self.worth[rows, person][:, None] - self.worth[rows].astype(np.int64)
                after = self.sums[rows][:, None] - loss
                floor = np.minimum(self.floor[rows], self.sums[rows])[:, None]
                fine = self.allowed(rows, np.full(len(rows), person)) & (after >= floor)
                loss = np.where(fine, loss, FAR)
                best = loss.argmin(axis=0)
                self.cost[person, :-1] = loss[best, np.arange(loss.shape[1])]
                self.which[person, :-1] = rows[best]
            self.cost[person, -1] = 0 if self.load[person] < self.arrays.high[person] else FAR
            self.cost[-1, person] = 0 if self.load[person] > self.arrays.low[person] else FAR

    def apply(self, steps: list[Step]) -> None:
        """Carry out exchanges at different applications; the loads must come out even."""
        touched: set[int] = set()
        for row, out, into in steps:
            self.sits[row, out], self.sits[row, into] = False, True
            self.open[row, out], self.open[row, into] = True, False
            self.sums[row] += int(self.worth[row, into]) - int(self.worth[row, out])
            self.load[out] -= 1
            self.load[into] += 1
            if self.gate[row, out] >= 0:
                self.room[self.gate[row, out]] += 1
            if self.gate[row, into] >= 0:
                self.room[self.gate[row, into]] -= 1
            self.spare[self.seat[row, out]] -= 1
            self.spare[self.seat[row, into]] += 1
            touched.update(self.sits[row].nonzero()[0].tolist(), (out, into))
        self.refresh(touched)

    def steps(self, way: list[int]) -> list[Step] | None:
        """The exchanges along a way of people; None where an application would have to change twice."""
        last = len(self.cost) - 1
        found = [(int(self.which[e, f]), e, f) for e, f in itertools.pairwise(way) if last not in (e, f)]
        rows = [row for row, _, _ in found]
        return found if len(set(rows)) == len(rows) else None

    def lift(self, row: int, hops: int = 5, tries: int = 12) -> bool:
        """Raise one application that is below its floor: someone better comes, and a chain of exchanges makes
        up for it. The cheapest chain that reaches the floor; else the largest raise. False: none found."""
        import numpy as np

        panel = np.flatnonzero(self.sits[row])
        if not len(panel):
            return False
        allowed = self.allowed(np.full(len(panel), row), panel)
        gain = self.worth[row].astype(np.int64)[None, :] - self.worth[row, panel][:, None]
        missing = int(self.floor[row] - self.sums[row])
        found: list[tuple[bool, int, int, int, int]] = []
        ways: dict[int, list[Ints]] = {}
        for index, out in enumerate(panel.tolist()):
            near = np.full(len(self.cost), FAR, dtype=np.int64)
            near[out] = 0
            turns: list[Ints] = []
            for _ in range(hops):
                through = self.cost + near
                turn = through.argmin(axis=1)
                further = through[np.arange(len(near)), turn]
                stay = near <= further
                turns.append(np.where(stay, -1, turn))
                near = np.where(stay, near, further)
            ways[out] = turns
            better = np.flatnonzero(allowed[index] & (gain[index] > 0) & (near[:-1] < FAR // 2))
            for person in better.tolist():
                up = int(gain[index, person])
                loss = int(near[person]) - up
                enough = up >= missing
                found.append((not enough, loss if enough else -up, loss, out, person))
        found.sort()
        for _, _, _, out, person in found[:tries]:
            way = [person]
            for turn in reversed(ways[out]):
                following = int(turn[way[-1]])
                if following >= 0:
                    way.append(following)
            steps = self.steps(way) if way[-1] == out and len(set(way)) == len(way) else None
            if steps is not None and all(step[0] != row for step in steps):
                self.apply([(row, out, person), *steps])
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

    def polish(self, rounds: int = 10_000) -> int:
        """Carry out circles of exchanges that gain, under the floors; the gain in all."""
        import numpy as np

        before = int(self.sums.sum())
        barred: set[tuple[int, int]] = set()
        for _ in range(rounds):
            circle = self._circle(barred)
            if circle is None:
                break
            steps = self.steps([*circle, circle[0]])
            if steps is None:
                # One application would change twice: that way is closed from now on.
                barred.add(max(_around(circle), key=lambda pair: (int(self.which[pair]), pair)))
                continue
            self.apply(steps)
        return int(np.int64(self.sums.sum()) - before)

    def _circle(self, barred: set[tuple[int, int]]) -> list[int] | None:
        """A circle of people with a negative sum of costs (Bellman and Ford); None: there is none."""
        import numpy as np

        cost = self.cost
        if barred:
            cost = cost.copy()
            for pair in barred:
                cost[pair] = FAR
        size = len(cost)
        near = np.zeros(size, dtype=np.int64)
        turn = np.full(size, -1, dtype=np.int64)
        for _ in range(size + 1):
            through = cost + near
            best = through.argmin(axis=1)
            further = through[np.arange(size), best]
            better = further < near
            if not better.any():
                return None
            turn[better] = best[better]
            near = np.where(better, further, near)
            circle = _loop(turn.tolist())
            if (
                circle is not None
                and sum(int(cost[e, f]) for e, f in zip(circle, [*circle[1:], circle[0]], strict=True)) < 0
            ):
                return circle
        return None


def _around(circle: list[int]) -> list[tuple[int, int]]:
    return list(itertools.pairwise([*circle, circle[0]]))


def _loop(turn: list[int]) -> list[int] | None:
    """A circle in a table of successors (-1: none)."""
    seen = [0] * len(turn)
    for first in range(len(turn)):
        node = first
        way: list[int] = []
        while node >= 0 and not seen[node]:
            seen[node] = first + 1
            way.append(node)
            node = turn[node]
        if node >= 0 and seen[node] == first + 1 and node in way:
            return way[way.index(node) :]
    return None
