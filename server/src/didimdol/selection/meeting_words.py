"""Meet-ups in words: what a side may say, why a meeting ended, and what stood in the way of one."""

from __future__ import annotations

from collections.abc import Mapping

from didimdol.kernel.words import Text, pick, text
from didimdol.programmes.timetables import words
from didimdol.programmes.timetables.calendar_file import Event
from didimdol.selection.models import Meeting

WISHES: dict[str, Text] = {
    "gladly": text("꼭 만나고 싶습니다", "Very gladly"),
    "yes": text("만나겠습니다", "Yes"),
    "": text("상대가 원하면 만나겠습니다", "If the other side wishes it"),
    "no": text("만나지 않겠습니다", "No"),
}

ENDS: dict[str, Text] = {
    "cancelled": text("취소", "Cancelled"),
    "withdrawn": text("기업의 포기", "The startup withdrew"),
    "demand_withdrawn": text("수요의 철회", "The demand was withdrawn"),
    "no_slot": text("옮길 시간 없음", "No time left to move it to"),
}


def end_of(meeting: Meeting) -> Text | None:
    """Why a meeting is not held; None where it is."""
    if meeting.why:
        return ENDS[meeting.why]
    return ENDS["cancelled"] if meeting.meet_up.state == "cancelled" else None


def event_of(row: Meeting, *, of_startup: bool) -> Event:
    """In the calendar file of one side: the other one is named."""
    other = (
        f"{pick(row.demand.title)} ({pick(row.demand.company.name)})" if of_startup else pick(row.place.startup.name)
    )
    table = pick(text(f"테이블 {row.table.name}", f"Table {row.table.name}"))
    return Event(
        id=row.pk,
        version=row.row_version + row.meet_up.row_version,
        changed_at=row.changed_at,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        title=f"{pick(text('1:1 만남', 'One-to-one meeting'))}: {other}",
        where=" · ".join(filter(None, (row.meet_up.venue, table))),
        link=row.table.link,
        cancelled=end_of(row),
    )


#: what a timetable is made for before all
FIRSTS: dict[str, Text] = {
    "worth": text("희망을 가장 많이 담기", "As much of what is wished as possible"),
    "parties": text("모두 한 번씩 먼저", "Everybody one meeting first"),
}

#: what would place more: the title; ``{value}``: the day, the minutes, the companies
WAYS: dict[str, Text] = {
    **words.WAYS,
    "shorter": text("만남 한 번을 {value}분으로", "Meetings of {value} minutes"),
    "table": text("테이블 하나 더: {value}", "One more table for {value}"),
    "most": text("한 곳의 최대 만남 수를 없앰", "No limit to the meetings of one"),
}

OBSTACLES: dict[str, Text] = {
    "away": text("{who}: 참석 불가({n}개 시간)", "{who}: cannot come ({n} slots)"),
    "busy": text("{who}: 다른 만남 중({n}개 시간)", "{who}: meets somebody else ({n} slots)"),
    "most": text("{who}: 최대 만남 수가 참", "{who}: has as many meetings as allowed"),
    "longest": text("{who}: 쉬는 시간이 없어짐({n}개 시간)", "{who}: would have no break ({n} slots)"),
    "room": text("수요기업의 빈 테이블 없음({n}개 시간)", "no free table of the company ({n} slots)"),
    "slot": text("이미 지난 시간 {n}개", "{n} slots have passed"),
}
NO_TABLE = text("수요기업의 테이블이 없음", "the company has no table")


_FIGURES = text(
    "놓은 만남 {placed}건(서로 희망 {mutual}건), 희망의 값 {worth}, 만남이 없는 곳 {alone}곳",
    "{placed} meetings ({mutual} wished by both), worth {worth}, {alone} without a meeting",
)


def figures_in_words(figures: Mapping[str, int]) -> str:
    """What a timetable comes to (meeting_making.Figures)."""
    return pick(_FIGURES).format(**figures)
