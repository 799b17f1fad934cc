"""Everything a matching depends on."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from itertools import combinations
from typing import Annotated, Literal

from pydantic import Field, model_validator

from didimdol_decide.plain import ExactNumber, Id, Key, Plain, Sparse, Text, repeated, wrong
from didimdol_decide.record.inputs import Sha256

NAMES_KO = {
    "startup": "기업",
    "demand": "수요",
    "rule": "정원·예산·할당",
    "reserve": "할당",
    "frozen startup": "frozen의 기업",
    "earlier startup": "earlier의 기업",
    "frozen pair": "frozen의 짝",
    "score": "점수",
}
Capacity = Annotated[int, Field(ge=0, le=10_000)]
Amount = Annotated[ExactNumber, Field(ge=0)]
Level = Id | Annotated[tuple[Id, ...], Field(min_length=1)]
Order = tuple[Level, ...]
"""Best first. A group inside stands for equals: `["d1", ["d2", "d3"]]`."""

Method = Literal["deferred_acceptance", "stable_most", "best_value"]
"""deferred_acceptance: stable, the best for every startup, and no startup gains by another order than its
own. stable_most: with equals left equal, the most seats, then the highest total of the scores, among the
stable matchings. best_value: the highest total, whether stable or not, within budgets and reserves."""


class Startup(Sparse):
    """order: the demands it would work for, best first, equals in a group; one it does not name is none it
    would take. None: as its scores say.

    standing: its place in the panel's order, 1 the best: who is kept where two demands of one quota rank
    theirs alike. cost: what it takes of a budget, in the budget's unit.
    """

    later = ("cost",)

    id: Id
    order: Order | None = None
    standing: Annotated[int, Field(ge=1, le=1_000_000)]
    cost: Amount = Decimal(0)


class Demand(Plain):
    """order: the startups it would take, best first, equals in a group; None: as its scores say. capacity:
    how many it takes at most."""

    id: Id
    order: Order | None = None
    capacity: Capacity


class Quota(Plain):
    """At most `places` startups in these demands together (a field, the challenge)."""

    key: Key
    demands: tuple[Id, ...]
    places: Capacity


class Pair(Plain):
    startup: Id
    demand: Id


class Score(Plain):
    """What a pair is worth; both sides' order follows it where they give none."""

    startup: Id
    demand: Id
    value: Amount


class Budget(Plain):
    """The costs of all startups in these demands together are at most `amount`."""

    key: Key
    demands: tuple[Id, ...]
    amount: Amount


class Reserve(Plain):
    """At least and at most so many of these startups in these demands together. startups None: all, so that
    one demand with `at_least` is its minimum."""

    key: Key
    demands: tuple[Id, ...]
    startups: tuple[Id, ...] | None = None
    at_least: Capacity = 0
    at_most: Capacity | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Reserve:
        if not self.at_least and self.at_most is None:
            raise ValueError(
                f"할당 {self.key!r}에 at_least나 at_most가 필요합니다 / "
                f"reserve {self.key!r} needs at_least or at_most"
            )
        if self.at_most is not None and self.at_least > self.at_most:
            raise ValueError(
                f"할당 {self.key!r}의 at_least가 at_most보다 큽니다 / "
                f"reserve {self.key!r}: at_least is above at_most"
            )
        return self


