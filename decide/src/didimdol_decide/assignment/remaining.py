"""What is left to decide once the pinned pairs sit: seats, loads, caps and allowed pairs, all in id order."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from didimdol_decide.assignment.problem import AssignmentProblem
from didimdol_decide.assignment.seating import CapsLeft, Eligible, Seat

__all__ = ["Remaining", "Seat", "remaining"]

Turn = tuple[str, str]
"""(evaluator, day)"""


@dataclass(frozen=True)
class Remaining:
    """applications: all, in id order. seats: open seats per (application, body), only positive ones, but
    every body where the panel has free seats. free: open seats for any body, by application, only positive
    ones. low, high: load still due and still possible per evaluator. eligible: evaluators allowed at each
    seat, sorted. cap_left: seats an organisation may still take at a seat (only where a cap applies). day: of
    the applications that have one. day_left: applications that an evaluator may still take on a day (only
    where a daily maximum applies and is below their load)."""

    applications: tuple[str, ...]
    seats: dict[Seat, int]
    free: dict[str, int]
    low: dict[str, int]
    high: dict[str, int]
    eligible: Eligible
    cap_left: CapsLeft
    organisation: dict[str, str | None]
    day: dict[str, str]
    day_left: dict[Turn, int]

    def open_seats(self) -> int:
        """All seats that are still to be filled."""
        return sum(self.seats.values()) + sum(self.free.values())

    def lend(self, seat: Seat, evaluators: set[str]) -> int:
        """Most seats that `evaluators` could fill at `seat`, one each, under the organisation caps."""
        count = 0
        lent: dict[str, int] = {}
        for evaluator in self.eligible.get(seat, ()):
            if evaluator not in evaluators:
                continue
            organisation = self.organisation[evaluator]
            if organisation is None or (seat, organisation) not in self.cap_left:
                count += 1
            else:
                lent[organisation] = lent.get(organisation, 0) + 1
        return count + sum(min(n, self.cap_left[seat, organisation]) for organisation, n in lent.items())

    def lender(self, evaluators: set[str], spent: Iterable[Turn]) -> Callable[[Seat], int]:
        """`lend` of `evaluators`, but for those who are `spent` on the day of the seat."""
        gone: dict[str, set[str]] = {}
        for evaluator, day in spent:
            gone.setdefault(day, set()).add(evaluator)
        there = {day: evaluators - absent for day, absent in gone.items()}
        return lambda seat: self.lend(seat, there.get(self.day.get(seat[0], ""), evaluators))


def remaining(problem: AssignmentProblem, every_body: bool = False) -> Remaining:
    """Take the pinned pairs out of the problem. every_body: name the seats of every body on every panel, also
    where none is open, and daily maxima that are not below the load."""
    evaluators = {entry.id: entry for entry in sorted(problem.evaluators, key=lambda entry: entry.id)}
    pinned = {(pin.application, pin.evaluator) for pin in problem.pinned}
    barred = {(row.application, row.evaluator) for row in problem.conflicts}
    day = {entry.id: entry.day for entry in problem.applications if entry.day is not None}
    loads = dict.fromkeys(evaluators, 0)
    on_day: dict[Turn, int] = {}
    taken: dict[Seat, int] = {}
    lent: dict[tuple[Seat, str], int] = {}
    for application, evaluator in pinned:
        entry = evaluators[evaluator]
        seat = (application, entry.body)
        loads[evaluator] += 1
        if application in day:
            turn = (evaluator, day[application])
            on_day[turn] = on_day.get(turn, 0) + 1
        taken[seat] = taken.get(seat, 0) + 1
        if entry.organisation is not None:
            lent[seat, entry.organisation] = lent.get((seat, entry.organisation), 0) + 1
    known = {entry.body for entry in evaluators.values()}
    seats: dict[Seat, int] = {}
    free: dict[str, int] = {}
    for panel in sorted(problem.applications, key=lambda entry: entry.id):
        bodies = sorted({*panel.demand, *known})
        beyond = sum(max(0, taken.get((panel.id, body), 0) - panel.demand.get(body, 0)) for body in bodies)
        if panel.free > beyond:
            free[panel.id] = panel.free - beyond
        for body in bodies:
            seat = (panel.id, body)
            open_seats = max(0, panel.demand.get(body, 0) - taken.get(seat, 0))
            if not open_seats and panel.id not in free and not every_body:
                continue
            seats[seat] = open_seats
    high = {key: entry.max_load - loads[key] for key, entry in evaluators.items()}
    day_left: dict[Turn, int] = {}
    for key, entry in evaluators.items():
        for name in sorted(set(day.values())) if entry.max_per_day is not None else ():
            most = entry.most_on(name)
            if most is not None and (every_body or most - on_day.get((key, name), 0) < high[key]):
                day_left[key, name] = most - on_day.get((key, name), 0)
    return Remaining(
        applications=tuple(sorted(entry.id for entry in problem.applications)),
        seats=seats,
        free=free,
        low={key: max(0, entry.min_load - loads[key]) for key, entry in evaluators.items()},
        high=high,
        eligible=Eligible(problem, seats, barred | pinned),
        cap_left=CapsLeft(problem, lent),
        organisation={key: entry.organisation for key, entry in evaluators.items()},
        day=day,
        day_left=day_left,
    )
