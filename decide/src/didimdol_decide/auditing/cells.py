"""A sheet as the audit sees it: cells with what stands in them, whatever file they came from."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Literal

Kind = Literal["empty", "number", "text", "error", "unsaved", "other"]
"""error: an Excel error value (#REF!); unsaved: a formula whose value was never stored; other: a date, a truth
value."""

PLACES = 9
_NUMBER = re.compile(r"[+-]?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?")


@dataclass(frozen=True)
class Cell:
    """One cell. row, column: from 1. number: its value as a decimal of at most 9 places (a spreadsheet keeps
    binary floats; what is behind the ninth place is their dust). text: what stands there, for people.
    shown_places: decimal places its number format shows, None where that is not fixed."""

    sheet: str
    row: int
    column: int
    kind: Kind = "empty"
    text: str = ""
    number: Decimal | None = None
    formula: str | None = None
    shown_places: int | None = None

    @property
    def address(self) -> str:
        """`Sheet1!H14`; a sheet's name that needs it is quoted, as in Excel."""
        name = self.sheet
        if not re.fullmatch(r"[^\W\d]\w*", name):
            name = "'" + name.replace("'", "''") + "'"
        return f"{name}!{letters(self.column)}{self.row}"


@dataclass
class Grid:
    """One sheet. cells by (row, column), empty ones left out; merges as (top, left, bottom, right).
    typed: whether the file tells numbers from text (a CSV does not)."""

    name: str
    typed: bool
    cells: dict[tuple[int, int], Cell] = field(default_factory=dict)
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    hidden: bool = False

    def __post_init__(self) -> None:
        self._anchors: dict[tuple[int, int], tuple[int, int]] = {
            (row, column): (top, left)
            for top, left, bottom, right in self.merges
            for row in range(top, bottom + 1)
            for column in range(left, right + 1)
        }

    @property
    def rows(self) -> int:
        return max((row for row, _ in self.cells), default=0)

    @property
    def columns(self) -> int:
        return max((column for _, column in self.cells), default=0)

    def at(self, row: int, column: int) -> Cell:
        """The cell itself; an empty one where nothing stands."""
        return self.cells.get((row, column)) or Cell(self.name, row, column)

    def merged(self, row: int, column: int) -> Cell:
        """The cell, or the first cell of the merged area that covers it."""
        return self.at(*self._anchors.get((row, column), (row, column)))


def letters(column: int) -> str:
    """1 -> "A", 27 -> "AA"."""
    name = ""
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def decimal_of(value: int | float | Decimal) -> Decimal:
    """A stored number at nine places, halves to even (the stored value is no exact decimal anyway)."""
    number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    return round(number, PLACES) if number else Decimal(0)


def number_in(text: str) -> Decimal | None:
    """The number that a text means: full-width digits, spaces, thousands commas and a trailing 점 are
    understood, nothing else; None where it is not a number."""
    spelled = re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).removesuffix("점")
    if len(spelled) > 30 or not _NUMBER.fullmatch(spelled):
        return None
    return decimal_of(Decimal(spelled.replace(",", "")))


def value_of(cell: Cell) -> Decimal | None:
    """The number in a cell, also one stored as text; None where there is none."""
    return cell.number if cell.kind == "number" else number_in(cell.text) if cell.kind == "text" else None


def same(stands: Decimal, right: Decimal | Fraction) -> bool:
    """Equal but for the dust of binary floats."""
    return abs(Fraction(stands) - Fraction(right)) <= Fraction(2, 10**PLACES)


def spelled(text: str) -> str:
    """A heading or a word as it is compared: NFKC, no spaces, no "(30점)", small letters."""
    joined = re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
    joined = re.sub(
        r"[(\[<](배점|만점|max)?:?\d+(\.\d+)?(점|pts|points|%)?(만점)?[)\]>]", "", joined, flags=re.IGNORECASE
    )
    return joined.casefold()
