"""What a rehearsal finds: what would break, by which rule or number, and what to change."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from didimdol.kernel.words import Text, text


class Severity(StrEnum):
    BLOCKING = "blocking"
    WARNING = "warning"
    NOTE = "note"


SEVERITIES: dict[Severity, Text] = {
    Severity.BLOCKING: text("막힘", "Blocking"),
    Severity.WARNING: text("주의", "Warning"),
    Severity.NOTE: text("참고", "Note"),
}

#: how the page's badge looks
SEVERITY_KINDS: dict[Severity, str] = {Severity.BLOCKING: "bad", Severity.WARNING: "warn", Severity.NOTE: "info"}

SUBJECTS: dict[str, Text] = {
    "way": text("진행", "The way"),
    "panel": text("평가위원", "Panels"),
    "chance": text("평가의 확실성", "How sure"),
    "matching": text("매칭", "Matching"),
    "devices": text("측정 장비", "Devices"),
    "money": text("지원금", "Money"),
    "calendar": text("일정", "Calendar"),
}

#: before a finding's ways out
ONE_OF = text(
    "다음 가운데 하나면 됩니다(모두 다시 풀어 확인).", "One of these is enough (each was checked by solving again)."
)


@dataclass(frozen=True, slots=True)
class Finding:
    """``rule``: where it stands in the rulebook ("calendar.agreement"), or empty. ``change``: the way out.
    ``certificate``: the solver's proof, where there is one. ``told``: more about the cause. ``ways``: ways out, each of
    them enough alone."""

    severity: Severity
    subject: str
    what: Text
    change: Text
    rule: str = ""
    step: str = ""
    certificate: dict[str, Any] | None = None
    told: tuple[Text, ...] = ()
    ways: tuple[Text, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "severity": self.severity.value}


def order(findings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The gravest first; in the order they were found otherwise."""
    rank = [severity.value for severity in Severity]
    return sorted(findings, key=lambda found: rank.index(found["severity"]))
