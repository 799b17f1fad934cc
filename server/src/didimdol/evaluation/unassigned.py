"""Why a round cannot be assigned: the smallest clash with names, in the same words whatever the ids are."""

from __future__ import annotations

from collections.abc import Iterable

from didimdol.applications.models import Application
from didimdol.evaluation import clash_words as words
from didimdol.evaluation.assigning import limits_of
from didimdol.evaluation.clash import Clash, LostSeat
from didimdol.evaluation.guards import OPEN, OPEN_SEATS, of_company, stage_of, words_of
from didimdol.evaluation.models import Round, Seat
from didimdol.evaluation.remedies import Case, remedies_of
from didimdol.kernel.words import Text
from didimdol_decide.assignment import AssignmentProblem
from didimdol_decide.assignment.repairs import Diagnosis, diagnose


def explain_clash(
    round: Round,
    applications: list[Application],
    seats: list[Seat],
    problem: AssignmentProblem,
    *,
    filling: bool = False,
) -> Clash:
    """The clash of a ``problem`` that has no assignment. ``filling``: only empty seats are to be filled; then fields stay,
    and what cannot be filled stays empty."""
    called = {str(seat.pk): f"e{number:04d}" for number, seat in enumerate(sorted(seats, key=_order), start=1)}
    limits = {called[key]: most for key, most in limits_of(round, seats).items()}
    renamed = _renamed(problem, called, {str(a.pk): a.number for a in applications})
    found = diagnose(renamed, limits)
    assert found is not None
    case = Case(
        round=round,
        problem=renamed,
        applications={a.number: a for a in applications},
        seats={called[str(seat.pk)]: seat for seat in seats},
        bodies={body.key: words_of(body) for body in stage_of(round).bodies} | {OPEN: OPEN_SEATS},
        fields={field.key: field for field in round.challenge.fields.select_related("demand_company")},
    )
    lost = _lost(case, found)
    numbers = sorted({group.application for group in found.certificate.seats})
    remedies, newcomers = remedies_of(case, found, filling)
    return Clash(
        sentence=_sentence(case, found, numbers),
        told=list(_told(found, lost)),
        applications=[case.applications[number] for number in numbers],
        lost=lost,
        remedies=remedies,
        newcomers=newcomers,
        certificate=found.certificate.as_json(),
        problem=renamed,
    )


def _order(seat: Seat) -> tuple[bool, str, str, str, str, str]:
    """A seat that is only tried (what if) comes last."""
    if not seat.person_id:
        return (True, seat.body, "", "", "", seat.state)
    return (False, seat.body, seat.organisation.name["ko"], seat.person.name, seat.person.email, seat.state)


def _renamed(problem: AssignmentProblem, people: dict[str, str], numbers: dict[str, str]) -> AssignmentProblem:
    """In the order of the new names too, so that of several explanations the same one is told every time. Without
    affinities and organisations: they bar nobody here."""
    conflicts = [(numbers[row.application], people[row.evaluator], row.reason) for row in problem.conflicts]
    return AssignmentProblem.model_validate(
        {
            "applications": sorted(
                ({**entry.as_json(), "id": numbers[entry.id]} for entry in problem.applications), key=_id
            ),
            "evaluators": sorted(
                ({**entry.as_json(), "id": people[entry.id], "organisation": None} for entry in problem.evaluators),
                key=_id,
            ),
            "conflicts": sorted(conflicts),
            "pinned": sorted((numbers[pin.application], people[pin.evaluator]) for pin in problem.pinned),
        }
    )


def _id(row: dict[str, object]) -> str:
    return str(row["id"])


def _lost(case: Case, found: Diagnosis) -> list[LostSeat]:
    limits = {e.id: e.max_load for e in case.problem.evaluators if e.id in found.certificate.evaluators}
    lost = {entry.evaluator: entry for entry in found.lost}
    clashing = {group.application for group in found.certificate.seats}
    barred: dict[str, list[tuple[str, Text]]] = {}
    for row in case.problem.conflicts:
        if row.application in clashing:
            barred.setdefault(row.evaluator, []).append((row.application, words.ground_of(row.reason)))
    return [
        LostSeat(
            name=case.name(key),
            conflicts=sorted(barred.get(key, []), key=lambda entry: entry[0]) if key in lost else [],
            other_field=lost[key].field if key in lost else 0,
            limit=limits.get(key),
        )
        for key in sorted({*lost, *limits}, key=lambda key: (case.name(key), key))
    ]


def _sentence(case: Case, found: Diagnosis, numbers: list[str]) -> Text:
    """Fields are named where a company's evaluators are short, and where they are few."""
    certificate = found.certificate
    bodies = sorted({group.body for group in certificate.seats}, key=lambda body: (body == OPEN, body))
    fields = sorted({field.key for number in numbers if (field := case.applications[number].field)})
    few = any(map(of_company, bodies)) and len(fields) <= 2 and len(fields) < len(case.fields)
    return words.sentence(
        numbers,
        [case.bodies[body] for body in bodies],
        [case.fields[key].name for key in fields] if few else [],
        certificate.needed,
        certificate.available,
    )


def _told(found: Diagnosis, lost: list[LostSeat]) -> Iterable[Text]:
    total = next((repair.amount for repair in found.repairs if repair.kind == "missing"), 0)
    if total > found.certificate.short:
        yield words.in_all(total)
    if used := [(entry.name, entry.limit) for entry in lost if entry.limit is not None]:
        yield words.limits_used(used)
    if barred := [(entry.name, [number for number, _ in entry.conflicts]) for entry in lost if entry.conflicts]:
        yield words.barred(barred)
    if elsewhere := sum(1 for entry in lost if entry.other_field and not entry.conflicts):
        yield words.elsewhere(elsewhere)
