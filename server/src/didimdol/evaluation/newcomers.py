"""How many more evaluators are enough, found by adding those that the proof asks for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from didimdol.evaluation.clash import Group
from didimdol.evaluation.guards import OPEN, of_company
from didimdol_decide.assignment import AssignEvaluator, AssignmentProblem
from didimdol_decide.assignment.certificate import Certificate, make_certificate
from didimdol_decide.assignment.repairs import solvable
from didimdol_decide.assignment.solve import arrays_of, bottleneck


def newcomers(
    problem: AssignmentProblem, together: Mapping[str, tuple[str, ...]], loads: Mapping[str, int]
) -> dict[Group, int] | None:
    """So many are enough, and none of them can be left out; nobody where an assignment exists. None: no number is
    enough, for minimum loads clash.

    ``together``: field → the fields that somebody new of a company serves with it. ``loads``: body → how many applications
    each takes at most, at least 1. Nobody new has a conflict. A clash, taken apart by body and company, shows how many must
    come to each, whoever else comes, where nobody serves two companies; where somebody does, who is too many goes again.
    """
    added: Counter[Group] = Counter()
    while not solvable(tried := _with(problem, added, loads)):
        clash = bottleneck(tried, arrays_of(tried))
        if clash.kind != "seats":
            return None
        for (body, fields), (short, panels) in _shortages(tried, clash, together).items():
            added[body, fields] += -(-short // min(loads[body], panels))
    for key in sorted(added):
        while added[key] and solvable(_with(problem, added - Counter([key]), loads)):
            added[key] -= 1
    return dict(sorted((+added).items()))


def _with(problem: AssignmentProblem, added: Counter[Group], loads: Mapping[str, int]) -> AssignmentProblem:
    people = [
        AssignEvaluator(id=f"+{body} {fields} {n}", body=body, max_load=loads[body], fields=fields or None)
        for (body, fields), count in added.items()
        for n in range(count)
    ]
    return problem.model_copy(update={"evaluators": (*problem.evaluators, *people)})


def _shortages(
    problem: AssignmentProblem, clash: Certificate, together: Mapping[str, tuple[str, ...]]
) -> dict[Group, tuple[int, int]]:
    """Group → (seats missing, panels that they are on). Where no group is short on its own: one seat of each; where
    open seats are, experts take them before anybody of a company."""
    field_of = {a.id: a.field for a in problem.applications}
    people = {person.id: person for person in problem.evaluators}
    seats: dict[Group, set[tuple[str, str]]] = {}
    for seat in clash.seats:
        fields = (
            together.get(field_of[seat.application], (field_of[seat.application],)) if of_company(seat.body) else ()
        )
        seats.setdefault((seat.body, fields), set()).add((seat.application, seat.body))
    found = {}
    open_seats = [group for group in seats if group[0] == OPEN]
    for group in open_seats:
        del seats[group]  # of no body: whoever is added for the bodies may take them
    for (body, fields), wanted in seats.items():
        able = {
            key
            for key in clash.evaluators
            if people[key].body == body
            and (not fields or people[key].fields is None or not set(fields).isdisjoint(people[key].fields or ()))
        }
        short = make_certificate(problem, "seats", wanted, able).short
        if short > 0:
            found[body, fields] = (short, len(wanted))
    if open_seats and not found:
        body, fields = first = min(seats, key=lambda group: (of_company(group[0]), group))
        return {first: (1 if fields else clash.short, len(seats[first]))}
    return found or {group: (1, len(wanted)) for group, wanted in seats.items()}
