"""Sealed records: receipts and decisions as they were signed, kept for ever."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from didimdol.kernel.action import audit, save
from didimdol.records.models import SealedRecord
from didimdol_decide.canonical import canonical_json

TIERS = ("public", "own", "full")


def seal(
    *,
    kind: str,
    tier: str,
    subject_id: UUID,
    challenge: UUID | None,
    organisation: UUID | None,
    document: Mapping[str, Any],
    digest: str,
) -> SealedRecord:
    """Keep a signed document. Inside an action; its digest goes on the chain.

    ``document``: what ``didimdol_decide`` signed; its ``key_id`` names the key.
    ``organisation``: whose own record it is.
    Raises ValueError or TypeError where it carries no key, or has no canonical form.
    """
    if tier not in TIERS:
        raise ValueError(f"a record's tier is one of {TIERS}, not {tier!r}")
    if (tier == "own") != (organisation is not None):
        raise ValueError("an own record belongs to an organisation, and only an own record does")
    if not document.get("key_id"):
        raise ValueError("only a signed document is sealed: it has no key_id")
    canonical_json(document)
    record = SealedRecord(
        kind=kind,
        tier=tier,
        subject_id=subject_id,
        challenge=challenge,
        organisation=organisation,
        document=dict(document),
        digest=digest,
        key_id=str(document["key_id"]),
    )
    save(record)
    audit(
        "records.sealed",
        record,
        facts={"kind": kind, "tier": tier, "subject": subject_id, "digest": digest, "key_id": record.key_id},
    )
    return record
