"""Geometry of the strips that show a rank, an offset or a score: SVG units of a viewBox 300 wide."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

LEFT, RIGHT = Decimal(8), Decimal(292)

Value = Decimal | int


@dataclass(frozen=True, slots=True)
class Strip:
    """``span``: an interval; ``dot``: the value; ``line``: where the selection ends, or zero; ``marks``: the others."""

    span: tuple[str, str] | None
    dot: str | None
    line: str | None
    marks: tuple[str, ...] = ()


class Axis:
    """From ``low`` to ``high``; what lies beyond stands at the edge."""

    def __init__(self, low: Value, high: Value) -> None:
        self.low, self.width = Decimal(low), max(Decimal(high) - Decimal(low), Decimal("0.01"))

    def at(self, value: Value) -> str:
        place = LEFT + (Decimal(value) - self.low) / self.width * (RIGHT - LEFT)
        return f"{min(RIGHT, max(LEFT, place)):.1f}"

    def strip(
        self,
        low: Value | None,
        value: Value | None,
        high: Value | None,
        line: Value | None,
        marks: Iterable[Value] = (),
    ) -> Strip:
        return Strip(
            span=None if low is None or high is None else (self.at(low), self.at(high)),
            dot=None if value is None else self.at(value),
            line=None if line is None else self.at(line),
            marks=tuple(self.at(mark) for mark in marks),
        )


def rank_axis(count: int) -> Axis:
    """Ranks 1 to ``count``, with room for the line after the first and before the last."""
    return Axis(Decimal("0.5"), Decimal(max(count, 2)) + Decimal("0.5"))


def offset_axis(values: Sequence[Value]) -> Axis:
    """Zero in the middle."""
    reach = max((abs(Decimal(value)) for value in values), default=Decimal(1)) or Decimal(1)
    return Axis(-reach, reach)
