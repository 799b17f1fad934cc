"""The best assignment by one min-cost flow (OR-Tools), the same whatever order the rows came in.

Costs are integers: a millionth of affinity is one unit, times a factor that leaves room below it for a hash
of (seed, pair), so that equal totals are decided by the seed and never by the order of the input. Arcs are
added in id order for the same reason.
"""

from __future__ import annotations

import hashlib
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from didimdol_decide.assignment.certificate import Certificate, make_certificate
from didimdol_decide.assignment.explain import explain
from didimdol_decide.assignment.network import Network, network
from didimdol_decide.assignment.problem import AssignmentProblem
from didimdol_decide.assignment.remaining import Remaining, remaining
from didimdol_decide.assignment.result import Assignment

SOURCE, SINK = 0, 1
UNIT = 1_000_000
NOISE = 1 << 16


class Infeasible(ValueError):
    """No assignment obeys the rules; `certificate` names the bottleneck."""

    def __init__(self, certificate: Certificate) -> None:
        super().__init__(certificate.message.in_language("en"))
        self.certificate = certificate


def assign(problem: AssignmentProblem, seed: str) -> Assignment:
    """The assignment with the highest total affinity (to a millionth per pair) under every rule.

    Raises Infeasible, with a certificate; ModuleNotFoundError where the extra `assign` is not installed;
    OverflowError for an instance too large for 64-bit costs (beyond about a million seats).
    """
    left = remaining(problem)
    net = network(left)
    middle = len(net.tails)
    due = sum(left.low.values())
    open_seats = sum(left.seats.values())
    if due <= open_seats:
        chosen = _solve(problem, left, net, middle, seed, due, open_seats)
        if chosen is not None:
            pinned = {(pin.application, pin.evaluator) for pin in problem.pinned}
            import ortools

            return explain(problem, chosen | pinned, seed, f"ortools {ortools.__version__} SimpleMinCostFlow")
    raise Infeasible(_certificate(problem, left))


def _noise(seed: str, application: str, evaluator: str, levels: int) -> int:
    text = "\x1f".join((seed, application, evaluator)).encode("utf-8")
    return int.from_bytes(hashlib.sha256(text).digest()[:8], "big") % levels


def _solve(
    problem: AssignmentProblem,
    left: Remaining,
    net: Network,
    middle: int,
    seed: str,
    due: int,
    open_seats: int,
) -> set[tuple[str, str]] | None:
    import numpy as np
    from ortools.graph.python import min_cost_flow

    affinity = problem.affinities()
    levels = NOISE
    # The solver multiplies costs by the number of nodes: keep the product within 63 bits.
    while levels > 1 and UNIT * (open_seats * levels + 1) * (net.size + 2) * 4 >= 1 << 63:
        levels //= 4
    factor = max(1, open_seats) * levels
    if UNIT * factor * (net.size + 2) * 4 >= 1 << 63:
        raise OverflowError("the instance is too large for 64-bit costs")
    costs = [0] * middle
    for arc, (application, evaluator) in net.choice.items():
        value = affinity.get((application, evaluator), Decimal(0))
        worth = int((value * UNIT).to_integral_value(rounding=ROUND_HALF_EVEN))
        costs[arc] = -worth * factor + _noise(seed, application, evaluator, levels)
    tails, heads, capacities = list(net.tails), list(net.heads), list(net.capacities)
    for evaluator, node in net.evaluators.items():
        tails.append(SOURCE)
        heads.append(node)
        capacities.append(left.high[evaluator] - left.low[evaluator])
        costs.append(0)
    # A minimum load is a supply at the evaluator that must go somewhere.
    supplies = [0] * net.size
    supplies[SOURCE] = open_seats - due
    for evaluator, node in net.evaluators.items():
        supplies[node] = left.low[evaluator]
    for seat, node in net.seats.items():
        supplies[node] = -left.seats[seat]
    solver = min_cost_flow.SimpleMinCostFlow()
    solver.add_arcs_with_capacity_and_unit_cost(
        np.array(tails, dtype=np.int32),
        np.array(heads, dtype=np.int32),
        np.array(capacities, dtype=np.int64),
        np.array(costs, dtype=np.int64),
    )
    solver.set_nodes_supplies(np.arange(net.size, dtype=np.int32), np.array(supplies, dtype=np.int64))
    status = solver.solve()
    if status == solver.INFEASIBLE:
        return None
    if status != solver.OPTIMAL:
        raise RuntimeError(f"the flow solver stopped with status {status}")
    flows = solver.flows(np.arange(middle, dtype=np.int32)).tolist()
    return {pair for arc, pair in net.choice.items() if flows[arc]}


def _reached(net: Network, sources: dict[int, int], sinks: dict[int, int]) -> tuple[int, set[int]]:
    """Largest flow from `sources` to `sinks` (node -> capacity) and the source side of a minimum cut."""
    import numpy as np
    from ortools.graph.python import max_flow

    solver: Any = max_flow.SimpleMaxFlow()
    tails = [*net.tails, *([SOURCE] * len(sources)), *sinks]
    heads = [*net.heads, *sources, *([SINK] * len(sinks))]
    capacities = [*net.capacities, *sources.values(), *sinks.values()]
    solver.add_arcs_with_capacity(
        np.array(tails, dtype=np.int32),
        np.array(heads, dtype=np.int32),
        np.array(capacities, dtype=np.int64),
    )
    status = solver.solve(SOURCE, SINK)
    if status != solver.OPTIMAL:
        raise RuntimeError(f"the flow solver stopped with status {status}")
    return int(solver.optimal_flow()), {int(node) for node in solver.get_source_side_min_cut()}


def _certificate(problem: AssignmentProblem, left: Remaining) -> Certificate:
    net = network(left)
    sinks = {node: left.seats[seat] for seat, node in net.seats.items()}
    upper = {node: left.high[evaluator] for evaluator, node in net.evaluators.items()}
    value, side = _reached(net, upper, sinks)
    if value < sum(sinks.values()):
        return make_certificate(
            problem,
            "seats",
            {seat for seat, node in net.seats.items() if node not in side},
            {evaluator for evaluator, node in net.evaluators.items() if node not in side},
        )
    lower = {node: left.low[evaluator] for evaluator, node in net.evaluators.items()}
    value, side = _reached(net, lower, sinks)
    if value == sum(lower.values()):
        raise RuntimeError("the solver found no assignment, yet no bottleneck exists")
    return make_certificate(
        problem,
        "minimum_loads",
        {seat for seat, node in net.seats.items() if node in side},
        {evaluator for evaluator, node in net.evaluators.items() if node in side},
    )
