"""What exactly was submitted, as one document: its digest stands in the receipt, and anyone holding it can check."""

from __future__ import annotations

from typing import Any

from didimdol.applications import rules
from didimdol.applications.answers import exact
from didimdol.applications.completeness import Contents, contents_of
from didimdol.applications.measuring import parts_of
from didimdol.applications.models import Application
from didimdol_decide.canonical import canonical_json, digest

FORMAT = "didimdol.application/1"


def content_of(application: Application, contents: Contents | None = None) -> dict[str, Any]:
    """The content of a submitted application (or of a draft as it would be submitted now)."""
    contents = contents or contents_of(application)
    rulebook = rules.rules_for(application)
    stored = application.challenge.rulebook if application.state == "draft" else application.rulebook
    assert stored is not None  # applications are taken for announced challenges only, which have rules
    model = contents.model
    return {
        "format": FORMAT,
        "application": str(application.pk),
        "challenge": application.challenge.slug,
        "rulebook": {"version": stored.version, "digest": stored.digest},
        "startup": str(application.startup_id),
        "field": application.field.key if application.field else None,
        "title": application.title,
        "answers": exact(application.answers),
        "eligibility": application.eligibility,
        "consents": application.consents,
        "demands": [{"demand": str(claim.demand_id), "claims": claim.claims} for claim in contents.claimed],
        "documents": [
            {"document": key, "filename": entry.filename, "sha256": entry.blob.sha256, "size": entry.blob.size}
            for key, entry in sorted(contents.attachments.items())
        ],
        "model": None
        if model is None
        else {
            "filename": model.filename,
            "sha256": model.blob.sha256,
            "size": model.blob.size,
            "inputs": exact(model.inputs),
        },
        "plans": [
            {"demand": part.demand_id, "plan": part.plan.digest(), "labels": part.labels}
            for part in (parts_of(application, rulebook, contents) if model else [])
        ],
    }


def content_bytes(content: dict[str, Any]) -> bytes:
    """The bytes whose SHA-256 is the content digest: ``sha256sum`` of the downloaded file gives it."""
    return canonical_json(content)


def content_digest(content: dict[str, Any]) -> str:
    return digest(content)
