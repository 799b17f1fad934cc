"""The next matching or meet-up of a challenge, on the list of those that there are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from didimdol.kernel.access import Access
from didimdol.kernel.actor import Actor
from didimdol.programmes.models import Challenge
from didimdol.programmes.queries import access_challenge


def opening(
    actor: Actor, slug: str, may_open: Callable[[Actor, Challenge], Access], ready: Callable[[Challenge], Access]
) -> dict[str, Any] | None:
    """The button that opens the next one of the challenge asked for, or why not yet; None for who opens none."""
    if not slug:
        return None
    challenge = access_challenge(actor, slug)
    return {"challenge": challenge, "access": ready(challenge)} if may_open(actor, challenge) else None
