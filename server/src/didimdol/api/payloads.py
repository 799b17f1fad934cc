"""What a delivery says: ids and states. What they mean the receiver reads from the API, with a token's own rights."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from didimdol.api.enums import TEST_TOPIC
from didimdol.api.subjects import BY_MODEL
from didimdol.kernel import clock
from didimdol.programmes.models import Challenge
from didimdol.records.models import AuditEvent

VERSION = 1


def payload_of(delivery: UUID, event: AuditEvent) -> dict[str, Any]:
    """Facts of an event may say more than a subscriber should know: of them only the two states go out."""
    subject = BY_MODEL[event.subject_model]
    slug = Challenge.objects.within(pk=event.challenge_id).values_list("slug", flat=True).first()
    return {
        **_head(delivery, event.type, event.at),
        "challenge": slug,
        "subject": {
            "type": subject.key,
            "id": str(event.subject_id),
            "url": subject.address.format(id=event.subject_id, slug=slug) or None,
        },
        "from": event.facts.get("from"),
        "to": event.facts.get("to"),
    }


def test_payload(delivery: UUID) -> dict[str, Any]:
    return {**_head(delivery, TEST_TOPIC, clock.now()), "challenge": None, "subject": None, "from": None, "to": None}


def body_of(payload: dict[str, Any]) -> bytes:
    """The bytes that are sent and signed."""
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()


def _head(delivery: UUID, topic: str, at: datetime) -> dict[str, Any]:
    return {"version": VERSION, "delivery": str(delivery), "type": topic, "at": at.isoformat()}
