"""Sessions in words: why one ended, what stood in the way of one, and how it stands in a calendar."""

from __future__ import annotations

from didimdol.evaluation.guards import stage_of, words_of
from didimdol.evaluation.models import PanelSession, SessionPlan
from didimdol.kernel.words import Text, pick, text
from didimdol.programmes.timetables import words
from didimdol.programmes.timetables.calendar_file import Event

ENDS: dict[str, Text] = {
    "withdrawn": text("신청 철회", "The application was withdrawn"),
    "no_slot": text("옮길 시간 없음", "No time left to move it to"),
}

#: what would place more: the title; ``{value}``: the day
WAYS: dict[str, Text] = {
    **words.WAYS,
    "hour": text("하루를 한 시간 늦게 마침", "Days that end an hour later"),
    "room": text("발표장 하나 더", "One more room"),
}

OBSTACLES: dict[str, Text] = {
    "away": text("{who}: 참석 불가({n}개 시간)", "{who}: cannot come ({n} slots)"),
    "busy": text("{who}: 다른 발표 심사 중({n}개 시간)", "{who}: judges another presentation ({n} slots)"),
    "most": text("{who}: 최대 건수가 참", "{who}: has as many as allowed"),
    "longest": text("{who}: 쉬는 시간이 없어짐({n}개 시간)", "{who}: would have no break ({n} slots)"),
    "room": text("빈 발표장 없음({n}개 시간)", "no room is free ({n} slots)"),
    "slot": text("이미 지난 시간 {n}개", "{n} slots have passed"),
}


def end_of(row: PanelSession) -> Text | None:
    """Why a session is not held; None where it is."""
    if row.why:
        return ENDS[row.why]
    return text("취소", "Called off") if row.plan.state == "cancelled" else None


def title_of(plan: SessionPlan) -> Text:
    """The challenge and its stage."""
    name, stage = plan.round.challenge.name, words_of(stage_of(plan.round))
    return text(f"{pick(name, 'ko')} · {stage['ko']}", f"{pick(name, 'en')} · {stage['en']}")


def event_of(row: PanelSession, who: str) -> Event:
    """In its reader's calendar. ``who``: as the reader may know the applicant; "" for the applicant itself."""
    return Event(
        id=row.pk,
        version=row.row_version + row.plan.row_version,
        changed_at=row.changed_at,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        title=" · ".join(filter(None, (pick(title_of(row.plan)), who))),
        where=" · ".join(filter(None, (row.plan.venue, row.room.name))),
        link=row.room.link,
        cancelled=end_of(row),
    )
