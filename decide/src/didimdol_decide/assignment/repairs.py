"""An infeasible problem: the smallest clash in words, and the cheapest repair of each kind, each tried by
solving."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from didimdol_decide.assignment.arrays import Arrays
from didimdol_decide.assignment.certificate import ANY_BODY, Certificate
from didimdol_decide.assignment.clash import Lost, lost_to, smallest, words
from didimdol_decide.assignment.days import turns
from didimdol_decide.assignment.flow import cheapest, middle, nodes, solve_flow, supplies
from didimdol_decide.assignment.problem import AssignmentProblem
from didimdol_decide.assignment.solve import arrays_of, bottleneck
from didimdol_decide.plain import Plain, Sparse, Text

if TYPE_CHECKING:
    from didimdol_decide.assignment.arrays import Ints

Kind = Literal["load", "day", "minimum", "waive", "missing"]
KINDS: tuple[Kind, ...] = ("load", "day", "minimum", "waive", "missing")

MOST_TRIED = 4_000_000
"""Most allowed pairs of a problem whose repairs are looked for."""


class Step(Sparse):
    """One measure, `by` so many. load: raise the evaluator's maximum. day: raise their daily maximum on `day`
    alone. minimum: lower their minimum. waive:
    seats of `body` on the panel of `application` may be taken by anybody. missing: such seats stay empty
    (body "*": free ones)."""

    later = ("day",)

    kind: Kind
    by: int
    evaluator: str | None = None
    application: str | None = None
    body: str | None = None
    day: str | None = None


class Repair(Plain):
    """The fewest single measures (`amount` in all) of one kind, or of all kinds mixed, that make the problem
    solvable. Solving again has shown that they do."""

    kind: Literal["load", "day", "minimum", "waive", "missing", "mixed"]
    amount: int
    steps: tuple[Step, ...]
    message: Text


class Diagnosis(Plain):
    """certificate: the clash, with as few seats or people in it as prove it. lost: who would be of the right
    body but is barred there. repairs: the cheapest of each kind; no_use: kinds that cannot repair it alone,
    however many ("day" only where a daily maximum could bind)."""

    certificate: Certificate
    lost: tuple[Lost, ...]
    repairs: tuple[Repair, ...]
    no_use: tuple[Kind, ...]
    message: Text


def solvable(problem: AssignmentProblem) -> bool:
    """Whether any assignment obeys the rules."""
    import numpy as np

    arrays = arrays_of(problem)
    return cheapest(arrays, np.zeros(len(arrays.seat), dtype=np.int64)) is not None


def diagnose(
    problem: AssignmentProblem,
    highest: Mapping[str, int] | None = None,
    proved: Certificate | None = None,
) -> Diagnosis | None:
    """Why no assignment exists and what would help; None where one exists. highest: a maximum load, by
    evaluator, above which none is raised (not named: no limit). proved: a certificate that none exists, where
    there is one already. No measures are tried where more than MOST_TRIED pairs are allowed."""
    if proved is None:
        if solvable(problem):
            return None
        proved = bottleneck(problem, arrays_of(problem))
    certificate = smallest(problem, proved)
    lost = lost_to(problem, certificate)
    message = words(certificate, lost)
    try:
        elastic = arrays_of(problem, every_body=True, most=MOST_TRIED)
    except OverflowError:
        told = Text(
            ko=message.ko + " 문제가 커서 조치는 시험하지 않았습니다.",
            en=message.in_language("en") + " The problem is too large for measures to be tried.",
        )
        return Diagnosis(certificate=certificate, lost=lost, repairs=(), no_use=(), message=told)
    highest = highest or {}
    kinds = tuple(kind for kind in KINDS if kind != "day" or elastic.shifts)
    found = {kind: _repair(problem, elastic, (kind,), highest) for kind in kinds}
    repairs = [repair for repair in found.values() if repair is not None]
    mixed = _repair(problem, elastic, kinds, highest)
    if mixed is not None and all(mixed.amount < repair.amount for repair in repairs):
        repairs.append(mixed)
    return Diagnosis(
        certificate=certificate,
        lost=lost,
        repairs=tuple(repairs),
        no_use=tuple(kind for kind in kinds if found[kind] is None),
        message=message,
    )


def _repair(
    problem: AssignmentProblem, arrays: Arrays, kinds: tuple[Kind, ...], highest: Mapping[str, int]
) -> Repair | None:
    """The cheapest flow when measures of these kinds may be bought, each unit at the same price; of
    equally many, free seats stay empty before a body's."""
    import numpy as np

    at = nodes(arrays)
    tails, heads, room = middle(arrays)
    people = 1 + np.arange(len(arrays.people))
    seats = at.seat + np.arange(len(arrays.seats))
    panels = at.free + np.arange(len(arrays.applications))
    zero = np.zeros(len(people), dtype=np.int64)
    much = arrays.open_seats + int(arrays.low.sum()) + 1
    unit = much if arrays.free.any() else 1
    parts: list[tuple[Ints, Ints, Ints, int]] = [
        (tails.astype(np.int64), heads.astype(np.int64), room, 0),
        (zero, people, arrays.high - arrays.low, 0),
    ]
    first = len(tails) + len(people)
    bought: list[tuple[Kind, int]] = []

    def buy(kind: Kind, tail: Ints, head: Ints, most: Ints) -> None:
        bought.extend((kind, index) for index in range(len(tail)))
        parts.append((tail, head, most, unit))

    if "load" in kinds:
        most = {entry.id: entry.max_load for entry in problem.evaluators}
        more = [max(0, highest[name] - most[name]) if name in highest else much for name in arrays.people]
        buy("load", zero, people, np.array(more, dtype=np.int64))
    if "day" in kinds and arrays.days is not None:
        shifts = at.shift + np.arange(arrays.shifts)
        buy("day", 1 + arrays.days.person, shifts, np.full(arrays.shifts, much, dtype=np.int64))
    if "minimum" in kinds:
        buy("minimum", people, zero, arrays.low)
    if "waive" in kinds:
        buy("waive", at.free + arrays.panel, seats, arrays.need)
    if "missing" in kinds:
        buy("missing", np.zeros(len(seats), dtype=np.int64), seats, arrays.need)
        bought.extend(("missing", len(seats) + index) for index in range(len(panels)))
        parts.append((np.zeros(len(panels), dtype=np.int64), panels, arrays.free, max(1, unit - 1)))
    if "waive" in kinds:
        parts.append((seats, at.free + arrays.panel, np.full(len(seats), much, dtype=np.int64), 0))
    price = np.concatenate([np.full(len(part[0]), part[3], dtype=np.int64) for part in parts])
    tails, heads, room = (np.concatenate([part[index] for part in parts]) for index in range(3))
    flow = solve_flow(tails, heads, room, price, supplies(arrays), first + len(bought))
    if flow is None:
        return None
    steps: list[Step] = []
    for (kind, index), by in zip(bought, flow[first:].tolist(), strict=True):
        if not by:
            continue
        if kind in ("load", "minimum"):
            steps.append(Step(kind=kind, by=by, evaluator=arrays.people[index]))
        elif kind == "day":
            name, day = turns(arrays)[index]
            steps.append(Step(kind=kind, by=by, evaluator=name, day=day))
        elif index < len(seats):
            application, body = arrays.seats[index]
            steps.append(Step(kind=kind, by=by, application=application, body=body))
        else:
            name = arrays.applications[index - len(seats)]
            steps.append(Step(kind=kind, by=by, application=name, body=ANY_BODY))
    repair = Repair(
        kind=kinds[0] if len(kinds) == 1 else "mixed",
        amount=sum(step.by for step in steps),
        steps=tuple(steps),
        message=_told(steps),
    )
    if not solvable(repaired(problem, repair)):
        raise RuntimeError("the repair does not repair")
    return repair


