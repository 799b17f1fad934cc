"""The calculation a record seals: the pairs, and for each startup why it did not get a better one."""

from __future__ import annotations

from typing import Literal

from didimdol_decide.matching.inputs import MatchingInputs, Pair
from didimdol_decide.matching.market import Market
from didimdol_decide.matching.solve import match
from didimdol_decide.matching.verify import preferred, refused_by
from didimdol_decide.plain import Plain

Reason = Literal["demand_full", "quota_full", "own_quota", "not_taken"]


class PassedOver(Plain):
    """A demand the startup would rather have had.

    demand_full: it took others that it ranks higher. quota_full: the quota `limit` around it is full of
    higher ranks. own_quota: the demand has room, but its quota is full and the startup's own place is one of
    it: the price of quotas that cannot be cheated. not_taken: the demand did not name the startup.
    """

    demand: str
    reason: Reason
    limit: str | None = None


class StartupLine(Plain):
    """What became of one startup. rank: which of its choices, from 1; None where it has none, or a frozen one
    that it did not name."""

    startup: str
    demand: str | None
    frozen: bool
    rank: int | None
    passed_over: tuple[PassedOver, ...]


class MatchingOutcome(Plain):
    pairs: tuple[Pair, ...]
    lines: tuple[StartupLine, ...]

    def of(self, startup: str) -> StartupLine:
        """Raises KeyError."""
        for line in self.lines:
            if line.startup == startup:
                return line
        raise KeyError(startup)


def compute(inputs: MatchingInputs) -> MatchingOutcome:
    """Match and explain. The order of the inputs does not matter."""
    pairs = match(inputs)
    market = Market(inputs)
    free = {pair.startup: pair.demand for pair in pairs if pair.startup not in market.frozen}
    lines = []
    for startup in sorted(inputs.startups, key=lambda entry: entry.id):
        frozen = startup.id in market.frozen
        demand = market.frozen.get(startup.id) or free.get(startup.id)
        lines.append(
            StartupLine(
                startup=startup.id,
                demand=demand,
                frozen=frozen,
                rank=startup.order.index(demand) + 1 if demand in startup.order else None,
                passed_over=() if frozen else _passed_over(market, free, startup.id, startup.order),
            )
        )
    return MatchingOutcome(pairs=pairs, lines=tuple(lines))


def _passed_over(
    market: Market, free: dict[str, str], startup: str, order: tuple[str, ...]
) -> tuple[PassedOver, ...]:
    better = set(preferred(market, free, startup))
    own = free.get(startup)
    until = order.index(own) if own in order else len(order)
    rows = []
    for demand in order[:until]:
        if demand not in better:
            rows.append(PassedOver(demand=demand, reason="not_taken"))
            continue
        limit = refused_by(market, free, startup, demand)
        if limit is None:  # proved impossible; were it not, nothing would be sealed
            raise AssertionError(f"{startup}–{demand} is a blocking pair")
        others = {s: d for s, d in free.items() if s != startup}
        if limit.is_quota and refused_by(market, others, startup, demand) is None:
            rows.append(PassedOver(demand=demand, reason="own_quota", limit=limit.key))
        elif limit.is_quota:
            rows.append(PassedOver(demand=demand, reason="quota_full", limit=limit.key))
        else:
            rows.append(PassedOver(demand=demand, reason="demand_full"))
    return tuple(rows)
