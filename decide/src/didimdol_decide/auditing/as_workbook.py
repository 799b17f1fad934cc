"""A marked copy of the audited file: wrong cells coloured, a sheet of findings in front.

The copy holds values only: what was audited, no formula that could change it, no link to another file.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from didimdol_decide.auditing.cells import Grid
from didimdol_decide.auditing.findings import AuditResult
from didimdol_decide.auditing.reading import open_workbook

HEADS = (
    "칸 Cell",
    "종류 Kind",
    "신청 Application",
    "열 Column",
    "적힌 값 Stands",
    "맞는 값 Right",
    "까닭",
    "Why",
    "원인 Follows from",
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def write_marked(source: Path, grids: list[Grid], result: AuditResult, out: Path) -> None:
    """Write the marked copy of `source` (.xlsx, or a .csv read as `grids`) to `out`. Raises Refused, OSError."""
    from openpyxl import Workbook
    from openpyxl.cell.cell import MergedCell
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    if source.suffix.lower() == ".xlsx":
        book = open_workbook(source, True)
    else:
        book = Workbook()
        book.remove(book.active)
        for grid in grids:
            sheet = book.create_sheet(_title(grid.name))
            for (row, column), cell in grid.cells.items():
                _write(sheet.cell(row, column), cell.text)
    titles = {grid.name: grid.name if grid.name in book.sheetnames else _title(grid.name) for grid in grids}
    fill = PatternFill("solid", fgColor="FFB3B3")
    for finding in result.findings:
        cell = book[titles[finding.sheet]].cell(finding.row, finding.column)
        cell.fill = fill
        if not isinstance(cell, MergedCell):
            said = f"{finding.title.ko} / {finding.title.en}\n→ {finding.right}\n{finding.message.ko}\n{finding.message.en}"
            before = (
                f"{cell.comment.text}\n" if cell.comment and cell.comment.author == "didimdol-decide" else ""
            )
            cell.comment = Comment(_CONTROL.sub("", before + said), "didimdol-decide", height=160, width=320)
    name = "감사 결과 Findings"
    while name in book.sheetnames:
        name += "_"
    front = book.create_sheet(name, 0)
    for place, text in enumerate(HEADS, start=1):
        _write(front.cell(1, place), text)
    for row, finding in enumerate(result.findings, start=2):
        values = (
            finding.cell, f"{finding.title.ko} {finding.title.en}", finding.application, finding.heading, finding.stands,
            finding.right, finding.message.ko, finding.message.en, finding.follows,
        )  # fmt: skip
        for place, value in enumerate(values, start=1):
            _write(front.cell(row, place), value or "")
    for row, note in enumerate(result.notes, start=len(result.findings) + 3):
        _write(front.cell(row, 1), f"{note.ko} / {note.en}")
    for letter, width in zip("ABCDEFGHI", (16, 26, 24, 24, 14, 14, 50, 50, 16), strict=True):
        front.column_dimensions[letter].width = width
    front.freeze_panes = "A2"
    book.active = 0
    book.save(out)


def _write(cell: Any, text: str) -> None:
    cell.value = _CONTROL.sub("", text)[:32000]
    if text:
        cell.data_type = "s"  # text from a file must never become a formula


def _title(name: str) -> str:
    return re.sub(r"[\[\]:*?/\\]", "_", name)[:31] or "csv"
