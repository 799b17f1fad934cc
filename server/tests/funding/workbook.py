"""An Excel file read as it is stored: sheet name → rows of cells; a formula reads as ("=", its text)."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any
from xml.etree import ElementTree

NS = {"x": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


def sheets(content: bytes) -> dict[str, list[list[Any]]]:
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        strings = [
            "".join(part.text or "" for part in item.iter(f"{{{NS['x']}}}t"))
            for item in ElementTree.fromstring(book.read("xl/sharedStrings.xml")).findall("x:si", NS)
        ]
        names = [
            s.attrib["name"] for s in ElementTree.fromstring(book.read("xl/workbook.xml")).iter(f"{{{NS['x']}}}sheet")
        ]
        found = {}
        for number, name in enumerate(names, start=1):
            root = ElementTree.fromstring(book.read(f"xl/worksheets/sheet{number}.xml"))
            found[name] = [_row(row, strings) for row in root.iter(f"{{{NS['x']}}}row")]
        return found


def _row(row: ElementTree.Element, strings: list[str]) -> list[Any]:
    cells: list[Any] = []
    for cell in row.findall("x:c", NS):
        letter = re.sub(r"\d", "", cell.attrib["r"])
        cells.extend([None] * (ord(letter) - ord("A") - len(cells)))
        formula, value = cell.find("x:f", NS), cell.find("x:v", NS)
        if formula is not None:
            cells.append(("=", formula.text))
        elif value is None:
            cells.append(None)
        else:
            cells.append(strings[int(value.text or 0)] if cell.attrib.get("t") == "s" else int(value.text or 0))
    return cells
