"""Pictures as self-contained SVG or HTML text: no script, no outside reference."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

INK, BAND, MARK, LINE = "#1f2933", "#8aa4c8", "#d98324", "#b3261e"


def words(x: float, y: float, text: str, anchor: str = "start", colour: str = INK) -> str:
    """A line of text at a place."""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">{escape(text)}</text>'


def bar(x: float, y: float, width: float, height: float = 12, colour: str = BAND, round: float = 2) -> str:
    """A bar whose middle line is at y."""
    return (
        f'<rect x="{x:.1f}" y="{y - height / 2:.1f}" width="{width:.1f}" height="{height}" rx="{round}"'
        f' fill="{colour}"/>'
    )


def shortened(name: str, most: int = 24) -> str:
    return name if len(name) <= most else name[: most - 1] + "…"


def picture(width: float, height: float, title: str, parts: Iterable[str]) -> str:
    """The parts on white, as SVG text."""
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}"'
            f' height="{height}" role="img" font-family="sans-serif" font-size="13">',
            f"<title>{escape(title)}</title>",
            f'<rect width="{width}" height="{height}" fill="#fff"/>',
            *parts,
            "</svg>",
            "",
        ]
    )


def page(svg: str, title: str, language: str = "ko") -> str:
    """The picture as an HTML page of its own."""
    return (
        f'<!doctype html>\n<html lang="{"en" if language == "en" else "ko"}">\n<meta charset="utf-8">\n'
        f"<title>{escape(title)}</title>\n<body>\n{svg}</body>\n</html>\n"
    )
