"""Small SVG pictures for pages and paper: no script, nothing from outside, readable in black and white.

Colours stand as attributes, which every reader of SVG knows; a page may override them by the classes.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from ..contract import Minute, histogram

WIDTH, HEIGHT = 400, 180
_TOP, _BASE = 42, 160
_INK, _BAR, _LIMIT, _LINE = "#58616a", "#0b50d0", "#b3261e", "#cdd1d5"
DRAWN = 0.995
"""Part of the samples that a histogram draws: one slow inference in a thousand would squeeze all others into one bar."""


def latencies(samples_ns: Sequence[int], limits: Sequence[tuple[str, float]], label: str) -> tuple[str, int]:
    """A histogram with each limit (name, ms) as a line; and how many of the slowest samples it leaves out."""
    ordered = sorted(samples_ns)
    drawn = [sample for sample in ordered if sample <= ordered[int((len(ordered) - 1) * DRAWN)]]
    bins = histogram(drawn)
    low, high = bins[0][0], bins[-1][1]
    near = [ms for _, ms in limits if low - (high - low) <= ms <= high + (high - low)]
    low, high = min([low, *near]), max([high, *near])
    span = (high - low) or 1.0
    most = max(count for _, _, count in bins)

    def x(ms: float) -> float:
        return 6 + (WIDTH - 12) * min(1.0, max(0.0, (ms - low) / span))

    parts = []
    for start, end, count in bins:
        top = _BASE - (_BASE - _TOP) * count / most
        width = max(1.5, x(end) - x(start) - 0.5) if end > start else 6.0
        parts.append(
            f'<rect class="bar" fill="{_BAR}" x="{x(start):.1f}" y="{top:.1f}" width="{width:.1f}" '
            f'height="{_BASE - top:.1f}"><title>{start:.3f}–{end:.3f} ms: {count}</title></rect>'
        )
    for number, (name, ms) in enumerate(limits):
        where = x(ms)
        beyond = " →" if ms > high else " ←" if ms < low else ""
        parts.append(_marked(where, 11 + 11 * (number % 3), f"{name}: {ms:g} ms{beyond}"))
    parts.append(_text(6, 175, f"{low:.3f} ms"))
    parts.append(_text(WIDTH - 6, 175, f"{high:.3f} ms", "end"))
    return _svg(parts, label), len(ordered) - len(drawn)


def minutes(found: Sequence[Minute], limits: Sequence[tuple[str, float]], label: str) -> str:
    """The median of each minute from zero up, so that a slowdown looks as large as it is."""
    values = [each.p50_ns / 1e6 for each in found]
    most = max([*values, *(ms for _, ms in limits if ms <= 2 * max(values))]) or 1.0

    def y(ms: float) -> float:
        return _BASE - (_BASE - _TOP) * min(1.0, ms / most)

    def x(number: int) -> float:
        return 10 + (WIDTH - 20) * (number / (len(values) - 1) if len(values) > 1 else 0.5)

    points = " ".join(f"{x(n):.1f},{y(ms):.1f}" for n, ms in enumerate(values))
    parts = [
        f'<polyline class="curve" fill="none" stroke="{_BAR}" stroke-width="1.5" points="{points}"/>',
        *(
            f'<circle class="bar" fill="{_BAR}" cx="{x(n):.1f}" cy="{y(ms):.1f}" r="2.5"><title>{n + 1}: {ms:.3f} ms '
            f"({each.samples})</title></circle>"
            for n, (ms, each) in enumerate(zip(values, found, strict=True))
        ),
    ]
    for name, ms in limits:
        beyond = " ↑" if ms > most else ""
        parts.append(
            f'<line class="limit" stroke="{_LIMIT}" stroke-dasharray="4 3" x1="6" x2="{WIDTH - 6}" y1="{y(ms):.1f}" '
            f'y2="{y(ms):.1f}"/>' + _text(WIDTH - 6, y(ms) - 4, f"{name}: {ms:g} ms{beyond}", "end", "limit")
        )
    parts += [
        _text(6, 11, f"{most:.3f} ms"),
        _text(6, 175, "1"),
        _text(WIDTH - 6, 175, f"{len(values)}", "end"),
    ]
    return _svg(parts, label)


def pairs(rows: Sequence[tuple[str, float, float, str]], names: tuple[str, str], label: str) -> str:
    """Two versions side by side: (what, old, new, unit), each row on a scale of its own from zero."""
    parts = []
    for number, (what, old, new, unit) in enumerate(rows):
        top = 4 + number * 44
        most = max(old, new) or 1.0
        parts.append(_text(6, top + 9, what))
        for line, (name, value) in enumerate(zip(names, (old, new), strict=True)):
            width = 230 * value / most
            y = top + 13 + line * 13
            parts.append(
                f'<rect class="{"muted" if line == 0 else "bar"}" fill="{"#8a949e" if line == 0 else _BAR}" x="66" y="{y}" '
                f'width="{max(1.0, width):.1f}" height="11"/>'
                + _text(60, y + 9, name, "end")
                + _text(72 + width, y + 9, f"{value:.3f} {unit}".rstrip())
            )
    return _svg(parts, label, height=8 + 44 * len(rows))


def _marked(x: float, y: float, words: str) -> str:
    """A dashed line with its words on the side where there is room."""
    at_end = x > WIDTH / 2
    return (
        f'<line class="limit" stroke="{_LIMIT}" stroke-dasharray="4 3" x1="{x:.1f}" x2="{x:.1f}" y1="{y - 8}" y2="{_BASE}"/>'
        + _text(x - 4 if at_end else x + 4, y, words, "end" if at_end else "start", "limit")
    )


def _text(x: float, y: float, words: str, anchor: str = "start", kind: str = "word") -> str:
    colour = _LIMIT if kind == "limit" else _INK
    return (
        f'<text class="{kind}" fill="{colour}" font-size="11" font-family="Pretendard GOV, sans-serif" x="{x:.1f}" '
        f'y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'
    )


def _svg(parts: Sequence[str], label: str, height: int = HEIGHT) -> str:
    base = f'<line class="axis" stroke="{_LINE}" x1="0" x2="{WIDTH}" y1="{_BASE}" y2="{_BASE}"/>'
    return (
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" '
        f'aria-label="{escape(label)}">{base if height == HEIGHT else ""}{"".join(parts)}</svg>'
    )
