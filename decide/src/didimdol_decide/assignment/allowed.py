"""Every allowed pair of a problem, found a block of applications at a time: all of them together may be many
more than there is memory for."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import TYPE_CHECKING, Any

from didimdol_decide.assignment.matrix import UNIT, AffinityMatrix
from didimdol_decide.assignment.problem import AssignmentProblem
from didimdol_decide.assignment.remaining import Remaining

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from didimdol_decide.assignment.arrays import Bools, Ints

    Small = NDArray[np.int32]

CELLS = 4_000_000
"""Cells (application x evaluator) of a block."""


@dataclass(frozen=True)
class Picked:
    """Some allowed pairs by application, then evaluator: their numbers in id order, and the worth
    (millionths)."""

    row: Ints
    person: Ints
    worth: Ints


def millionths(value: Decimal) -> int:
    """An affinity in integer units, half to even."""
    return int((value * UNIT).to_integral_value(rounding=ROUND_HALF_EVEN))


class Allowed:
    """The allowed pairs that are left to decide. seat_of[row, body]: the seat of a body (a number in
    `bodies`) on the panel of an application, -1: none. body, house: of each person (house -1: of none).
    fixed: worth of the pinned pairs by application."""

    def __init__(self, problem: AssignmentProblem, left: Remaining) -> None:
        import numpy as np

        self.applications, self.people = list(left.applications), list(left.high)
        self._row = {name: index for index, name in enumerate(self.applications)}
        self._column = {name: index for index, name in enumerate(self.people)}
        entries = {entry.id: entry for entry in problem.evaluators}
        panels = {entry.id: entry for entry in problem.applications}
        self.bodies = sorted({entry.body for entry in problem.evaluators} | {body for _, body in left.seats})
        number = {body: index for index, body in enumerate(self.bodies)}
        self.body = np.array([number[entries[name].body] for name in self.people], dtype=np.int64)
        houses = {name: place for place, name in enumerate(sorted(filter(None, left.organisation.values())))}
        self.house = np.array(
            [-1 if (house := left.organisation[name]) is None else houses[house] for name in self.people],
            dtype=np.int64,
        )
        self.seat_of = np.full((len(self.applications), len(self.bodies)), -1, dtype=np.int64)
        for place, (application, body) in enumerate(left.seats):
            self.seat_of[self._row[application], number[body]] = place
        # Field and day decide alone who may take an application, conflicts and pins aside.
        kinds = {(entry.field, entry.day): entry for entry in problem.applications}
        of_kind = {kind: index for index, kind in enumerate(kinds)}
        self._kind = np.array(
            [of_kind[panels[name].field, panels[name].day] for name in self.applications], dtype=np.int64
        )
        self._may = np.array(
            [[entries[name].may_take(kind) for name in self.people] for kind in kinds.values()], dtype=bool
        ).reshape(len(kinds), len(self.people))
        pins = {(pin.application, pin.evaluator) for pin in problem.pinned}
        gone = pins | {(row.application, row.evaluator) for row in problem.conflicts}
        pairs = np.array([(self._row[a], self._column[e]) for a, e in gone], dtype=np.int64).reshape(-1, 2)
        pairs = pairs[np.argsort(pairs[:, 0], kind="stable")]
        self._gone = pairs[:, 1]
        rows = np.arange(len(self.applications) + 1)
        self._gone_from = np.searchsorted(pairs[:, 0], rows)
        self._from, self._listed, self._worth = self._rated(problem)
        self.fixed = np.zeros(len(self.applications), dtype=np.int64)
        for application, evaluator in pins:
            self.fixed[self._row[application]] += self._value(application, evaluator)
        self.cap = np.array([left.cap_left.by_body.get(body, -1) for body in self.bodies], dtype=np.int64)
        seats = {seat: place for place, seat in enumerate(left.seats)}
        self.lent = [
            (seats[seat], houses[house], count)
            for (seat, house), count in left.cap_left.lent.items()
            if seat in seats
        ]

    def _rated(self, problem: AssignmentProblem) -> tuple[Ints, Small, Small]:
        """(start of each application's affinities, persons in order, worths)."""
        import numpy as np

        count = len(self.applications)
        if isinstance(problem.affinity, AffinityMatrix):
            given = problem.affinity
            starts = np.asarray(given.starts).astype(np.int64)
            lengths = np.zeros(count, dtype=np.int64)
            lengths[[self._row[name] for name in given.applications]] = np.diff(starts)
            names = np.array([self._column[name] for name in given.evaluators], dtype=np.int32)
            columns, worth = names[np.asarray(given.columns)], np.asarray(given.millionths)
            return np.concatenate([[0], np.cumsum(lengths)]), columns, worth
        rows = sorted(
            (self._row[row.application], self._column[row.evaluator], millionths(row.value))
            for row in problem.affinity
        )
        found = np.array(rows, dtype=np.int64).reshape(-1, 3)
        starts = np.searchsorted(found[:, 0], np.arange(count + 1))
        return starts, found[:, 1].astype(np.int32), found[:, 2].astype(np.int32)

    def _value(self, application: str, evaluator: str) -> int:
        row, column = self._row[application], self._column[evaluator]
        first, last = self._from[row], self._from[row + 1]
        hit = (self._listed[first:last] == column).nonzero()[0]
        return int(self._worth[first + hit[0]]) if len(hit) else 0

    def blocks(self) -> Iterator[tuple[int, int]]:
        """(first, last) application of each block; the last is not in it."""
        step = max(1, CELLS // max(1, len(self.people)))
        for first in range(0, len(self.applications), step):
            yield first, min(first + step, len(self.applications))

    def may(self, first: int, last: int) -> Bools:
        """Which pairs of the block are allowed: [application, person]."""
        import numpy as np

        found: Bools = self._may[self._kind[first:last]]
        there = self.seat_of[first:last] >= 0
        if not there.all():
            found &= there[:, self.body]
        start, end = self._gone_from[first], self._gone_from[last]
        counts = np.diff(self._gone_from[first : last + 1])
        found[np.repeat(np.arange(last - first), counts), self._gone[start:end]] = False
        return found

    def worth(self, first: int, last: int) -> Small:
        """Worth of the pairs of the block, allowed or not: [application, person]."""
        import numpy as np

        found = np.zeros((last - first, len(self.people)), dtype=np.int32)
        start, end = self._from[first], self._from[last]
        counts = np.diff(self._from[first : last + 1])
        found[np.repeat(np.arange(last - first), counts), self._listed[start:end]] = self._worth[start:end]
        return found

    def listed(self) -> Picked:
        """The allowed pairs that have an affinity."""
        import numpy as np

        parts = []
        for first, last in self.blocks():
            start, end = self._from[first], self._from[last]
            row = np.repeat(np.arange(last - first), np.diff(self._from[first : last + 1]))
            person, worth = self._listed[start:end], self._worth[start:end]
            fine = self.may(first, last)[row, person]
            parts.append((row[fine] + first, person[fine], worth[fine]))
        return joined(parts)

    def named(self, pairs: Iterable[tuple[str, str]]) -> Picked:
        """Those of `pairs` (by name) that are allowed."""
        import numpy as np

        places = sorted(
            (self._row[application], self._column[evaluator])
            for application, evaluator in pairs
            if application in self._row and evaluator in self._column
        )
        parts = []
        for row, group in itertools.groupby(places, key=lambda place: place[0]):
            person = np.array([column for _, column in group], dtype=np.int64)
            person = person[self.may(row, row + 1)[0, person]]
            parts.append((np.full(len(person), row), person, self.worth(row, row + 1)[0, person]))
        return joined(parts)

    def count(self) -> int:
        """How many pairs are allowed."""
        return sum(int(self.may(*block).sum()) for block in self.blocks())

    def all(self) -> Picked:
        """Every allowed pair."""
        import numpy as np

        parts = []
        for first, last in self.blocks():
            row, person = self.may(first, last).nonzero()
            parts.append((row + first, person, self.worth(first, last)[row, person].astype(np.int64)))
        return joined(parts)


def joined(parts: list[tuple[Any, Any, Any]]) -> Picked:
    """Pairs found in blocks (row, person, worth), as one."""
    import numpy as np

    if not parts:
        return Picked(*(np.zeros(0, dtype=np.int64) for _ in range(3)))
    return Picked(*(np.concatenate(part).astype(np.int64, copy=False) for part in zip(*parts, strict=True)))
