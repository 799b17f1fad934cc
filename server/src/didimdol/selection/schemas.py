"""What the API says of a released result, no more than its public page; and of places."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from ninja import Schema

from didimdol.programmes.schemas import BodyOut, TextOut


class SelectedOut(Schema):
    """``number``: of the application; in the order of the fields and numbers, which tells no rank."""

    field: str
    number: str
    company: BodyOut


class ResultOut(Schema):
    """``record`` is the sealed public record: ``didimdol-decide recompute RECORD.json --keys KEYS.json`` checks it
    with the keys at ``keys``."""

    challenge: str
    released_at: datetime
    places: int
    applications: int
    selected: list[SelectedOut]
    record: dict[str, Any]
    keys: str


class PlaceOut(Schema):
    """A place that a startup holds or stands in line for. ``state``: reserve, offered, confirmed, declined, lapsed,
    given_up, closed. ``position``: its number in line, from 1; null for a selected one and where it is not told.

    ``demand`` and ``company``: what it was matched to; null before the matching.
    """

    id: UUID
    challenge: str
    field: str
    application: UUID
    number: str
    startup: BodyOut
    state: str
    state_label: TextOut
    state_since: datetime
    position: int | None
    confirm_by: datetime | None
    confirmed_at: datetime | None
    demand: UUID | None
    company: BodyOut | None
    page: str


class PlacesOut(Schema):
    """``next``: give it as ``after`` for the next page; null on the last."""

    items: list[PlaceOut]
    next: str | None
