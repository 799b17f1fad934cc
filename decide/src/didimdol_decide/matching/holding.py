"""Who fills each capacity and quota, and who of them stands last: the cut-off."""

from __future__ import annotations

from collections.abc import Mapping

from didimdol_decide.matching.market import Limit, Market, Rank


class Holding:
    """A matching of the free startups, read limit by limit. What no rule of the market allows is left
    aside."""

    def __init__(self, market: Market, matched: Mapping[str, str]) -> None:
        self.market, self.matched = market, matched
        self._count: dict[tuple[bool, str], int] = {}
        self._last: dict[tuple[bool, str], tuple[Rank, ...]] = {}  # the last two, the last first
        for startup, demand in matched.items():
            rank = market.ranks.get((startup, demand))
            if rank is None:
                continue
            for limit in market.limits[demand]:
                name = limit.name
                self._count[name] = self._count.get(name, 0) + 1
                last = self._last.get(name, ())
                if len(last) < 2 or rank > last[1]:
                    self._last[name] = tuple(sorted((*last, rank), reverse=True)[:2])

    def taken(self, limit: Limit) -> int:
        return self._count.get(limit.name, 0)

    def last(self, limit: Limit, without: str | None = None) -> Rank | None:
        """The holder that stands last; `without` one startup, where it is the last itself."""
        return next((rank for rank in self._last.get(limit.name, ()) if rank[2] != without), None)

    def refused_by(self, startup: str, demand: str, *, own_place: bool = True) -> Limit | None:
        """The limit that keeps `startup` out of `demand`: full, and of holders that are all kept before it.
        None where nothing does. own_place: whether the startup's own place counts among them."""
        full = self.first_full(startup, demand, own_place=own_place)
        if full is None:
            return None
        last = self.last(full, None if own_place else startup)
        rank = self.market.ranks[startup, demand]
        return full if last is None or self.market.keeps(last, rank) else None

    def first_full(self, startup: str, demand: str, *, own_place: bool = True) -> Limit | None:
        """The innermost limit around `demand` that has no room for one more."""
        own = None if own_place else self.matched.get(startup)
        for limit in self.market.limits[demand]:
            if self.taken(limit) + 1 - (own in limit.demands) > limit.places:
                return limit
        return None
