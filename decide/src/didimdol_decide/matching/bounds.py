"""How good a matching could be at most, from prices that anyone recounts without a solver.

Let every rule have a price, 0 or more. Then no matching that keeps the rules is worth more than: for each
startup the best of (value − prices of the rules the pair counts in), or nothing; plus, for each rule, price ×
its number (a minimum's number taken off). Whatever the prices are; the linear programme only finds good ones.
Stability is not asked: the bound holds for all matchings, stable or not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Annotated

from pydantic import Field

from didimdol_decide.matching.market import Market
from didimdol_decide.matching.rules import Rule, RuleKind
from didimdol_decide.plain import Plain

Pairing = tuple[str, str]


class Price(Plain):
    """The price of one unit of a rule, in 1/`scale` of the bound's unit."""

    kind: RuleKind
    key: str
    price: Annotated[int, Field(ge=1)]


class Bound(Plain):
    """at_most: no matching is worth more (whole units). Rules without a price have the price 0."""

    at_most: int
    scale: Annotated[int, Field(ge=1)]
    prices: tuple[Price, ...]


def bound(market: Market, rules: Sequence[Rule], units: Mapping[Pairing, int]) -> Bound:
    """The best bound that a linear programme finds. Raises ModuleNotFoundError (no OR-Tools)."""
    scale = 10 ** (6 + len(str(max((abs(rule.most) for rule in rules), default=1))))
    prices = tuple(
        Price(kind=rule.kind, key=rule.key, price=price)
        for rule, dual in zip(rules, _duals(market, rules, units), strict=True)
        if (price := max(0, round(dual * scale)))
    )
    return Bound(at_most=counted(market, rules, units, scale, prices), scale=scale, prices=prices)


def counted(
    market: Market, rules: Sequence[Rule], units: Mapping[Pairing, int], scale: int, prices: Sequence[Price]
) -> int:
    """The bound of these prices, by counting alone. Raises KeyError for a price of no rule of the market."""
    known = {(rule.kind, rule.key): rule for rule in rules}
    paid: dict[Pairing, int] = defaultdict(int)
    total = 0
    for price in prices:
        rule = known[price.kind, price.key]
        total += price.price * rule.most
        for pair, weight in rule.weights.items():
            paid[pair] += price.price * weight
    for startup, order in market.orders.items():
        worth = (scale * units[startup, demand] - paid[startup, demand] for demand in order)
        total += max(0, max(worth, default=0))
    return total // scale


def _duals(market: Market, rules: Sequence[Rule], units: Mapping[Pairing, int]) -> list[float]:
    from ortools.linear_solver import pywraplp

    solver = pywraplp.Solver.CreateSolver("GLOP")
    at = {pair: solver.NumVar(0, solver.infinity(), "") for pair in units}
    for startup in sorted(market.orders):
        once = solver.Constraint(-solver.infinity(), 1)
        for demand in market.orders[startup]:
            once.SetCoefficient(at[startup, demand], 1)
    rows = []
    for rule in rules:
        row = solver.Constraint(-solver.infinity(), rule.most)
        for pair, weight in rule.weights.items():
            row.SetCoefficient(at[pair], weight)
        rows.append(row)
    objective = solver.Objective()
    for pair, value in units.items():
        objective.SetCoefficient(at[pair], value)
    objective.SetMaximization()
    if solver.Solve() != pywraplp.Solver.OPTIMAL:
        return [0.0] * len(rows)  # the bound is loose then, and still a bound
    return [row.dual_value() for row in rows]
