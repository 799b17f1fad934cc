"""A picture of rank intervals with the cut-off line, as one self-contained SVG or HTML text."""

from __future__ import annotations

from html import escape

from didimdol_decide.confidence.result import ApplicationLine, Confidence
from didimdol_decide.ranking import POOL
from didimdol_decide.svg import BAND, INK, LINE, MARK, bar, picture, shortened
from didimdol_decide.svg import words as text_at

ROW, LEFT, WIDTH, RIGHT = 22, 190, 560, 150
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


def _group(
    lines: list[ApplicationLine], title: str, places: int, top: int, words: dict[str, str]
) -> list[str]:
    most = max(len(lines), 2)

    def at(rank: float) -> float:
        return LEFT + (rank - 1) / (most - 1) * WIDTH

    bottom = top + 30 + ROW * len(lines)
    parts = [text_at(8, top + 14, f"{title} · {words['places'].format(places=places)}")]
    for number, line in enumerate(lines):
        y = top + 30 + ROW * number + ROW / 2
        assert line.rank_low is not None
        assert line.rank_high is not None
        low, high = at(line.rank_low), at(line.rank_high)
        colour = MARK if line.borderline else BAND
        chance = "-" if line.probability is None else f"{line.probability * 100:.0f}%"
        parts += [
            "<g>",
            f"<title>{escape(line.id)}: {line.rank_low}–{line.rank_high}, {words['chance']} {chance}</title>",
            text_at(LEFT - 14, y + 4, shortened(line.id), "end"),
            bar(low - 5, y, high - low + 10, colour=colour, round=6),
            # A shape beside the colour: not everybody sees the difference.
            text_at(LEFT + WIDTH + 22, y + 4, chance + (" ◆" if line.borderline else "")),
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
        parts.append(text_at(x, top + 14, words["line"], "middle", LINE))
    return parts


def title(language: str = "ko") -> str:
    return WORDS["en" if language == "en" else "ko"]["title"]


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
    return picture(
        width,
        height,
        words["title"],
        [
            text_at(8, 22, f"{words['title']} · {result.stage}"),
            text_at(8, 42, f"{legend} · {words['note']}"),
            *parts,
        ],
    )
