"""What comes in with the writes of an evaluation, checked."""

from __future__ import annotations

from datetime import datetime

from didimdol.kernel import clock
from didimdol.kernel.problems import BadInput
from didimdol.kernel.words import Text, normal, text


def bad(field: str, code: str, message: Text, remedy: Text | None = None) -> BadInput:
    return BadInput(code, message, remedy, fields={field: message})


def reason_given(reason: str) -> str:
    if not reason.strip():
        raise bad("reason", "reason_required", text("사유를 적어 주십시오.", "Please give the reason."))
    return normal(reason).strip()


def require_ahead(closes_at: datetime, field: str = "closes_at") -> None:
    if closes_at <= clock.now():
        raise bad(
            field,
            "closes_in_the_past",
            text("마감 시각은 지금보다 뒤여야 합니다.", "The closing time must lie ahead."),
        )
