"""Mail of this room, in the background."""

from __future__ import annotations

from uuid import UUID

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from didimdol.people.letters import invitation_letter, send
from didimdol.people.models import Invitation, Person


@app.task(name="people.send_invitation", retry=RetryStrategy(max_attempts=10, exponential_wait=3))
def send_invitation(invitation: str) -> None:
    """Mail the link of an invitation that still stands."""
    rows = Invitation.objects.unscoped(why="one invitation's mail").filter(pk=UUID(invitation))
    found = rows.select_related("organisation", "invited_by").first()
    if found is None or found.accepted_at or found.withdrawn_at:
        return
    person = Person.objects.filter(email=found.email).first()
    send(invitation_letter(found, person.language if person else "ko"), found.email)
