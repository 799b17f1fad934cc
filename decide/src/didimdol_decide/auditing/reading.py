"""Files in, sheets out: .xlsx by openpyxl (behind `guard`), .csv by the standard library."""

from __future__ import annotations

import csv
import io
import re
import warnings
from pathlib import Path
from typing import Any

from didimdol_decide.auditing.cells import Cell, Grid, decimal_of
from didimdol_decide.auditing.guard import MAX_CELLS, Refused, check_size, check_workbook, sheets_listed


def read_grids(path: Path) -> list[Grid]:
    """The sheets of a file, hidden ones too. Raises Refused, OSError."""
    check_size(path)
    suffix = path.suffix.lower()
    if suffix == ".csv":
        return [_csv(path)]
    if suffix != ".xlsx":
        raise Refused(
            f"읽을 수 있는 것은 .xlsx와 .csv입니다: {path.name}. 그 형식으로 저장하세요.",
            f"Only .xlsx and .csv are read: {path.name}. Save it as one of them.",
        )
    return _xlsx(path)


def open_workbook(path: Path, values: bool) -> Any:
    """The workbook by openpyxl, after the guard. values: stored values instead of formulas. Raises Refused."""
    from openpyxl import load_workbook

    check_workbook(path)
    try:
        with warnings.catch_warnings():
            # openpyxl warns of decorations that it leaves out; none of them is a figure
            warnings.simplefilter("ignore")
            book = load_workbook(path, data_only=values, keep_links=False)
    except (KeyError, ValueError, TypeError, AttributeError, IndexError, OverflowError) as error:
        raise Refused(
            f"올바른 .xlsx 파일이 아닙니다 ({type(error).__name__}). Excel에서 다시 저장하세요.",
            f"Not a sound .xlsx file ({type(error).__name__}). Save it anew in Excel.",
        ) from error
    if len(book.sheetnames) != (listed := sheets_listed(path)):
        # a sheet that is passed over in silence would be a sheet that nobody audited
        raise Refused(
            f"시트 {listed}개 가운데 {len(book.sheetnames)}개만 읽을 수 있습니다. Excel에서 다시 저장하세요.",
            f"Only {len(book.sheetnames)} of {listed} sheets can be read. Save it anew in Excel.",
        )
    return book


def _xlsx(path: Path) -> list[Grid]:
    formulas, values = open_workbook(path, False), open_workbook(path, True)
    grids = []
    for sheet in values.worksheets:
        written = formulas[sheet.title]
        cells = {}
        # Not iter_rows: it makes every cell of the rectangle up to the last one, which one far cell makes huge.
        for place, found in sorted(sheet._cells.items()):
            source = written._cells[place]
            if source.value is not None:
                cells[place] = _cell(sheet.title, found, source)
        grids.append(
            Grid(
                name=sheet.title,
                typed=True,
                cells=cells,
                merges=[
                    (area.min_row, area.min_col, area.max_row, area.max_col)
                    for area in sheet.merged_cells.ranges
                ],
                hidden_rows={
                    row for row, facts in sheet.row_dimensions.items() if facts.hidden or facts.height == 0
                },
                hidden_columns={
                    column
                    for facts in sheet.column_dimensions.values()
                    if facts.hidden or facts.width == 0
                    # one entry stands for a run of equal columns
                    for column in range(facts.min or 0, min(facts.max or 0, sheet.max_column) + 1)
                },
                hidden=sheet.sheet_state != "visible",
            )
        )
    return grids


def _cell(sheet: str, found: Any, source: Any) -> Cell:
    value = found.value
    formula = str(getattr(source.value, "text", source.value)) if source.data_type == "f" else None
    place: dict[str, Any] = {"sheet": sheet, "row": found.row, "column": found.column, "formula": formula}
    if value is None:
        return Cell(**place, kind="unsaved", text=formula or "")
    if found.data_type == "e":
        return Cell(**place, kind="error", text=str(value))
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return Cell(**place, kind="other", text=str(value))
    if isinstance(value, str):
        return Cell(**place, kind="text" if value.strip() else "empty", text=value.strip())
    if value != value or abs(value) > 1e15:
        return Cell(**place, kind="error", text=str(value))
    number = decimal_of(value)
    return Cell(
        **place,
        kind="number",
        text=format(number.normalize(), "f"),
        number=number,
        shown_places=_places(found.number_format),
    )


def _places(number_format: str | None) -> int | None:
    form = (number_format or "").partition(";")[0]
    match = re.fullmatch(r"#?,?#*0(?:\.(0+))?_?\s?", form)
    return len(match.group(1) or "") if match else None


def _csv(path: Path) -> Grid:
    raw = path.read_bytes()
    for encoding in ("utf-8-sig", "cp949"):  # Korean Excel still writes the latter
        try:
            text = raw.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise Refused(
            f"글자를 읽을 수 없습니다 (UTF-8도 CP949도 아님): {path.name}",
            f"The text is neither UTF-8 nor CP949: {path.name}. Save it as 'CSV UTF-8'.",
        )
    cells = {}
    try:
        for row, line in enumerate(csv.reader(io.StringIO(text), strict=True), start=1):
            for column, value in enumerate(line, start=1):
                if value.strip():
                    cells[row, column] = Cell(path.stem, row, column, kind="text", text=value.strip())
            if len(cells) > MAX_CELLS:
                raise Refused(f"칸이 {MAX_CELLS:,}개를 넘습니다.", f"More than {MAX_CELLS:,} cells.")
    except csv.Error as error:
        raise Refused(
            f"올바른 CSV가 아닙니다: {error}", f"Not a sound CSV: {error}. Save it anew."
        ) from error
    return Grid(name=path.stem, typed=False, cells=cells)
