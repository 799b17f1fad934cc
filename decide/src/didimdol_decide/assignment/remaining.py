"""What is left to decide once the pinned pairs sit: seats, loads, caps and allowed pairs, all in id order."""

from __future__ import annotations

from dataclasses import dataclass

from didimdol_decide.assignment.problem import AssignEvaluator, AssignmentProblem

Seat = tuple[str, str]
"""(application, body)"""


@dataclass(frozen=True)
class Remaining:
    """seats: open seats per (application, body), only positive ones. low, high: load still due and still
    possible per evaluator. eligible: evaluators allowed at each seat, sorted. cap_left: seats an
    organisation may still take at a seat (only where a cap applies)."""

    seats: dict[Seat, int]
    low: dict[str, int]
    high: dict[str, int]
    eligible: dict[Seat, list[str]]
    cap_left: dict[tuple[Seat, str], int]
    organisation: dict[str, str | None]

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


def remaining(problem: AssignmentProblem) -> Remaining:
    """Take the pinned pairs out of the problem."""
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
    eligible: dict[Seat, list[str]] = {}
    cap_left: dict[tuple[Seat, str], int] = {}
    for panel in sorted(problem.applications, key=lambda entry: entry.id):
        for body, demand in sorted(panel.demand.items()):
            seat = (panel.id, body)
            open_seats = demand - taken.get(seat, 0)
            if not open_seats:
                continue
            seats[seat] = open_seats
            eligible[seat] = [
                entry.id
                for entry in by_body.get(body, ())
                if (entry.fields is None or panel.field in entry.fields)
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
        seats=seats,
        low={key: max(0, entry.min_load - loads[key]) for key, entry in evaluators.items()},
        high={key: entry.max_load - loads[key] for key, entry in evaluators.items()},
        eligible=eligible,
        cap_left=cap_left,
        organisation={key: entry.organisation for key, entry in evaluators.items()},
    )
