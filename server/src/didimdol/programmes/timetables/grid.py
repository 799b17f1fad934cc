"""A timetable as a table a day: a row a slot, a column a table or room."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from didimdol.programmes.timetables.slots import Time


@dataclass(frozen=True, slots=True)
class Cell:
    who: str
    note: str


@dataclass(frozen=True, slots=True)
class Head:
    """Of a column."""

    id: str
    name: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Day:
    day: date
    rows: list[tuple[Time, list[Cell | None]]]


@dataclass(frozen=True, slots=True)
class Grid:
    heads: Sequence[Head]
    days: list[Day]


def grid_of(times: Iterable[Time], heads: Sequence[Head], cells: Mapping[tuple[str, str], Cell]) -> Grid:
    """``cells``: (slot's id, column's id) → what is there."""
    days = [
        Day(day, [(slot, [cells.get((slot.id, head.id)) for head in heads]) for slot in slots])
        for day, slots in groupby(times, key=lambda slot: slot.day)
    ]
    return Grid(heads, days)
