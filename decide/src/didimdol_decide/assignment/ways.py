"""Cheap ways and circles through people, in a matrix of what it costs that one passes something to another.

Searches go along the few cheapest steps of each person first, which nearly always are enough; the whole
matrix is searched only for a way that was not found so. Nothing that is proved rests on either.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from didimdol_decide.assignment.arrays import Bools, Ints

FAR = 1 << 29
"""No way; two of them still fit in 32 bits."""

FEW = 64

BLOCK = 500
"""People whose steps to everybody are looked at together."""


class Ways:
    """cost[e, f] of a step from person e to f, whole numbers of 32 bits; the last row and column stand for a
    load that nobody has or gives up."""

    def __init__(self, people: int) -> None:
        import numpy as np

        size = people + 1
        self.cost = np.full((size, size), FAR, dtype=np.int32)
        few = min(FEW, people)
        self._few = np.zeros((people, few), dtype=np.int64)
        self._few_cost = np.full((people, few), FAR, dtype=np.int32)
        self._labels = np.zeros(size, dtype=np.int64)

    def renew(self, person: int) -> None:
        """The steps of a person (but not to the last column) have changed."""
        import numpy as np

        row = self.cost[person, :-1]
        few = self._few.shape[1]
        cheapest = np.sort(np.argpartition(row, few - 1)[:few]) if few < len(row) else np.arange(few)
        self._few[person], self._few_cost[person] = cheapest, row[cheapest]

    def close(self, tail: int, head: int) -> None:
        """This step is not possible any more, until its person is renewed."""
        self.cost[tail, head] = FAR
        if tail < len(self._few) and head < len(self._few):
            self.renew(tail)

    def close_from(self, tails: Ints, head: int) -> None:
        """These steps are not possible any more, until each person is renewed."""
        self.cost[tails, head] = FAR
        few, cost = self._few[tails], self._few_cost[tails]
        cost[few == head] = FAR
        self._few_cost[tails] = cost

    def _step(self, near: Ints, turn: Ints) -> Bools:
        """One more step for everybody, along the few cheapest; who came nearer. `turn`: the next person."""
        import numpy as np

        through = self._few_cost + near[self._few]
        best = through.argmin(axis=1)
        people = np.arange(len(best))
        least = np.append(through[people, best], 0)
        ahead = np.append(self._few[people, best], 0)
        back = self.cost[:-1, -1] + near[-1]
        least[:-1], ahead[:-1] = (
            np.minimum(least[:-1], back),
            np.where(back < least[:-1], len(near) - 1, ahead[:-1]),
        )
        give = self.cost[-1] + near
        ahead[-1] = give.argmin()
        least[-1] = give[ahead[-1]]
        better: Bools = least < near
        near[better], turn[better] = least[better], ahead[better]
        return better

    def nearest(self, end: int, people: Ints, hops: int, whole: bool) -> tuple[Ints, list[Ints]]:
        """The least cost from each of `people` to `end` in at most `hops` steps, and the next person of
        everybody at each step, the last first (-1: none). whole: by the whole matrix."""
        import numpy as np

        near = self.cost[:, end].astype(np.int64)
        near[end] = 0
        first = np.where(near < FAR, end, -1)
        first[end] = -1
        turns = [first]
        for hop in range(1, hops):
            turn = np.full(len(near), -1, dtype=np.int64)
            rows = people if hop == hops - 1 else np.arange(len(near))
            if whole:
                best, least = np.empty_like(rows), np.empty_like(rows)
                for start in range(0, len(rows), BLOCK):
                    part = slice(start, start + BLOCK)
                    through = self.cost[rows[part]] + near
                    best[part] = through.argmin(axis=1)
                    least[part] = through[np.arange(len(through)), best[part]]
                better = least < near[rows]
                near[rows[better]], turn[rows[better]] = least[better], best[better]
            elif not self._step(near, turn).any():
                break
            turns.append(turn)
        return near, turns[::-1]

    def circle(self) -> list[int] | None:
        """A circle with a negative sum; None: none along the cheapest steps (Bellman and Ford; labels are
        kept from search to search, so that little is left to settle after a small change)."""
        import numpy as np

        turn = np.full(len(self.cost), -1, dtype=np.int64)
        if self._labels.min() < -FAR // 8:
            self._labels[:] = 0
        while True:
            better = self._step(self._labels, turn)
            # Labels fall with every circle; too deep, a step that is none would look like one.
            if not better.any() or self._labels.min() < -FAR // 4:
                return None
            circle = _loop(turn.tolist(), np.flatnonzero(better).tolist())
            if circle is not None:
                return circle


def _loop(turn: list[int], starts: list[int]) -> list[int] | None:
    """A circle in a table of successors (-1: none) that is reached from one of `starts`."""
    seen: dict[int, int] = {}
    for first in starts:
        node = first
        while node >= 0 and node not in seen:
            seen[node] = first
            node = turn[node]
        if node >= 0 and seen[node] == first:
            way = [node]
            while turn[way[-1]] != node:
                way.append(turn[way[-1]])
            return way
    return None
