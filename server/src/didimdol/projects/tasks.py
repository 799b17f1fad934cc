"""Mail of this room, in the background."""

from __future__ import annotations

from uuid import UUID

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from didimdol.people.letters import send
from didimdol.projects.models import SigningLink
from didimdol.projects.signing_links import signing_letter


@app.task(name="projects.send_signing_link", retry=RetryStrategy(max_attempts=10, exponential_wait=3))
def send_signing_link(link: str) -> None:
    """Mail the address of a link that still stands."""
    rows = SigningLink.objects.unscoped(why="one link's mail").filter(pk=UUID(link), state="sent")
    found = rows.select_related("agreement__project__startup", "agreement__project__company").first()
    if found is not None:
        send(signing_letter(found), found.address)
