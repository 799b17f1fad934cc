"""What an audit says: findings, each with its cell, and what was looked at."""

from __future__ import annotations

from typing import Literal

from didimdol_decide.auditing.cells import Cell
from didimdol_decide.plain import Plain, Text

FindingKind = Literal[
    "out_of_range", "not_a_number", "text_number", "missing", "unsaved", "no_name", "duplicate", "hidden",
    "subtotal", "sum", "highest", "lowest", "plain_mean", "trim", "rounding", "mean", "kind_mean",
    "bonus_lost", "total", "rank", "selection", "column_sum",
]  # fmt: skip

KINDS: dict[str, tuple[str, str]] = {
    "out_of_range": ("배점 밖의 점수", "score out of range"),
    "not_a_number": ("숫자가 아님", "not a number"),
    "text_number": ("글자로 저장된 숫자", "number stored as text"),
    "missing": ("빈칸", "missing"),
    "unsaved": ("값이 저장되지 않은 수식", "formula without a stored value"),
    "no_name": ("신청이 없는 줄", "row without an application"),
    "duplicate": ("중복", "duplicate"),
    "hidden": ("숨김", "hidden"),
    "subtotal": ("항목 합 오류", "items do not add up"),
    "sum": ("합계 오류", "sum does not add up"),
    "highest": ("최고점 오류", "wrong highest"),
    "lowest": ("최저점 오류", "wrong lowest"),
    "plain_mean": ("평균 오류", "wrong mean"),
    "trim": ("최고·최저 제외 오류", "broken trimming"),
    "rounding": ("반올림 오류", "wrong rounding"),
    "mean": ("평균 오류", "wrong mean"),
    "kind_mean": ("구분별 평균 오류", "wrong mean of a kind"),
    "bonus_lost": ("가점 누락", "bonus lost"),
    "total": ("총점 오류", "wrong total"),
    "rank": ("순위 오류", "wrong rank"),
    "selection": ("선정 오류", "wrong selection"),
    "column_sum": ("합계 줄 오류", "totals row does not add up"),
}


class Finding(Plain):
    """One wrong place. cell: `Sheet1!H14`. stands: what is there; right: what it should be, None where the
    audit cannot know. follows: the wrong cell that this one was calculated from, if that explains it."""

    kind: FindingKind
    cell: str
    sheet: str
    row: int
    column: int
    application: str | None
    heading: str
    stands: str
    right: str | None
    message: Text
    follows: str | None = None

    @property
    def title(self) -> Text:
        """The kind in words."""
        ko, en = KINDS[self.kind]
        return Text(ko=ko, en=en)


class HeadingLine(Plain):
    """A heading and what it was taken for; role "unread": nothing under it was looked at."""

    cell: str
    heading: str
    role: str


class SheetLine(Plain):
    """What was looked at on one sheet."""

    name: str
    applications: int
    evaluators: int
    headings: tuple[HeadingLine, ...]


class AuditResult(Plain):
    """The audit of one file. rule: as it was applied. notes: what a reader must know of how it was read."""

    format: Literal["didimdol.audit/1"] = "didimdol.audit/1"
    file: str
    rule: dict[str, object]
    sheets: tuple[SheetLine, ...]
    checked: int
    findings: tuple[Finding, ...]
    notes: tuple[Text, ...]


class Report:
    """Collects findings and counts checks while an audit runs."""

    def __init__(self) -> None:
        self.found: list[Finding] = []
        self.checked = 0
        self._wrong: set[str] = set()

    def add(
        self,
        kind: FindingKind,
        cell: Cell,
        ko: str,
        en: str,
        *,
        right: str | None = None,
        heading: str = "",
        application: str | None = None,
        follows: str | None = None,
    ) -> None:
        self._wrong.add(cell.address)
        self.found.append(
            Finding(
                kind=kind,
                cell=cell.address,
                sheet=cell.sheet,
                row=cell.row,
                column=cell.column,
                heading=heading,
                application=application,
                stands=cell.text,
                right=right,
                message=Text(ko=ko, en=en),
                follows=follows,
            )
        )

    def wrong(self, cell: Cell) -> bool:
        """Whether something was found at this cell."""
        return cell.address in self._wrong
