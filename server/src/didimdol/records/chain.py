"""The audit log: a chain of events for every challenge and one for the site. Appended last in the transaction."""

from __future__ import annotations

import enum
import hashlib
import secrets
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.functional import Promise

from didimdol.kernel import clock
from didimdol.kernel.action import AuditIntent, Context
from didimdol.records.models import AuditEvent, ChainTip, PersonalNote
from didimdol.records.signals import events_appended
from didimdol_decide.canonical import digest, plain

SITE = "site"
GENESIS = "0" * 64

#: what the hash of a link covers: every column but the hash itself (a test compares it with the table)
COVERED = (
    "id", "created_at", "row_version", "chain", "sequence", "type", "version", "at", "at_real", "actor_kind", "person",
    "assignment", "action", "request", "subject_model", "subject_id", "facts", "commitments", "previous",
)  # fmt: skip


def append(context: Context) -> None:
    """The sink of ``kernel.action``: put what an action said on its chains. The tip's row lock orders the writers."""
    chains: dict[str, list[AuditIntent]] = {}
    for intent in context.audits:
        chains.setdefault(str(intent.challenge or SITE), []).append(intent)
    appended: list[AuditEvent] = []
    for chain in sorted(chains):  # always in the same order, so that two actions never wait for each other in a circle
        appended += _append_to(chain, chains[chain], context)
    events_appended.send(sender=AuditEvent, events=appended)


def _append_to(chain: str, intents: list[AuditIntent], context: Context) -> list[AuditEvent]:
    sequence, previous = _locked_tip(chain)
    events: list[AuditEvent] = []
    notes: list[PersonalNote] = []
    real = clock.real()
    for intent in intents:
        sequence += 1
        event = AuditEvent(
            chain=chain,
            sequence=sequence,
            type=intent.type,
            version=intent.version,
            at=intent.at,
            at_real=real,
            created_at=intent.at,
            actor_kind=context.actor.kind,
            person=context.actor.person,
            assignment=intent.by.id if intent.by else None,
            action=context.name,
            request=context.actor.request,
            subject_model=intent.subject_model,
            subject_id=intent.subject_id,
            facts=plain_facts(intent.facts),
            previous=previous,
        )
        for name, value in intent.personal.items():
            note = PersonalNote(event=event, name=name, salt=secrets.token_hex(32), value=str(value))
            event.commitments[name] = commitment(note.salt, note.value)
            notes.append(note)
        event.hash = previous = link_hash(event)
        events.append(event)
    AuditEvent.objects.bulk_create(events)
    if notes:
        PersonalNote.objects.bulk_create(notes)
    ChainTip.objects.filter(chain=chain).update(sequence=sequence, hash=previous)
    return events


def _locked_tip(chain: str) -> tuple[int, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO records_chaintip (chain, sequence, hash) VALUES (%s, 0, %s) "
            "ON CONFLICT (chain) DO UPDATE SET chain = EXCLUDED.chain RETURNING sequence, hash",
            [chain, GENESIS],
        )
        sequence, last = cursor.fetchone()
    return sequence, last


def link_hash(event: AuditEvent) -> str:
    """SHA-256 over the canonical JSON of the columns of ``COVERED``; moments in UTC with microseconds, ids as text."""
    return digest({"format": "didimdol.audit/1", **{name: _stored(getattr(event, name)) for name in COVERED}})


def commitment(salt: str, value: str) -> str:
    """What stands in the chain for a personal text: SHA-256 over the salt (64 hexadecimal digits) and the text."""
    return hashlib.sha256(f"{salt}{value}".encode()).hexdigest()


def _stored(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return value


def plain_facts(value: Any) -> Any:
    """Facts as canonical JSON knows them: ids, moments and decimals as text. Raises TypeError for a float."""
    if isinstance(value, float):
        raise TypeError(f"a fact must not be a float ({value!r}): write it as text or as an integer of smaller units")
    if isinstance(value, enum.Enum):
        return plain_facts(value.value)
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Promise):
        return str(value)
    if isinstance(value, Mapping):
        return {str(_stored(key)): plain_facts(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain_facts(item) for item in value]
    if isinstance(value, set | frozenset):
        return sorted(plain_facts(item) for item in value)
    return _stored(value)
