"""What the API says of published demands: never the data set, never a person."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from ninja import Schema

from didimdol.programmes.schemas import BodyOut, TextOut


class DemandOut(Schema):
    """``device`` and ``criteria`` are didimdol_lab's DeviceProfile and Criterion as JSON. ``dataset_task``: what its
    data set asks of a model, null without one."""

    id: UUID
    field: str
    company: BodyOut
    title: TextOut
    problem: TextOut
    device: dict[str, Any]
    criteria: list[dict[str, Any]]
    has_dataset: bool
    dataset_task: str | None
    people_offered: TextOut
    data_offered: TextOut
    terms: TextOut
    decision_on: date | None
    published_at: datetime
    page: str


class DemandsOut(Schema):
    """``next``: give it as ``after`` for the next page; null on the last."""

    items: list[DemandOut]
    next: str | None


class DemandWhole(DemandOut):
    """``published_at`` is null before it was published. ``state``: draft, proposed, returned, published, withdrawn."""

    published_at: datetime | None  # type: ignore[assignment]  # of a draft there is none
    challenge: str
    business_unit: TextOut | None
    state: str
    state_label: TextOut
    state_since: datetime


class DemandWholesOut(Schema):
    """``next``: give it as ``after`` for the next page; null on the last."""

    items: list[DemandWhole]
    next: str | None
