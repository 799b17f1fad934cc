"""The access log: who opened, or tried to open, what. It is kept also where nothing else was written."""

from __future__ import annotations

from uuid import UUID

from django.db import models

from didimdol.kernel import clock
from didimdol.kernel.action import writing
from didimdol.kernel.actor import Actor
from didimdol.kernel.rows import Row
from didimdol.records.chain import SITE
from didimdol.records.models import AccessEntry, AuditEvent

OPENED, DENIED, NOT_VISIBLE = "opened", "denied", "not_visible"


def opened(actor: Actor, what: str, subject: models.Model | UUID | None = None, purpose: str = "") -> None:
    """Write down that ``actor`` opened a document (or a list of personal data), and for which purpose."""
    identity = subject.pk if isinstance(subject, models.Model) else subject
    challenge = subject.challenge_reached() if isinstance(subject, Row) else None
    _write(actor, what, identity, challenge, OPENED, "", purpose)


def logged(
    *, actor: Actor, what: str, identity: object = None, outcome: str, reason: str = "", purpose: str = ""
) -> None:
    """The port ``kernel.access_logged``: a page or document was asked for and refused, or given."""
    subject = _uuid(identity)
    if identity is not None and subject is None:
        what = f"{what} {identity}"
    _write(actor, what, subject, None, outcome, reason, purpose)


def _write(
    actor: Actor, what: str, subject: UUID | None, challenge: UUID | None, outcome: str, reason: str, purpose: str
) -> None:
    # A transaction of its own: a refused page has no action, and the line must stay when that page fails.
    with writing("records.log_access", actor):
        AccessEntry(
            at_real=clock.real(),
            actor_kind=actor.kind,
            person=actor.person,
            ip=actor.ip[:45],
            what=what[:300],
            subject_id=subject,
            challenge=challenge or _challenge_of(subject),
            outcome=outcome,
            reason=reason[:120],
            purpose=purpose[:300],
        ).save(force_insert=True)


def _challenge_of(subject: UUID | None) -> UUID | None:
    """The challenge on whose chain the thing asked for has an event: its operator may read the line."""
    if subject is None:
        return None
    events = AuditEvent.objects.within(subject_id=subject).exclude(chain=SITE)
    chain = events.order_by("-at_real").values_list("chain", flat=True).first()
    return UUID(chain) if chain else None


def _uuid(identity: object) -> UUID | None:
    if isinstance(identity, UUID):
        return identity
    try:
        return UUID(str(identity))
    except ValueError:
        return None
