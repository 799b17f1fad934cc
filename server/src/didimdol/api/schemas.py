from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from ninja import Schema
from pydantic import Field

from didimdol.programmes.schemas import TextOut


class RoleOut(Schema):
    """A role held now. ``challenge`` null: in all of the organisation's challenges."""

    role: str
    label: TextOut
    organisation: UUID | None
    organisation_name: TextOut | None
    challenge: UUID | None
    challenge_name: TextOut | None
    field: str | None


class MeOut(Schema):
    """The person behind the token. ``scopes``: what the token may do, never more than the roles allow."""

    id: UUID
    name: str
    email: str
    language: str
    roles: list[RoleOut]
    scopes: list[str]


class WebhookIn(Schema):
    """``organisation``: one for which you keep webhooks. ``challenge``: a slug; null: all that concern it.

    ``events``: event types, such as "application.submit"; the page of a new webhook lists them.
    """

    organisation: UUID
    challenge: str | None = Field(default=None, max_length=60)
    url: str = Field(min_length=1, max_length=500)
    events: list[str] = Field(min_length=1, max_length=200)


class WebhookOut(Schema):
    """``state``: active or paused. ``paused_reason``: failing, gone or owner_left where it was switched off by itself."""

    id: UUID
    organisation: UUID
    challenge: str | None
    url: str
    events: list[str]
    state: str
    paused_reason: str | None
    failures: int
    created_at: datetime


class WebhookSecretOut(WebhookOut):
    """``secret`` is told this once; null where the request was a repeated one."""

    secret: str | None


class WebhooksOut(Schema):
    """``next``: give it as ``after`` for the next page; null on the last."""

    items: list[WebhookOut]
    next: str | None


class DeliveryOut(Schema):
    """``state``: waiting, delivered, failed, withheld. ``log``: its attempts, each {at, status, error, ms}."""

    id: UUID
    event: str
    state: str
    attempts: int
    created_at: datetime
    delivered_at: datetime | None
    payload: dict[str, Any]
    log: list[dict[str, Any]]


class DeliveriesOut(Schema):
    """``next``: give it as ``after`` for the next page; null on the last."""

    items: list[DeliveryOut]
    next: str | None
