"""What the API says of a released result: no more than its public page."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ninja import Schema

from didimdol.programmes.schemas import BodyOut


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
