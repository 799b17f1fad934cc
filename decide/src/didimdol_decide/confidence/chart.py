"""A picture of rank intervals with the cut-off line, as one self-contained SVG or HTML text."""

from __future__ import annotations

from html import escape

from didimdol_decide.confidence.result import ApplicationLine, Confidence
from didimdol_decide.ranking import POOL

ROW, LEFT, WIDTH, RIGHT = 22, 190, 560, 150
INK, BAND, BORDER, LINE = "#1f2933", "#8aa4c8", "#d98324", "#b3261e"
WORDS = {
    "ko": {
        "title": "순위의 구간",
        "pool": "전체",
        "places": "선정 {places}건",
        "line": "선정선",
        "official": "공식 순위",
        "band": "순위 구간",
        "border": "경계 (논의 권장)",
        "chance": "선정 확률",
        "note": "참고 자료입니다. 공식 결과를 바꾸지 않습니다.",
    },
    "en": {
        "title": "Rank intervals",
        "pool": "all",
        "places": "{places} places",
        "line": "cut-off",
        "official": "official rank",
        "band": "rank interval",
        "border": "borderline (discuss)",
        "chance": "P(selected)",
        "note": "Advice only. The official result is not changed by it.",
    },
}


def _text(x: float, y: float, words: str, anchor: str = "start", colour: str = INK) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">{escape(words)}</text>'


def _shown(name: str, most: int = 24) -> str:
    return name if len(name) <= most else name[: most - 1] + "…"


def _group(
    lines: list[ApplicationLine], title: str, places: int, top: int, words: dict[str, str]
) -> list[str]:
    most = max(len(lines), 2)

    def at(rank: float) -> float:
        return LEFT + (rank - 1) / (most - 1) * WIDTH

    bottom = top + 30 + ROW * len(lines)
    parts = [_text(8, top + 14, f"{title} · {words['places'].format(places=places)}")]
    for number, line in enumerate(lines):
        y = top + 30 + ROW * number + ROW / 2
        assert line.rank_low is not None
        assert line.rank_high is not None
        low, high = at(line.rank_low), at(line.rank_high)
        colour = BORDER if line.borderline else BAND
        chance = "-" if line.probability is None else f"{line.probability * 100:.0f}%"
        parts += [
            "<g>",
            f"<title>{escape(line.id)}: {line.rank_low}–{line.rank_high}, {words['chance']} {chance}</title>",
            _text(LEFT - 14, y + 4, _shown(line.id), "end"),
            f'<rect x="{low - 5:.1f}" y="{y - 6:.1f}" width="{high - low + 10:.1f}" height="12" rx="6"'
            f' fill="{colour}"/>',
            # A shape beside the colour: not everybody sees the difference.
            _text(LEFT + WIDTH + 22, y + 4, chance + (" ◆" if line.borderline else "")),
        ]
        if line.rank is not None:
            parts.append(f'<circle cx="{at(line.rank):.1f}" cy="{y:.1f}" r="4" fill="{INK}"/>')
        parts.append("</g>")
    if places < len(lines):
        x = at(places + 0.5)
        parts.append(
            f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{top + 20}" y2="{bottom}" stroke="{LINE}"'
            ' stroke-width="2" stroke-dasharray="6 3"/>'
        )
        parts.append(_text(x, top + 14, words["line"], "middle", LINE))
    return parts


def rank_chart(result: Confidence, language: str = "ko") -> str:
    """SVG text: one row an application that stands, by group and official order; its rank interval as a bar,
    its official rank as a dot, the cut-off as a dashed line. No script, no outside reference."""
    words = WORDS["en" if language == "en" else "ko"]
    parts: list[str] = []
    top = 64
    for group, places in result.places.items():
        lines = [line for line in result.applications if line.group == group and line.stands]
        if not lines:
            continue
        lines.sort(key=lambda line: (line.rank is None, line.rank or 0, line.id))
        parts += _group(lines, words["pool"] if group == POOL else group, places, top, words)
        top += 30 + ROW * len(lines) + 26
    width, height = LEFT + WIDTH + RIGHT, top + 10
    legend = f"● {words['official']}   ▬ {words['band']}   ◆ {words['border']}   % {words['chance']}"
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}"'
            f' height="{height}" role="img" font-family="sans-serif" font-size="13">',
            f"<title>{escape(words['title'])}</title>",
            f'<rect width="{width}" height="{height}" fill="#fff"/>',
            _text(8, 22, f"{words['title']} · {result.stage}"),
            _text(8, 42, f"{legend} · {words['note']}"),
            *parts,
            "</svg>",
            "",
        ]
    )


def as_page(svg: str, language: str = "ko") -> str:
    """The picture as an HTML page of its own."""
    title = WORDS["en" if language == "en" else "ko"]["title"]
    return (
        f'<!doctype html>\n<html lang="{"en" if language == "en" else "ko"}">\n<meta charset="utf-8">\n'
        f"<title>{title}</title>\n<body>\n{svg}</body>\n</html>\n"
    )
