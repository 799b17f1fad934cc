"""What if: the same problem with a change, and what becomes different. Least change: stay near what was
decided."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from didimdol_decide.assignment.certificate import Certificate
from didimdol_decide.assignment.compact import compacted
from didimdol_decide.assignment.explain import explain, reasons_for
from didimdol_decide.assignment.matrix import UNIT, AffinityMatrix
from didimdol_decide.assignment.problem import Affinity, AssignEvaluator, AssignmentProblem, Conflict
from didimdol_decide.assignment.proof import assign_fair, sums_of
from didimdol_decide.assignment.result import Assignment, Objective
from didimdol_decide.assignment.solve import Infeasible, assign, optimum, pins_of, solver_name
from didimdol_decide.assignment.sparse import MOST
from didimdol_decide.plain import Id, Key, Plain, one_spelling, wrong

Load = Annotated[int, Field(ge=0, le=100000)]


class Change(Plain):
    """What to try: evaluators that come (with their affinities), leave, or take up to another number
    (max_per_day: on one day, one number or by day; None: no such rule any more); applications that are
    withdrawn; conflicts found late."""

    add: tuple[AssignEvaluator, ...] = ()
    affinity: tuple[Affinity, ...] = ()
    lose: tuple[Id, ...] = ()
    withdraw: tuple[Id, ...] = ()
    max_load: dict[Id, Load] = Field(default_factory=dict)
    min_load: dict[Id, Load] = Field(default_factory=dict)
    max_per_day: dict[Id, Load | dict[Key, Load] | None] = Field(default_factory=dict)
    conflicts: tuple[Conflict, ...] = ()


class Moved(Plain):
    """A pair that came or went. reason, of one that went: evaluator_left, application_left, conflict,
    other_field, other_day: it may not be any more; makes_room: it could stay, but something else needs the
    person or the seat. Of one that came: fills."""

    application: str
    evaluator: str
    comes: bool
    reason: Literal[
        "evaluator_left", "application_left", "conflict", "other_field", "other_day", "makes_room", "fills"
    ]


class Difference(Plain):
    """Totals and floors (worst-off panel) in millionths; loads: people whose number changed, (before,
    after)."""

    moved: tuple[Moved, ...]
    total_before: int
    total_after: int
    floor_before: int
    floor_after: int
    loads: dict[str, tuple[int, int]]


class Outcome(Plain):
    """after: the new assignment, or `certificate` of why there is none. difference: None where either side
    has no assignment."""

    after: Assignment | None
    certificate: Certificate | None
    difference: Difference | None
    instance_digest: str


def changed(problem: AssignmentProblem, change: Change) -> AssignmentProblem:
    """The problem with the change. Raises ValueError: a name that is not there, or what the change breaks (a
    pinned pair of an evaluator who leaves is dropped with them)."""
    people = {entry.id for entry in problem.evaluators}
    names = [(key, getattr(change, key)) for key in ("lose", "max_load", "min_load", "max_per_day")]
    for key, listed in names:
        for name in listed:
            if name not in people:
                raise wrong(
                    f"{key}: 평가위원 '{name}'이(가) 문제에 없습니다; id를 고치십시오",
                    f"{key}: there is no evaluator {name!r}; correct the id",
                )
    applications = {entry.id for entry in problem.applications}
    for name in change.withdraw:
        if name not in applications:
            raise wrong(
                f"withdraw: 신청 '{name}'이(가) 문제에 없습니다; id를 고치십시오",
                f"withdraw: there is no application {name!r}; correct the id",
            )
    gone, withdrawn = set(change.lose), set(change.withdraw)

    def stays(row: object) -> bool:
        return getattr(row, "evaluator") not in gone and getattr(row, "application") not in withdrawn  # noqa: B009

    barred = {(row.application, row.evaluator) for row in change.conflicts}
    evaluators = [
        entry.as_json()
        | {"max_load": change.max_load.get(entry.id, entry.max_load)}
        | {"min_load": change.min_load.get(entry.id, entry.min_load)}
        | {"max_per_day": change.max_per_day.get(entry.id, entry.max_per_day)}
        for entry in problem.evaluators
        if entry.id not in gone
    ]
    return AssignmentProblem.model_validate(
        {
            "applications": [entry for entry in problem.applications if entry.id not in withdrawn],
            "evaluators": [*evaluators, *(entry.as_json() for entry in change.add)],
            "affinity": _affinity(problem, change, gone, withdrawn),
            "conflicts": [*filter(stays, problem.conflicts), *change.conflicts],
            "pinned": [
                row for row in problem.pinned if stays(row) and (row.application, row.evaluator) not in barred
            ],
            "max_per_organisation": problem.max_per_organisation,
        }
    )


def _affinity(
    problem: AssignmentProblem, change: Change, gone: set[str], withdrawn: set[str]
) -> AffinityMatrix | list[object]:
    """The affinities that stay, and those that come."""
    more = compacted(change.affinity)
    if isinstance(problem.affinity, AffinityMatrix) and more is not None:
        triples = itertools.chain(problem.affinity.triples(), more.triples())
        return AffinityMatrix.of(row for row in triples if row[0] not in withdrawn and row[1] not in gone)
    rows = [
        {"application": a, "evaluator": e, "value": value}
        for (a, e), value in problem.affinities().items()
        if a not in withdrawn and e not in gone
    ]
    return [*rows, *change.affinity]


def reassign(
    problem: AssignmentProblem,
    earlier: Iterable[tuple[str, str]],
    seed: str,
    frozen: Iterable[tuple[str, str]] = (),
    gain: int | None = None,
    most: int = MOST,
) -> Assignment:
    """The assignment that keeps as many of the `earlier` pairs as any can, and among those has the highest
    total. gain (millionths): instead, none with fewer of them has a total that is higher by so much for each
    pair less. most: see `assign`.

    `frozen` pairs (ballots already given) stay in any case, like pinned ones. Earlier pairs of people or
    applications that are not in `problem` any more are passed over. Raises like `assign`; ValueError for a
    frozen pair that may not be."""
    kept, fixed = set(earlier), set(frozen)
    pins = [{"application": a, "evaluator": e} for a, e in sorted(pins_of(problem) | fixed)]
    bound = AssignmentProblem.model_validate({**dict(problem), "pinned": pins})
    found = optimum(bound, seed, most, near=kept, gain=gain)
    pairs = found.arrays.pairs(found.chosen) | pins_of(bound)
    told = explain(problem, pairs, seed, solver_name(), "least_change", reasons_for(pairs))
    return told if gain is None else told.model_copy(update={"gain": one_spelling(Decimal(gain) / UNIT)})


def difference(
    before: tuple[AssignmentProblem, Assignment], after: tuple[AssignmentProblem, Assignment]
) -> Difference:
    """What became different from one problem and its assignment to another."""
    old = {(pair.application, pair.evaluator) for pair in before[1].pairs}
    new = {(pair.application, pair.evaluator) for pair in after[1].pairs}
    people = {entry.id: entry for entry in after[0].evaluators}
    panels = {entry.id: entry for entry in after[0].applications}
    barred = {(row.application, row.evaluator) for row in after[0].conflicts}

    def reason(a: str, e: str) -> str:
        if e not in people:
            return "evaluator_left"
        if a not in panels:
            return "application_left"
        if (a, e) in barred:
            return "conflict"
        fields = people[e].fields
        if fields is not None and panels[a].field not in fields:
            return "other_field"
        return "makes_room" if people[e].may_take(panels[a]) else "other_day"

    moved = [
        {"application": a, "evaluator": e, "comes": False, "reason": reason(a, e)}
        for a, e in sorted(old - new)
    ]
    moved += [
        {"application": a, "evaluator": e, "comes": True, "reason": "fills"} for a, e in sorted(new - old)
    ]
    sums = [sums_of(*side) for side in (before, after)]
    names = sorted({*before[1].loads, *after[1].loads})
    loads = {name: (before[1].loads.get(name, 0), after[1].loads.get(name, 0)) for name in names}
    return Difference.model_validate(
        {
            "moved": moved,
            "total_before": sum(sums[0].values()),
            "total_after": sum(sums[1].values()),
            "floor_before": min(sums[0].values(), default=0),
            "floor_after": min(sums[1].values(), default=0),
            "loads": {name: pair for name, pair in loads.items() if pair[0] != pair[1]},
        }
    )


def what_if(
    problem: AssignmentProblem,
    before: Assignment | None,
    change: Change,
    seed: str,
    objective: Objective = "affinity",
    frozen: Iterable[tuple[str, str]] = (),
    gain: int | None = None,
) -> Outcome:
    """The result under the change and what is different from `before`. objective "least_change" stays near
    `before` (which it needs) and keeps `frozen`; gain: see `reassign`. Nothing is stored. Raises ValueError:
    see `changed` and `reassign`."""
    new = changed(problem, change)
    digest = new.digest()
    try:
        if objective == "least_change":
            if before is None:
                raise wrong(
                    "least_change에는 이전 배정이 필요합니다; 배정 기록(assign --out)을 주십시오",
                    "least_change needs the earlier assignment; give a record that assign wrote",
                )
            earlier = {(pair.application, pair.evaluator) for pair in before.pairs}
            after = reassign(new, earlier, seed, frozen, gain)
        else:
            after = assign(new, seed) if objective == "affinity" else assign_fair(new, seed, objective)[0]
    except Infeasible as error:
        return Outcome(after=None, certificate=error.certificate, difference=None, instance_digest=digest)
    found = None if before is None else difference((problem, before), (new, after))
    return Outcome(after=after, certificate=None, difference=found, instance_digest=digest)
