"""All presentations of a round as an Excel file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from didimdol.design.texts import day_text, in_seoul
from didimdol.evaluation.models import PanelSession
from didimdol.evaluation.session_words import end_of
from didimdol.kernel.words import pick, text
from didimdol.records.spreadsheet import workbook

HEAD = (
    text("날", "Day"),
    text("시작", "From"),
    text("끝", "To"),
    text("발표장", "Room"),
    text("접수번호", "Number"),
    text("기업", "Startup"),
    text("평가위원", "Panel"),
    text("장소", "Venue"),
    text("링크", "Link"),
    text("상태", "State"),
)


def sessions_workbook(rows: Iterable[PanelSession], panels: Mapping[UUID, list[str]]) -> bytes:
    """``panels``: application → names of its evaluators."""
    return workbook(
        pick(text("발표", "Presentations")),
        [pick(words) for words in HEAD],
        (
            (
                day_text(row.starts_at),
                f"{in_seoul(row.starts_at):%H:%M}",
                f"{in_seoul(row.ends_at):%H:%M}",
                row.room.name,
                row.application.number,
                pick(row.application.startup.name),
                ", ".join(panels.get(row.application_id, ())),
                row.plan.venue,
                row.room.link,
                pick(end_of(row) or text("예정", "Planned")),
            )
            for row in rows
        ),
    )
