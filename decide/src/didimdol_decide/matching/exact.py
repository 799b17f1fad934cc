"""The exact methods, by CP-SAT: most seats under stability with equals, or the highest value within all
rules.

Stability is told by cut-offs (in the manner of Delorme et al., EJOR 2019): for every limit and every level of
rank, `shut` may be true only where holders of that level or better fill the limit; and every startup has a
demand it likes as well, or finds some limit around the better one shut at its own rank. With rank levels
instead of rows for every pair the model is small and tight. Integers only, one worker, ids sorted: the same
solver version gives the same pairs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, Literal

from didimdol_decide.matching.holding import Holding
from didimdol_decide.matching.market import Market
from didimdol_decide.matching.rules import Rule, rules_of
from didimdol_decide.matching.solve import deferred_acceptance
from didimdol_decide.matching.values import Values, values_of
from didimdol_decide.plain import MAX_EXPONENT

Pairing = tuple[str, str]
TieRule = Literal["standing", "solver"]

EFFORT = 120.0
"""Deterministic time for one search; the solver's own unit, about a second of a slow core."""

MOST_BY_STANDING = 60
"""Up to so many free startups the choice among equal optima is made startup by startup."""


class Infeasible(Exception):
    """No matching keeps all the rules; `clash.explain` says why."""


class NotFinished(Exception):
    """The solver found no matching within its effort, and did not prove that there is none."""


@dataclass(frozen=True)
class Found:
    """matched: free startup -> demand. finished: the solver says that none is better. tie_rule: how one of
    the equally good was chosen. solver: name and version."""

    matched: dict[str, str]
    finished: bool
    tie_rule: TieRule
    solver: str


def best(market: Market, *, effort: float = EFFORT) -> Found:
    """The best matching by the market's method; `earlier` pairs are kept first, as many as can be.

    With up to MOST_BY_STANDING free startups, equals go in the order of the standing: the first gets the best
    of its choices (equals by id) that an optimum gives it, then the next. Raises Infeasible, NotFinished,
    OverflowError (scores too large for whole numbers), ModuleNotFoundError (no OR-Tools).
    """
    model = Model(market, rules_of(market))
    return model.found(effort)


