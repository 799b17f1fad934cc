"""Is it safe to open this workbook? Asked before the library that reads it sees a byte (docs/decisions/: score sheets are read behind a guard)."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import IO
from xml.etree.ElementTree import Element, ParseError

from didimdol_decide.plain import Text

MAX_FILE = 20 * 2**20
MAX_UNPACKED = 64 * 2**20
MAX_PARTS = 2000
MAX_CELLS = 200_000
MAX_ELEMENTS = 3_000_000
MAX_DEPTH = 100
MAX_ROW, MAX_COLUMN = 1_048_576, 16_384


class Refused(ValueError):
    """The file is not read; `text` says why and what to do."""

    def __init__(self, ko: str, en: str) -> None:
        super().__init__(en)
        self.text = Text(ko=ko, en=en)


def check_size(path: Path) -> None:
    """Raises Refused for a file that is too large, OSError for one that cannot be read."""
    if path.stat().st_size > MAX_FILE:
        raise Refused(
            f"파일이 {MAX_FILE // 2**20} MB보다 큽니다. 평가표만 새 파일에 저장하세요.",
            f"The file is larger than {MAX_FILE // 2**20} MB. Save the score sheets alone in a new file.",
        )


def check_workbook(path: Path) -> None:
    """Raises Refused: not an .xlsx, encrypted, with macros, too much when unpacked, too many cells, a document
    type or entities in its XML, a broken part."""
    with path.open("rb") as file:
        start = file.read(8)
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        raise Refused(
            "암호가 걸린 파일이거나 옛 형식(.xls)입니다. 암호를 풀고 .xlsx로 저장하세요.",
            "The file is encrypted or an old .xls. Remove the password and save it as .xlsx.",
        )
    try:
        with zipfile.ZipFile(path) as archive:
            _check_archive(archive)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OverflowError) as error:
        raise Refused(
            f"올바른 .xlsx 파일이 아닙니다 ({error}). Excel에서 다시 저장하세요.",
            f"Not a sound .xlsx file ({error}). Save it anew in Excel.",
        ) from error


def sheets_listed(path: Path) -> int:
    """How many sheets the workbook says that it has."""
    from defusedxml.ElementTree import fromstring

    with zipfile.ZipFile(path) as archive:
        root = fromstring(archive.read("xl/workbook.xml"), forbid_dtd=True)
    return sum(element.tag.rpartition("}")[2] == "sheet" for element in root.iter())


def _check_archive(archive: zipfile.ZipFile) -> None:
    parts = archive.infolist()
    names = [part.filename for part in parts]
    if "xl/workbook.xml" not in names or len(set(names)) != len(names):
        raise zipfile.BadZipFile("no workbook inside, or a part twice")
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise Refused(
            "매크로가 든 파일은 열지 않습니다. 매크로 없는 .xlsx로 저장하세요.",
            "A file with macros is not opened. Save it as .xlsx without macros.",
        )
    # zipfile reads at most the declared size of a part, so the sum of the declared sizes binds.
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise Refused(
            f"압축을 풀면 {MAX_UNPACKED // 2**20} MB나 {MAX_PARTS}개 부분이 넘습니다. 평가표만 새 파일에 저장하세요.",
            f"Unpacked it is more than {MAX_UNPACKED // 2**20} MB or {MAX_PARTS} parts. Save the score sheets alone in a new file.",
        )
    counted = 0
    for part in parts:
        with archive.open(part) as stream:
            counted += _weight(stream, part.filename, MAX_CELLS - counted)


def _weight(stream: IO[bytes], name: str, left: int) -> int:
    # Every part is looked at, whatever its name: which part is a sheet is for the workbook to say.
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import iterparse

    found = 0
    try:
        above: list[Element] = []
        elements = 0
        for event, element in iterparse(stream, events=("start", "end"), forbid_dtd=True):
            if event == "start":
                above.append(element)
                elements += 1
                if len(above) > MAX_DEPTH or elements > MAX_ELEMENTS:
                    raise zipfile.BadZipFile(f"{name}: too many elements, or too deep")
                continue
            above.pop()
            if above:
                above[-1].remove(element)  # what was looked at is let go: memory stays flat
            tag = element.tag.rpartition("}")[2]
            found += _area(element.get("ref", "")) if tag == "mergeCell" else tag == "c"
            if found > left:
                raise Refused(
                    f"칸이 {MAX_CELLS:,}개를 넘습니다 (병합된 칸 포함). 빈 서식을 지우고 평가표만 저장하세요.",
                    f"More than {MAX_CELLS:,} cells, merged ones included. Delete empty formats and save the score sheets alone.",
                )
    except DefusedXmlException as error:
        raise Refused(
            f"'{name}'에 문서 형식 선언이나 개체가 있습니다. 정상 엑셀 파일에는 없는 것입니다.",
            f"'{name}' has a document type or entities, which no genuine Excel file has.",
        ) from error
    except (ParseError, ValueError, LookupError) as error:
        if isinstance(error, Refused):
            raise
        if name.lower().endswith((".xml", ".rels")):
            raise zipfile.BadZipFile(f"{name}: {error}") from error
    return found


def _area(reference: str) -> int:
    from openpyxl.utils import range_boundaries

    left, top, right, bottom = (int(edge or 0) for edge in range_boundaries(reference))
    if not (1 <= left <= right <= MAX_COLUMN and 1 <= top <= bottom <= MAX_ROW):
        raise ValueError(f"merged area {reference!r}")
    return (right - left + 1) * (bottom - top + 1)
