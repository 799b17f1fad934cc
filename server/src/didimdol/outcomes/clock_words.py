"""How long nobody has answered, computed at the moment of asking."""

from __future__ import annotations

from datetime import date

from django.utils.translation import override

from didimdol.design.texts import day_text
from didimdol.kernel import clock
from didimdol.kernel.words import Text, text
from didimdol.outcomes.models import WAITING, AdoptionCase


def day_words(day: date) -> Text:
    """The day in both languages."""
    with override("ko"):
        ko = day_text(day)
    with override("en"):
        return text(ko, day_text(day))


def standing(case: AdoptionCase, today: date | None = None) -> Text:
    """ "214일째 답 없음", "오늘까지", "12일 남음"; nothing for a case that was decided."""
    today = today or clock.today().date()
    if case.state not in WAITING:
        return text("", "")
    late = case.days_overdue(today)
    if late:
        return text(f"{late}일째 답 없음", f"no answer for {late} day{'s' if late > 1 else ''}")
    left = (case.due_on - today).days
    if not left:
        return text("오늘까지", "due today")
    return text(f"{left}일 남음", f"{left} day{'s' if left > 1 else ''} left")
