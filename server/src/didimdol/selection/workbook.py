"""The ranking and every calculation sheet as an Excel file. Every text is written as text: never as a formula."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from io import BytesIO
from typing import Any

import xlsxwriter

from didimdol.kernel.words import pick, text
from didimdol.selection.enums import OUTCOMES
from didimdol.selection.models import Line, Selection
from didimdol.selection.sheets import Sheet, Sheets
from didimdol.selection.standings import Board

NUMBER = re.compile(r"-?\d+(\.\d+)?")


class _Page:
    """A worksheet written from the top."""

    def __init__(self, book: Any, name: str) -> None:
        self.sheet = book.add_worksheet(name)
        self.bold = book.add_format({"bold": True, "bottom": 1})
        self.row = 0
        self.sheet.set_column(0, 1, 26)
        self.sheet.set_column(2, 20, 14)

    def write(self, cells: Sequence[object], *, head: bool = False) -> None:
        for column, value in enumerate(cells):
            written = "" if value is None else str(value)
            if not head and not isinstance(value, bool) and NUMBER.fullmatch(written):
                self.sheet.write_number(self.row, column, Decimal(written))
            elif written:
                self.sheet.write_string(self.row, column, written[:32_767], *([self.bold] if head else []))
        self.row += 1

    def gap(self) -> None:
        self.row += 1


def workbook(selection: Selection, board: Board, lines: Sequence[Line]) -> bytes:
    out = BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        _ranking(_Page(book, pick(text("순위", "Ranking"))), board)
        sheets = Sheets(selection)
        for line in lines:
            _calculation(_Page(book, _tab(line.application.number)), sheets.sheet(line))
    return out.getvalue()


def _tab(number: str) -> str:
    """A worksheet's name has 31 characters at most; a number's end tells it from the others."""
    return re.sub(r"[\[\]:*?/\\']", "-", number)[-31:]


def _ranking(page: _Page, board: Board) -> None:
    head = [text("분야", "Field"), text("순위", "Rank"), text("접수번호", "Number"), text("기업", "Company")]
    tail = [text("점수", "Score"), text("결과", "Outcome"), text("비고", "Note")]
    page.write([*map(pick, head), *board.stages, *map(pick, tail)], head=True)
    page.sheet.freeze_panes(1, 0)
    for group in board.groups:
        for row in group.rows:
            line = row.line
            page.write(
                [
                    group.name, line.rank, line.application.number, pick(line.application.startup.name),
                    *(total for _, total in row.totals), line.score, pick(OUTCOMES[line.computed]), row.note,
                ]
            )  # fmt: skip


def _calculation(page: _Page, sheet: Sheet) -> None:
    application = sheet.line.application
    page.write([application.number, pick(application.startup.name)], head=True)
    page.write([pick(text("결과", "Outcome")), pick(OUTCOMES[sheet.line.computed]), sheet.line.rank])
    for stage in sheet.stages:
        page.gap()
        page.write([stage.name], head=True)
        if stage.problem:
            page.write([stage.problem])
        page.write(
            [
                pick(text("평가표", "Ballot")),
                *map(pick, (text("점수", "Points"), text("배점", "Maximum"), text("100점 환산", "Out of 100"))),
            ],
            head=True,
        )
        for ballot in stage.ballots:
            page.write([ballot.who, ballot.points, ballot.maximum, ballot.total, ballot.dropped])
        page.write([stage.trimmed])
        labels = (
            text("평가 주체", "Body"),
            text("제출", "Cast"),
            text("반영", "Counted"),
            text("평균", "Mean"),
            text("비중", "Weight"),
            text("가중", "Weighted"),
        )
        page.write([*map(pick, labels)], head=True)
        for body in stage.bodies:
            page.write([body.name, body.ballots, body.counted, body.mean, body.weight, body.weighted])
        for label, value in (
            (text("기본 점수", "Base"), stage.base), (text("가점", "Bonus"), stage.bonus),
            (text("단계 점수", "Stage total"), stage.total), (text("기준 점수", "Cut-off"), stage.cutoff),
        ):  # fmt: skip
            page.write([pick(label), value])
    page.gap()
    for stage_name, total, weight in sheet.parts:
        page.write([stage_name, f"{total} × {weight}"])
    page.write([pick(text("최종 점수", "Final score")), sheet.final])
    for rule, value, tied in sheet.ties:
        page.write([rule, value, tied])
