"""The cells that people fill in: are they scores? And the ballots that they make."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from didimdol_decide.auditing.cells import Cell, number_in, same, spelled
from didimdol_decide.auditing.findings import Report
from didimdol_decide.auditing.rule import REST, AuditRule
from didimdol_decide.auditing.table import BallotCells, Entry, Table
from didimdol_decide.ballots import Ballot
from didimdol_decide.canonical import plain

NO_BONUS = frozenset(("-", "–", "없음", "해당없음", "none", "n/a"))


@dataclass
class Inputs:
    """One application's ballots and bonus. broken: an input cannot be used, so nothing follows from them."""

    entry: Entry
    id: str
    ballots: list[Ballot] = field(default_factory=list)
    bonus: Decimal = Decimal(0)
    broken: bool = False


def number_at(
    cell: Cell, typed: bool, report: Report, who: str, heading: str, needed: bool = True
) -> Decimal | None:
    """The number in a cell; whatever keeps it from being one is reported. An empty cell is reported if needed."""
    report.checked += 1
    if cell.kind == "number":
        return cell.number
    facts = {"application": who, "heading": heading}
    if cell.kind == "text":
        number = number_in(cell.text)
        if number is None:
            report.add(
                "not_a_number",
                cell,
                f"'{cell.text}'은(는) 숫자가 아닙니다.",
                f"'{cell.text}' is not a number.",
                **facts,
            )
        elif typed:
            report.add(
                "text_number", cell, "글자로 저장된 숫자라서 엑셀의 합계와 평균에서 빠집니다. 숫자로 바꾸세요.",
                "A number stored as text: Excel leaves it out of sums and means. Make it a number.",
                right=plain(number), **facts,
            )  # fmt: skip
        return number
    if cell.kind == "unsaved":
        report.add(
            "unsaved", cell, "수식의 계산값이 파일에 없습니다. Excel에서 열어 저장한 뒤 다시 검사하세요.",
            "The file holds no value for this formula. Open and save it in Excel, then audit again.", **facts,
        )  # fmt: skip
    elif cell.kind == "empty":
        if needed:
            report.add(
                "missing",
                cell,
                "값이 있어야 할 칸이 비었습니다.",
                "This cell should hold a value and is empty.",
                **facts,
            )
    else:
        report.add(
            "not_a_number",
            cell,
            f"'{cell.text}'은(는) 숫자가 아닙니다.",
            f"'{cell.text}' is not a number.",
            **facts,
        )
    return None


def read_inputs(
    table: Table, entry: Entry, identity: str, rule: AuditRule, with_items: bool, report: Report
) -> Inputs:
    """The ballots of an application, every filled-in cell checked, the sums of items too."""
    inputs = Inputs(entry, identity)
    kinds = {spelled(name): place for place, kind in enumerate(rule.kinds) for name in kind.evaluators}
    for cells in entry.ballots:
        if not cells.cast:
            continue
        points = _points(table, entry, cells, rule, with_items, report)
        if points is None:
            inputs.broken = True
            continue
        if rule.scale == "points" and rule.ballot_maximum < 100:
            points[REST] = Decimal(0)
        inputs.ballots.append(
            Ballot(
                application=identity,
                evaluator=cells.evaluator,
                body=f"k{kinds.get(spelled(cells.evaluator), 0)}",
                points=points,
            )
        )
    _read_bonus(table, entry, inputs, report)
    return inputs


def _read_bonus(table: Table, entry: Entry, inputs: Inputs, report: Report) -> None:
    cell = entry.figures.get("bonus")
    if cell is None or spelled(cell.text) in NO_BONUS:
        return
    heading = _heading(table, "bonus")
    bonus = number_at(cell, table.grid.typed, report, entry.label, heading, needed=False)
    if bonus is None:
        inputs.broken = inputs.broken or cell.kind != "empty"
    elif bonus < 0:
        report.add(
            "out_of_range",
            cell,
            "가점은 0보다 작을 수 없습니다.",
            "A bonus cannot be below 0.",
            application=entry.label,
            heading=heading,
        )
        inputs.broken = True
    else:
        inputs.bonus = bonus


def _heading(table: Table, role: str) -> str:
    column = table.head.first(role)
    return column.text if column else ""


def _points(
    table: Table, entry: Entry, cells: BallotCells, rule: AuditRule, with_items: bool, report: Report
) -> dict[str, Decimal] | None:
    points: dict[str, Decimal] = {}
    usable = True
    if with_items:
        wanted = [
            (f"i{place}", item.max, cells.items[item.name], item.name)
            for place, item in enumerate(rule.items)
        ]
    else:
        assert cells.total is not None  # an evaluator's column is its items or its total
        wanted = [("i0", rule.ballot_maximum, cells.total, "")]
    for key, most, cell, item in wanted:
        heading = " / ".join(part for part in (cells.evaluator, item) if part)
        number = number_at(cell, table.grid.typed, report, entry.label, heading)
        if number is not None and not 0 <= number <= most:
            report.add(
                "out_of_range", cell, f"배점 0~{most}점을 벗어난 점수입니다.", f"The score is outside 0 to {most}.",
                application=entry.label, heading=heading,
            )  # fmt: skip
            number = None
        if number is None:
            usable = False
        else:
            points[key] = number
    if with_items and cells.total is not None and usable:
        heading = f"{cells.evaluator} / 소계"
        stands = number_at(cells.total, table.grid.typed, report, entry.label, heading)
        right = sum(points.values(), Decimal(0))
        if stands is not None and not same(stands, right):
            report.add(
                "subtotal", cells.total, f"항목 점수의 합은 {plain(right)}점입니다.", f"The items add up to {plain(right)}.",
                right=plain(right), application=entry.label, heading=heading,
            )  # fmt: skip
    return points if usable else None