class MatchingInputs(Sparse):
    """Inputs of one matching. Ids are pseudonyms; names never enter a record.

    quotas: nested or apart from each other (laminar); crossing quotas leave no mechanism that is both stable
    and honest (Kamada and Kojima 2018), and are for `best_value` alone. frozen: pairs that stand (signed
    ones), whatever the orders say now; they use up their places. scores: what a pair is worth; where none is
    given at all, the likings of both sides (`Market.value_of`). budgets, reserves: with `best_value` alone,
    since with them there need not be a stable matching. earlier: pairs of a matching before this one, which
    the exact methods keep as far as they can. title, sealed_at (as text), versions: carried along and sealed,
    not used in the calculation.
    """

    later = ("method", "scores", "budgets", "reserves", "earlier")

    rulebook_digest: Sha256
    startups: tuple[Startup, ...]
    demands: tuple[Demand, ...]
    quotas: tuple[Quota, ...] = ()
    frozen: tuple[Pair, ...] = ()
    method: Method = "deferred_acceptance"
    scores: tuple[Score, ...] = ()
    budgets: tuple[Budget, ...] = ()
    reserves: tuple[Reserve, ...] = ()
    earlier: tuple[Pair, ...] = ()
    title: Text | None = None
    sealed_at: str | None = None
    versions: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _fits_together(self) -> MatchingInputs:
        startups, demands = [s.id for s in self.startups], [d.id for d in self.demands]
        for what, ids in (
            ("startup", startups),
            ("demand", demands),
            ("rule", [rule.key for rule in self.rules]),
            ("frozen startup", [p.startup for p in self.frozen]),
            ("earlier startup", [p.startup for p in self.earlier]),
            ("score", [f"{score.startup}–{score.demand}" for score in self.scores]),
        ):
            if twice := repeated(ids):
                raise wrong(
                    f"{NAMES_KO[what]} '{twice[0]}'이(가) 두 번 있습니다; 하나를 지우십시오",
                    f"{what} {twice[0]!r} appears twice; remove one",
                )
        known, offered = set(startups), set(demands)
        for startup in self.startups:
            _check_names(f"startup {startup.id!r}", flat(startup.order), offered)
        for demand in self.demands:
            _check_names(f"demand {demand.id!r}", flat(demand.order), known)
        for rule in self.rules:
            _check_names(f"rule {rule.key!r}", rule.demands, offered)
        for reserve in self.reserves:
            _check_names(f"reserve {reserve.key!r}", reserve.startups or (), known)
        for what, pairs in (("frozen pair", self.frozen), ("score", self.scores)):
            for pair in pairs:
                if pair.startup not in known or pair.demand not in offered:
                    raise wrong(
                        f"{NAMES_KO[what]} '{pair.startup}–{pair.demand}'에 적힌 이름이 startups나 demands에 없습니다; 이름을 고치거나 더하십시오",
                        f"{what} {pair.startup!r}–{pair.demand!r}: not among startups and demands; correct the name or add it",
                    )
        if self.method != "best_value":
            self._stable_methods()
        return self

    @property
    def rules(self) -> tuple[Quota | Budget | Reserve, ...]:
        return *self.quotas, *self.budgets, *self.reserves

    def _stable_methods(self) -> None:
        if self.budgets or self.reserves:
            raise ValueError(
                "예산(budgets)과 할당(reserves)은 best_value에서만 쓸 수 있습니다: 이 조건에서는 안정된 "
                "매칭이 없을 수 있습니다 / budgets and reserves go with best_value alone: with them there need "
                "not be a stable matching"
            )
        for one, other in combinations(self.quotas, 2):
            mine, theirs = set(one.demands), set(other.demands)
            if mine & theirs and not (mine <= theirs or theirs <= mine):
                raise ValueError(
                    f"정원 {one.key!r}와 {other.key!r}가 서로 엇갈립니다. 한쪽이 다른 쪽 안에 들게 하거나 "
                    f"best_value를 쓰십시오 / quotas {one.key!r} and {other.key!r} cross; nest them or use "
                    "best_value"
                )

    def in_order(self) -> MatchingInputs:
        """The same inputs sorted by id, so that equal inputs give equal bytes."""

        def pairs(rows: Iterable[Pair]) -> tuple[Pair, ...]:
            return tuple(sorted(rows, key=lambda pair: (pair.startup, pair.demand)))

        return self.model_copy(
            update={
                "startups": tuple(
                    startup.model_copy(update={"order": _spelled(startup.order)})
                    for startup in sorted(self.startups, key=lambda entry: entry.id)
                ),
                "demands": tuple(
                    demand.model_copy(update={"order": _spelled(demand.order)})
                    for demand in sorted(self.demands, key=lambda entry: entry.id)
                ),
                "quotas": tuple(
                    quota.model_copy(update={"demands": tuple(sorted(quota.demands))})
                    for quota in sorted(self.quotas, key=lambda entry: entry.key)
                ),
                "budgets": tuple(
                    budget.model_copy(update={"demands": tuple(sorted(budget.demands))})
                    for budget in sorted(self.budgets, key=lambda entry: entry.key)
                ),
                "reserves": tuple(
                    reserve.model_copy(
                        update={
                            "demands": tuple(sorted(reserve.demands)),
                            "startups": None if reserve.startups is None else tuple(sorted(reserve.startups)),
                        }
                    )
                    for reserve in sorted(self.reserves, key=lambda entry: entry.key)
                ),
                "scores": tuple(sorted(self.scores, key=lambda score: (score.startup, score.demand))),
                "frozen": pairs(self.frozen),
                "earlier": pairs(self.earlier),
            }
        )

    def without(self, startups: Iterable[str]) -> MatchingInputs:
        """The same market after these startups have left it: they name no demand any more, and their pairs stand
        no more. They keep their places in the demands' orders: were they struck out, those behind them would move
        up in one order and not in another, and a quota over both would choose otherwise. Raises KeyError for one
        that is not there.
        """
        gone = set(startups)
        for name in sorted(gone - {startup.id for startup in self.startups}):
            raise KeyError(name)
        return self.model_copy(
            update={
                "startups": tuple(
                    startup.model_copy(update={"order": ()}) if startup.id in gone else startup
                    for startup in self.startups
                ),
                "frozen": tuple(pair for pair in self.frozen if pair.startup not in gone),
                "earlier": tuple(pair for pair in self.earlier if pair.startup not in gone),
            }
        )


def levels(order: Order) -> tuple[tuple[str, ...], ...]:
    """Every level of an order as a group, sorted."""
    return tuple((level,) if isinstance(level, str) else tuple(sorted(level)) for level in order)


def flat(order: Order | None) -> tuple[str, ...]:
    """All that an order names, equals by id."""
    return tuple(name for level in levels(order or ()) for name in level)


def _spelled(order: Order | None) -> Order | None:
    return None if order is None else tuple(group[0] if len(group) == 1 else group for group in levels(order))


def _check_names(whose: str, names: tuple[str, ...], known: set[str]) -> None:
    if twice := repeated(names):
        raise wrong(
            f"{_in_korean(whose)}에 '{twice[0]}'이(가) 두 번 적혀 있습니다; 하나를 지우십시오",
            f"{whose} names {twice[0]!r} twice; remove one",
        )
    for entry in names:
        if entry not in known:
            raise wrong(
                f"{_in_korean(whose)}에 적힌 '{entry}'이(가) 없습니다; 이름을 고치거나 더하십시오",
                f"{whose} names {entry!r}, which does not exist; correct the name or add it",
            )


def _in_korean(whose: str) -> str:
    what, _, name = whose.partition(" ")
    return f"{NAMES_KO[what]} {name}"
