"""The assignment of a round: plain data for didimdol_decide, and its answer with names."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor
from typing import Any
from uuid import UUID

from didimdol.applications.models import Application
from didimdol.evaluation.affinity import affinities, field_of
from didimdol.evaluation.enums import Standing
from didimdol.evaluation.guards import of_company, stage_of
from didimdol.evaluation.models import Conflict, Round, Seat
from didimdol.evaluation.unassigned import explained
from didimdol.programmes.queries import rules_of
from didimdol_decide.assignment import Assignment, AssignmentProblem, Infeasible, assign


def solve(round: Round, applications: list[Application], seats: list[Seat]) -> tuple[AssignmentProblem, Assignment]:
    """The best assignment with the most even load that is possible. Raises NoAssignment with the cause and ways out."""
    barred = conflicts_of(applications, seats)
    fair = fair_shares(round, applications, seats, {row[:2] for row in barred})
    most = {seat.pk: most_of(round, seat, applications) for seat in seats}
    spare = 0
    while True:
        loads = {
            seat.pk: (
                min(most[seat.pk], max(0, floor(fair[seat.pk]) - spare)),
                min(most[seat.pk], ceil(fair[seat.pk]) + spare),
            )
            for seat in seats
        }
        problem = problem_of(round, applications, seats, loads, barred)
        try:
            return problem, assign(problem, seed=round.lottery_commitment)
        except Infeasible as infeasible:
            if all(loads[seat.pk] == (0, most[seat.pk]) for seat in seats):
                raise explained(problem, infeasible.certificate, round, applications, seats) from infeasible
            spare = spare * 2 or 1


def most_of(round: Round, seat: Seat, applications: list[Application]) -> int:
    """How many applications the seat takes at most: its own limit, and the rulebook's."""
    panel = rules_of(round.challenge).stage(round.stage).panel
    limits = [seat.most, len(applications)]
    return min([*limits, panel.max_applications_each] if panel and panel.max_applications_each else limits)


def fair_shares(
    round: Round, applications: list[Application], seats: list[Seat], barred: set[tuple[str, str]]
) -> dict[UUID, Fraction]:
    """The load of each seat were every panel shared alike by those who may sit on it."""
    shares = {seat.pk: Fraction(0) for seat in seats}
    for application in applications:
        for body in stage_of(round).bodies:
            able = [
                seat.pk
                for seat in seats
                if seat.body == body.key
                and (str(application.pk), str(seat.pk)) not in barred
                and (not of_company(seat.body) or field_of(application) in seat.fields)
            ]
            for key in able:
                shares[key] += Fraction(body.seats, len(able))
    return shares


def conflicts_of(applications: list[Application], seats: list[Seat]) -> list[tuple[str, str, str]]:
    """(application, seat, ground). A conflict follows the person: those of earlier rounds count too."""
    by_person = {seat.person_id: seat for seat in seats}
    found = Conflict.objects.within(person_id__in=list(by_person), application__in=applications)
    rows = {
        (str(c.application_id), str(by_person[c.person_id].pk), c.ground or c.standing)
        for c in found.exclude(standing=Standing.NONE)
    }
    return sorted(rows)


def problem_of(
    round: Round,
    applications: list[Application],
    seats: list[Seat],
    loads: dict[UUID, tuple[int, int]],
    barred: list[tuple[str, str, str]],
) -> AssignmentProblem:
    """Seats by body from the rulebook; conflicts are missing arcs, whatever they would cost. ``loads``: least and most."""
    demand = {body.key: body.seats for body in stage_of(round).bodies}
    return AssignmentProblem.model_validate(
        {
            "applications": [{"id": str(a.pk), "field": field_of(a), "demand": demand} for a in applications],
            "evaluators": [_evaluator(seat, *loads[seat.pk]) for seat in seats],
            "affinity": affinities(applications, seats),
            "conflicts": barred,
        }
    )


def _evaluator(seat: Seat, least: int, most: int) -> dict[str, Any]:
    return {
        "id": str(seat.pk),
        "body": seat.body,
        "organisation": str(seat.organisation_id),
        "min_load": least,
        "max_load": most,
        "fields": tuple(seat.fields) if of_company(seat.body) else None,
    }
