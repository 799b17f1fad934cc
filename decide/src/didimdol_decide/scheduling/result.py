"""What came out: who meets when and where, and what could not be placed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Annotated, Literal

from pydantic import Field

from didimdol_decide.plain import Id, Plain, Text
from didimdol_decide.scheduling.problem import Meeting, ScheduleProblem

Count = Annotated[int, Field(ge=0)]


class Placed(Plain):
    meeting: Id
    slot: Id
    room: Id


class Obstacle(Plain):
    """Why a meeting is not in a slot. kind: slot (not one of its own), away, busy, most, longest, room."""

    slot: Id
    kind: Literal["slot", "away", "busy", "most", "longest", "room"]
    who: Id | None = None
    message: Text


class Unplaced(Plain):
    """A meeting without a place, and for every slot what stands in the way as the schedule is now. Empty
    obstacles would mean that it still fits: a schedule with such a meeting is not accepted."""

    meeting: Id
    must: bool
    obstacles: tuple[Obstacle, ...]


class Schedule(Plain):
    """worth: of what is placed (`ScheduleProblem.worth`). bound: no schedule is worth more, says the solver;
    worth == bound: proved best. gaps: idle slots between the first and the last meeting of a party's day.
    solver: version and effort, to repeat it with."""

    placed: tuple[Placed, ...]
    unplaced: tuple[Unplaced, ...]
    worth: Count
    bound: Count
    gaps: Count
    solver: str
    problem_digest: str


def gaps(problem: ScheduleProblem, placed: Iterable[Placed]) -> int:
    """Idle slots between the first and the last meeting, over all parties and days. Slots in which a party is
    away and pauses between slots are no gaps."""
    meetings = {meeting.id: meeting for meeting in problem.meetings}
    busy: dict[str, set[str]] = defaultdict(set)
    for entry in placed:
        for key in meetings[entry.meeting].parties:
            busy[key].add(entry.slot)
    days: dict[str, list[str]] = defaultdict(list)
    for slot in sorted(problem.slots, key=lambda slot: (slot.day, slot.number)):
        days[slot.day].append(slot.id)
    total = 0
    for party in problem.parties:
        own = busy[party.id]
        for slots in days.values():
            used = [place for place, key in enumerate(slots) if key in own]
            if used:
                between = slots[used[0] : used[-1] + 1]
                total += sum(key not in own and key not in party.away for key in between)
    return total


def unplaced(problem: ScheduleProblem, placed: Iterable[Placed]) -> tuple[Unplaced, ...]:
    """Every meeting that has no place, with the first obstacle in each slot."""
    placed = tuple(placed)
    meetings = {meeting.id: meeting for meeting in problem.meetings}
    busy: dict[tuple[str, str], str] = {}
    load: dict[str, set[str]] = defaultdict(set)
    taken = {(entry.slot, entry.room): entry.meeting for entry in placed}
    for entry in placed:
        for party in meetings[entry.meeting].parties:
            busy[party, entry.slot] = entry.meeting
            load[party].add(entry.slot)
    here = {entry.meeting for entry in placed}
    found = []
    for meeting in sorted(problem.meetings, key=lambda meeting: meeting.id):
        if meeting.id in here:
            continue
        obstacles = []
        for slot in sorted(problem.slots, key=lambda slot: (slot.day, slot.number)):
            obstacle = _obstacle(problem, meeting, slot.id, busy, load, taken)
            if obstacle is not None:
                obstacles.append(obstacle)
        found.append(Unplaced(meeting=meeting.id, must=meeting.must, obstacles=tuple(obstacles)))
    return tuple(found)


def _obstacle(
    problem: ScheduleProblem,
    meeting: Meeting,
    slot: str,
    busy: Mapping[tuple[str, str], str],
    load: Mapping[str, set[str]],
    taken: Mapping[tuple[str, str], str],
) -> Obstacle | None:
    if meeting.slots is not None and slot not in meeting.slots:
        text = Text(ko="이 만남에 정한 시간이 아닙니다.", en="Not one of this meeting's slots.")
        return Obstacle(slot=slot, kind="slot", message=text)
    parties = {party.id: party for party in problem.parties}
    for key in sorted(meeting.parties):
        party = parties[key]
        if slot in party.away:
            text = Text(ko=f"'{key}'이(가) 없습니다.", en=f"{key!r} is away.")
            return Obstacle(slot=slot, kind="away", who=key, message=text)
        if (key, slot) in busy:
            other = busy[key, slot]
            text = Text(ko=f"'{key}'은(는) 만남 '{other}' 중입니다.", en=f"{key!r} is in meeting {other!r}.")
            return Obstacle(slot=slot, kind="busy", who=key, message=text)
        if party.most is not None and len(load[key]) >= party.most:
            text = Text(
                ko=f"'{key}'의 최대 만남 {party.most}회가 찼습니다.", en=f"{key!r} has {party.most} already."
            )
            return Obstacle(slot=slot, kind="most", who=key, message=text)
        if party.longest is not None and any(
            slot in run and set(run) - {slot} <= load[key] for run in problem.runs(party.longest + 1)
        ):
            text = Text(
                ko=f"'{key}'이(가) {party.longest}번 넘게 쉬지 못합니다.",
                en=f"{key!r} would have more than {party.longest} without a break.",
            )
            return Obstacle(slot=slot, kind="longest", who=key, message=text)
    free = [
        room
        for room in problem.rooms
        if slot not in room.closed
        and (slot, room.id) not in taken
        and (meeting.rooms is None or room.id in meeting.rooms)
    ]
    if not free:
        return Obstacle(slot=slot, kind="room", message=Text(ko="빈 방이 없습니다.", en="No room is free."))
    return None
