"""The assignment problem of a round, as plain data for didimdol_decide."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from didimdol_decide.assignment import AssignmentProblem

from didimdol.applications.models import Application
from didimdol.evaluation.enums import Standing
from didimdol.evaluation.guards import stage_of
from didimdol.evaluation.models import Conflict, Round, Seat

#: how much an evaluator's own field counts against any other; nearness of texts comes with a later issue
OWN_FIELD, OTHER_FIELD = Decimal("1"), Decimal("0.5")


def problem_of(round: Round, applications: list[Application], seats: list[Seat]) -> AssignmentProblem:
    """Seats by body from the rulebook; conflicts are missing arcs; an even load, at most one above the others'."""
    stage = stage_of(round)
    demand = {body.key: body.seats for body in stage.bodies}
    present = {(str(a.pk), str(s.pk)) for a in applications for s in seats}
    by_person = {seat.person_id: seat for seat in seats}
    conflicts = [
        (str(c.application_id), str(by_person[c.person_id].pk), c.ground or c.standing)
        for c in Conflict.objects.within(person_id__in=list(by_person)).filter(application__in=applications).exclude(standing=Standing.NONE)
    ]
    affinity: dict[tuple[str, str], Decimal] = {
        (str(a.pk), str(s.pk)): OWN_FIELD if a.field and a.field.key in s.fields else OTHER_FIELD
        for a in applications
        for s in seats
    }
    return AssignmentProblem.model_validate(
        {
            "applications": [{"id": str(a.pk), "field": a.field.key if a.field else "", "demand": demand} for a in applications],
            "evaluators": [_evaluator(seat, len(applications)) for seat in seats],
            "affinity": affinity,
            "conflicts": sorted({row for row in conflicts if row[:2] in present}),
        }
    )


def _evaluator(seat: Seat, applications: int) -> dict[str, Any]:
    return {
        "id": str(seat.pk),
        "body": seat.body,
        "organisation": str(seat.organisation_id),
        "max_load": min(seat.most, applications),
        "fields": tuple(seat.fields) if seat.fields and seat.body != "expert" else None,
    }
