"""Reasons for each pair of an assignment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal

from didimdol_decide.assignment.matrix import AffinityMatrix, written
from didimdol_decide.assignment.problem import AssignApplication, AssignEvaluator, AssignmentProblem
from didimdol_decide.assignment.result import Assignment, BetterRanked, Objective, Pair, WhyNot
from didimdol_decide.assignment.seating import Eligible, Seat

LAST_REASON: dict[Objective, WhyNot] = {
    "affinity": "tie_rule",
    "fair": "fairness",
    "leximin": "fairness",
    "least_change": "least_change",
}

MANY = 10_000
"""Above so many pairs only a few reasons are told for each."""


def reasons_for(pairs: set[tuple[str, str]]) -> int | None:
    """How many people who would be better are named with each of these pairs; None: all of them."""
    return None if len(pairs) <= MANY else 3


def explain(
    problem: AssignmentProblem,
    chosen: set[tuple[str, str]],
    seed: str,
    solver: str,
    objective: Objective = "affinity",
    reasons_each: int | None = None,
) -> Assignment:
    """The assignment made of the pairs `chosen`, each with its affinity, rank and why nobody better sits
    there; of the better ones the best `reasons_each` (None: all)."""
    ratings = Ratings(problem)
    zero = Decimal(0)
    evaluators = {entry.id: entry for entry in sorted(problem.evaluators, key=lambda entry: entry.id)}
    applications = {entry.id: entry for entry in problem.applications}
    pinned = {(pin.application, pin.evaluator) for pin in problem.pinned}
    barred: dict[tuple[str, str], list[str]] = {}
    for row in problem.conflicts:
        barred.setdefault((row.application, row.evaluator), []).append(row.reason)
    loads = dict.fromkeys(evaluators, 0)
    on_day: Counter[tuple[str, str | None]] = Counter()
    panels: dict[str, set[str]] = {}
    for application_id, evaluator_id in chosen:
        loads[evaluator_id] += 1
        on_day[evaluator_id, applications[application_id].day] += 1
        panels.setdefault(application_id, set()).add(evaluator_id)
    able = Eligible(problem, ((a, evaluators[e].body) for a, e in chosen), barred)

    def why_not(better: AssignEvaluator, one: AssignEvaluator, application: AssignApplication) -> WhyNot:
        if (application.id, better.id) in barred:
            return "conflict"
        if better.fields is not None and application.field not in better.fields:
            return "other_field"
        if not better.may_take(application):
            return "other_day"
        if (application.id, one.id) in pinned:
            return "chosen_is_pinned"
        cap = problem.organisation_cap(better.body)
        if cap is not None and better.organisation is not None:
            fellows = [
                person
                for person in panels[application.id]
                if person != one.id
                and evaluators[person].body == better.body
                and evaluators[person].organisation == better.organisation
            ]
            if len(fellows) >= cap:
                return "organisation_cap"
        if loads[better.id] >= better.max_load:
            return "full"
        most = better.most_on(application.day)
        if most is not None and on_day[better.id, application.day] >= most:
            return "day_full"
        if loads[one.id] <= one.min_load:
            return "load_minimum_of_chosen"
        return LAST_REASON[objective]

    pairs: list[Pair] = []
    eligible: dict[Seat, int] = {}
    values: Mapping[str, Value] = {}
    ranked: Ranked = []
    before = ""
    for application_id, evaluator_id in sorted(chosen):
        one, application = evaluators[evaluator_id], applications[application_id]
        if application_id != before:
            before, values = application_id, ratings.of(application_id)
            ranked = ratings.better(values, panels[application_id])
        own = values.get(evaluator_id, 0)
        better: list[BetterRanked] = []
        ahead = 0
        for value, name in ranked:
            if value <= own:
                break
            entry = evaluators[name]
            if entry.body != one.body:
                continue
            reasons = barred.get((application_id, name))
            ahead += not reasons and entry.may_take(application)
            if name not in panels[application_id] and (reasons_each is None or len(better) < reasons_each):
                better.append(
                    BetterRanked(
                        evaluator=name,
                        affinity=ratings.spelled(value),
                        reason=why_not(entry, one, application),
                        detail="; ".join(sorted(reasons)) if reasons else None,
                    )
                )
        seat = (application_id, one.body)
        if seat not in eligible:
            eligible[seat] = able.count(seat)
        pairs.append(
            Pair(
                application=application_id,
                evaluator=evaluator_id,
                body=one.body,
                pinned=(application_id, evaluator_id) in pinned,
                affinity=ratings.spelled(own),
                rank=ahead + 1,
                eligible=eligible[seat],
                better=tuple(better),
            )
        )
    return Assignment(
        pairs=tuple(pairs),
        total=sum((pair.affinity for pair in pairs), zero),
        loads=loads,
        seed=seed,
        solver=solver,
        instance_digest=problem.digest(),
        objective=objective,
        reasons_each=reasons_each,
    )


Value = Decimal | int
Ranked = list[tuple[Value, str]]


class Ratings:
    """The affinities of one application after the other. Values are compared as they are kept, and spelled as
    decimals where they are told."""

    def __init__(self, problem: AssignmentProblem) -> None:
        self._matrix = problem.affinity if isinstance(problem.affinity, AffinityMatrix) else None
        self._rows: dict[str, dict[str, Value]] = {}
        if not isinstance(problem.affinity, AffinityMatrix):
            for row in problem.affinity:
                self._rows.setdefault(row.application, {})[row.evaluator] = row.value

    def of(self, application: str) -> Mapping[str, Value]:
        """By evaluator; without those who have none."""
        if self._matrix is None:
            return self._rows.get(application, {})
        return dict(self._matrix.row(application))

    def better(self, values: Mapping[str, Value], panel: Iterable[str]) -> Ranked:
        """Whoever is above the lowest of the panel, the highest first, equals by id."""
        least = min(values.get(name, 0) for name in panel)
        above = [(value, name) for name, value in values.items() if value > least]
        return sorted(above, key=lambda entry: (-entry[0], entry[1]))

    def spelled(self, value: Decimal | int) -> Decimal:
        return value if isinstance(value, Decimal) else Decimal(written(value))
