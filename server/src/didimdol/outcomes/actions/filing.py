"""Files beside a step or a sale."""

from __future__ import annotations

from typing import IO
from uuid import UUID

from didimdol.applications.filenames import check_kind, plain_name
from didimdol.kernel import blobs
from didimdol.kernel.action import save
from didimdol.kernel.problems import BadInput
from didimdol.kernel.words import Text, normal, text
from didimdol.outcomes.models import AdoptionCase, Evidence, Sale

FORMATS = ("pdf", "png", "jpg", "jpeg", "xlsx", "docx", "zip")
MOST_BYTES = 30_000_000


def file_evidence(
    case: AdoptionCase,
    step: str,
    *,
    person: UUID,
    organisation: UUID,
    stream: IO[bytes],
    filename: str,
    sale: Sale | None = None,
) -> Evidence:
    """Keep a file with the case, inside an action. Raises BadInput for an empty, too large or strange file."""
    name = plain_name(filename)
    check_kind(name, stream, FORMATS)
    blob = blobs.store(stream, organisation=organisation, most_bytes=MOST_BYTES)
    evidence = Evidence(case=case, sale=sale, step=step, blob=blob, filename=name, by_id=person)
    save(evidence)
    return evidence


def told(reason: str) -> str:
    """A reason as it is kept. Raises BadInput when there is none."""
    if not reason.strip():
        raise BadInput("reason_required", _REASON, fields={"reason": _REASON})
    return normal(reason.strip())


def one_of(value: str, known: dict[str, Text], field: str) -> str:
    """``value`` where it is a key of ``known``. Raises BadInput at ``field``."""
    if value not in known:
        choices = text(
            ", ".join(word["ko"] for word in known.values()), ", ".join(word["en"] for word in known.values())
        )
        message = text(f"다음 가운데 고르십시오: {choices['ko']}", f"Choose one of: {choices['en']}")
        raise BadInput("unknown_choice", message, fields={field: message})
    return value


_REASON = text("사유를 적어 주십시오.", "Please give the reason.")