def _told(steps: list[Step]) -> Text:
    said = {
        "load": ("{who}의 최대 건수 +{by}", "maximum load of {who} +{by}"),
        "day": ("{who}의 {day} 하루 최대 건수 +{by}", "daily maximum of {who} on {day} +{by}"),
        "minimum": ("{who}의 최소 건수 -{by}", "minimum load of {who} -{by}"),
        "waive": ("{who}의 '{body}' 좌석 {by}석을 누구나", "{by} seat(s) '{body}' of {who} open to anybody"),
        "missing": ("{who}의 '{body}' 좌석 {by}석을 비움", "{by} seat(s) '{body}' of {who} left empty"),
    }
    told = [
        [
            said[step.kind][lang].format(
                who=step.evaluator or step.application, by=step.by, body=step.body, day=step.day
            )
            for step in steps[:20]
        ]
        for lang in (0, 1)
    ]
    more = len(steps) - 20
    return Text(
        ko="; ".join(told[0]) + (f"; 외 {more}건" if more > 0 else ""),
        en="; ".join(told[1]) + (f"; and {more} more" if more > 0 else ""),
    )


def repaired(problem: AssignmentProblem, repair: Repair) -> AssignmentProblem:
    """The problem with the measures taken."""
    people = {entry.id: entry.as_json() for entry in problem.evaluators}
    panels = {entry.id: entry.as_json() for entry in problem.applications}
    demand = {entry.id: dict(entry.demand) for entry in problem.applications}
    free = {entry.id: entry.free for entry in problem.applications}
    high = {entry.id: entry.max_load for entry in problem.evaluators}
    low = {entry.id: entry.min_load for entry in problem.evaluators}
    daily = {entry.id: entry.max_per_day for entry in problem.evaluators}
    days = {entry.day for entry in problem.applications if entry.day is not None}
    for step in repair.steps:
        if step.evaluator is not None and step.day is not None:
            most = daily[step.evaluator]
            by_day = dict.fromkeys(days, most) if isinstance(most, int) else dict(most or {})
            daily[step.evaluator] = {**by_day, step.day: by_day[step.day] + step.by}
        elif step.evaluator is not None:
            if step.kind == "load":
                high[step.evaluator] += step.by
            else:
                low[step.evaluator] -= step.by
        elif step.application is not None and step.body is not None:
            if step.body == ANY_BODY:
                free[step.application] -= step.by
            else:
                demand[step.application][step.body] -= step.by
            if step.kind == "waive":
                free[step.application] += step.by
    return AssignmentProblem.model_validate(
        {
            **dict(problem),
            "applications": [
                {**row, "demand": demand[name], "free": free[name]} for name, row in panels.items()
            ],
            "evaluators": [
                {**row, "max_load": high[name], "min_load": low[name], "max_per_day": daily[name]}
                for name, row in people.items()
            ],
        }
    )
