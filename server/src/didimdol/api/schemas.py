from __future__ import annotations

from uuid import UUID

from ninja import Schema

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
