"""An assignment as arrays: what is left to decide, one entry an allowed pair.

Nodes of the flow: evaluator -> [the evaluator on one day] -> [organisation at a seat] -> seat (application,
body) -> [free seats of the panel]. Both sides are laminar families (days inside loads; organisation inside
body inside panel), so the flow is exact: Edmonds 1970.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from didimdol_decide.assignment.allowed import Allowed, Picked, millionths
from didimdol_decide.assignment.days import Days, with_days
from didimdol_decide.assignment.matrix import UNIT
from didimdol_decide.assignment.remaining import Remaining, Seat

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

__all__ = ["UNIT", "Arrays", "make_arrays", "millionths"]


@dataclass(frozen=True)
class Arrays:
    """applications, people, seats: names by index, each in id order. By pair (arc), sorted by seat, then
    person: `seat`, `person`, `worth` (millionths), `gate` (-1: no organisation cap that could bind). By seat:
    `panel` (its application), `need`. By application: `free` seats, `fixed` worth of its pinned pairs. By
    person: `low`, `high` load still due and possible, `body`. By gate: `gate_seat`, `gate_cap`. All int64.
    days: None where no daily maximum could bind."""

    applications: list[str]
    people: list[str]
    seats: list[Seat]
    seat: Ints
    person: Ints
    worth: Ints
    gate: Ints
    panel: Ints
    need: Ints
    free: Ints
    fixed: Ints
    low: Ints
    high: Ints
    gate_seat: Ints
    gate_cap: Ints
    days: Days | None = None

    @cached_property
    def shift(self) -> Ints:
        """By pair: the person on that day, by index (-1: no daily maximum that could bind)."""
        import numpy as np

        if self.days is None:
            return np.full(len(self.seat), -1, dtype=np.int64)
        found: Ints = self.days.table[self.person, self.days.on[self.panel[self.seat]]]
        return found

    @property
    def shifts(self) -> int:
        """How many persons on a day have a daily maximum that could bind."""
        return 0 if self.days is None else len(self.days.cap)

    @property
    def open_seats(self) -> int:
        """All seats that are still to be filled."""
        return int(self.need.sum() + self.free.sum())

    def pair(self, arc: int) -> tuple[str, str]:
        """(application, evaluator) of a pair."""
        return self.applications[self.panel[self.seat[arc]]], self.people[self.person[arc]]

    def pairs(self, chosen: Bools) -> set[tuple[str, str]]:
        """The pairs chosen, by name."""
        return {self.pair(arc) for arc in chosen.nonzero()[0].tolist()}

    def marked(self, pairs: Iterable[tuple[str, str]]) -> Bools:
        """Which pairs (arcs) are among `pairs` (by name)."""
        import numpy as np

        rows = {name: index for index, name in enumerate(self.applications)}
        columns = {name: index for index, name in enumerate(self.people)}
        wanted = [
            rows[application] * len(columns) + columns[evaluator]
            for application, evaluator in pairs
            if application in rows and evaluator in columns
        ]
        found: Bools = np.isin(self.panel[self.seat] * len(columns) + self.person, wanted)
        return found

    def sums(self, chosen: Bools) -> Ints:
        """Worth of every panel (pinned pairs in it), by application."""
        import numpy as np

        total = self.fixed.copy()
        np.add.at(total, self.panel[self.seat[chosen]], self.worth[chosen])
        return total


def make_arrays(left: Remaining, allowed: Allowed, picked: Picked) -> Arrays:
    """The arrays of a problem whose pinned pairs are taken out, with the pairs `picked` of those allowed."""
    import numpy as np

    applications = {name: index for index, name in enumerate(left.applications)}
    seat, person, worth = (
        allowed.seat_of[picked.row, allowed.body[picked.person]],
        picked.person,
        picked.worth,
    )
    if len(allowed.bodies) > 1:
        order = np.argsort(seat, kind="stable")
        seat, person, worth = seat[order], person[order], worth[order]
    gate, gate_seat, gate_cap = _gates(allowed, seat, person)

    def ints(values: Any) -> Ints:
        return np.array(list(values), dtype=np.int64)

    found = Arrays(
        applications=list(applications),
        people=list(left.high),
        seats=list(left.seats),
        seat=seat,
        person=person,
        worth=worth,
        gate=gate,
        panel=ints(applications[application] for application, _ in left.seats),
        need=ints(left.seats.values()),
        free=ints(left.free.get(name, 0) for name in applications),
        fixed=allowed.fixed,
        low=ints(left.low.values()),
        high=ints(left.high.values()),
        gate_seat=gate_seat,
        gate_cap=gate_cap,
    )
    return with_days(found, left)


def _gates(allowed: Allowed, seat: Ints, person: Ints) -> tuple[Ints, Ints, Ints]:
    """(gate of each pair, seat and cap of each gate): one where more of an organisation could come than may,
    in the order of their first pairs. Pairs are sorted by seat."""
    import numpy as np

    gate = np.full(len(seat), -1, dtype=np.int64)
    capped = np.flatnonzero((allowed.house[person] >= 0) & (allowed.cap[allowed.body[person]] >= 0))
    many = int(allowed.house.max(initial=0)) + 1
    places, first, group, counts = np.unique(
        seat[capped] * many + allowed.house[person[capped]],
        return_index=True,
        return_inverse=True,
        return_counts=True,
    )
    cap = allowed.cap[allowed.body[person[capped[first]]]]
    for where, house, count in allowed.lent:
        hit = np.searchsorted(places, where * many + house)
        if hit < len(places) and places[hit] == where * many + house:
            cap[hit] -= count
    binding = np.flatnonzero(counts > cap)
    binding = binding[np.argsort(first[binding], kind="stable")]
    number = np.full(len(places), -1, dtype=np.int64)
    number[binding] = np.arange(len(binding))
    gate[capped] = number[group]
    return gate, places[binding] // many, cap[binding]
