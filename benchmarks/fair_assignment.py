"""Assignments at size: the flow with and without its certificate, the fair floor, why-not, calm re-solve, and 300
infeasible programmes with their repairs.

    .venv/bin/python benchmarks/fair_assignment.py [S] [M] [L] [--mip]      # S where no size is named

Each ratio is of one run. Fails where a certificate does not hold, a repair does not repair, or a bound is crossed.
--mip: the three organisation rules as an integer programme too (minutes).
"""

from __future__ import annotations

import random
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import ortools.graph.python.max_flow
import ortools.graph.python.min_cost_flow as min_cost_flow
from parts.programmes import SIZES, programme

from didimdol_decide.assignment import AssignmentProblem, assign, check_certificate, verify
from didimdol_decide.assignment.arrays import Arrays
from didimdol_decide.assignment.bounds import bound_by_arrays
from didimdol_decide.assignment.fair import MOST_CELLS, fair
from didimdol_decide.assignment.flow import cheapest, middle, supplies
from didimdol_decide.assignment.repairs import diagnose, repaired
from didimdol_decide.assignment.residual import Residual


def timed(what: Callable[[], Any], times: int = 3) -> tuple[float, Any]:
    """The quickest of a few runs, in seconds, and the last result."""
    best, found = float("inf"), None
    for _ in range(times):
        start = time.perf_counter()
        found = what()
        best = min(best, time.perf_counter() - start)
    return best, found


def flow_and_certificate(name: str, arrays: Arrays) -> np.ndarray[Any, Any]:
    """The exact optimum against the bare solver on prepared arrays."""
    tails, heads, room = middle(arrays)
    people = np.arange(len(arrays.people))
    tails = np.concatenate([tails, np.zeros(len(people), dtype=np.int64)]).astype(np.int32)
    heads = np.concatenate([heads, 1 + people]).astype(np.int32)
    room = np.concatenate([room, arrays.high - arrays.low])
    costs = np.concatenate([-arrays.worth, np.zeros(len(tails) - len(arrays.worth), dtype=np.int64)])
    supply, numbers = supplies(arrays), np.arange(len(arrays.worth), dtype=np.int32)

    def bare() -> int:
        solver = min_cost_flow.SimpleMinCostFlow()
        solver.add_arcs_with_capacity_and_unit_cost(tails, heads, room, costs)
        solver.set_nodes_supplies(np.arange(len(supply), dtype=np.int32), supply)
        assert solver.solve() == solver.OPTIMAL
        solver.flows(numbers)
        return -int(solver.optimal_cost())

    seconds, total = timed(bare, 5)
    ours, chosen = timed(lambda: cheapest(arrays, -arrays.worth), 5)
    proving, residual = timed(lambda: Residual(arrays, arrays.worth, chosen))
    ones = np.ones(len(arrays.applications), dtype=np.int64)
    bound = bound_by_arrays(arrays, ones, residual.prices)
    assert int(arrays.sums(chosen).sum()) == total == bound, "the certificate does not meet the total"
    print(
        f"{name}: {len(arrays.worth)} pairs; total {total / 1e6:.2f}, proved. bare flow {seconds:.2f} s, ours"
        f" {ours / seconds:.2f} of it, certificate {proving / seconds:.2f}"
    )
    draw = np.random.default_rng(2).choice(np.flatnonzero(~chosen), 40)
    waits = [timed(lambda arc=arc: residual.loss(int(arc)))[0] for arc in draw]
    print(f"{name}: why not this one? {1e3 * np.median(waits):.0f} ms, at most {1e3 * max(waits):.0f} ms")
    return chosen


def fair_floor(name: str, arrays: Arrays, chosen: np.ndarray[Any, Any]) -> None:
    """The floor of the fair assignment against its bound and against the highest total."""
    seconds, found = timed(lambda: fair(arrays), 1)
    assert found.floor <= found.floor_bound
    assert found.total <= found.total_bound
    sums = arrays.sums(chosen)
    print(
        f"{name}: fair in {seconds:.1f} s: worst-off {found.floor / 1e6:.4f} (highest total: {sums.min() / 1e6:.4f};"
        f" bound {found.floor_bound / 1e6:.4f}{', proved' if found.floor == found.floor_bound else ''}),"
        f" total {100 * (found.total / sums.sum() - 1):+.3f}%, gap {100 * (found.total_bound / found.total - 1):.3f}%"
    )


def calm(name: str, arrays: Arrays, chosen: np.ndarray[Any, Any], trials: int = 5) -> None:
    """An evaluator leaves: how many other pairs move when all is decided anew, and when as little as possible is."""
    anew = near = 0
    lost = 0.0
    for person in np.random.default_rng(3).choice(len(arrays.people), trials, replace=False).tolist():
        left = arrays.person != person
        high, low = arrays.high.copy(), arrays.low.copy()
        high[person] = low[person] = 0
        parts = {key: getattr(arrays, key)[left] for key in ("seat", "person", "worth", "gate")}
        rest = replace(arrays, high=high, low=low, **parts)
        kept = chosen[left]
        again = cheapest(rest, -rest.worth)
        bonus = 1_000_000 * (rest.open_seats + 1)
        least = cheapest(rest, -(rest.worth + bonus * kept))
        assert again is not None
        assert least is not None
        anew += int((kept & ~again).sum())
        near += int((kept & ~least).sum())
        lost += 1 - int(rest.worth[least].sum()) / int(rest.worth[again].sum())
    print(
        f"{name}: an evaluator leaves ({trials} times): {anew} other pairs move anew, {near} by least change,"
        f" at {100 * lost / trials:.3f}% of the total"
    )


