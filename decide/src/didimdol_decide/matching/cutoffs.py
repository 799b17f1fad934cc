"""The proof of stability that a reader checks with a finger: who filled each place, and who stood last there.

A startup was refused rightly if the limit named beside its wish is full and its last holder stands before it.
So the table of cut-offs and the wishes that were passed over are the whole proof; `verify` counts the same.
"""

from __future__ import annotations

from functools import cached_property

from didimdol_decide.matching.holding import Holding
from didimdol_decide.matching.inputs import MatchingInputs
from didimdol_decide.matching.market import Market, Rank
from didimdol_decide.matching.outcome import MatchingOutcome, Reason
from didimdol_decide.plain import Number, Plain


class Standing(Plain):
    """Where a pair stands: `level`: which place in the demand's order, from 1, equals sharing one. standing:
    the startup's in the panel's order, which decides between equals where equals are told apart. score: if it
    has one."""

    startup: str
    demand: str
    level: int
    standing: int
    score: Number | None


class Cutoff(Plain):
    """A capacity or quota: places left by frozen pairs, how many of them are taken, and, where full, the last
    holder: who stands behind it is refused."""

    limit: str
    is_quota: bool
    places: int
    taken: int
    last: Standing | None

    @property
    def full(self) -> bool:
        return self.taken >= self.places


class Refusal(Plain):
    """One demand that a startup would rather have had: where the pair stands (None: the demand did not name
    it), and the limit whose cut-off it misses (`limit`, `is_quota`)."""

    startup: str
    demand: str
    reason: Reason
    stands: Standing | None
    limit: str | None
    is_quota: bool


class StabilityProof(Plain):
    cutoffs: tuple[Cutoff, ...]
    refusals: tuple[Refusal, ...]

    @cached_property
    def _by_limit(self) -> dict[tuple[str | None, bool], Cutoff]:
        return {(cutoff.limit, cutoff.is_quota): cutoff for cutoff in self.cutoffs}

    def cutoff(self, refusal: Refusal) -> Cutoff | None:
        """The cut-off that a refusal refers to; None where it has none."""
        return self._by_limit.get((refusal.limit, refusal.is_quota))


def stability_proof(inputs: MatchingInputs, outcome: MatchingOutcome) -> StabilityProof:
    """Cut-offs by key, capacities before quotas; refusals by startup, each startup's in its own order."""
    market = Market(inputs)
    free = {pair.startup: pair.demand for pair in outcome.pairs if pair.startup not in market.frozen}
    holding = Holding(market, free)

    def stands(rank: Rank | None) -> Standing | None:
        if rank is None:
            return None
        level, standing, startup, demand = rank
        return Standing(
            startup=startup,
            demand=demand,
            level=level + 1,
            standing=standing,
            score=market.scores.get((startup, demand)),
        )

    cutoffs = tuple(
        Cutoff(
            limit=limit.key,
            is_quota=limit.is_quota,
            places=limit.places,
            taken=holding.taken(limit),
            last=stands(holding.last(limit)) if holding.taken(limit) >= limit.places else None,
        )
        for limit in sorted(market.every_limit, key=lambda limit: limit.name)
    )
    refusals = tuple(
        Refusal(
            startup=line.startup,
            demand=entry.demand,
            reason=entry.reason,
            stands=stands(market.ranks.get((line.startup, entry.demand))),
            limit=entry.demand if entry.reason == "demand_full" else entry.limit,
            is_quota=entry.reason in ("quota_full", "own_quota"),
        )
        for line in outcome.lines
        for entry in line.passed_over
    )
    return StabilityProof(cutoffs=cutoffs, refusals=refusals)
