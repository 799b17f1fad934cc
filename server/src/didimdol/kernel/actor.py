"""Who acts: a person through the roles they hold, a device, or the system itself."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Grant:
    """A role assignment in force, as plain values. ``challenge`` None: in all of the organisation's."""

    id: UUID
    role: str
    organisation: UUID | None = None
    challenge: UUID | None = None
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """``kind``: "person", "device", "system" or "public"."""

    kind: str
    person: UUID | None = None
    name: str = ""
    grants: tuple[Grant, ...] = ()
    device: UUID | None = None
    ip: str = ""
    staff_reason: str = ""
    request: str = ""
    scopes: frozenset[str] | None = None  # of an API token; None: everything that the roles allow

    def grant(
        self, *roles: str, challenge: UUID | None = None, organisation: UUID | None = None, field: str | None = None
    ) -> Grant | None:
        """The first assignment of one of ``roles`` that covers all that is named; None when there is none.

        An assignment without a challenge covers every challenge that its organisation has a part in, so it answers for a
        challenge only where the organisation is named too: whoever asks knows whose challenge it is, this room does not.
        An assignment without a field covers every field.
        """
        for grant in self.grants:
            if grant.role not in roles:
                continue
            if challenge is not None and grant.challenge != challenge and (grant.challenge or organisation is None):
                continue
            if organisation is not None and grant.organisation != organisation:
                continue
            if field is not None and grant.field is not None and grant.field != field:
                continue
            return grant
        return None

    def organisations(self, *roles: str) -> set[UUID]:
        """The organisations in which this actor holds one of ``roles`` (any role when none is named)."""
        return {g.organisation for g in self.grants if g.organisation and (not roles or g.role in roles)}

    def challenges(self, *roles: str) -> set[UUID]:
        return {g.challenge for g in self.grants if g.challenge and (not roles or g.role in roles)}

    def from_address(self, ip: str, request: str) -> Actor:
        return replace(self, ip=ip, request=request)


PUBLIC = Actor(kind="public", name="public")
SYSTEM = Actor(kind="system", name="system")
