"""An assignment as arrays: what is left to decide, one entry an allowed pair.

Nodes of the flow: evaluator -> [the evaluator on one day] -> [organisation at a seat] -> seat (application,
body) -> [free seats of the panel]. Both sides are laminar families (days inside loads; organisation inside
body inside panel), so the flow is exact: Edmonds 1970.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from didimdol_decide.assignment.days import Days, with_days
from didimdol_decide.assignment.remaining import Remaining, Seat

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

UNIT = 1_000_000
"""One point of affinity in integer units: a millionth."""


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

    def sums(self, chosen: Bools) -> Ints:
        """Worth of every panel (pinned pairs in it), by application."""
        import numpy as np

        total = self.fixed.copy()
        np.add.at(total, self.panel[self.seat[chosen]], self.worth[chosen])
        return total


def millionths(value: Decimal) -> int:
    """An affinity in integer units, half to even."""
    return int((value * UNIT).to_integral_value(rounding=ROUND_HALF_EVEN))


def make_arrays(
    left: Remaining, affinity: dict[tuple[str, str], Decimal], pinned: set[tuple[str, str]]
) -> Arrays:
    """The arrays of a problem whose pinned pairs are taken out."""
    import numpy as np

    people = {name: index for index, name in enumerate(left.high)}
    applications = {name: index for index, name in enumerate(left.applications)}
    seats = {seat: index for index, seat in enumerate(left.seats)}
    columns: dict[str, list[int]] = {name: [] for name in ("seat", "person", "worth", "gate")}
    gate_seat: list[int] = []
    gate_cap: list[int] = []
    for seat, eligible in left.eligible.items():
        counts: dict[str, int] = {}
        for name in eligible:
            organisation = left.organisation[name]
            if organisation is not None:
                counts[organisation] = counts.get(organisation, 0) + 1
        gates: dict[str, int] = {}
        for name in eligible:
            organisation = left.organisation[name]
            gate = -1
            if organisation is not None and (seat, organisation) in left.cap_left:
                cap = left.cap_left[seat, organisation]
                if counts[organisation] > cap:
                    if organisation not in gates:
                        gates[organisation] = len(gate_seat)
                        gate_seat.append(seats[seat])
                        gate_cap.append(cap)
                    gate = gates[organisation]
            columns["seat"].append(seats[seat])
            columns["person"].append(people[name])
            columns["worth"].append(millionths(affinity.get((seat[0], name), Decimal(0))))
            columns["gate"].append(gate)
    fixed = [0] * len(applications)
    for application, name in pinned:
        fixed[applications[application]] += millionths(affinity.get((application, name), Decimal(0)))

    def ints(values: Any) -> Ints:
        return np.array(list(values), dtype=np.int64)

    found = Arrays(
        applications=list(applications),
        people=list(people),
        seats=list(seats),
        seat=ints(columns["seat"]),
        person=ints(columns["person"]),
        worth=ints(columns["worth"]),
        gate=ints(columns["gate"]),
        panel=ints(applications[application] for application, _ in seats),
        need=ints(left.seats.values()),
        free=ints(left.free.get(name, 0) for name in applications),
        fixed=ints(fixed),
        low=ints(left.low.values()),
        high=ints(left.high.values()),
        gate_seat=ints(gate_seat),
        gate_cap=ints(gate_cap),
    )
    return with_days(found, left)
