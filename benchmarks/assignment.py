"""The min-cost flow against a general integer solver (scipy.optimize.milp, HiGHS) on the same instance: the same
objective, and how much sooner.

    .venv/bin/python benchmarks/assignment.py

Prints both times and their ratio, from one run. Fails where the objectives differ.
"""

from __future__ import annotations

import random
import time
from decimal import Decimal
from typing import Any

import numpy as np
import ortools.graph.python.min_cost_flow  # noqa: F401  (loading it is not what is measured)
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import lil_array

from didimdol_decide.assignment import AssignmentProblem, assign, verify

APPLICATIONS, EXPERTS, COMPANY, PANEL = 150, 40, 10, {"expert": 5, "demand": 2}
MILLION = Decimal(1_000_000)


def instance(draw: random.Random) -> AssignmentProblem:
    applications = [{"id": f"a{n:03}", "field": f"f{n % 6}", "demand": PANEL} for n in range(APPLICATIONS)]
    evaluators = [
        {"id": f"e{n:02}", "body": "expert", "organisation": f"x{n % 15}", "min_load": 15, "max_load": 22}
        for n in range(EXPERTS)
    ] + [
        {"id": f"d{n:02}", "body": "demand", "organisation": f"y{n}", "min_load": 25, "max_load": 35}
        for n in range(COMPANY)
    ]
    pairs = [(a["id"], e["id"]) for a in applications for e in evaluators]
    return AssignmentProblem(
        applications=applications,
        evaluators=evaluators,
        affinity={pair: Decimal(draw.randrange(1_000_001)) / MILLION for pair in pairs},
        conflicts=[(*pair, "former employer") for pair in draw.sample(pairs, len(pairs) // 20)],
        max_per_organisation={"expert": 1},
    )


def by_milp(problem: AssignmentProblem) -> Decimal:
    """The greatest total affinity as an integer programme: one variable a permitted pair, one row a rule."""
    barred = {(row.application, row.evaluator) for row in problem.conflicts}
    affinity = problem.affinities()
    pairs = [
        (a, e)
        for a in problem.applications
        for e in problem.evaluators
        if (a.id, e.id) not in barred and e.body in a.demand
    ]
    rules: dict[Any, tuple[list[int], int, int]] = {}
    for column, (a, e) in enumerate(pairs):
        seats = a.demand[e.body]
        rules.setdefault(("panel", a.id, e.body), ([], seats, seats))[0].append(column)
        rules.setdefault(("load", e.id), ([], e.min_load, e.max_load))[0].append(column)
        cap = problem.organisation_cap(e.body)
        if cap is not None and e.organisation is not None:
            rules.setdefault(("house", a.id, e.body, e.organisation), ([], 0, cap))[0].append(column)
    matrix = lil_array((len(rules), len(pairs)))
    for row, (columns, _, _) in enumerate(rules.values()):
        matrix[row, columns] = 1
    low, high = ([rule[n] for rule in rules.values()] for n in (1, 2))
    worth = np.array([int(affinity[a.id, e.id] * MILLION) for a, e in pairs], dtype=float)
    answer = milp(
        -worth,
        constraints=LinearConstraint(matrix.tocsr(), low, high),
        integrality=np.ones(len(pairs)),
        bounds=Bounds(0, 1),
        options={"mip_rel_gap": 0},
    )
    assert answer.success, answer.message
    return Decimal(int(np.rint(answer.x).astype(int) @ worth.astype(int))) / MILLION


def main() -> None:
    problem = instance(random.Random(1))
    start = time.perf_counter()
    found = assign(problem, "seed")
    flow = time.perf_counter() - start
    assert not verify(problem, found)
    affinity = problem.affinities()
    total = sum((affinity[pair.application, pair.evaluator] for pair in found.pairs), Decimal(0))
    start = time.perf_counter()
    other = by_milp(problem)
    general = time.perf_counter() - start
    assert total == other, f"the objectives differ: {total} by flow, {other} by milp"
    print(
        f"{APPLICATIONS} applications, {EXPERTS + COMPANY} evaluators, {len(found.pairs)} seats: total affinity {total}, both"
    )
    print(f"min-cost flow with its explanation {flow * 1e3:.0f} ms; scipy.optimize.milp {general * 1e3:.0f} ms")
    print(f"ratio: {general / flow:.1f}")


if __name__ == "__main__":
    main()
