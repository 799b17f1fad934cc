"""The market as the algorithms see it: who may go where, in which order, and what room the frozen leave."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from didimdol_decide.matching.inputs import MatchingInputs, Order, levels

#: Whom to keep: place in the demand's order, then the panel's order, then the ids. One order over all pairs,
#: so that a quota over several demands chooses like a greedy matroid: substitutable choices, hence stable and
#: honest (Hatfield and Milgrom 2005; Fleiner 2003). Equals share the first figure, and only it counts where
#: equals stay equal.
Rank = tuple[int, int, str, str]


@dataclass(frozen=True)
class Limit:
    """A capacity or a quota. `key`: the demand's id or the quota's key; `demands`: whom it covers."""

    key: str
    demands: frozenset[str]
    places: int
    is_quota: bool

    @property
    def name(self) -> tuple[bool, str]:
        return self.is_quota, self.key


class Market:
    """What all that matches, verifies and explains reads.

    ranks: of every pair of free startup and demand that name each other. orders: whom each free startup
    really may propose to, best first, equals by id. liked: which choice a demand is for a startup, from 0;
    equals share it. named: all demands it named, level by level.
    """

    def __init__(self, inputs: MatchingInputs) -> None:
        self.inputs = inputs
        #: equals are equal: a demand is refused by somebody just as good
        self.weak = inputs.method != "deferred_acceptance"
        self.frozen = {pair.startup: pair.demand for pair in inputs.frozen}
        self.scores = {(score.startup, score.demand): score.value for score in inputs.scores}
        by_startup: dict[str, dict[str, Decimal]] = defaultdict(dict)
        by_demand: dict[str, dict[str, Decimal]] = defaultdict(dict)
        for (startup, demand), value in self.scores.items():
            by_startup[startup][demand] = by_demand[demand][startup] = value
        self._mine = {s.id: _order(s.order, by_startup[s.id]) for s in inputs.startups}
        self._theirs = {d.id: _order(d.order, by_demand[d.id]) for d in inputs.demands}
        place = {(s, d): n for d, order in self._theirs.items() for s, n in _placed(order)}
        self.ranks: dict[tuple[str, str], Rank] = {}
        self.orders: dict[str, tuple[str, ...]] = {}
        for entry in inputs.startups:
            startup, standing, order = entry.id, entry.standing, []
            if startup in self.frozen:
                continue
            for demand, _ in _placed(self._mine[startup]):
                pair = startup, demand
                if (level := place.get(pair)) is not None:
                    self.ranks[pair] = level, standing, startup, demand
                    order.append(demand)
            self.orders[startup] = tuple(order)
        taken = list(self.frozen.values())
        limits = [
            Limit(demand.id, frozenset({demand.id}), max(0, demand.capacity - taken.count(demand.id)), False)
            for demand in inputs.demands
        ]
        for quota in inputs.quotas:
            covered = frozenset(quota.demands)
            limits.append(
                Limit(quota.key, covered, max(0, quota.places - sum(d in covered for d in taken)), True)
            )
        # Inside out: the first limit that overflows is the one that decides.
        limits.sort(key=lambda limit: (len(limit.demands), limit.is_quota, limit.places, limit.key))
        around: dict[str, list[Limit]] = {demand.id: [] for demand in inputs.demands}
        for limit in limits:
            for demand in limit.demands:
                around[demand].append(limit)
        self.limits: dict[str, tuple[Limit, ...]] = {key: tuple(found) for key, found in around.items()}
        self.every_limit = tuple(limits)

    @cached_property
    def named(self) -> dict[str, tuple[tuple[str, ...], ...]]:
        return {startup: levels(order) for startup, order in self._mine.items()}

    @cached_property
    def liked(self) -> dict[tuple[str, str], int]:
        return {(s, d): n for s, order in self._mine.items() for d, n in _placed(order)}

    def keeps(self, holder: Rank, other: Rank) -> bool:
        """Whether a holder is kept when the other comes."""
        return holder[0] <= other[0] if self.weak else holder < other

    def preferred(self, startup: str, own: str | None) -> tuple[str, ...]:
        """The demands that would take part and that it would rather have than `own`."""
        order = self.orders[startup]
        if own not in order:
            return order
        if not self.weak:
            return order[: order.index(own)]
        return tuple(d for d in order if self.liked[startup, d] < self.liked[startup, own])

    def choice(self, startup: str, demand: str) -> int | None:
        """Which of its choices a demand is, from 1; equals share the best. None: it did not name it."""
        level = self.liked.get((startup, demand))
        return None if level is None else 1 + sum(len(group) for group in self.named[startup][:level])

    def value_of(self, startup: str, demand: str) -> Decimal:
        """What the pair is worth: its score; where no pair has one, how much both sides like it, each from
        100 for the first choice evenly down to the last: 100 x (named - strictly better) / named, rounded
        down."""
        if self.scores:
            return self.scores.get((startup, demand), Decimal(0))
        return Decimal(self._liking[startup, demand])

    @cached_property
    def _liking(self) -> dict[tuple[str, str], int]:
        mine = {startup: _shares(groups) for startup, groups in self.named.items()}
        theirs = {demand: _shares(levels(order)) for demand, order in self._theirs.items()}
        return {(s, d): mine[s][d] + theirs[d][s] for s, d in self.ranks}


def _shares(groups: tuple[tuple[str, ...], ...]) -> dict[str, int]:
    every, better = sum(map(len, groups)), 0
    found: dict[str, int] = {}
    for group in groups:
        found |= dict.fromkeys(group, 100 * (every - better) // every)
        better += len(group)
    return found


def _placed(order: Order) -> Iterator[tuple[str, int]]:
    """Whom an order names, best first, equals by id, each with its level from 0."""
    for n, level in enumerate(order):
        if isinstance(level, str):
            yield level, n
        else:
            for name in sorted(level):
                yield name, n


def _order(order: Order | None, scores: dict[str, Decimal]) -> Order:
    if order is not None:
        return order
    groups: dict[Decimal, list[str]] = defaultdict(list)
    for name, value in scores.items():
        groups[value].append(name)
    return tuple(tuple(sorted(groups[value])) for value in sorted(groups, reverse=True))
