"""All rules of a market as sums of pairs that stay below a number: what the exact methods search within, what
a matching is verified against, and what bounds are counted from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from didimdol_decide.canonical import plain
from didimdol_decide.matching.inputs import Budget, Reserve
from didimdol_decide.matching.market import Market
from didimdol_decide.matching.values import decimal_places
from didimdol_decide.plain import Text

RuleKind = Literal["capacity", "quota", "budget", "at_least", "at_most"]


@dataclass(frozen=True)
class Rule:
    """The sum of weight x (is the pair matched) over `weights` is at most `most`; of `at_least`, whose
    weights are -1, at most -minimum. Budgets count in units of 1/`scale`. `said`: in words, with the
    figures. `written`: the number as the inputs have it, with the sign of `most`; `standing`: what the frozen
    pairs use of it, which `most` leaves out."""

    kind: RuleKind
    key: str
    weights: Mapping[tuple[str, str], int]
    most: int
    scale: int
    said: Text
    written: int
    standing: int

    def used(self, matched: Mapping[str, str]) -> int:
        return sum(self.weights.get(pair, 0) for pair in matched.items())


def figure(units: int, scale: int) -> str:
    """A number of a rule as it is written: without the sign of a minimum, in the unit of a budget."""
    return plain(Decimal(abs(units)) / scale)


def rules_of(market: Market) -> tuple[Rule, ...]:
    """Every rule but the one that a startup takes one place; what the frozen use is taken off."""
    return tuple(_rules(market))


def _rules(market: Market) -> Iterator[Rule]:
    of: dict[str, list[tuple[str, str]]] = {demand: [] for demand in market.limits}
    written = {(False, demand.id): demand.capacity for demand in market.inputs.demands}
    written |= {(True, quota.key): quota.places for quota in market.inputs.quotas}
    taken = Counter(market.frozen.values())
    for startup, demand in sorted(market.ranks):
        of[demand].append((startup, demand))
    for limit in sorted(market.every_limit, key=lambda limit: limit.name):
        pairs = [pair for demand in sorted(limit.demands) for pair in of[demand]]
        what = ("분야 정원", "quota") if limit.is_quota else ("수요", "demand")
        yield Rule(
            "quota" if limit.is_quota else "capacity",
            limit.key,
            dict.fromkeys(pairs, 1),
            limit.places,
            1,
            Text(
                ko=f"{what[0]} {limit.key}: 자리 {limit.places} (서로 고른 기업 {_startups(pairs)}곳)",
                en=f"{what[1]} {limit.key}: {limit.places} places ({_startups(pairs)} startups chosen by both sides)",
            ),
            written[limit.name],
            sum(taken[demand] for demand in limit.demands),
        )
    for budget in sorted(market.inputs.budgets, key=lambda budget: budget.key):
        yield _budget(market, budget, [pair for demand in budget.demands for pair in of[demand]])
    for reserve in sorted(market.inputs.reserves, key=lambda reserve: reserve.key):
        yield from _reserve(market, reserve, [pair for demand in reserve.demands for pair in of[demand]])


def _budget(market: Market, budget: Budget, pairs: list[tuple[str, str]]) -> Rule:
    costs = {startup.id: startup.cost for startup in market.inputs.startups}
    places = max(decimal_places(value) for value in (budget.amount, *costs.values()))
    scale = 10**places
    written = int(budget.amount * scale)
    standing = sum(int(costs[s] * scale) for s, d in market.frozen.items() if d in budget.demands)
    most = max(0, written - standing)
    return Rule(
        "budget",
        budget.key,
        {pair: int(costs[pair[0]] * scale) for pair in pairs if costs[pair[0]]},
        most,
        scale,
        Text(
            ko=f"예산 {budget.key}: 남은 금액 {figure(most, scale)}",
            en=f"budget {budget.key}: {figure(most, scale)} left",
        ),
        written,
        standing,
    )


def _reserve(market: Market, reserve: Reserve, pairs: list[tuple[str, str]]) -> Iterator[Rule]:
    group = None if reserve.startups is None else set(reserve.startups)
    mine = [pair for pair in pairs if group is None or pair[0] in group]
    stand = sum(d in reserve.demands and (group is None or s in group) for s, d in market.frozen.items())
    there = _startups(mine)
    if least := max(0, reserve.at_least - stand):
        yield Rule(
            "at_least",
            reserve.key,
            dict.fromkeys(mine, -1),
            -least,
            1,
            Text(
                ko=f"{reserve.key}: 최소 {least}곳 (서로 고른 기업 {there}곳)",
                en=f"{reserve.key}: at least {least} ({there} startups chosen by both sides)",
            ),
            -reserve.at_least,
            -stand,
        )
    if reserve.at_most is not None:
        most = max(0, reserve.at_most - stand)
        yield Rule(
            "at_most",
            reserve.key,
            dict.fromkeys(mine, 1),
            most,
            1,
            Text(
                ko=f"{reserve.key}: 최대 {most}곳 (서로 고른 기업 {there}곳)",
                en=f"{reserve.key}: at most {most} ({there} startups chosen by both sides)",
            ),
            reserve.at_most,
            stand,
        )


def _startups(pairs: list[tuple[str, str]]) -> int:
    return len({startup for startup, _ in pairs})
