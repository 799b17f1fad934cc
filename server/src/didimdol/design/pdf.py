"""PDF documents: a typst template of a room, its values as JSON, the font that the lab ships; the same values give the same bytes.

    content = pdf("projects/agreement.typ", {"number": "on-device-2025-P03", …})

The template lies in ``<room>/templates/<room>/``, reads its values by ``#let it = json(bytes(sys.inputs.data))`` and may
start from ``design/document.typ``: ``#import "/design/document.typ": *``. Values are texts in one language, numbers as
they are to be read: what stands on paper is decided before the template.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import typst
from django.apps import apps
from django.template import TemplateDoesNotExist

from didimdol_lab.evidence.pdf import FONTS

#: the date inside the file: a fixed one, so that a document says only what its text says
TIMESTAMP = 0


def pdf(template: str, data: dict[str, Any]) -> bytes:
    """The document of ``template`` ("room/name.typ") with ``data``. Raises TemplateDoesNotExist, typst.TypstError."""
    found = _templates()
    if template not in found:
        raise TemplateDoesNotExist(template)
    # typst reads below one root only; the rooms' templates are many folders, so they are laid out as one.
    with TemporaryDirectory(prefix="didimdol-pdf-") as folder:
        for name, source in found.items():
            path = Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(source)
        made = typst.compile(
            str(Path(folder) / template),
            root=folder,
            font_paths=_fonts(),
            sys_inputs={"data": json.dumps(data, ensure_ascii=False, sort_keys=True)},
            timestamp=TIMESTAMP,
        )
    return bytes(made)


@cache
def _fonts() -> typst.Fonts:
    """Ours only: what a machine happens to have installed must not change the bytes."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])


@cache
def _templates() -> dict[str, bytes]:
    """Name → source of every typst template of every room."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for root in (
            Path(room.path) / "templates" for room in apps.get_app_configs() if room.name.startswith("didimdol.")
        )
        for path in sorted(root.rglob("*.typ"))
    }
