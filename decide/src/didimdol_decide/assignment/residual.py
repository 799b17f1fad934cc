"""What one more exchange would cost: shortest ways in the residual graph of an optimal assignment.

Two uses: prices of the evaluators (a certificate that the total is the highest), and the exact loss of a pair
that was not chosen ("why not this one?") without solving again.
"""

from __future__ import annotations

import itertools
from collections import deque
from typing import TYPE_CHECKING

from didimdol_decide.assignment.arrays import Arrays
from didimdol_decide.assignment.flow import Nodes, middle, nodes

if TYPE_CHECKING:
    from didimdol_decide.assignment.arrays import Bools, Ints

FAR = 1 << 60


class Residual:
    """The residual graph of `chosen` under `worth` (integers, one a pair). Only for a `chosen` with the
    highest sum.

    dist: a potential of every node; prices: what a seat in each person's load is worth (>= 0 where the person
    is full, <= 0 where at the minimum), day_prices: what one more on that day is worth beyond it, by shift
    (> 0 only where it is full); integers in the units of `worth`.
    """

    at: Nodes

    def __init__(self, arrays: Arrays, worth: Ints, chosen: Bools) -> None:
        import numpy as np

        self.arrays, self.worth, self.chosen = arrays, worth, chosen
        self.at = at = nodes(arrays)
        tails, heads, room = middle(arrays)
        used = np.bincount(arrays.person[chosen], minlength=len(arrays.people))
        filled = np.bincount(arrays.seat[chosen], minlength=len(arrays.seats))
        gates = arrays.gate[chosen]
        through = np.bincount(gates[gates >= 0], minlength=len(arrays.gate_seat))
        spare = (filled - arrays.need)[arrays.free[arrays.panel] > 0]
        people = np.arange(len(arrays.people))
        shift = arrays.shift[chosen]
        there = np.bincount(shift[shift >= 0], minlength=arrays.shifts)
        flow = np.concatenate([chosen.astype(np.int64), through, spare, there, used - arrays.low])
        tails = np.concatenate([tails, np.zeros(len(people), dtype=np.int64)])
        heads = np.concatenate([heads, 1 + people])
        room = np.concatenate([room, arrays.high - arrays.low])
        costs = np.concatenate([-worth, np.zeros(len(tails) - len(worth), dtype=np.int64)])
        on, off = flow < room, flow > 0
        self._tails = np.concatenate([tails[on], heads[off]])
        heads = np.concatenate([heads[on], tails[off]])
        self._costs = np.concatenate([costs[on], -costs[off]])
        order = np.argsort(heads, kind="stable")
        self._tails, heads, self._costs = self._tails[order], heads[order], self._costs[order]
        self._starts = np.flatnonzero(np.r_[True, heads[1:] != heads[:-1]]) if len(heads) else order
        self._ends = heads[self._starts]
        self._heads = heads
        self.dist = self._settle(np.zeros(at.size, dtype=np.int64))
        self._reduced = self._costs + self.dist[self._tails] - self.dist[self._heads]
        self._by_tail = np.argsort(self._tails, kind="stable")
        self._pointer = np.searchsorted(self._tails[self._by_tail], np.arange(at.size + 1))
        self.prices: Ints = self.dist[1 : at.shift] - self.dist[0]
        persons = arrays.shift[:0] if arrays.days is None else arrays.days.person
        self.day_prices: Ints = np.maximum(0, self.dist[at.shift : at.seat] - self.dist[1 + persons])

    def _settle(self, dist: Ints) -> Ints:
        """Shortest ways from the given starting values (Bellman and Ford, all arcs of a round at once)."""
        import numpy as np

        if not len(self._starts):
            return dist
        for _ in range(self.at.size + 1):
            nearest = np.minimum.reduceat(dist[self._tails] + self._costs, self._starts)
            better = nearest < dist[self._ends]
            if not better.any():
                return dist
            dist[self._ends[better]] = nearest[better]
        raise ValueError("not an assignment with the highest total: there is an exchange that gains")

    def _spread(self, start: int, goal: int) -> Ints:
        """Shortest ways from `start` against the potentials, where no arc is below zero; what is not nearer
        than the goal is left unsettled."""
        import numpy as np

        near = np.full(self.at.size, FAR, dtype=np.int64)
        near[start] = 0
        front, reached = np.array([start]), np.zeros(self.at.size, dtype=bool)
        while len(front):
            first, last = self._pointer[front], self._pointer[front + 1]
            counts = last - first
            arcs = self._by_tail[
                np.repeat(first - np.cumsum(counts) + counts, counts) + np.arange(counts.sum())
            ]
            reach = np.repeat(near[front], counts) + self._reduced[arcs]
            heads = self._heads[arcs]
            nearer = reach < np.minimum(near[heads], near[goal])
            heads, reach = heads[nearer], reach[nearer]
            np.minimum.at(near, heads, reach)
            reached[heads] = True
            front = np.flatnonzero(reached)
            reached[front] = False
        return near

    def loss(self, arc: int) -> tuple[int, list[tuple[int, int]]] | None:
        """What the total loses, in the units of `worth`, when the pair `arc` must sit, and the moves that
        come with it: (+1 or -1, pair) each; None: no assignment has this pair. Exact: a cheapest cycle
        through the pair."""
        if self.chosen[arc]:
            return 0, []
        start, goal = self._target(arc), self._giver(arc)
        near = self._spread(start, goal)
        if near[goal] >= FAR:
            return None
        way = self._way(start, goal, near)
        moves = [(1, arc)]
        for tail, head in itertools.pairwise(way):
            if tail < self.at.seat and tail and head >= self.at.seat:
                moves.append((1, self._arc(tail, head)))
            elif head < self.at.seat and head and tail >= self.at.seat:
                moves.append((-1, self._arc(head, tail)))
        return int(near[goal] + self.dist[goal] - self.dist[start] - self.worth[arc]), moves

    def _target(self, arc: int) -> int:
        arrays = self.arrays
        gate = int(arrays.gate[arc])
        return self.at.seat + int(arrays.seat[arc]) if gate < 0 else self.at.gate + gate

    def _giver(self, arc: int) -> int:
        arrays = self.arrays
        shift = int(arrays.shift[arc])
        return 1 + int(arrays.person[arc]) if shift < 0 else self.at.shift + shift

    def _arc(self, giver: int, target: int) -> int:
        import numpy as np

        shift = giver - self.at.shift
        same = self.arrays.person == giver - 1 if shift < 0 else self.arrays.shift == shift
        fine = (int(arc) for arc in np.flatnonzero(same))
        return next(arc for arc in fine if self._giver(arc) == giver and self._target(arc) == target)

    def _way(self, start: int, goal: int, near: Ints) -> list[int]:
        """A shortest way with the fewest nodes, searched backwards; the first found in node order."""
        import numpy as np

        then = {goal: goal}
        queue = deque([goal])
        while start not in then:
            node = queue.popleft()
            low, high = np.searchsorted(self._heads, [node, node + 1])
            tails = self._tails[low:high]
            for tail in tails[near[tails] + self._reduced[low:high] == near[node]].tolist():
                if tail not in then:
                    then[tail] = node
                    queue.append(tail)
        way = [start]
        while way[-1] != goal:
            way.append(then[way[-1]])
        return way
