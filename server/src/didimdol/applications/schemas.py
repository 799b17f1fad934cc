"""What the API says of applications, to the startup that applied and to the operator. Evaluators read them on pages."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from ninja import Schema

from didimdol.programmes.schemas import BodyOut, TextOut
from didimdol.verification.schemas import RunOut


class ApplicationOut(Schema):
    """``number`` and ``submitted_at`` are null for a draft, which its own startup alone sees.

    ``state``: draft, submitted, withdrawn.
    """

    id: UUID
    challenge: str
    number: str | None
    field: str | None
    startup: BodyOut
    title: str
    state: str
    submitted_at: datetime | None
    page: str


class ApplicationsOut(Schema):
    """``next``: give it as ``after`` for the next page; null on the last."""

    items: list[ApplicationOut]
    next: str | None


class ClaimOut(Schema):
    """A demand that the application claims to meet; ``figures``: its own figure by criterion."""

    demand: UUID
    figures: dict[str, Any]


class FileOut(Schema):
    """``document``: its key in the rulebook; "model" for the model."""

    document: str
    filename: str
    size: int
    sha256: str


class ApplicationWhole(ApplicationOut):
    """``answers`` by the keys of the rulebook's form; ``standing``: how it stands, as far as it is told today."""

    standing: TextOut
    answers: dict[str, Any]
    claims: list[ClaimOut]
    files: list[FileOut]
    content_digest: str


class ResultOut(Schema):
    """One criterion. Figures are decimal numbers as text. ``lower``, ``upper``: the interval of ``measured``.

    ``comparison``: at_most or at_least ``limit``. ``verdict``: met, not_met, inconclusive, disturbed, pending, or why
    it was refused.
    """

    criterion: str
    label: TextOut
    claim: str | None
    measured: str | None
    lower: str | None
    upper: str | None
    limit: str | None
    comparison: str
    unit: str
    verdict: str


class EvidenceOut(Schema):
    """One plan: the field's criteria (``demand`` null) or those of a claimed demand. ``run`` once it was measured."""

    demand: UUID | None
    state: str | None
    run: RunOut | None
    results: list[ResultOut]


class EvidencesOut(Schema):
    items: list[EvidenceOut]
