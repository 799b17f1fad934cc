"""The steps of the way to a submission, as the startup walks them."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse

from didimdol.kernel.words import Text, text


@dataclass(frozen=True, slots=True)
class Stop:
    """``key``: also the name of its page."""

    key: str
    label: Text

    def url(self, application: UUID) -> str:
        return reverse(f"applications:{self.key}", args=[application])


STOPS: tuple[Stop, ...] = (
    Stop("field", text("분야·수요", "Field and demands")),
    Stop("eligibility", text("자가진단", "Self-check")),
    Stop("form", text("신청서", "Form")),
    Stop("files", text("서류·모델", "Documents and model")),
    Stop("check", text("확인·제출", "Check and submit")),
)
BY_KEY = {stop.key: stop for stop in STOPS}
