"""The calculation a record seals: the pairs, and for each startup why it did not get a better one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from didimdol_decide.matching.exact import EFFORT, best
from didimdol_decide.matching.holding import Holding
from didimdol_decide.matching.inputs import MatchingInputs, Pair
from didimdol_decide.matching.market import Market
from didimdol_decide.matching.optimum import Optimum, optimum_of
from didimdol_decide.matching.rules import Rule
from didimdol_decide.matching.solve import match, with_frozen
from didimdol_decide.matching.verify import extra_rules, in_the_way
from didimdol_decide.plain import Plain, Sparse

Reason = Literal["demand_full", "quota_full", "own_quota", "not_taken", "rule", "blocking"]


class PassedOver(Plain):
    """A demand the startup would rather have had.

    demand_full: it took others that it ranks higher (with the exact methods: at least as high). quota_full:
    the quota `limit` around it is full of such. own_quota: the demand has room, but its quota is full and the
    startup's own place is one of it: the price of quotas that cannot be cheated. not_taken: the demand did
    not name the startup. Of `best_value` alone: rule: the budget or reserve `limit` would not hold then, nor
    if the startup left its own place for it;
    blocking: both would rather have each other, and the highest total is without them.
    """

    demand: str
    reason: Reason
    limit: str | None = None


class StartupLine(Plain):
    """What became of one startup. rank: which of its choices, from 1 (equals share one); None where it has
    none, or a frozen one that it did not name."""

    startup: str
    demand: str | None
    frozen: bool
    rank: int | None
    passed_over: tuple[PassedOver, ...]


class MatchingOutcome(Sparse):
    """optimum: of the exact methods; None with deferred acceptance, which needs no solver."""

    later = ("optimum",)

    pairs: tuple[Pair, ...]
    lines: tuple[StartupLine, ...]
    optimum: Optimum | None = None

    def of(self, startup: str) -> StartupLine:
        """Raises KeyError."""
        for line in self.lines:
            if line.startup == startup:
                return line
        raise KeyError(startup)


def compute(inputs: MatchingInputs, *, effort: float = EFFORT) -> MatchingOutcome:
    """Match and explain. The order of the inputs does not matter. effort: of the exact methods, as `exact.best`.

    Raises, with the exact methods alone, Infeasible, NotFinished, OverflowError and ModuleNotFoundError as
    `exact.best`.
    """
    if inputs.method == "deferred_acceptance":
        return explained(inputs, match(inputs))
    market = Market(inputs)
    found = best(market, effort=effort)
    return explained(inputs, with_frozen(inputs, found.matched), optimum_of(market, found))


def explained(
    inputs: MatchingInputs, pairs: Iterable[Pair], optimum: Optimum | None = None
) -> MatchingOutcome:
    """The outcome that these pairs are, without matching anew."""
    pairs = tuple(pairs)
    market = Market(inputs)
    free = {pair.startup: pair.demand for pair in pairs if pair.startup not in market.frozen}
    told = _PassedOver(market, Holding(market, free))
    lines = []
    for startup in sorted(inputs.startups, key=lambda entry: entry.id):
        frozen = startup.id in market.frozen
        demand = market.frozen.get(startup.id) or free.get(startup.id)
        lines.append(
            StartupLine(
                startup=startup.id,
                demand=demand,
                frozen=frozen,
                rank=None if demand is None else market.choice(startup.id, demand),
                passed_over=() if frozen else told.of(startup.id),
            )
        )
    return MatchingOutcome(pairs=pairs, lines=tuple(lines), optimum=optimum)


class _PassedOver:
    def __init__(self, market: Market, holding: Holding) -> None:
        self.market, self.holding = market, holding
        self.extra: tuple[Rule, ...] = extra_rules(market)

    def of(self, startup: str) -> tuple[PassedOver, ...]:
        """Every demand it named before its own, in its order."""
        market, own = self.market, self.holding.matched.get(startup)
        own_level = market.liked.get((startup, own or ""))
        named = market.named[startup]
        if market.weak:
            until = len(named) if own_level is None else own_level
            before = [demand for group in named[:until] for demand in group]
        else:
            order = [demand for group in named for demand in group]
            before = order[: order.index(own)] if own in order else order
        return tuple(self._why(startup, demand) for demand in before)

    def _why(self, startup: str, demand: str) -> PassedOver:
        if (startup, demand) not in self.market.ranks:
            return PassedOver(demand=demand, reason="not_taken")
        limit = self.holding.refused_by(startup, demand)
        if limit is None:
            if (rule := in_the_way(self.extra, self.holding, startup, demand)) is not None:
                return PassedOver(demand=demand, reason="rule", limit=rule.key)
            if self.market.inputs.method == "best_value":
                return PassedOver(demand=demand, reason="blocking")
            # proved impossible; were it not, nothing would be sealed
            raise AssertionError(f"{startup}–{demand} is a blocking pair")
        if not limit.is_quota:
            return PassedOver(demand=demand, reason="demand_full")
        alone = self.holding.refused_by(startup, demand, own_place=False) is None
        # A budget or reserve that forbids the move within the quota is the reason, not the quota.
        rule = in_the_way(self.extra, self.holding, startup, demand, own_place=False) if alone else None
        if rule is not None:
            return PassedOver(demand=demand, reason="rule", limit=rule.key)
        return PassedOver(demand=demand, reason="own_quota" if alone else "quota_full", limit=limit.key)
