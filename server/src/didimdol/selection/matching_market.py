"""From the database to the plain inputs of didimdol_decide.matching: who is in whose reach, and in which order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from uuid import UUID

from didimdol.applications.models import ClaimedDemand
from didimdol.demands.models import Demand
from didimdol.programmes.models import Challenge, Field
from didimdol.programmes.queries import rules_of
from didimdol.selection.matching_limits import costs_of, limits_of
from didimdol.selection.models import Line, Match, Matching, Place, Preference
from didimdol_decide.matching import MatchingInputs

#: the quota over all fields. A field's key holds no dot.
ALL = "all.fields"
#: rank and score of an application without a line
LAST = (1_000_000, "")

#: Best first; a group stands for equals.
Order = list[UUID | list[UUID]]


@dataclass(frozen=True, slots=True)
class Market:
    """``places``: the confirmed, by standing. ``demands``: the published. ``standing``: the matches that are kept.
    ``scores``: place → its final score as a plain decimal."""

    places: list[Place]
    demands: list[Demand]
    standing: list[Match]
    scores: dict[UUID, str]

    @property
    def open_places(self) -> list[Place]:
        kept = {match.place_id for match in self.standing}
        return [place for place in self.places if place.pk not in kept]

    def reach_of(self, place: Place) -> list[Demand]:
        """The demands of its field."""
        return [demand for demand in self.demands if demand.field_id == place.field_id]

    def within_reach(self, demand: Demand) -> list[Place]:
        """The places of its field that are still to be matched."""
        return [place for place in self.open_places if place.field_id == demand.field_id]


def market_of(challenge: Challenge) -> Market:
    """What is to be matched now."""
    standing = list(
        Match.objects.within(place__challenge=challenge, ended_at__isnull=True).select_related(
            "demand__company", "demand__field"
        )
    )
    places = Place.objects.within(challenge=challenge, state="confirmed").select_related(
        "field", "startup", "application"
    )
    demands = Demand.objects.within(challenge=challenge, state="published").select_related("field", "company")
    found = list(demands.order_by("field__position", "published_at", "pk"))
    return _ordered(challenge, list(places), found, standing)


def market_after(place: Place, reserve: Place | None) -> Market:
    """What would be to match if this place were given up and the reserve had confirmed its own. The place stays in
    the market, without its match: see ``MatchingInputs.without``."""
    now = market_of(place.challenge)
    places = [*now.places, *([reserve] if reserve else [])]
    standing = [match for match in now.standing if match.place_id != place.pk]
    return _ordered(place.challenge, places, now.demands, standing)


def _ordered(challenge: Challenge, places: list[Place], demands: list[Demand], standing: list[Match]) -> Market:
    lines = _lines(challenge.pk)
    places.sort(key=lambda place: (lines.get(place.application_id, LAST)[0], place.application.number))
    scores = {place.pk: lines.get(place.application_id, LAST)[1] for place in places}
    return Market(places, demands, standing, scores)


def _lines(challenge_id: UUID) -> dict[UUID, tuple[int, str]]:
    """Application → its rank and score in the final selection."""
    lines = Line.objects.within(selection__round__challenge=challenge_id, selection__final=True, rank__isnull=False)
    found = lines.values_list("application_id", "rank", "score")
    return {pk: (rank, score) for pk, rank, score in found if rank is not None}


def asks_preferences(challenge: Challenge) -> bool:
    return rules_of(challenge).matching.with_whom != "none"


def asked_places(challenge: Challenge, market: Market) -> list[Place]:
    """Whose order can change anything: places with two demands in reach at least."""
    if not asks_preferences(challenge):
        return []
    return [place for place in market.open_places if len(market.reach_of(place)) > 1]


def asked_demands(challenge: Challenge, market: Market) -> list[Demand]:
    """Demands that compete for two startups at least with another demand."""
    if not asks_preferences(challenge):
        return []
    per_field: dict[UUID, int] = defaultdict(int)
    for demand in market.demands:
        per_field[demand.field_id] += 1
    return [d for d in market.demands if per_field[d.field_id] > 1 and len(market.within_reach(d)) > 1]


def still_asked(matching: Matching) -> tuple[list[Place], list[Demand]]:
    """Who was asked for an order and has not given one yet."""
    market = market_of(matching.challenge)
    given = list(Preference.objects.within(matching=matching).values_list("place_id", "demand_id"))
    places, demands = {p for p, _ in given if p}, {d for _, d in given if d}
    return (
        [place for place in asked_places(matching.challenge, market) if place.pk not in places],
        [demand for demand in asked_demands(matching.challenge, market) if demand.pk not in demands],
    )


# --- orders --------------------------------------------------------------------------------------------------------


def completed(given: Iterable[Any], default: Iterable[UUID | list[UUID]]) -> Order:
    """What was given (ids, or groups of equals), as far as it is still in reach, and the rest of ``default`` behind it."""
    default = list(default)
    reach = set(flat(default))
    named = [[pk for pk in flat([level]) if pk in reach] for level in given]
    seen = {pk for level in named for pk in level}
    rest = [[pk for pk in flat([level]) if pk not in seen] for level in default]
    return [level[0] if len(level) == 1 else level for level in [*named, *rest] if level]


def flat(order: Iterable[Any]) -> list[UUID]:
    """All ids of an order, stored (text) or not, equals in the order they stand in."""
    return [pk if isinstance(pk, UUID) else UUID(str(pk)) for level in order for pk in _group(level)]


def _group(level: Any) -> Iterable[Any]:
    return level if isinstance(level, list | tuple) else [level]


def default_of_place(place: Place, market: Market, claimed: Collection[UUID] | None = None) -> Order:
    """Without a word of its own: the demands it claimed to meet, in the order of its claims, then the others."""
    if claimed is None:
        claimed = _claims([place]).get(place.application_id, [])
    return completed(claimed, [demand.pk for demand in market.reach_of(place)])


def default_of_demand(demand: Demand, market: Market, *, ties: bool = False) -> Order:
    """Without a word of the company: the order of the panel; with ``ties`` those of one score are equal."""
    places = market.within_reach(demand)
    if not ties:
        return [place.pk for place in places]
    groups = [[place.pk for place in same] for _, same in groupby(places, key=lambda row: market.scores[row.pk])]
    return completed((), groups)


def takes_equals(challenge: Challenge) -> bool:
    return rules_of(challenge).matching.ties != "none"


def capacity_of(demand: Demand, challenge: Challenge) -> int:
    """How many it takes where the company says nothing: all the places of its field."""
    return rules_of(challenge).demands.places if demand.field.quota is None else demand.field.quota


def _claims(places: Collection[Place]) -> dict[UUID, list[UUID]]:
    claims: dict[UUID, list[UUID]] = defaultdict(list)
    found = ClaimedDemand.objects.within(application__in=[place.application_id for place in places])
    for application, demand in found.order_by("created_at", "pk").values_list("application_id", "demand_id"):
        claims[application].append(demand)
    return claims


def inputs_of(matching: Matching) -> MatchingInputs:
    """All that the outcome depends on. No name enters: ids are pseudonyms."""
    given = list(Preference.objects.within(matching=matching))
    return inputs_from(matching.challenge, market_of(matching.challenge), given)


def inputs_from(challenge: Challenge, market: Market, given: Collection[Preference]) -> MatchingInputs:
    """The same of any market and any orders."""
    assert challenge.rulebook is not None
    ties = takes_equals(challenge)
    of_place = {p.place_id: p for p in given if p.place_id}
    of_demand = {p.demand_id: p for p in given if p.demand_id}
    claims = _claims(market.places)
    kept = {match.demand_id: match.demand for match in market.standing}
    # A demand that was taken back goes on with the startups it has; it takes no more.
    gone = [demand for pk, demand in kept.items() if pk not in {d.pk for d in market.demands}]
    costs = costs_of(challenge, market.places)
    startups: list[dict[str, object]] = []
    for number, place in enumerate(market.places, start=1):
        default = default_of_place(place, market, claims.get(place.application_id, []))
        wish = of_place.get(place.pk)
        order = completed(wish.order, default) if wish else default
        cost = {"cost": costs[place.pk]} if costs else {}
        startups.append({"id": str(place.pk), "order": _written(order), "standing": number, **cost})
    demands: list[dict[str, object]] = []
    for demand in market.demands:
        default = default_of_demand(demand, market, ties=ties)
        wish = of_demand.get(demand.pk)
        order = completed(wish.order, default) if wish else default
        capacity = wish.capacity if wish else capacity_of(demand, challenge)
        demands.append({"id": str(demand.pk), "order": _written(order), "capacity": capacity})
    demands += [{"id": str(demand.pk), "order": [], "capacity": 0} for demand in gone]
    return MatchingInputs.model_validate(
        {
            "rulebook_digest": challenge.rulebook.digest,
            "method": rules_of(challenge).matching.method,
            "startups": startups,
            "demands": demands,
            "quotas": _quotas(challenge, [*market.demands, *gone]),
            **limits_of(challenge, market.places, market.demands, gone),
            "frozen": [{"startup": str(m.place_id), "demand": str(m.demand_id)} for m in market.standing],
            "title": {"ko": challenge.name["ko"], "en": challenge.name.get("en") or None},
        }
    ).in_order()


def _written(order: Order) -> list[object]:
    return [[str(pk) for pk in level] if isinstance(level, list) else str(level) for level in order]


def _quotas(challenge: Challenge, demands: Collection[Demand]) -> list[dict[str, object]]:
    """A field's places, and those of all fields together."""
    quotas: list[dict[str, object]] = []
    fields: dict[UUID, tuple[Field, list[str]]] = {}
    for demand in demands:
        fields.setdefault(demand.field_id, (demand.field, []))[1].append(str(demand.pk))
    for field, ids in fields.values():
        if field.quota is not None:
            quotas.append({"key": field.key, "demands": ids, "places": field.quota})
    everything = [str(demand.pk) for demand in demands]
    return [*quotas, {"key": ALL, "demands": everything, "places": rules_of(challenge).demands.places}]
