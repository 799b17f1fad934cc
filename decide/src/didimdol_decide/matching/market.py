"""The market as the algorithm sees it: who may go where, in which order, and what room the frozen leave."""

from __future__ import annotations

from dataclasses import dataclass

from didimdol_decide.matching.inputs import MatchingInputs

#: Whom to keep: place in the demand's order, then the panel's order, then the ids. One order over all pairs,
#: so that a quota over several demands chooses like a greedy matroid: substitutable choices, hence stable and
#: honest (Hatfield and Milgrom 2005; Fleiner 2003).
Rank = tuple[int, int, str, str]


@dataclass(frozen=True)
class Limit:
    """A capacity or a quota. `key`: the demand's id or the quota's key; `demands`: whom it covers."""

    key: str
    demands: frozenset[str]
    places: int
    is_quota: bool


class Market:
    """What `match`, `verify` and `explain` all read."""

    def __init__(self, inputs: MatchingInputs) -> None:
        self.inputs = inputs
        self.frozen = {pair.startup: pair.demand for pair in inputs.frozen}
        place = {(demand.id, s): n for demand in inputs.demands for n, s in enumerate(demand.order)}
        standing = {startup.id: startup.standing for startup in inputs.startups}
        self.ranks: dict[tuple[str, str], Rank] = {
            (s, d): (n, standing[s], s, d) for (d, s), n in place.items() if s not in self.frozen
        }
        #: whom each startup really may propose to: both sides name each other
        self.orders: dict[str, tuple[str, ...]] = {
            startup.id: tuple(d for d in startup.order if (startup.id, d) in self.ranks)
            for startup in inputs.startups
            if startup.id not in self.frozen
        }
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
        self.limits: dict[str, tuple[Limit, ...]] = {
            demand.id: tuple(limit for limit in limits if demand.id in limit.demands)
            for demand in inputs.demands
        }
