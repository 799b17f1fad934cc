"""Reads of places: the operator sees all of its challenges, a startup its own, a company those matched to it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from uuid import UUID

from django.db.models import Q

from didimdol.kernel.actor import Actor
from didimdol.kernel.problems import Invisible
from didimdol.kernel.rows import ScopedQuerySet
from didimdol.people.models import RoleAssignment
from didimdol.people.queries import in_force
from didimdol.selection import place_rules as rules
from didimdol.selection.models import Match, Place
from didimdol.selection.place_rules import STARTUP

RELATED = ("challenge__programme__operator", "challenge__rulebook", "field", "application", "startup")


def places_visible_to(actor: Actor) -> ScopedQuerySet[Place]:
    return Place.objects.visible(rules.visible_to(actor)).select_related(*RELATED)


def access_place(actor: Actor, id: UUID) -> Place:
    """Raises Invisible."""
    found = places_visible_to(actor).filter(pk=id).first()
    if found is None:
        raise Invisible("place", id)
    return found


def match_of(place: Place) -> Match | None:
    """The match that stands for the place."""
    found = Match.objects.within(place=place, ended_at__isnull=True)
    return found.select_related("demand__company", "demand__field", "matching").first()


def matches_standing(places: Collection[UUID]) -> dict[UUID, Match]:
    """Place → its standing match, in one query."""
    found = Match.objects.within(place__in=list(places), ended_at__isnull=True).select_related("demand__company")
    return {match.place_id: match for match in found}


def place_of_application(actor: Actor, application_id: UUID) -> Place | None:
    """The place of an application, where the actor may see it."""
    return places_visible_to(actor).filter(application=application_id).first()


def people_of(startups: Collection[UUID], challenge_id: UUID) -> dict[UUID, list[UUID]]:
    """Startup → the persons who act for it in this challenge now, in one query."""
    held = RoleAssignment.objects.within(organisation__in=set(startups)).filter(
        in_force(),
        Q(challenge=challenge_id) | Q(challenge__isnull=True),
        role__in=[role.value for role in STARTUP],
        person__is_active=True,
    )
    people: dict[UUID, list[UUID]] = defaultdict(list)
    for organisation, person in held.order_by("created_at").values_list("organisation_id", "person_id"):
        people[organisation].append(person)
    return people
