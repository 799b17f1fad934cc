"""What concerns a sheet as a whole: totals rows, hidden rows and columns, doubled rows and evaluators."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from didimdol_decide.auditing.cells import Cell, same, value_of
from didimdol_decide.auditing.findings import Report
from didimdol_decide.auditing.inputs import number_at
from didimdol_decide.auditing.rule import AuditRule
from didimdol_decide.auditing.table import Table
from didimdol_decide.canonical import plain
from didimdol_decide.rounding import rounded

SUMMED = (
    "item",
    "ballot",
    "subtotal",
    "sum",
    "plain_mean",
    "mean",
    "kind_mean",
    "highest",
    "lowest",
    "bonus",
    "total",
)


def check_structure(table: Table, report: Report) -> None:
    """Rows without a name, doubled rows, hidden rows, columns and sheets."""
    for cell in table.nameless:
        report.add(
            "no_name", cell, "점수가 있는데 신청(기업) 이름이 없는 줄입니다. 계산에서 뺐습니다.",
            "A row with scores and no application. It was left out.",
        )  # fmt: skip
    for first, second in table.doubled:
        report.add(
            "duplicate", second.evaluator or second.cell, f"{first.cell.address}와 같은 신청입니다. 첫 줄만 계산했습니다.",
            f"The same application as {first.cell.address}. Only the first row was counted.", application=second.label,
        )  # fmt: skip
    if table.grid.hidden:
        cell = table.head.columns[0].heading
        report.add("hidden", cell, "숨긴 시트에 평가표가 있습니다.", "A hidden sheet holds a score sheet.")
    for entry in table.entries:
        for row in entry.rows:
            if row in table.grid.hidden_rows:
                cell = table.grid.at(row, entry.cell.column)
                report.add(
                    "hidden", cell, "숨긴 줄의 신청입니다. 계산에는 넣었습니다.", "An application in a hidden row. It was counted.",
                    application=entry.label,
                )  # fmt: skip
    for column in table.head.columns:
        if column.column in table.grid.hidden_columns and column.role not in ("unread", "ignore", "serial"):
            report.add(
                "hidden", table.grid.at(column.heading.row, column.column), f"숨긴 열입니다 ({column.text}). 계산에는 넣었습니다.",
                f"A hidden column ({column.text}). It was counted.", heading=column.text,
            )  # fmt: skip
    seen: dict[tuple[str, str], Cell] = {}
    for column in table.head.columns:
        if column.evaluator and column.role in ("item", "ballot", "subtotal"):
            name = (column.evaluator, column.item if column.role == "item" else column.role)
            if name in seen:
                report.add(
                    "duplicate", column.heading, f"{seen[name].address}와 같은 평가위원의 열입니다.",
                    f"A column of the same evaluator as {seen[name].address}.", heading=column.text,
                )  # fmt: skip
            seen.setdefault(name, column.heading)


def check_totals(table: Table, rule: AuditRule, report: Report) -> None:
    """Rows that sum or average the rows above them (since the last such row, or all of them). A row may have been
    calculated from what stands there or from the right values, doubled rows counted or not."""
    right = {finding.cell: finding.right for finding in report.found}
    own = sorted({row for entry in table.entries for row in entry.rows})
    doubled = sorted(own + [row for _, second in table.doubled for row in second.rows])
    before = table.head.bottom
    for row, mark in table.totals:
        for column in table.head.columns:
            cell = table.grid.at(row, column.column)
            if column.role not in SUMMED or cell.kind == "empty" or cell.text in ("-", "–"):
                continue
            stands = number_at(cell, table.grid.typed, report, "", column.text)
            if stands is None:
                continue
            ways = [
                _figures(table, [above for above in rows if start < above < row], column.column, mended)
                for rows in (own, doubled)
                for start in (0, before)
                for mended in ({}, right)
            ]
            figures = [_result(values, mark) for values in ways if values]
            if figures and not any(_fits(stands, figure, rule) for figure in figures):
                shown = plain(rounded(figures[0], rule.decimals, rule.rounding))
                of, of_en = ("합", "sum") if mark == "sum" else ("평균", "mean")
                report.add(
                    "column_sum", cell, f"위 칸들의 {of}은(는) {shown}입니다.", f"The {of_en} of the cells above is {shown}.",
                    right=shown, heading=column.text,
                )  # fmt: skip
        before = row


def _figures(table: Table, rows: list[int], column: int, right: dict[str, str | None]) -> list[Decimal]:
    found = []
    for row in rows:
        cell = table.grid.at(row, column)
        mended = right.get(cell.address)
        number = Decimal(mended) if mended else value_of(cell)
        if number is not None:
            found.append(number)
    return found


def _result(values: list[Decimal], mark: str) -> Fraction:
    total = Fraction(sum(values, Decimal(0)))
    return total if mark == "sum" else total / len(values)


def _fits(stands: Decimal, figure: Fraction, rule: AuditRule) -> bool:
    # figures kept unrounded differ from their rounded selves by less than half a place each: dust of a sum
    return same(stands, figure) or same(stands, rounded(figure, rule.decimals, rule.rounding))
