"""What the tests of the memory share: a way to make links without any room above."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest

from didimdol.kernel.action import audit, writing
from didimdol.kernel.actor import SYSTEM, Actor
from didimdol.kernel.models import Blob
from didimdol.records.models import AuditEvent


def link(
    challenge: UUID | None = None,
    *,
    actor: Actor = SYSTEM,
    type: str = "test.happened",
    subject: UUID | None = None,
    **more,
) -> None:
    """One action that puts one event on the chain of ``challenge``."""
    with writing("tests.link", actor):
        audit(type, Blob(id=subject) if subject else None, challenge=challenge, **more)


@pytest.fixture
def challenge_id(db: None) -> UUID:
    return uuid4()


@pytest.fixture
def chain_of(db: None) -> Callable[[UUID | None], list[AuditEvent]]:
    def chain(challenge: UUID | None = None) -> list[AuditEvent]:
        found = AuditEvent.objects.within(chain=str(challenge or "site"))
        return list(found.order_by("sequence").prefetch_related("notes"))

    return chain