class Model:
    """The rules and, for `stable_most`, stability; `objective` to be maximised."""

    def __init__(self, market: Market, rules: Sequence[Rule]) -> None:
        from ortools.sat.python import cp_model

        self._cp = cp_model
        self.market, self.rules = market, rules
        self.model: Any = cp_model.CpModel()
        self.at: dict[Pairing, Any] = {
            pair: self.model.new_bool_var(f"{pair[0]}–{pair[1]}") for pair in sorted(market.ranks)
        }
        for startup in sorted(market.orders):
            if market.orders[startup]:
                self.model.add_at_most_one(self.at[startup, demand] for demand in market.orders[startup])
        for rule in rules:
            self.model.add(self.total(rule.weights) <= rule.most)
        self._shut: dict[tuple[tuple[bool, str], int], Any] = {}
        if market.inputs.method == "stable_most":
            self._stable()

    def total(self, weights: Mapping[Pairing, int]) -> Any:
        """The weighted sum of the pairs that are matched."""
        return sum(weight * self.at[pair] for pair, weight in weights.items())

    def found(self, effort: float) -> Found:
        """The optimum, in the objective's own order."""
        weights = self._objective(values_of(self.market))
        if not self.at:
            if any(rule.most < 0 for rule in self.rules):
                raise Infeasible
            return Found({}, True, "standing", solver_name())
        matched, finished = self._first(weights, effort)
        tie_rule: TieRule = "solver"
        if finished and len(self.market.orders) <= MOST_BY_STANDING:
            self.model.add(self.total(weights) >= sum(weights[pair] for pair in matched.items()))
            tie_rule = "standing" if self._by_standing(matched, effort) else "solver"
        return Found(dict(matched), finished, tie_rule, solver_name())

    def solve(
        self, effort: float, hint: Mapping[str, str] | None = None
    ) -> tuple[dict[str, str] | None, bool]:
        """A matching, or None, and whether the solver is sure: that it is the best, or that there is none."""
        self.model.clear_hints()
        if hint is not None:
            self._hint(hint)
        solver = self._cp.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = 1
        # Without the linear relaxation a market that is nearly a transport problem is searched for ever.
        solver.parameters.linearization_level = 2
        solver.parameters.max_deterministic_time = effort
        status = solver.solve(self.model)
        if status in (self._cp.OPTIMAL, self._cp.FEASIBLE):
            chosen = {s: d for (s, d), here in self.at.items() if solver.boolean_value(here)}
            return chosen, status == self._cp.OPTIMAL
        return None, status == self._cp.INFEASIBLE

    def _first(self, weights: Mapping[Pairing, int], effort: float) -> tuple[dict[str, str], bool]:
        self.model.maximize(self.total(weights))
        stable = self.market.inputs.method == "stable_most"
        start = deferred_acceptance(self.market) if stable else None
        matched, sure = self.solve(effort, start)
        if matched is None and start is not None and not sure:
            return start, False  # deferred acceptance with equals told apart is stable with them equal
        if matched is None:
            raise Infeasible if sure else NotFinished
        return matched, sure

    def _by_standing(self, matched: dict[str, str], effort: float) -> bool:
        """Fix every startup's choice, in the order of the standing; whether all could be settled."""
        standing = {startup.id: (startup.standing, startup.id) for startup in self.market.inputs.startups}
        for startup in sorted(self.market.orders, key=standing.__getitem__):
            order = self.market.orders[startup]
            own = matched.get(startup)
            better = order[: order.index(own)] if own in order else order
            if better:
                self.model.maximize(
                    sum((len(better) - n) * self.at[startup, demand] for n, demand in enumerate(better))
                )
                again, sure = self.solve(effort, matched)
                if again is None or not sure:
                    return False
                matched.clear()
                matched.update(again)
                own = matched.get(startup)
            for demand in order:
                self.model.add(self.at[startup, demand] == (demand == own))
        return True

    def _objective(self, values: Values) -> dict[Pairing, int]:
        """One weight a pair: kept first, then seats and value in the method's order, each above all that
        follows."""
        most = len(self.market.orders)
        kept = {(pair.startup, pair.demand) for pair in self.market.inputs.earlier}
        top = most * max(values.units.values(), default=0) + 1
        seats_first = self.market.inputs.method == "stable_most"
        whole = top * (most + 1) if kept else 0
        if top * (most + 1) ** 2 >= 2**60 or top >= 10**MAX_EXPONENT * values.scale:
            raise OverflowError("scores with so many digits are too large for whole-number weights")
        return {
            pair: whole * (pair in kept) + (top + value if seats_first else (most + 1) * value + 1)
            for pair, value in values.units.items()
        }

    def _stable(self) -> None:
        market = self.market
        by_limit: dict[tuple[bool, str], dict[int, list[Pairing]]] = defaultdict(lambda: defaultdict(list))
        for pair, rank in sorted(market.ranks.items()):
            for limit in market.limits[pair[1]]:
                by_limit[limit.name][rank[0]].append(pair)
        for limit in market.every_limit:
            levels = by_limit[limit.name]
            sofar: list[Any] = []
            for level in sorted(levels):
                sofar += [self.at[pair] for pair in levels[level]]
                shut = self.model.new_bool_var(f"{limit.key}≤{level}")
                self._shut[limit.name, level] = shut
                self.model.add(sum(sofar) >= limit.places * shut)
            for one, other in zip(sorted(levels), sorted(levels)[1:], strict=False):
                self.model.add_implication(self._shut[limit.name, one], self._shut[limit.name, other])
        for (startup, demand), rank in sorted(market.ranks.items()):
            as_good = [
                self.at[startup, other]
                for other in market.orders[startup]
                if market.liked[startup, other] <= market.liked[startup, demand]
            ]
            shut_here = [self._shut[limit.name, rank[0]] for limit in market.limits[demand]]
            self.model.add_bool_or([*as_good, *shut_here])

    def _hint(self, matched: Mapping[str, str]) -> None:
        for (startup, demand), here in self.at.items():
            self.model.add_hint(here, matched.get(startup) == demand)
        holding = Holding(self.market, matched)
        limits = {limit.name: limit for limit in self.market.every_limit}
        for (name, level), shut in self._shut.items():
            limit = limits[name]
            last = holding.last(limit)
            full = holding.taken(limit) >= limit.places
            self.model.add_hint(shut, full and (last is None or last[0] <= level))


def solver_name() -> str:
    return f"ortools {version('ortools')} CP-SAT"
