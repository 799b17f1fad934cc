"""Reasons for each pair of an assignment."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

from didimdol_decide.assignment.problem import AssignApplication, AssignEvaluator, AssignmentProblem
from didimdol_decide.assignment.result import Assignment, BetterRanked, Objective, Pair, WhyNot

LAST_REASON: dict[Objective, WhyNot] = {
    "affinity": "tie_rule",
    "fair": "fairness",
    "leximin": "fairness",
    "least_change": "least_change",
}


def explain(
    problem: AssignmentProblem,
    chosen: set[tuple[str, str]],
    seed: str,
    solver: str,
    objective: Objective = "affinity",
) -> Assignment:
    """The assignment made of the pairs `chosen`, each with its affinity, rank and why nobody better sits
    there."""
    affinity = problem.affinities()
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
    by_body: dict[str, list[AssignEvaluator]] = {}
    for entry in evaluators.values():
        by_body.setdefault(entry.body, []).append(entry)

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
    for application_id, evaluator_id in sorted(chosen):
        one, application = evaluators[evaluator_id], applications[application_id]
        own = affinity.get((application_id, evaluator_id), zero)
        better: list[BetterRanked] = []
        eligible, ahead = 0, 0
        for entry in by_body[one.body]:
            value = affinity.get((application_id, entry.id), zero)
            allowed = (application_id, entry.id) not in barred and entry.may_take(application)
            eligible += allowed
            if value <= own:
                continue
            ahead += allowed
            if entry.id not in panels[application_id]:
                reasons = barred.get((application_id, entry.id))
                better.append(
                    BetterRanked(
                        evaluator=entry.id,
                        affinity=value,
                        reason=why_not(entry, one, application),
                        detail="; ".join(sorted(reasons)) if reasons else None,
                    )
                )
        better.sort(key=lambda entry: (-entry.affinity, entry.evaluator))
        pairs.append(
            Pair(
                application=application_id,
                evaluator=evaluator_id,
                body=one.body,
                pinned=(application_id, evaluator_id) in pinned,
                affinity=own,
                rank=ahead + 1,
                eligible=eligible,
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
    )
