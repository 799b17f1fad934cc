"""Sealing a decided selection: one record, shown in three tiers (full: auditor; public: everybody; own: an applicant)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from didimdol.kernel import clock
from didimdol.kernel.action import save
from didimdol.records import keys
from didimdol.records.models import SealedRecord
from didimdol.records.sealing import seal
from didimdol.selection.models import Line, Selection
from didimdol_decide.canonical import digest
from didimdol_decide.record import SelectionInputs, SelectionOutcome, public_view, seal_selection
from didimdol_decide.record.tiers import own_line, salt_of


def seal_all(selection: Selection, inputs: SelectionInputs, lines: list[Line]) -> None:
    """Seal ``inputs`` as they were decided and keep every tier. Inside an action; the caller saves the selection."""
    key_id, private_key = keys.current()
    moment = clock.now().astimezone(clock.KST).isoformat(timespec="seconds")
    full = seal_selection(inputs.model_copy(update={"sealed_at": moment}), private_key, key_id)
    public = public_view(full)
    selection.record = _keep("full", full, selection, selection.pk)
    selection.public_record = _keep("public", public, selection, selection.pk)
    payload: Any = full["payload"]
    outcome = SelectionOutcome.model_validate(payload["outcome"])
    for line in lines:
        application = str(line.application_id)
        own = _own(public, own_line(outcome, application), salt_of(payload["salt"], application))
        line.own_record = _keep("own", own, selection, line.pk, line.application.startup_id)
        save(line, "own_record")


def _own(public: dict[str, object], line: dict[str, object], salt: str) -> dict[str, object]:
    """didimdol_decide's ``own_view``, without reading the whole record again for each of hundreds of applicants."""
    payload = {"public": public["payload"], "line": line, "salt": salt}
    return {**public, "tier": "own", "payload": payload, "digest": digest(payload)}


def _keep(
    tier: str, document: dict[str, object], selection: Selection, subject: UUID, organisation: UUID | None = None
) -> SealedRecord:
    return seal(
        kind="selection",
        tier=tier,
        subject_id=subject,
        challenge=selection.round.challenge_id,
        organisation=organisation,
        document=document,
        digest=str(document["digest"]),
    )
