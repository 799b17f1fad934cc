"""Who is next in line for a place, and until when somebody may be."""

from __future__ import annotations

from calendar import monthrange
from datetime import datetime
from uuid import UUID

from didimdol.kernel import clock
from didimdol.programmes.models import Challenge
from didimdol.programmes.queries import rules_of
from didimdol.programmes.rulebook import resolve_calendar
from didimdol.selection.models import Match, Place, Selection

ENDED = ("declined", "lapsed", "given_up")


def next_reserve(place: Place) -> Place | None:
    """The first reserve of the place's field; of all fields where their places are pooled."""
    waiting = Place.objects.within(challenge=place.challenge_id, state="reserve")
    if place.field.quota is not None:
        waiting = waiting.filter(field=place.field_id)
    return waiting.select_related("application", "startup", "field").order_by("position", "pk").first()


def promotes_until(challenge: Challenge) -> datetime:
    """통합관리지침 §24③: so many months after the agreement begins."""
    rulebook = rules_of(challenge)
    agreed = resolve_calendar(rulebook)["agreement"].astimezone(clock.KST)
    months = agreed.month - 1 + rulebook.reserve.promotion_months
    year, month = agreed.year + months // 12, months % 12 + 1
    return agreed.replace(year=year, month=month, day=min(agreed.day, monthrange(year, month)[1]))


def is_replaced(place: Place) -> bool:
    return Place.objects.within(replaces=place.pk).exists()


def awaits_promotion(place: Place) -> Place | None:
    """The reserve to be offered the ended place; None where it is replaced, nobody waits, or the time is over."""
    if place.state not in ENDED or is_replaced(place) or clock.now() > promotes_until(place.challenge):
        return None
    return next_reserve(place)


def unmatched(challenge_id: UUID) -> list[Place]:
    """Confirmed places that no match stands for, in the order of the fields and numbers."""
    standing = Match.objects.within(place__challenge=challenge_id, ended_at__isnull=True)
    found = Place.objects.within(challenge=challenge_id, state="confirmed").exclude(pk__in=standing.values("place"))
    return list(
        found.select_related("application", "startup", "field").order_by("field__position", "application__number")
    )


def final_selection(challenge_id: UUID) -> Selection | None:
    """The released final selection, for the inside of the room."""
    found = Selection.objects.within(round__challenge=challenge_id, final=True, state="released")
    return found.select_related("round__challenge__programme", "round__challenge__rulebook").first()
