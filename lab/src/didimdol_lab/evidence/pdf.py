"""Verified evidence as a PDF: the same paper as the page, set by typst with the vendored font; the same evidence gives
the same bytes. Needs the extra `pdf`."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from .paper import Block, Facts, Language, Note, Paper, Picture, Points, Table
from .telling import paper
from .verifying import Report

FONTS = Path(__file__).parent / "fonts"
_TEMPLATE = Path(__file__).parent / "paper.typ"
_TIMESTAMP = 0
"""The date inside the file: a fixed one, so that a document says only what its text says."""


def pdf(report: Report, lang: Language) -> bytes:
    """The PDF of a report whose evidence could be read. Raises ImportError without typst."""
    made = paper(report, lang)
    foot = "didimdol-lab · " + (report.measurement.model_sha256[:16] if report.measurement else "")
    return sheet(made, foot)


def sheet(made: Paper, foot: str) -> bytes:
    """Any paper as a PDF. Texts go in as data, never as source of the template. Raises ImportError without typst."""
    import typst

    data = {
        "lang": made.lang,
        "title": made.title,
        "foot": foot,
        "head": [_told(note) for note in made.head],
        "sections": [
            {"title": section.title, "blocks": [_told(block) for block in section.blocks]}
            for section in made.sections
        ],
    }
    # A machine's own fonts must not change the bytes; and typst reads below one root only: an empty one but for the template.
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])
    with TemporaryDirectory(prefix="didimdol-pdf-") as folder:
        template = Path(folder) / "paper.typ"
        template.write_bytes(_TEMPLATE.read_bytes())
        content = typst.compile(
            str(template),
            root=folder,
            font_paths=fonts,
            sys_inputs={"data": json.dumps(data, ensure_ascii=False, sort_keys=True)},
            timestamp=_TIMESTAMP,
        )
    return bytes(content)


def _told(block: Block) -> dict[str, Any]:
    match block:
        case Note():
            return {"kind": "note", "text": block.text, "tone": block.tone, "strong": block.strong}
        case Points():
            return {"kind": "points", "items": [_told(item) for item in block.items]}
        case Picture():
            # Inside a page no namespace is needed; by itself an SVG is none without.
            svg = block.svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
            return {"kind": "picture", "svg": svg, "label": block.label}
        case Facts():
            return {"kind": "facts", "rows": [list(row) for row in block.rows]}
        case Table():
            tones = [*block.tones, *[""] * (len(block.rows) - len(block.tones))]
            return {
                "kind": "table",
                "heads": list(block.heads),
                "rows": [list(row) for row in block.rows],
                "numbers": sorted(block.numbers),
                "tones": tones,
            }
