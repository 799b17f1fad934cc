"""Meetings as an Excel file: the whole timetable, or that of one side."""

from __future__ import annotations

from collections.abc import Iterable

from didimdol.design.texts import day_text, in_seoul
from didimdol.kernel.words import Text, pick, text
from didimdol.records.spreadsheet import workbook
from didimdol.selection.meeting_words import end_of
from didimdol.selection.models import Meeting

HEAD = (
    text("날", "Day"),
    text("시작", "From"),
    text("끝", "To"),
    text("테이블", "Table"),
    text("기업", "Startup"),
    text("접수번호", "Number"),
    text("수요", "Demand"),
    text("수요기업", "Demand company"),
    text("사업부", "Business unit"),
    text("장소", "Venue"),
    text("링크", "Link"),
    text("상태", "State"),
)
STANDS: Text = text("예정", "Planned")


def meetings_workbook(meetings: Iterable[Meeting]) -> bytes:
    return workbook(
        pick(text("만남", "Meetings")),
        [pick(words) for words in HEAD],
        (
            (
                day_text(row.starts_at),
                f"{in_seoul(row.starts_at):%H:%M}",
                f"{in_seoul(row.ends_at):%H:%M}",
                row.table.name,
                pick(row.place.startup.name),
                row.place.application.number,
                pick(row.demand.title),
                pick(row.demand.company.name),
                pick(row.demand.business_unit),
                row.meet_up.venue,
                row.table.link,
                pick(end_of(row) or STANDS),
            )
            for row in meetings
        ),
    )
