"""The assignment of a round: plain data for didimdol_decide, and its answer with names."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor
from typing import Any
from uuid import UUID

from didimdol.applications.models import Application
from didimdol.evaluation.affinity import affinities, field_of
from didimdol.evaluation.enums import Standing
from didimdol.evaluation.guards import of_company, stage_of, words_of
from didimdol.evaluation.models import Conflict, Round, Seat
from didimdol.kernel.problems import BadInput
from didimdol.kernel.words import text
from didimdol.programmes.queries import rules_of
from didimdol_decide.assignment import Assignment, AssignmentProblem, Infeasible, assign
from didimdol_decide.assignment.certificate import Certificate


def solve(round: Round, applications: list[Application], seats: list[Seat]) -> tuple[AssignmentProblem, Assignment]:
    """The best assignment with the most even load that is possible. Raises BadInput naming the bottleneck."""
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
                raise _refused(infeasible.certificate, round, applications, seats) from infeasible
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


def _refused(certificate: Certificate, round: Round, applications: list[Application], seats: list[Seat]) -> BadInput:
    """The proof that nothing fits, with names in the place of ids. There are no minimum loads, so it names seats."""
    bodies = {body.key: words_of(body) for body in stage_of(round).bodies}
    short = {group.body for group in certificate.seats}
    numbers = sorted({a.number for a in applications} & _numbers(certificate, applications))
    named = ", ".join(numbers[:5]) + (f" … ({len(numbers)})" if len(numbers) > 5 else "")
    used = ", ".join(s.person.name for s in seats if str(s.pk) in certificate.evaluators)
    ko, en = (", ".join(bodies[key][lang] for key in sorted(short)) for lang in ("ko", "en"))
    return BadInput(
        "no_assignment",
        text(
            f"배정할 수 없습니다. 신청 {named}에는 ‘{ko}’ 위원 {certificate.needed}석이 필요하지만, "
            f"이해충돌·분야·상한을 지키면 {certificate.available}석만 배정할 수 있습니다({certificate.short}석 부족)."
            + (f" 상한까지 배정된 위원: {used}." if used else ""),
            f"No assignment exists. Applications {named} need {certificate.needed} seats of “{en}”, but conflicts, "
            f"fields and limits leave {certificate.available} (short of {certificate.short})."
            + (f" Used to their limit: {used}." if used else ""),
        ),
        text(
            "위원을 더 위촉하거나 위원별 상한을 늘려 주십시오.",
            "Seat more evaluators, or raise how many applications they take.",
        ),
        certificate=certificate.as_json(),
    )


def _numbers(certificate: Certificate, applications: list[Application]) -> set[str]:
    short = {group.application for group in certificate.seats}
    return {a.number for a in applications if str(a.pk) in short}
