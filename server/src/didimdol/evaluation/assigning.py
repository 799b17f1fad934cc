"""The assignment of a round: plain data for didimdol_decide, and the best that it finds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import ceil, floor
from typing import Any

from didimdol.applications.models import Application
from didimdol.evaluation import queries
from didimdol.evaluation.affinity import affinities, field_of
from didimdol.evaluation.enums import Standing
from didimdol.evaluation.guards import of_company, open_seats, panel_rules, stage_of
from didimdol.evaluation.models import Conflict, Round, Seat
from didimdol_decide.assignment import Assignment, AssignmentProblem, Infeasible
from didimdol_decide.assignment.proof import Proof, assign_best, assign_fair
from didimdol_decide.canonical import digest

Barred = list[tuple[str, str, str]]
"""(application, seat, ground): pairs that must never be."""


MOST = 1000  # a seat's own limit, at most


@dataclass(frozen=True)
class Solved:
    """``problem`` with the loads that were tried, the best assignment under it, and the proof of how good it is."""

    problem: AssignmentProblem
    assignment: Assignment
    proof: Proof

    @cached_property
    def fingerprint(self) -> str:
        """The same for the same inputs, so for the same assignment."""
        return digest([self.assignment.objective, self.assignment.instance_digest, self.assignment.seed])

    def content(self) -> dict[str, object]:
        """What is kept, and what ``didimdol-decide verify-assignment`` reads. No name is in it."""
        return {
            "problem": self.problem.as_json(),
            "problem_digest": self.assignment.instance_digest,
            "assignment": self.assignment.as_json(),
            "proof": self.proof.as_json(),
        }


def inputs_of(round: Round) -> tuple[list[Application], list[Seat], AssignmentProblem]:
    """What is assigned to whom, and the problem as conflicts, fields and limits leave it."""
    applications, seats = queries.evaluated(round), seats_of(round)
    return applications, seats, problem_of(round, applications, seats, conflicts_of(applications, seats))


def seats_of(round: Round) -> list[Seat]:
    """The seats of those who declared."""
    seats = list(round.seats.filter(state="ready").select_related("person", "organisation").order_by("pk"))
    for seat in seats:
        seat.round = round
    return seats


def objective_of(round: Round) -> str:
    """A key of ``OBJECTIVES``, from the rulebook."""
    panel = panel_rules(round)
    return panel.objective if panel else "most"


def solve(round: Round, problem: AssignmentProblem) -> Solved:
    """The best assignment whose loads keep to the even shares, rounded up or down, or to a wider range where they cannot.
    ``problem`` allows every load up to the maximum. Raises Infeasible, its certificate of that problem."""
    find = assign_fair if objective_of(round) == "fair" else assign_best
    fair = fair_shares(problem)
    spare = 0
    while True:
        even = problem.model_copy(
            update={"evaluators": tuple(_within(e, fair[e.id], spare) for e in problem.evaluators)}
        )
        try:
            return Solved(even, *find(even, round.lottery_commitment))
        except Infeasible:
            if even.evaluators == problem.evaluators:
                raise
            spare = spare * 2 or 1


def _within(evaluator: Any, fair: Fraction, spare: int) -> Any:
    most: int = evaluator.max_load
    least = max(0, floor(fair) - spare)
    loads = {"min_load": min(most, least), "max_load": min(most, ceil(fair) + spare)}
    return evaluator.model_copy(update=loads)


def most_of(round: Round, seat: Seat, applications: int) -> int:
    """How many applications the seat takes at most: its own limit, and the rulebook's."""
    return min(seat.most, most_allowed(round) or applications, applications)


def most_allowed(round: Round) -> int | None:
    """How many applications the rulebook lets anybody take; None: any number."""
    panel = panel_rules(round)
    return panel.max_applications_each if panel else None


def limits_of(round: Round, seats: Iterable[Seat]) -> dict[str, int]:
    """Seat → the maximum above which it cannot be raised."""
    allowed = most_allowed(round)
    return {str(seat.pk): 0 if seat.state == "vacated" else allowed or MOST for seat in seats}


def fair_shares(problem: AssignmentProblem) -> dict[str, Fraction]:
    """The load of each evaluator were every panel shared alike by those who may sit on it."""
    shares = {evaluator.id: Fraction(0) for evaluator in problem.evaluators}
    barred = {(row.application, row.evaluator) for row in problem.conflicts}
    for application in problem.applications:
        able: dict[str, list[str]] = {}
        for evaluator in problem.evaluators:
            if (application.id, evaluator.id) not in barred and evaluator.may_take(application):
                able.setdefault(evaluator.body, []).append(evaluator.id)
        own = {body: Fraction(application.demand.get(body, 0), len(keys)) for body, keys in able.items()}
        left = sum(max(0, len(keys) - application.demand.get(body, 0)) for body, keys in able.items())
        # an open seat goes to anybody who has none of their body's
        further = Fraction(application.free, left) if left else Fraction(0)
        for body, keys in able.items():
            share = own[body] + max(Fraction(0), 1 - own[body]) * further
            for key in keys:
                shares[key] += share
    return shares


def conflicts_of(applications: list[Application], seats: list[Seat]) -> Barred:
    """What was declared, in whichever round (a conflict follows the person), and what the platform knows: somebody may
    have joined an applicant since. Two queries."""
    by_person = {seat.person_id: seat for seat in seats}
    found = Conflict.objects.within(person_id__in=list(by_person), application__in=applications)
    rows = {
        (str(c.application_id), str(by_person[c.person_id].pk)): c.ground or c.standing
        for c in found.exclude(standing=Standing.NONE).order_by("created_at")
    }
    for seat, application in queries.relations(applications, seats):
        rows[str(application.pk), str(seat.pk)] = "same_body"
    return sorted((*pair, ground) for pair, ground in rows.items())


def problem_of(
    round: Round,
    applications: list[Application],
    seats: list[Seat],
    barred: Barred,
    pinned: Iterable[tuple[str, str]] = (),
) -> AssignmentProblem:
    """Seats by body and open seats from the rulebook; conflicts are missing pairs, whatever they would cost. ``pinned`` pairs stay, also
    where a limit has been lowered below them since."""
    demand = {body.key: body.seats for body in stage_of(round).bodies}
    free = open_seats(round)
    fields = {str(a.pk): field_of(a) for a in applications}
    pinned = sorted(pinned)
    held: dict[str, list[str]] = {}
    for application, seat in pinned:
        held.setdefault(seat, []).append(fields[application])
    return AssignmentProblem.model_validate(
        {
            "applications": [
                {"id": key, "field": field, "demand": demand, "free": free} for key, field in fields.items()
            ],
            "evaluators": [_evaluator(round, seat, len(applications), held.get(str(seat.pk), [])) for seat in seats],
            "affinity": affinities(applications, seats),
            "conflicts": barred,
            "pinned": pinned,
        }
    )


def _evaluator(round: Round, seat: Seat, applications: int, held: list[str]) -> dict[str, Any]:
    # who has left keeps what they locked, and takes nothing more
    most = 0 if seat.state == "vacated" else most_of(round, seat, applications)
    return {
        "id": str(seat.pk),
        "body": seat.body,
        "organisation": str(seat.organisation_id),
        "max_load": max(most, len(held)),
        "fields": tuple(sorted({*seat.fields, *held})) if of_company(seat.body) else None,
    }
