"""Reads of matchings."""

from __future__ import annotations

from uuid import UUID

from didimdol.demands.models import Demand
from didimdol.demands.rules import visible_to as demands_visible
from didimdol.kernel.actor import Actor
from didimdol.kernel.problems import Invisible
from didimdol.kernel.rows import ScopedQuerySet
from didimdol.programmes.models import Challenge
from didimdol.selection import matching_rules as rules
from didimdol.selection import place_rules
from didimdol.selection.models import Match, Matching, Place, Preference

RELATED = ("challenge__programme__operator", "challenge__rulebook", "computed_by", "record")


def matchings_visible_to(actor: Actor) -> ScopedQuerySet[Matching]:
    return Matching.objects.visible(rules.visible_to(actor)).select_related(*RELATED)


def access_matching(actor: Actor, id: UUID) -> Matching:
    """The whole matching, for those who run it. Raises Invisible."""
    found = matchings_visible_to(actor).filter(pk=id).first()
    if found is None:
        raise Invisible("matching", id)
    return found


def matching_of(challenge: Challenge) -> Matching | None:
    """The newest matching of a challenge that was not called off."""
    found = Matching.objects.within(challenge=challenge).exclude(state="cancelled")
    return found.select_related(*RELATED).order_by("-number").first()


def released_matching(challenge: Challenge) -> Matching | None:
    """The newest matching that was released."""
    found = Matching.objects.within(challenge=challenge, state="released")
    return found.select_related(*RELATED).order_by("-number").first()


def access_place_asked(actor: Actor, matching: UUID, place: UUID) -> tuple[Matching, Place]:
    """One's own startup's place in a matching. Raises Invisible."""
    row = _matching(matching)
    found = Place.objects.visible(
        place_rules.visible_to(actor), pk=place, challenge=row.challenge_id, state="confirmed"
    )
    asked = found.select_related("field", "startup", "application", "challenge__programme").first()
    if asked is None or not rules.may_prefer_as_place(actor, asked):
        raise Invisible("place", place)
    return row, asked


def access_demand_asked(actor: Actor, matching: UUID, demand: UUID) -> tuple[Matching, Demand]:
    """One's own company's demand in a matching. Raises Invisible."""
    row = _matching(matching)
    found = Demand.objects.visible(demands_visible(actor), pk=demand, challenge=row.challenge_id, state="published")
    asked = found.select_related("field", "company", "challenge__programme").first()
    if asked is None or not rules.may_prefer_as_demand(actor, asked):
        raise Invisible("demand", demand)
    return row, asked


def _matching(id: UUID) -> Matching:
    found = Matching.objects.within(pk=id).exclude(state="cancelled").select_related(*RELATED).first()
    if found is None:
        raise Invisible("matching", id)
    return found


def preference_of(matching: Matching, *, place: Place | None = None, demand: Demand | None = None) -> Preference | None:
    """What one side has given so far."""
    return Preference.objects.within(matching=matching, place=place, demand=demand).first()


def matches_of(matching: Matching) -> list[Match]:
    """The matches that a released matching made."""
    found = matching.matches.select_related("place__startup", "place__field", "place__application", "demand__company")
    return list(found.order_by("place__field__position", "place__application__number"))


def matched_to(demand: Demand) -> list[Match]:
    """The matches that stand for a demand."""
    found = Match.objects.within(demand=demand, ended_at__isnull=True)
    return list(found.select_related("place__startup", "place__application").order_by("place__application__number"))
