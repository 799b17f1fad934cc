"""Meet-ups in words: what a side may say, why a meeting ended, and what stood in the way of one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

from didimdol.kernel.words import Text, pick, text
from didimdol.selection.models import Meeting
from didimdol_decide.scheduling import Obstacle

WISHES: dict[str, Text] = {
    "gladly": text("꼭 만나고 싶습니다", "Very gladly"),
    "yes": text("만나겠습니다", "Yes"),
    "": text("상대가 원하면 만나겠습니다", "If the other side wishes it"),
    "no": text("만나지 않겠습니다", "No"),
}

ENDS: dict[str, Text] = {
    "cancelled": text("취소", "Cancelled"),
    "withdrawn": text("기업의 포기", "The startup withdrew"),
    "no_slot": text("옮길 시간 없음", "No time left to move it to"),
}


def end_of(meeting: Meeting) -> Text | None:
    """Why a meeting is not held; None where it is."""
    if meeting.why:
        return ENDS[meeting.why]
    return ENDS["cancelled"] if meeting.meet_up.state == "cancelled" else None


#: what would place more: the title; ``{value}``: the day, the minutes, the companies
WAYS: dict[str, Text] = {
    "day": text("하루 더({value})", "One more day ({value})"),
    "shorter": text("만남 한 번을 {value}분으로", "Meetings of {value} minutes"),
    "table": text("테이블 하나 더: {value}", "One more table for {value}"),
    "most": text("한 곳의 최대 만남 수를 없앰", "No limit to the meetings of one"),
    "longest": text("쉬는 시간 규칙을 없앰", "Without the rule on breaks"),
}

_OBSTACLES: dict[str, Text] = {
    "away": text("{who}: 참석 불가({n}개 시간)", "{who}: cannot come ({n} slots)"),
    "busy": text("{who}: 다른 만남 중({n}개 시간)", "{who}: meets somebody else ({n} slots)"),
    "most": text("{who}: 최대 만남 수가 참", "{who}: has as many meetings as allowed"),
    "longest": text("{who}: 쉬는 시간이 없어짐({n}개 시간)", "{who}: would have no break ({n} slots)"),
    "room": text("수요기업의 빈 테이블 없음({n}개 시간)", "no free table of the company ({n} slots)"),
    "slot": text("이미 지난 시간 {n}개", "{n} slots have passed"),
}
NO_TABLE = text("수요기업의 테이블이 없음", "the company has no table")


def way_in_words(key: str, value: str) -> str:
    return pick(WAYS[key]).format(value=value)


def obstacles_in_words(found: Iterable[Obstacle], name: Callable[[str], str]) -> list[str]:
    """What stands in the way in how many slots, the most frequent first. ``name``: of a party."""
    counts = Counter((row.kind, row.who or "") for row in found)
    ordered = sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))
    return [pick(_OBSTACLES[kind]).format(who=name(who) if who else "", n=n) for (kind, who), n in ordered]
