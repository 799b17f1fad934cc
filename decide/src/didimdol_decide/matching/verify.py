"""Is a matching feasible and stable? Counting only: nothing of the algorithm is believed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from didimdol_decide.matching.inputs import MatchingInputs, Pair
from didimdol_decide.matching.market import Limit, Market
from didimdol_decide.plain import Plain, Text


class Violation(Plain):
    """One broken rule."""

    key: str
    message: Text


def _broken(key: str, ko: str, en: str) -> Violation:
    return Violation(key=key, message=Text(ko=ko, en=en))


def verify(inputs: MatchingInputs, pairs: Iterable[Pair]) -> list[Violation]:
    """Every rule the pairs break, in a fixed order; none for a feasible, stable matching with the frozen."""
    return list(_violations(inputs, list(pairs)))


def blocking_pairs(inputs: MatchingInputs, pairs: Iterable[Pair]) -> list[Pair]:
    """Startup and demand that would both rather have each other.

    The startup prefers the demand to what it has, and the demand, choosing the best of those it holds and
    this one within its capacity and the quotas around it, would take it.
    """
    market = Market(inputs)
    matched = {pair.startup: pair.demand for pair in pairs if pair.startup not in market.frozen}
    return [
        Pair(startup=startup, demand=demand)
        for startup in sorted(market.orders)
        for demand in preferred(market, matched, startup)
        if refused_by(market, matched, startup, demand) is None
    ]


def preferred(market: Market, matched: dict[str, str], startup: str) -> tuple[str, ...]:
    """The demands it would rather have than its own."""
    order = market.orders[startup]
    own = matched.get(startup)
    return order[: order.index(own)] if own in order else order


def refused_by(market: Market, matched: dict[str, str], startup: str, demand: str) -> Limit | None:
    """The limit that keeps `startup` out of `demand` for those ranked above it; None where nothing does."""
    rank = market.ranks[startup, demand]
    for limit in market.limits[demand]:
        holders = [
            market.ranks[s, d] for s, d in matched.items() if d in limit.demands and (s, d) in market.ranks
        ]
        if len(holders) + 1 > limit.places:
            return limit if all(holder < rank for holder in holders) else None
    return None


def _violations(inputs: MatchingInputs, pairs: list[Pair]) -> Iterator[Violation]:
    market = Market(inputs)
    demands = {demand.id for demand in inputs.demands}
    startups = {startup.id for startup in inputs.startups}
    for pair in pairs:
        if pair.startup not in startups or pair.demand not in demands:
            yield _broken(
                "unknown",
                f"입력에 없는 매칭: {pair.startup}–{pair.demand}",
                f"Not in the inputs: {pair.startup}–{pair.demand}",
            )
            return
    for startup, count in sorted(Counter(pair.startup for pair in pairs).items()):
        if count > 1:
            yield _broken("twice", f"두 번 매칭됨: {startup}", f"Matched twice: {startup}")
    given = {(pair.startup, pair.demand) for pair in pairs}
    for frozen in inputs.frozen:
        if (frozen.startup, frozen.demand) not in given:
            yield _broken(
                "frozen",
                f"유지해야 할 매칭이 없음: {frozen.startup}–{frozen.demand}",
                f"A pair that stands is missing: {frozen.startup}–{frozen.demand}",
            )
    free = {s: d for s, d in given if s not in market.frozen}
    for startup, demand in sorted(free.items()):
        if demand not in market.orders[startup]:
            yield _broken(
                "unacceptable",
                f"서로 고르지 않은 매칭: {startup}–{demand}",
                f"They did not name each other: {startup}–{demand}",
            )
    taken = Counter(free.values())
    for limit in sorted({limit for row in market.limits.values() for limit in row}, key=lambda row: row.key):
        if (count := sum(taken[demand] for demand in limit.demands)) > limit.places:
            yield _broken(
                "quota" if limit.is_quota else "capacity",
                f"자리보다 많음: {limit.key} ({count}/{limit.places})",
                f"More than there are places: {limit.key} ({count}/{limit.places})",
            )
    for pair in blocking_pairs(inputs, pairs):
        yield _broken(
            "blocking_pair",
            f"서로를 더 원함: {pair.startup}–{pair.demand}",
            f"They would rather have each other: {pair.startup}–{pair.demand}",
        )


__all__ = ["Violation", "blocking_pairs", "preferred", "refused_by", "verify"]