def integer_programme(name: str, arrays: Arrays, total: int) -> None:
    """The same as an integer programme (scipy's HiGHS)."""
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array, vstack

    def rows(group: Any, count: int) -> Any:
        used = np.flatnonzero(group >= 0)
        return csr_array((np.ones(len(used)), (group[used], used)), shape=(count, len(group)))

    panel = arrays.panel[arrays.seat]
    whole = np.bincount(arrays.panel, arrays.need, len(arrays.applications)) + arrays.free
    parts = [
        (rows(arrays.person, len(arrays.people)), arrays.low, arrays.high),
        (rows(arrays.seat, len(arrays.seats)), arrays.need, arrays.need + arrays.free[arrays.panel]),
        (rows(panel, len(arrays.applications)), whole, whole),
        (rows(arrays.gate, len(arrays.gate_cap)), np.zeros(len(arrays.gate_cap)), arrays.gate_cap),
    ]
    matrix = vstack([part[0] for part in parts]).tocsr()
    low, high = (np.concatenate([part[index] for part in parts]) for index in (1, 2))
    seconds, answer = timed(
        lambda: milp(
            -arrays.worth.astype(float),
            constraints=LinearConstraint(matrix, low, high),
            integrality=np.ones(len(arrays.worth)),
            bounds=Bounds(0, 1),
            options={"mip_rel_gap": 0},
        ),
        1,
    )
    assert answer.success, answer.message
    assert int(np.rint(answer.x) @ arrays.worth) == total
    ours, _ = timed(lambda: cheapest(arrays, -arrays.worth))
    print(f"{name}: the same total as an integer programme in {seconds:.1f} s: {seconds / ours:.0f} times the flow")


def small(draw: random.Random) -> AssignmentProblem:
    """A random programme of an office's size, often impossible."""
    count, people = draw.randrange(3, 25), draw.randrange(3, 14)
    evaluators = []
    for n in range(people):
        low = draw.choice([0, 0, 1, 3])
        body = draw.choice(["expert", "expert", "company"])
        fields = draw.choice([None, None, ["f"], ["g", "h"]])
        entry = {"id": f"e{n}", "body": body, "min_load": low, "max_load": low + draw.randrange(8)}
        evaluators.append({**entry, "fields": fields, "organisation": f"{body}{draw.randrange(4)}"})
    applications = [
        {
            "id": f"a{n}",
            "field": draw.choice("fgh"),
            "demand": {"expert": draw.randrange(1, 3), "company": draw.randrange(2)},
            "free": draw.randrange(2),
        }
        for n in range(count)
    ]
    pairs = [(f"a{a}", f"e{e}") for a in range(count) for e in range(people)]
    conflicts = [(*pair, "kin") for pair in draw.sample(pairs, len(pairs) // 10)]
    return AssignmentProblem(
        applications=applications, evaluators=evaluators, conflicts=conflicts, max_per_organisation=1
    )


def no_unexplained_failure(wanted: int = 300) -> None:
    """Random infeasible programmes: each with a certificate that holds and repairs that repair."""
    draw, done, tried, repairs = random.Random(5), 0, 0, 0
    start = time.perf_counter()
    while done < wanted:
        problem = small(draw)
        tried += 1
        found = diagnose(problem)
        if found is None:
            continue
        done += 1
        assert check_certificate(problem, found.certificate)
        assert found.repairs, "nothing repairs it"
        for repair in found.repairs:
            again = repaired(problem, repair)
            assert not verify(again, assign(again, "s"))
            repairs += 1
    print(
        f"{done} infeasible of {tried} random programmes: {done} certificates recounted, {repairs} cheapest repairs"
        f" solved again, in {time.perf_counter() - start:.1f} s"
    )


def main() -> None:
    sizes = [size for size in sys.argv[1:] if size in SIZES] or ["S"]
    no_unexplained_failure()
    for size in sizes:
        for rules in (False, True):
            name = f"{size} with organisation rules" if rules else size
            arrays = programme(size, rules)
            chosen = flow_and_certificate(name, arrays)
            calm(name, arrays, chosen)
            if rules and "--mip" in sys.argv:
                integer_programme(name, arrays, int(arrays.sums(chosen).sum()))
            if len(arrays.applications) * len(arrays.people) <= MOST_CELLS:
                fair_floor(name, arrays, chosen)
            else:
                print(f"{name}: too large for the fair search")
    print(f"at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    assert ortools.graph.python.max_flow  # loading it is not what is measured
    main()
