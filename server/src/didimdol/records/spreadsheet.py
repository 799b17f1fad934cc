"""A list as an Excel file. Every text is written as text: nothing a person wrote becomes a formula."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any
from urllib.parse import quote

import xlsxwriter
from django.http import HttpResponse

from didimdol.design.texts import in_seoul

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def workbook(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """One sheet with a head row that stays in sight. Cells: text, numbers, dates, None."""
    out = BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet(title[:31])
        head = book.add_format({"bold": True, "bottom": 1})
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for number, label in enumerate(columns):
            sheet.write_string(0, number, label, head)
            sheet.set_column(number, number, 22)
        sheet.freeze_panes(1, 0)
        for line, row in enumerate(rows, start=1):
            for number, value in enumerate(row):
                if value is None:
                    continue
                if isinstance(value, datetime):
                    sheet.write_datetime(line, number, in_seoul(value).replace(tzinfo=None), moment)
                elif isinstance(value, date):
                    sheet.write_datetime(line, number, datetime(value.year, value.month, value.day), day)  # noqa: DTZ001
                elif isinstance(value, int | Decimal) and not isinstance(value, bool):
                    sheet.write_number(line, number, value)
                else:
                    sheet.write_string(line, number, str(value)[:32_767])
    return out.getvalue()


def download(content: bytes, filename: str) -> HttpResponse:
    return HttpResponse(
        content,
        content_type=CONTENT_TYPE,
        headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(filename, safe='')}",
            "Cache-Control": "private, no-store",
        },
    )
