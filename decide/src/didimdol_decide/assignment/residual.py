"""What one more exchange would cost: shortest ways in the residual graph of an optimal assignment.

Two uses: prices of the evaluators (a certificate that the total is the highest), and the exact loss of a pair that
was not chosen ("why not this one?") without solving again.
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
    """The residual graph of `chosen` under `worth` (integers, one a pair). Only for a `chosen` with the highest sum.

    dist: a potential of every node; prices: what a seat in each person's load is worth (>= 0 where the person is
    full, <= 0 where at the minimum), integers in the units of `worth`.
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
        flow = np.concatenate([chosen.astype(np.int64), through, spare, used - arrays.low])
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
        self.dist = self._settle(np.zeros(at.size, dtype=np.int64), self._costs)
        self.prices: Ints = self.dist[1 : at.seat] - self.dist[0]

    def _settle(self, dist: Ints, costs: Ints, goal: int | None = None) -> Ints:
        """Shortest ways from the given starting values (Bellman and Ford, all arcs of a round at once). With a
        `goal` (and no cost below zero) only what is nearer than the goal is settled."""
        import numpy as np

        if not len(self._starts):
            return dist
        for _ in range(self.at.size + 1):
            nearest = np.minimum.reduceat(dist[self._tails] + costs, self._starts)
            better = nearest < (
                dist[self._ends] if goal is None else np.minimum(dist[self._ends], dist[goal])
            )
            if not better.any():
                return dist
            dist[self._ends[better]] = nearest[better]
        raise ValueError("not an assignment with the highest total: there is an exchange that gains")

    def loss(self, arc: int) -> tuple[int, list[tuple[int, int]]] | None:
        """What the total loses, in the units of `worth`, when the pair `arc` must sit, and the moves that come with
        it: (+1 or -1, pair) each; None: no assignment has this pair. Exact: a cheapest cycle through the pair."""
        import numpy as np

        arrays = self.arrays
        if self.chosen[arc]:
            return 0, []
        start, goal = self._target(arc), int(1 + arrays.person[arc])
        # Against the potentials no arc is below zero, which keeps the rounds few.
        reduced = self._costs + self.dist[self._tails] - self.dist[self._heads]
        near = np.full(self.at.size, FAR, dtype=np.int64)
        near[start] = 0
        near = self._settle(near, reduced, goal)
        if near[goal] >= FAR:
            return None
        way = self._way(
            start, goal, (near[self._tails] < FAR) & (near[self._tails] + reduced == near[self._heads])
        )
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

    def _arc(self, person: int, target: int) -> int:
        import numpy as np

        own = np.flatnonzero(self.arrays.person == person - 1)
        return next(int(arc) for arc in own if self._target(int(arc)) == target)

    def _way(self, start: int, goal: int, tight: Bools) -> list[int]:
        """The way with the fewest nodes over the arcs `tight`, first found in node order."""
        ahead: dict[int, list[int]] = {}
        for tail, head in zip(self._tails[tight].tolist(), self._heads[tight].tolist(), strict=True):
            ahead.setdefault(tail, []).append(head)
        came = {start: start}
        queue = deque([start])
        while queue and goal not in came:
            node = queue.popleft()
            for head in ahead.get(node, ()):
                if head not in came:
                    came[head] = node
                    queue.append(head)
        way = [goal]
        while way[-1] != start:
            way.append(came[way[-1]])
        return way[::-1]
