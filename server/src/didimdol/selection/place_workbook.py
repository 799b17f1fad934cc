"""The places of a challenge as an Excel file. Every text is written as text: never as a formula."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from io import BytesIO
from uuid import UUID

import xlsxwriter

from didimdol.design.texts import when_text
from didimdol.kernel.words import pick, text
from didimdol.selection.models import Match, Place
from didimdol.selection.states.place import PLACE

HEAD = (
    text("분야", "Field"),
    text("접수번호", "Number"),
    text("기업", "Company"),
    text("예비 순번", "In line"),
    text("상태", "State"),
    text("확정 기한", "Confirm until"),
    text("확정", "Confirmed"),
    text("매칭된 수요", "Matched demand"),
    text("수요기업", "Demand company"),
    text("사업부", "Business unit"),
)


def workbook(places: Collection[Place], matches: Mapping[UUID, Match]) -> bytes:
    out = BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet(pick(text("자리", "Places")))
        bold = book.add_format({"bold": True, "bottom": 1})
        sheet.set_column(0, len(HEAD) - 1, 20)
        sheet.freeze_panes(1, 0)
        for column, words in enumerate(HEAD):
            sheet.write_string(0, column, pick(words), bold)
        for number, place in enumerate(places, start=1):
            match = matches.get(place.pk)
            cells = (
                pick(place.field.name),
                place.application.number,
                pick(place.startup.name),
                str(place.position or ""),
                pick(PLACE.state(place).label),
                pick(when_text(place.confirm_by)) if place.confirm_by else "",
                pick(when_text(place.confirmed_at)) if place.confirmed_at else "",
                pick(match.demand.title) if match else "",
                pick(match.demand.company.name) if match else "",
                pick(match.demand.business_unit) if match else "",
            )
            for column, value in enumerate(cells):
                sheet.write_string(number, column, value)
    return out.getvalue()
