"""The signed receipt of a submission: who may later doubt when, what and whether, can check it without the server."""

from __future__ import annotations

from typing import Any

from didimdol.applications.models import Application
from didimdol.kernel import clock
from didimdol.records import keys
from didimdol.records.models import SealedRecord
from didimdol.records.queries import sealed_of
from didimdol.records.sealing import seal
from didimdol_decide.sealing import sign

FORMAT = "didimdol.receipt/1"
KIND = "receipt"


def receipt_content(application: Application) -> dict[str, Any]:
    """``submitted_at``: the server's clock in Seoul, to the second. ``content_digest``: SHA-256 of the content file."""
    challenge = application.challenge
    assert application.submitted_at is not None
    return {
        "format": FORMAT,
        "number": application.number,
        "application": str(application.pk),
        "challenge": {"slug": challenge.slug, "name": challenge.name["ko"]},
        "rulebook": {"version": application.rulebook.version, "digest": application.rulebook.digest},
        "startup": {"id": str(application.startup_id), "name": application.startup.name["ko"]},
        "submitted_at": application.submitted_at.astimezone(clock.KST).isoformat(timespec="seconds"),
        "content_digest": application.content_digest,
    }


def seal_receipt(application: Application) -> SealedRecord:
    """Sign and keep it. Inside the action that submits."""
    key_id, private = keys.current()
    envelope = sign(receipt_content(application), private, key_id)
    return seal(
        kind=KIND,
        tier="own",
        subject_id=application.pk,
        challenge=application.challenge_id,
        organisation=application.startup_id,
        document=envelope,
        digest=str(envelope["digest"]),
    )


def receipt_of(application: Application) -> SealedRecord | None:
    return sealed_of(application.pk, KIND, "own").first()
