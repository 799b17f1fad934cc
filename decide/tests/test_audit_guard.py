"""Files made to hurt whoever opens them are refused in words."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook

from didimdol_decide.auditing import Refused, read_grids

SHEET = "xl/worksheets/sheet1.xml"


def rewritten(path: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    source = path.with_name("source.xlsx")
    book = Workbook()
    book.active.append(["기업명", "평가위원1"])
    book.save(source)
    with zipfile.ZipFile(source) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def put(name: str, content: bytes) -> Callable[[dict[str, bytes]], None]:
    return lambda parts: parts.__setitem__(name, content)


def swap(name: str, old: bytes, new: bytes) -> Callable[[dict[str, bytes]], None]:
    def change(parts: dict[str, bytes]) -> None:
        assert old in parts[name]
        parts[name] = parts[name].replace(old, new)

    return change


ENTITIES = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
MANY = b"".join(b'<row r="%d">%s</row>' % (row, b"<c/>" * 1000) for row in range(3, 204))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (put("xl/vbaProject.bin", b"x"), "macros"),
        (put("xl/media/zeros.bin", bytes(65 * 2**20)), "more than 64 MB"),
        (swap(SHEET, b"<worksheet", ENTITIES + b"<worksheet"), "entities"),
        (put("docProps/custom.xml", b"<a>" * 200 + b"</a>" * 200), "too deep"),
        (put("docProps/core.xml", ENTITIES + b"<x>&b;</x>"), "entities"),
        (
            swap(
                SHEET,
                b"</sheetData>",
                b'</sheetData><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>',
            ),
            "merged ones",
        ),
        (swap(SHEET, b"</sheetData>", MANY + b"</sheetData>"), "200,000"),
        (
            swap(SHEET, b"</sheetData>", b'</sheetData><mergeCells><mergeCell ref="?"/></mergeCells>'),
            "Not a sound",
        ),
        (swap(SHEET, b"</sheetData>", b""), "Not a sound"),
        (swap("xl/workbook.xml", b"<sheets>", b"<sheets><sheet/>"), "Not a sound"),
        (lambda parts: parts.pop("xl/workbook.xml") and None, "no workbook"),
        (lambda parts: parts.pop(SHEET) and None, "Only 0 of 1"),
    ],
)
def test_refused(change: Callable[[dict[str, bytes]], None], words: str, tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        read_grids(rewritten(tmp_path / "scores.xlsx", change))
    assert words in str(refused.value)
    assert refused.value.text.ko != refused.value.text.en


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "encrypted"),
        (b"PK\x03\x04 no", "Not a sound"),
        (b"", "Not a sound"),
    ],
)
def test_not_a_workbook(content: bytes, words: str, tmp_path: Path) -> None:
    path = tmp_path / "scores.xlsx"
    path.write_bytes(content)
    with pytest.raises(Refused, match=words):
        read_grids(path)


def test_too_large(tmp_path: Path) -> None:
    path = tmp_path / "scores.xlsx"
    with path.open("wb") as file:
        file.truncate(21 * 2**20)
    with pytest.raises(Refused, match="20 MB"):
        read_grids(path)


def test_broken_csv(tmp_path: Path) -> None:
    path = tmp_path / "scores.csv"
    path.write_bytes(b"\xff\xfe\x00\xff")
    with pytest.raises(Refused, match="neither"):
        read_grids(path)
    path.write_text('a,"b\n' + "x" * 200_000, encoding="utf-8")
    with pytest.raises(Refused, match="sound CSV"):
        read_grids(path)


def test_the_untouched_book_is_read(tmp_path: Path) -> None:
    grids = read_grids(rewritten(tmp_path / "scores.xlsx", lambda parts: None))
    assert [cell.text for cell in grids[0].cells.values()] == ["기업명", "평가위원1"]


def test_one_far_cell_costs_nothing(tmp_path: Path) -> None:
    """A rectangle up to it would be seventeen thousand million cells."""
    far = b'<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row></sheetData>'
    grids = read_grids(rewritten(tmp_path / "scores.xlsx", swap(SHEET, b"</sheetData>", far)))
    assert sorted(grids[0].cells) == [(1, 1), (1, 2), (1_048_576, 16_384)]
