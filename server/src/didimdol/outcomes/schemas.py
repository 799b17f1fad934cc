"""What the API says of the decision after a PoC, to its parties and to the operator."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from ninja import Schema

from didimdol.programmes.schemas import BodyOut, TextOut


class AdoptionOut(Schema):
    """``state``: under_review, follow_on, adopted, contracted, shipped, revenue_confirmed, declined, closed.

    ``days_overdue``: whole days without an answer since ``due_on``, at the moment of asking. ``kind`` once adopted,
    ``reason_code`` once declined.
    """

    id: UUID
    project: UUID
    number: str
    challenge: str
    startup: BodyOut
    company: BodyOut
    state: str
    state_label: TextOut
    state_since: datetime
    first_due_on: date
    due_on: date
    postponed: int
    days_overdue: int
    kind: str | None
    reason_code: str | None
    decided_at: datetime | None
    page: str


class AdoptionsOut(Schema):
    """``next``: give it as ``after`` for the next page; null on the last."""

    items: list[AdoptionOut]
    next: str | None
