"""What the API says of projects, to their parties and to the operator."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from ninja import Schema

from didimdol.programmes.schemas import BodyOut, TextOut


class MilestoneOut(Schema):
    """``state``: planned, delivered, accepted, supplement, approved, dropped. ``amount``: won that its approval makes
    payable. ``gate``: verification or witnessed. ``criteria``: didimdol_lab's Criterion as JSON."""

    id: UUID
    position: int
    title: str
    due_on: date
    amount: int
    gate: str
    criteria: list[dict[str, Any]]
    state: str
    state_label: TextOut
    state_since: datetime
    approved_at: datetime | None
    page: str


class ProjectOut(Schema):
    """``state``: preparing, active, evaluated, completed, completed_early, stopped, withdrawn. ``grant``: won that the
    signed agreement promises at most, 0 before. ``grade``: null until it is released."""

    id: UUID
    number: str
    challenge: str
    field: str
    demand: UUID
    place: UUID
    startup: BodyOut
    company: BodyOut
    state: str
    state_label: TextOut
    state_since: datetime
    starts_on: date | None
    ends_on: date | None
    signed_at: datetime | None
    ended_at: datetime | None
    grant: int
    grade: str | None
    best: bool
    page: str


class ProjectsOut(Schema):
    """``next``: give it as ``after`` for the next page; null on the last."""

    items: list[ProjectOut]
    next: str | None


class ProjectWhole(ProjectOut):
    milestones: list[MilestoneOut]
