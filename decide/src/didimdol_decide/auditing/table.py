"""From a sheet to its applications: ballots, figures and totals rows, each still with its cell."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from didimdol_decide.auditing.cells import Cell, Grid, spelled, value_of
from didimdol_decide.auditing.headings import FIGURES, Column, Head

TOTALS = {
    **dict.fromkeys(("합계", "총계", "계", "소계", "누계", "total", "totals", "sum"), "sum"),
    **dict.fromkeys(("평균", "전체평균", "average", "mean"), "mean"),
}
NO_BALLOT = frozenset(
    ("", "-", "–", "제척", "회피", "기피", "결시", "불참", "미참석", "absent", "recused", "n/a")
)
_RULE_WORDS = re.compile(
    r"제외|절사|절삭|가점|과락|반올림|배점|동점|trim|bonus|cut-?off|round", re.IGNORECASE
)


@dataclass
class BallotCells:
    """One evaluator's cells for one application. items by name; total: the sum beside them (or alone)."""

    evaluator: str
    items: dict[str, Cell] = field(default_factory=dict)
    total: Cell | None = None

    @property
    def cells(self) -> list[Cell]:
        return [*self.items.values(), *([self.total] if self.total else [])]

    @property
    def cast(self) -> bool:
        """Whether the evaluator scored: not when every cell is empty or says so (제척, 불참)."""
        return any(spelled(cell.text) not in NO_BALLOT for cell in self.cells)


@dataclass
class Entry:
    """One application on a sheet. label: its name for people; key: what two rows of one application share;
    evaluator: whose ballot the first row is, where a row is a ballot."""

    key: str
    label: str
    field: str
    cell: Cell
    rows: list[int]
    ballots: list[BallotCells]
    figures: dict[str, Cell]
    kind_means: dict[int, Cell]
    evaluator: Cell | None = None


@dataclass
class Table:
    """A sheet's table. totals: (row, "sum" or "mean"). nameless: first cell of a row with scores and no
    application; doubled: a second row of an application; remarks: sentences that seem to state a rule."""

    grid: Grid
    head: Head
    entries: list[Entry]
    totals: list[tuple[int, str]]
    nameless: list[Cell]
    doubled: list[tuple[Entry, Entry]]
    remarks: list[Cell]

    @property
    def evaluators(self) -> list[str]:
        """Names in the order of the sheet."""
        names = [ballot.evaluator for entry in self.entries for ballot in entry.ballots]
        return list(dict.fromkeys(names))


def read_table(grid: Grid, head: Head) -> Table:
    """Rows below the headings; empty ones, repeated headings and remarks are passed over."""
    table = Table(grid, head, [], [], [], [], _remarks(grid, head))
    long = head.first("evaluator") is not None
    known: dict[str, Entry] = {}
    for row in sorted({row for row, _ in grid.cells if row > head.bottom}):
        scores = [grid.at(row, column.column) for column in head.columns if _is_score(column)]
        label = _label(grid, head, row)
        if (mark := TOTALS.get(spelled(label.text))) or (mark := _totals_label(grid, head, row)):
            table.totals.append((row, mark))
            continue
        written = [cell for cell in scores if cell.text]
        if not label.text:
            if any(value_of(cell) is not None for cell in written):
                table.nameless.append(written[0])
            continue
        if not written or label.text == _label(grid, head, head.bottom).text:
            continue
        entry = _entry(grid, head, row, label)
        first = known.get(entry.key)
        if first is None:
            known[entry.key] = entry
            table.entries.append(entry)
        elif long and not {ballot.evaluator for ballot in first.ballots} & {
            ballot.evaluator for ballot in entry.ballots
        }:
            _join(first, entry)
        else:
            table.doubled.append((first, entry))
    return table


def _is_score(column: Column) -> bool:
    return column.role in (*FIGURES, "ballot", "item", "kind_mean")


def _label(grid: Grid, head: Head, row: int) -> Cell:
    # a number identifies, a name is for people; either will do
    for role in ("name", "id"):
        column = head.first(role)
        if column is not None:
            cell = grid.merged(row, column.column)
            if cell.text:
                return cell
    return Cell(grid.name, row, 1)


def _totals_label(grid: Grid, head: Head, row: int) -> str | None:
    first = min((column.column for column in head.columns if _is_score(column)), default=1)
    for place in range(1, first):
        mark = TOTALS.get(spelled(grid.merged(row, place).text))
        if mark:
            return mark
    return None


def _entry(grid: Grid, head: Head, row: int, label: Cell) -> Entry:
    number, name, of_field = head.first("id"), head.first("name"), head.first("field")
    key = grid.merged(row, number.column).text if number else ""
    named = grid.merged(row, name.column).text if name else ""
    who = head.first("evaluator")
    ballots: dict[str, BallotCells] = {}
    figures: dict[str, Cell] = {}
    means: dict[int, Cell] = {}
    for column in head.columns:
        cell = grid.at(row, column.column)
        evaluator = column.evaluator or (grid.merged(row, who.column).text if who else "")
        if column.role in ("item", "ballot", "subtotal"):
            ballot = ballots.setdefault(evaluator, BallotCells(evaluator))
            if column.role == "item":
                ballot.items[column.item] = cell
            else:
                ballot.total = cell
        elif column.role == "kind_mean":
            means[column.kind] = cell
        elif column.role in FIGURES:
            figures.setdefault(column.role, cell)
    return Entry(
        key=spelled(key or named),
        label=" ".join(part for part in (key, named) if part),
        field=grid.merged(row, of_field.column).text if of_field else grid.name,
        cell=label,
        rows=[row],
        ballots=list(ballots.values()),
        figures=figures,
        kind_means=means,
        evaluator=grid.merged(row, who.column) if who else None,
    )


def _join(first: Entry, more: Entry) -> None:
    first.rows += more.rows
    first.ballots += more.ballots
    for role, cell in more.figures.items():
        if not first.figures[role].text:
            first.figures[role] = cell
    for kind, cell in more.kind_means.items():
        if not first.kind_means[kind].text:
            first.kind_means[kind] = cell


def _remarks(grid: Grid, head: Head) -> list[Cell]:
    outside = [cell for (row, _), cell in sorted(grid.cells.items()) if row < head.top or row > head.bottom]
    return [
        cell
        for cell in outside
        if len(cell.text) >= 12 and cell.kind == "text" and _RULE_WORDS.search(cell.text)
    ]
