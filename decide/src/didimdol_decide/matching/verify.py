"""Is a matching feasible and stable? Counting only: nothing of the algorithm is believed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from didimdol_decide.matching.holding import Holding
from didimdol_decide.matching.inputs import MatchingInputs, Pair
from didimdol_decide.matching.market import Market
from didimdol_decide.matching.rules import Rule, figure, rules_of
from didimdol_decide.plain import Plain, Text


class Violation(Plain):
    """One broken rule."""

    key: str
    message: Text


def _broken(key: str, ko: str, en: str) -> Violation:
    return Violation(key=key, message=Text(ko=ko, en=en))


def verify(inputs: MatchingInputs, pairs: Iterable[Pair]) -> list[Violation]:
    """Every rule the pairs break, in a fixed order; none for a feasible matching with the frozen that is
    stable (of `best_value` stability is not asked)."""
    return list(_violations(inputs, list(pairs)))


def blocking_pairs(inputs: MatchingInputs, pairs: Iterable[Pair]) -> list[Pair]:
    """Startup and demand that would both rather have each other.

    The startup prefers the demand to what it has, and the demand, choosing the best of those it holds and
    this one within its capacity and the quotas around it, would take it; budgets and reserves still hold
    then.
    """
    market = Market(inputs)
    matched = {pair.startup: pair.demand for pair in pairs if pair.startup not in market.frozen}
    return list(blocking(market, Holding(market, matched)))


def blocking(market: Market, holding: Holding) -> Iterator[Pair]:
    """The blocking pairs, by startup in id order, each startup's in its own order."""
    extra = extra_rules(market)
    for startup in sorted(market.orders):
        for demand in market.preferred(startup, holding.matched.get(startup)):
            if holding.refused_by(startup, demand) is None and not in_the_way(
                extra, holding, startup, demand
            ):
                yield Pair(startup=startup, demand=demand)


def extra_rules(market: Market) -> tuple[Rule, ...]:
    """Budgets and reserves."""
    if not market.inputs.budgets and not market.inputs.reserves:
        return ()
    return tuple(rule for rule in rules_of(market) if rule.kind not in ("capacity", "quota"))


def in_the_way(
    extra: Iterable[Rule], holding: Holding, startup: str, demand: str, *, own_place: bool = True
) -> Rule | None:
    """The first budget or reserve that would break if the demand took the startup, for its last holder where
    it is full. own_place: whether the place that the startup leaves still counts then."""
    moved: dict[str, str] = dict(holding.matched)
    full = holding.first_full(startup, demand, own_place=own_place)
    last = None if full is None else holding.last(full, None if own_place else startup)
    if last is not None:
        del moved[last[2]]
    moved[startup] = demand
    return next((rule for rule in extra if rule.used(moved) > rule.most), None)


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
    free = {s: d for s, d in sorted(given) if s not in market.frozen}
    for startup, demand in sorted(free.items()):
        if (startup, demand) not in market.ranks:
            yield _broken(
                "unacceptable",
                f"서로 고르지 않은 매칭: {startup}–{demand}",
                f"They did not name each other: {startup}–{demand}",
            )
    yield from _over(market, free)
    if inputs.method != "best_value":
        for pair in blocking(market, Holding(market, free)):
            yield _broken(
                "blocking_pair",
                f"서로를 더 원함: {pair.startup}–{pair.demand}",
                f"They would rather have each other: {pair.startup}–{pair.demand}",
            )


def _over(market: Market, free: Mapping[str, str]) -> Iterator[Violation]:
    taken = Counter(free.values())
    for limit in sorted(market.every_limit, key=lambda row: (row.key, row.is_quota)):
        if (count := sum(taken[demand] for demand in limit.demands)) > limit.places:
            yield _broken(
                "quota" if limit.is_quota else "capacity",
                f"자리보다 많음: {limit.key} ({count}/{limit.places})",
                f"More than there are places: {limit.key} ({count}/{limit.places})",
            )
    for rule in extra_rules(market):
        if (used := rule.used(free)) > rule.most:
            yield _broken(
                rule.kind,
                f"규칙에 어긋남: {rule.said.ko}, 실제 {figure(used, rule.scale)}",
                f"A rule is broken: {rule.said.en}, really {figure(used, rule.scale)}",
            )


__all__ = ["Violation", "blocking", "blocking_pairs", "extra_rules", "in_the_way", "verify"]
