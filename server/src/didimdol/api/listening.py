"""From the log to the queue: inside the action that made an event, so that both commit or neither does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from procrastinate.contrib.django import app

from didimdol.api.models import Subscription
from didimdol.api.subjects import TOPICS
from didimdol.records.models import AuditEvent


def heard(sender: object, *, events: Sequence[AuditEvent], **more: Any) -> None:
    """Receives ``records.signals.events_appended``. One query where something could be told, none where not."""
    told = [event for event in events if event.type in TOPICS and event.subject_id is not None]
    if not told:
        return
    listening = Subscription.objects.unscoped(why="is anybody listening at all").filter(
        state="active", topics__has_any_keys=sorted({event.type for event in told})
    )
    if listening.exists():
        app.configure_task("api.tell_subscribers").defer(events=[str(event.pk) for event in told])
