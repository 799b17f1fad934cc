"""The assignment of a round: plain data for didimdol_decide, and its answer with names."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from didimdol.applications.models import Application
from didimdol.evaluation.enums import Standing
from didimdol.evaluation.guards import of_company, stage_of, words_of
from didimdol.evaluation.models import Conflict, Round, Seat
from didimdol.kernel.problems import BadInput
from didimdol.kernel.words import text
from didimdol.programmes.queries import rules_of
from didimdol_decide.assignment import Assignment, AssignmentProblem, Infeasible, assign
from didimdol_decide.assignment.certificate import Certificate

#: how much an evaluator's own field counts against any other; nearness of texts comes with a later issue
OWN_FIELD, OTHER_FIELD = Decimal("1"), Decimal("0.5")


def solve(round: Round, applications: list[Application], seats: list[Seat]) -> tuple[AssignmentProblem, Assignment]:
    """The best assignment with the most even load that is possible. Raises BadInput naming the bottleneck."""
    most = {seat.pk: most_of(round, seat, applications) for seat in seats}
    spare = 0
    while True:
        caps = {seat.pk: min(most[seat.pk], _even(round, seat, applications, seats) + spare) for seat in seats}
        problem = problem_of(round, applications, seats, caps)
        try:
            return problem, assign(problem, seed=round.lottery_commitment)
        except Infeasible as infeasible:
            if caps == most:
                raise _refused(infeasible.certificate, round, applications, seats) from infeasible
            spare = spare * 2 or 1


def most_of(round: Round, seat: Seat, applications: list[Application]) -> int:
    """How many applications the seat takes at most: its own limit, and the rulebook's."""
    panel = rules_of(round.challenge).stage(round.stage).panel
    limits = [seat.most, len(applications)]
    return min([*limits, panel.max_applications_each] if panel and panel.max_applications_each else limits)


def _even(round: Round, seat: Seat, applications: list[Application], seats: list[Seat]) -> int:
    """The load of everybody in the seat's body, were all equal (rounded up)."""
    fellows = sum(other.body == seat.body for other in seats)
    return -(-len(applications) * stage_of(round).body(seat.body).seats // fellows)


def problem_of(
    round: Round, applications: list[Application], seats: list[Seat], caps: dict[UUID, int]
) -> AssignmentProblem:
    """Seats by body from the rulebook; conflicts are missing arcs, whatever they would cost."""
    demand = {body.key: body.seats for body in stage_of(round).bodies}
    by_person = {seat.person_id: seat for seat in seats}
    # A conflict follows the person: those of earlier rounds count too.
    found = Conflict.objects.within(person_id__in=list(by_person), application__in=applications)
    conflicts = {
        (str(c.application_id), str(by_person[c.person_id].pk), c.ground or c.standing)
        for c in found.exclude(standing=Standing.NONE)
    }
    return AssignmentProblem.model_validate(
        {
            "applications": [{"id": str(a.pk), "field": _field(a), "demand": demand} for a in applications],
            "evaluators": [_evaluator(seat, caps[seat.pk]) for seat in seats],
            "affinity": {
                (str(a.pk), str(s.pk)): OWN_FIELD if _field(a) in s.fields else OTHER_FIELD
                for a in applications
                for s in seats
            },
            "conflicts": sorted(conflicts),
        }
    )


def _field(application: Application) -> str:
    return application.field.key if application.field else "none"


def _evaluator(seat: Seat, most: int) -> dict[str, Any]:
    return {
        "id": str(seat.pk),
        "body": seat.body,
        "organisation": str(seat.organisation_id),
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
