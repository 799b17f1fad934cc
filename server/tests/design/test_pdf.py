"""PDF documents: Korean text that can be read back, the same bytes for the same values, nothing of the machine."""

from __future__ import annotations

import os
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.template import TemplateDoesNotExist
from pypdf import PdfReader

from didimdol.design import pdf as documents

SAMPLE = """
#import "/design/document.typ": *
#let it = json(bytes(sys.inputs.data))
#show: document.with(title: it.title, foot: it.number)
= #it.title
#facts(((it.label, it.amount),))
#for line in it.lines [#line \\ ]
"""


@pytest.fixture
def sample(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = {**documents._templates(), "design/sample.typ": SAMPLE.encode()}
    monkeypatch.setattr(documents, "_templates", lambda: whole)


def values(**more: Any) -> dict[str, Any]:
    return {
        "title": "협약서 · PoC 헌장",
        "number": "on-device-2025-P03",
        "label": "정부지원금",
        "amount": "100,000,000원",
        "lines": ["온디바이스 AI 소음 제거", "뷁쀍힣갂 (grün) 8.2 ms ≤ 10 ms"],
        **more,
    }


def read(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)


def test_korean_text_is_read_back(sample: None) -> None:
    text = read(documents.pdf("design/sample.typ", values()))
    for part in ("협약서 · PoC 헌장", "100,000,000원", "온디바이스 AI 소음 제거", "뷁쀍힣갂", "on-device-2025-P03"):
        assert part in text


def test_every_hangul_syllable_has_its_glyph(sample: None) -> None:
    """A syllable without a glyph would be missing from the text, or stand there as a box."""
    syllables = [chr(code) for code in range(0xAC00, 0xD7A4)]
    lines = ["".join(syllables[i : i + 40]) for i in range(0, len(syllables), 40)]
    found = set(read(documents.pdf("design/sample.typ", values(lines=lines))))
    assert len(syllables) == 11_172
    assert set(syllables) <= found


def test_same_values_same_bytes_in_another_process(sample: None, tmp_path: Path) -> None:
    """Another process with another hash seed, another day's clock and another folder for temporary files."""
    here = documents.pdf("design/sample.typ", values())
    source = tmp_path / "sample.typ"
    source.write_text(SAMPLE)
    script = (
        "import sys, django; django.setup()\n"
        "from didimdol.design import pdf\n"
        f"whole = {{**pdf._templates(), 'design/sample.typ': open({str(source)!r}, 'rb').read()}}\n"
        "pdf._templates = lambda: whole\n"
        f"sys.stdout.buffer.write(pdf.pdf('design/sample.typ', {values()!r}))"
    )
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "didimdol.conf.settings",
        "PYTHONPATH": os.pathsep.join(sys.path),
        "PYTHONHASHSEED": "7",
        "TMPDIR": str(tmp_path),
        "SOURCE_DATE_EPOCH": "86400",
    }
    there = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, check=True).stdout
    assert here == there
    assert here != documents.pdf("design/sample.typ", values(amount="99,999,999원"))


def test_the_file_names_neither_machine_nor_day(sample: None) -> None:
    content = documents.pdf("design/sample.typ", values())
    assert b"/tmp" not in content
    assert PdfReader(BytesIO(content)).metadata.creation_date.year == 1970  # type: ignore[union-attr]


def test_values_are_text_never_typst(sample: None) -> None:
    text = read(documents.pdf("design/sample.typ", values(lines=['#panic("no") $x$ *b* #read("/etc/passwd")'])))
    assert '#panic("no") $x$ *b* #read("/etc/passwd")' in text


def test_an_unknown_template_is_named() -> None:
    with pytest.raises(TemplateDoesNotExist, match=r"projects/nothing\.typ"):
        documents.pdf("projects/nothing.typ", {})


def test_every_template_of_the_rooms_is_found() -> None:
    on_disk = {
        path.name
        for room in apps.get_app_configs()
        if room.name.startswith("didimdol.")
        for path in (Path(room.path) / "templates").rglob("*.typ")
    }
    assert on_disk == {Path(name).name for name in documents._templates()}
