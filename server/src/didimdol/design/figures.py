"""Geometry of the server-drawn figures. No inline style: positions are SVG attributes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from didimdol.design.parts import Bar, EvidenceRow
from didimdol.design.texts import as_decimal, number_text, with_unit
from didimdol.kernel.words import pick, text

LEFT, RIGHT = Decimal(8), Decimal(292)  # of a viewBox 300 wide
AT_MOST = {"at_most", "<=", "≤", "max", "lte", "<"}


@dataclass(frozen=True, slots=True)
class EvidenceFigure:
    """Where the marks of one evidence line stand, in SVG units; None is not drawn."""

    claim: str | None
    measured: str | None
    span: tuple[str, str] | None
    limit: str | None
    beyond: str  # "", "left" or "right": the measurement lies outside the axis
    broken: bool  # the axis does not begin at zero
    good: tuple[str, str] | None  # the side of the limit that fulfils it
    label: str


def _text(number: Decimal) -> str:
    return f"{number:.1f}".rstrip("0").rstrip(".")


def axis(limit: Decimal | None, values: Sequence[Decimal], at_most: bool) -> tuple[Decimal, Decimal]:
    """The interval an evidence line shows.

    "At most" begins at zero with the limit at four fifths, so that rows compare by eye. "At least" puts the limit in
    the middle and zooms to the values about it (93% and 94.3% must not fall together); far values go to the edge.
    """
    largest = max(values, default=Decimal(0))
    if limit is None or limit == 0:
        low = min([Decimal(0), *values])
        top = max(largest, Decimal(0))
        return (low, top + (top - low) / 4) if top > low else (low, low + 1)
    if limit < 0:
        reach = max([abs(limit) / 4, *(abs(v - limit) for v in values)])
        return limit - reach, limit + reach
    if at_most:
        return Decimal(0), limit * Decimal("1.25")
    reach = max([limit / 50, *(abs(v - limit) for v in values)]) * Decimal("1.25")
    reach = min(reach, limit)
    return limit - reach, limit + reach


def evidence_figure(row: EvidenceRow) -> EvidenceFigure:
    at_most = row.comparison in AT_MOST
    claim, measured, limit = as_decimal(row.claim), as_decimal(row.measured), as_decimal(row.limit)
    lower, upper = as_decimal(row.lower), as_decimal(row.upper)
    values = [v for v in (claim, measured, lower, upper) if v is not None]
    low, high = axis(limit, values, at_most)
    width = RIGHT - LEFT

    def place(value: Decimal | None) -> Decimal | None:
        if value is None:
            return None
        return min(RIGHT, max(LEFT, LEFT + (value - low) / (high - low) * width))

    def shown(value: Decimal | None) -> str | None:
        at = place(value)
        return None if at is None else _text(at)

    span = None
    if lower is not None and upper is not None and lower <= high and upper >= low:
        begin, end = place(lower), place(upper)
        assert begin is not None and end is not None
        if end - begin < 2:  # a very narrow interval is still to be seen
            begin, end = max(LEFT, begin - 1), min(RIGHT, end + 1)
        span = (_text(begin), _text(end))
    beyond = ""
    if measured is not None:
        beyond = "right" if measured > high else "left" if measured < low else ""
    good = None
    if limit is not None:
        at = place(limit)
        assert at is not None
        good = (_text(LEFT), _text(at - LEFT)) if at_most else (_text(at), _text(RIGHT - at))
    return EvidenceFigure(
        claim=shown(claim),
        measured=shown(measured),
        span=span,
        limit=shown(limit),
        beyond=beyond,
        broken=low > 0,
        good=good,
        label=evidence_label(row),
    )


def limit_text(row: EvidenceRow) -> str:
    if row.limit in (None, ""):
        return ""
    value = with_unit(row.limit, row.unit)
    if row.comparison in AT_MOST:
        return pick(text(f"{value} 이하", f"at most {value}"))
    return pick(text(f"{value} 이상", f"at least {value}"))


def measured_text(row: EvidenceRow) -> str:
    if row.measured in (None, ""):
        return ""
    measured = with_unit(row.measured, row.unit)
    if row.lower not in (None, "") and row.upper not in (None, ""):
        measured += f" ({number_text(row.lower)}–{number_text(row.upper)})"
    return measured


def evidence_label(row: EvidenceRow) -> str:
    """The line in words, for those who hear it."""
    parts = [str(row.criterion)]
    if row.limit not in (None, ""):
        parts.append(limit_text(row))
    if row.claim not in (None, ""):
        claimed = with_unit(row.claim, row.unit)
        parts.append(pick(text(f"주장 {claimed}", f"claimed {claimed}")))
    measured = measured_text(row)
    said = text(f"측정 {measured}", f"measured {measured}") if measured else text("아직 측정 전", "not measured yet")
    parts.append(pick(said))
    return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class DrawnBar:
    x: str
    y: str
    width: str
    height: str
    middle: str
    label: str
    count: int
    show_label: bool
    text_y: str


WIDTH, TOP, FLOOR = Decimal(400), Decimal(26), Decimal(166)
WIDEST = Decimal(96)
"""A bar is no wider, so that few bars do not become walls."""


def histogram_figure(bars: Sequence[Bar], limit: Any) -> tuple[list[DrawnBar], str | None]:
    """Bars of a viewBox 400 × 190, and where the limit's line stands (None: no limit, or no bounds to place it by)."""
    if not bars:
        return [], None
    most = max(bar.count for bar in bars) or 1
    slot = WIDTH / len(bars)
    every = -(-len(bars) // 8)
    beside = max(min(slot / 10, Decimal(3)), (slot - WIDEST) / 2)
    drawn = []
    for i, bar in enumerate(bars):
        height = (FLOOR - TOP) * bar.count / most
        if bar.count:
            height = max(height, Decimal(2))
        drawn.append(
            DrawnBar(
                x=_text(slot * i + beside),
                y=_text(FLOOR - height),
                width=_text(slot - 2 * beside),
                height=_text(height),
                middle=_text(slot * i + slot / 2),
                label=bar.label,
                count=bar.count,
                show_label=i % every == 0,
                text_y=_text(FLOOR - height - 6),
            )
        )
    at, line = as_decimal(limit), None
    bounds = [(as_decimal(bar.lower), as_decimal(bar.upper)) for bar in bars]
    if at is not None and all(low is not None and high is not None for low, high in bounds):
        for i, (low, high) in enumerate(bounds):
            assert low is not None and high is not None
            if at <= low:
                line = _text(slot * i)
                break
            if at <= high:
                line = _text(slot * i + slot * (at - low) / (high - low))
                break
        else:
            line = _text(WIDTH)
    return drawn, line
