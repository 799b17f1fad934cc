"""Everything a matching depends on."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from didimdol_decide.plain import Id, Key, Plain, Text, repeated
from didimdol_decide.record.inputs import Sha256

Capacity = Annotated[int, Field(ge=0, le=10_000)]


class Startup(Plain):
    """order: the demands it would work for, best first; one it does not name is none it would take.

    standing: its place in the panel's order, 1 the best: who is kept where two demands of one quota rank
    theirs alike.
    """

    id: Id
    order: tuple[Id, ...]
    standing: Annotated[int, Field(ge=1, le=1_000_000)]


class Demand(Plain):
    """order: the startups it would take, best first. capacity: how many it takes at most."""

    id: Id
    order: tuple[Id, ...]
    capacity: Capacity


class Quota(Plain):
    """At most `places` startups in these demands together (a field, the challenge)."""

    key: Key
    demands: tuple[Id, ...]
    places: Capacity


class Pair(Plain):
    startup: Id
    demand: Id


class MatchingInputs(Plain):
    """Inputs of one matching. Ids are pseudonyms; names never enter a record.

    quotas: nested or apart from each other (laminar); crossing quotas leave no mechanism that is both stable
    and honest (Kamada and Kojima 2018). frozen: pairs that stand, whatever the orders say now; they use up
    their places. title, sealed_at (as text), versions: carried along and sealed, not used in the calculation.
    """

    rulebook_digest: Sha256
    startups: tuple[Startup, ...]
    demands: tuple[Demand, ...]
    quotas: tuple[Quota, ...] = ()
    frozen: tuple[Pair, ...] = ()
    title: Text | None = None
    sealed_at: str | None = None
    versions: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _fits_together(self) -> MatchingInputs:
        startups, demands = [s.id for s in self.startups], [d.id for d in self.demands]
        for what, ids in (
            ("startup", startups),
            ("demand", demands),
            ("quota", [q.key for q in self.quotas]),
            ("frozen startup", [p.startup for p in self.frozen]),
        ):
            if twice := repeated(ids):
                raise ValueError(f"{what} {twice[0]!r} appears twice")
        known, offered = set(startups), set(demands)
        for startup in self.startups:
            _check_order(f"startup {startup.id!r}", startup.order, offered)
        for demand in self.demands:
            _check_order(f"demand {demand.id!r}", demand.order, known)
        for quota in self.quotas:
            _check_order(f"quota {quota.key!r}", quota.demands, offered)
        for pair in self.frozen:
            if pair.startup not in known or pair.demand not in offered:
                raise ValueError(f"frozen pair {pair.startup!r}–{pair.demand!r} does not stand")
        families = [set(quota.demands) for quota in self.quotas]
        for number, one in enumerate(families):
            for place, other in enumerate(families[number + 1 :], start=number + 1):
                if one & other and not (one <= other or other <= one):
                    raise ValueError(
                        f"quotas {self.quotas[number].key!r} and {self.quotas[place].key!r} cross"
                    )
        return self

    def in_order(self) -> MatchingInputs:
        """The same inputs sorted by id, so that equal inputs give equal bytes."""
        return self.model_copy(
            update={
                "startups": tuple(sorted(self.startups, key=lambda entry: entry.id)),
                "demands": tuple(sorted(self.demands, key=lambda entry: entry.id)),
                "quotas": tuple(
                    quota.model_copy(update={"demands": tuple(sorted(quota.demands))})
                    for quota in sorted(self.quotas, key=lambda entry: entry.key)
                ),
                "frozen": tuple(sorted(self.frozen, key=lambda pair: (pair.startup, pair.demand))),
            }
        )


def _check_order(whose: str, order: tuple[str, ...], known: set[str]) -> None:
    if twice := repeated(order):
        raise ValueError(f"{whose} names {twice[0]!r} twice")
    for entry in order:
        if entry not in known:
            raise ValueError(f"{whose} names {entry!r}, which does not stand")
