"""What is left to decide once the pinned pairs sit: seats, loads, caps and allowed pairs, all in id order."""

from __future__ import annotations

from dataclasses import dataclass

from didimdol_decide.assignment.problem import AssignEvaluator, AssignmentProblem

Seat = tuple[str, str]
"""(application, body)"""


@dataclass(frozen=True)
class Remaining:
    """applications: all, in id order. seats: open seats per (application, body), only positive ones, but
    every body where the panel has free seats. free: open seats for any body, by application, only positive
    ones. low, high: load still due and still possible per evaluator. eligible: evaluators allowed at each
    seat, sorted. cap_left: seats an organisation may still take at a seat (only where a cap applies)."""

    applications: tuple[str, ...]
    seats: dict[Seat, int]
    free: dict[str, int]
    low: dict[str, int]
    high: dict[str, int]
    eligible: dict[Seat, list[str]]
    cap_left: dict[tuple[Seat, str], int]
    organisation: dict[str, str | None]

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


def remaining(problem: AssignmentProblem, every_body: bool = False) -> Remaining:
    """Take the pinned pairs out of the problem. every_body: name the seats of every body on every panel, also
    where none is open."""
    evaluators = {entry.id: entry for entry in sorted(problem.evaluators, key=lambda entry: entry.id)}
    pinned = {(pin.application, pin.evaluator) for pin in problem.pinned}
    barred = {(row.application, row.evaluator) for row in problem.conflicts}
    loads = dict.fromkeys(evaluators, 0)
    taken: dict[Seat, int] = {}
    lent: dict[tuple[Seat, str], int] = {}
    for application, evaluator in pinned:
        entry = evaluators[evaluator]
        seat = (application, entry.body)
        loads[evaluator] += 1
        taken[seat] = taken.get(seat, 0) + 1
        if entry.organisation is not None:
            lent[seat, entry.organisation] = lent.get((seat, entry.organisation), 0) + 1
    by_body: dict[str, list[AssignEvaluator]] = {}
    for entry in evaluators.values():
        by_body.setdefault(entry.body, []).append(entry)
    seats: dict[Seat, int] = {}
    free: dict[str, int] = {}
    eligible: dict[Seat, list[str]] = {}
    cap_left: dict[tuple[Seat, str], int] = {}
    for panel in sorted(problem.applications, key=lambda entry: entry.id):
        bodies = sorted({*panel.demand, *by_body})
        beyond = sum(max(0, taken.get((panel.id, body), 0) - panel.demand.get(body, 0)) for body in bodies)
        if panel.free > beyond:
            free[panel.id] = panel.free - beyond
        for body in bodies:
            seat = (panel.id, body)
            open_seats = max(0, panel.demand.get(body, 0) - taken.get(seat, 0))
            if not open_seats and panel.id not in free and not every_body:
                continue
            seats[seat] = open_seats
            eligible[seat] = [
                entry.id
                for entry in by_body.get(body, ())
                if entry.may_take(panel)
                and (panel.id, entry.id) not in barred
                and (panel.id, entry.id) not in pinned
            ]
            cap = problem.organisation_cap(body)
            if cap is not None:
                for evaluator in eligible[seat]:
                    organisation = evaluators[evaluator].organisation
                    if organisation is not None:
                        cap_left[seat, organisation] = cap - lent.get((seat, organisation), 0)
    return Remaining(
        applications=tuple(sorted(entry.id for entry in problem.applications)),
        seats=seats,
        free=free,
        low={key: max(0, entry.min_load - loads[key]) for key, entry in evaluators.items()},
        high={key: entry.max_load - loads[key] for key, entry in evaluators.items()},
        eligible=eligible,
        cap_left=cap_left,
        organisation={key: entry.organisation for key, entry in evaluators.items()},
    )
