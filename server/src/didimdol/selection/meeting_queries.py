"""Reads of meet-ups: the operator sees the whole, each side only its own meetings and never the other's wishes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from didimdol.demands.models import Demand
from didimdol.demands.rules import visible_to as demands_visible
from didimdol.kernel.actor import Actor
from didimdol.kernel.problems import Invisible
from didimdol.kernel.rows import ScopedQuerySet
from didimdol.selection import meeting_rules as rules
from didimdol.selection import place_rules
from didimdol.selection.meeting_market import circle_of, takes_part
from didimdol.selection.models import Meeting, MeetingTable, MeetingWish, MeetUp, Place
from didimdol.selection.place_rules import COMPANY, STARTUP

RELATED = ("challenge__programme__operator", "challenge__rulebook", "published_by")
OF_MEETING = (
    "meet_up__challenge__programme", "place__startup", "place__application", "place__field", "demand__company", "table",
)  # fmt: skip
#: a meet-up that the sides know of
TOLD = Q(opened_at__isnull=False)


def meet_ups_visible_to(actor: Actor) -> ScopedQuerySet[MeetUp]:
    return MeetUp.objects.visible(rules.visible_to(actor)).select_related(*RELATED)


def access_meet_up(actor: Actor, id: UUID) -> MeetUp:
    """The whole meet-up, for those who run it. Raises Invisible."""
    found = meet_ups_visible_to(actor).filter(pk=id).first()
    if found is None:
        raise Invisible("meet-up", id)
    return found


def access_table(actor: Actor, id: UUID) -> MeetingTable:
    """Raises Invisible."""
    visible = meet_ups_visible_to(actor).values("pk")
    found = MeetingTable.objects.within(pk=id).filter(meet_up__in=visible)
    row = found.select_related("company", *(f"meet_up__{name}" for name in RELATED)).first()
    if row is None:
        raise Invisible("meeting table", id)
    return row


def _told(id: UUID) -> MeetUp:
    found = MeetUp.objects.within(pk=id).filter(TOLD).select_related(*RELATED).first()
    if found is None:
        raise Invisible("meet-up", id)
    return found


def access_as_place(actor: Actor, meet_up: UUID, place: UUID) -> tuple[MeetUp, Place]:
    """One's own startup's place in a meet-up. Raises Invisible."""
    row = _told(meet_up)
    found = Place.objects.visible(place_rules.visible_to(actor), pk=place, challenge=row.challenge_id)
    own = found.select_related("field", "startup", "application", "challenge__programme").first()
    if own is None or not rules.is_side(actor, place=own) or not _takes_part(row, place=own):
        raise Invisible("place", place)
    return row, own


def access_as_demand(actor: Actor, meet_up: UUID, demand: UUID) -> tuple[MeetUp, Demand]:
    """One's own company's demand in a meet-up. Raises Invisible."""
    row = _told(meet_up)
    found = Demand.objects.visible(demands_visible(actor), pk=demand, challenge=row.challenge_id)
    own = found.select_related("field", "company", "challenge__programme").first()
    if own is None or not rules.is_side(actor, demand=own) or not _takes_part(row, demand=own):
        raise Invisible("demand", demand)
    return row, own


def side_for_operator(meet_up: MeetUp, side: UUID) -> Place | Demand:
    """A place or demand that takes part, for somebody who may run the meet-up. Raises Invisible."""
    circle = circle_of(meet_up.challenge, with_reserves=meet_up.with_reserves)
    rows: list[Place | Demand] = [*circle.places, *circle.demands]
    for row in rows:
        if row.pk == side:
            return row
    raise Invisible("side of a meet-up", side)


def _takes_part(meet_up: MeetUp, *, place: Place | None = None, demand: Demand | None = None) -> bool:
    """Now, or a meeting of it is on record."""
    circle = circle_of(meet_up.challenge, with_reserves=meet_up.with_reserves)
    inside = {row.pk for row in (*circle.places, *circle.demands)}
    key = place.pk if place is not None else demand.pk if demand is not None else None
    return key in inside or meetings_of(meet_up, place=place, demand=demand).exists()


def wish_of(meet_up: MeetUp, *, place: Place | None = None, demand: Demand | None = None) -> MeetingWish | None:
    """What one side has said so far."""
    return MeetingWish.objects.within(meet_up=meet_up, place=place, demand=demand).first()


def meetings_of(
    meet_up: MeetUp, *, place: Place | None = None, demand: Demand | None = None
) -> ScopedQuerySet[Meeting]:
    """All meetings, or those of one side; those that ended among them."""
    found = Meeting.objects.within(meet_up=meet_up).select_related(*OF_MEETING)
    if place is not None:
        found = found.filter(place=place)
    if demand is not None:
        found = found.filter(demand=demand)
    return found.order_by("starts_at", "table__name", "pk")


def access_meeting(actor: Actor, id: UUID) -> Meeting:
    """For its two sides and those who run it. Raises Invisible."""
    found = Meeting.objects.within(pk=id).select_related(*OF_MEETING).first()
    if found is None:
        raise Invisible("meeting", id)
    sides = (rules.is_side(actor, place=found.place), rules.is_side(actor, demand=found.demand))
    if not any(sides) and not rules.may_read(actor, found.meet_up):
        raise Invisible("meeting", id)
    return found


# --- one's own ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Side:
    """A meet-up in which one's own startup's place, or one's own company's demand, takes part."""

    meet_up: MeetUp
    row: Place | Demand


def own_sides(actor: Actor, slug: str = "", *, most: int = 100) -> list[Side]:
    """Newest meet-up first, in a fixed number of queries."""
    startups, companies = _own(actor, STARTUP, "startup"), _own(actor, COMPANY, "company")
    if startups is None and companies is None:
        return []
    places: Collection[Place] = (
        Place.objects.visible(startups).filter(takes_part(True)).select_related("startup", "application", "field")
        if startups is not None
        else ()
    )
    demands: Collection[Demand] = (
        Demand.objects.visible(companies, state="published").select_related("company", "field")
        if companies is not None
        else ()
    )
    own: list[Place | Demand] = [*places, *demands]
    challenges = {row.challenge_id for row in own}
    found = MeetUp.objects.within(challenge__in=challenges).filter(TOLD).select_related(*RELATED)
    if slug:
        found = found.filter(challenge__slug=slug)
    meet_ups = list(found.order_by("-created_at")[:most])
    fields = _fields(meet_ups)
    return [Side(row, one) for row in meet_ups for one in own if _inside(row, one, fields)]


def _own(actor: Actor, roles: tuple[str, ...], path: str) -> Q | None:
    held = [grant for grant in actor.grants if grant.role in roles and grant.organisation]
    if not held:
        return None
    condition = Q(pk__in=[])
    for grant in held:
        reach = Q(**{path: grant.organisation})
        condition |= reach & Q(challenge=grant.challenge) if grant.challenge else reach
    return condition


def _fields(meet_ups: list[MeetUp]) -> dict[tuple[UUID, bool], tuple[set[UUID], set[UUID]]]:
    """(challenge, with reserves) → the fields in which a startup, and those in which a demand, takes part."""
    challenges = {row.challenge_id for row in meet_ups}
    places = list(
        Place.objects.within(challenge__in=challenges)
        .filter(takes_part(True))
        .values_list("challenge_id", "field_id", "state")
    )
    demands = list(
        Demand.objects.within(challenge__in=challenges, state="published").values_list("challenge_id", "field_id")
    )
    return {
        (challenge, reserves): (
            {field for one, field, state in places if one == challenge and (reserves or state != "reserve")},
            {field for one, field in demands if one == challenge},
        )
        for challenge in challenges
        for reserves in (True, False)
    }


def _inside(meet_up: MeetUp, row: Place | Demand, fields: dict[tuple[UUID, bool], tuple[set[UUID], set[UUID]]]) -> bool:
    if row.challenge_id != meet_up.challenge_id:
        return False
    of_places, of_demands = fields[meet_up.challenge_id, meet_up.with_reserves]
    if isinstance(row, Place):
        return row.field_id in of_demands and (meet_up.with_reserves or row.state != "reserve")
    return row.field_id in of_places
