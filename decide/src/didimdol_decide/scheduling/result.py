"""What came out: who meets when and where, and what could not be placed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from didimdol_decide.plain import Id, Plain, Sparse, Text
from didimdol_decide.scheduling.problem import Meeting, ScheduleProblem

Count = Annotated[int, Field(ge=0)]
Kind = Literal["slot", "away", "busy", "most", "longest", "room"]


class Placed(Plain):
    meeting: Id
    slot: Id
    room: Id


class Obstacle(Plain):
    """Why a meeting is not in a slot. kind: slot (not one of its own), away, busy, most, longest, room."""

    slot: Id
    kind: Kind
    who: Id | None = None
    message: Text


class Unplaced(Plain):
    """A meeting without a place, and for every slot what stands in the way as the schedule is now. Empty
    obstacles would mean that it still fits: a schedule with such a meeting is not accepted."""

    meeting: Id
    must: bool
    obstacles: tuple[Obstacle, ...]


class Schedule(Sparse):
    """worth: of what is placed (`ScheduleProblem.worth`). bound: no schedule is worth more;
    worth == bound: proved best. gaps: idle slots between the first and the last meeting of a party's day.
    solver: version and effort, to repeat it with. Where the problem puts parties first: met, how many of them
    have a meeting; met_bound, the bound on it (of schedules with as many musts); bound is then that of
    schedules with as many met."""

    later: ClassVar[tuple[str, ...]] = ("met", "met_bound")

    placed: tuple[Placed, ...]
    unplaced: tuple[Unplaced, ...]
    worth: Count
    bound: Count
    gaps: Count
    solver: str
    problem_digest: str
    met: Count | None = None
    met_bound: Count | None = None

    @property
    def proved(self) -> bool:
        """No schedule is better in what counts first, nor at that in worth."""
        return self.worth == self.bound and self.met == self.met_bound


def met(problem: ScheduleProblem, placed: Iterable[Placed]) -> int:
    """How many parties have a meeting."""
    meetings = {meeting.id: meeting for meeting in problem.meetings}
    return len({party for entry in placed for party in meetings[entry.meeting].parties})


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
    standing, here = _Standing(problem, placed), {entry.meeting for entry in placed}
    slots = [slot.id for slot in sorted(problem.slots, key=lambda slot: (slot.day, slot.number))]
    found = []
    for meeting in sorted(problem.meetings, key=lambda meeting: meeting.id):
        if meeting.id not in here:
            obstacles = [standing.obstacle(meeting, slot) for slot in slots]
            told = tuple(obstacle for obstacle in obstacles if obstacle is not None)
            found.append(Unplaced(meeting=meeting.id, must=meeting.must, obstacles=told))
    return tuple(found)


class _Standing:
    """What is placed, ready to be asked what stands in a meeting's way."""

    def __init__(self, problem: ScheduleProblem, placed: tuple[Placed, ...]) -> None:
        self.problem = problem
        self.parties = {party.id: party for party in problem.parties}
        self.away = {(party.id, slot) for party in problem.parties for slot in party.away}
        self.busy: dict[tuple[str, str], str] = {}
        self.load: dict[str, set[str]] = defaultdict(set)
        meetings = {meeting.id: meeting for meeting in problem.meetings}
        for entry in placed:
            for party in meetings[entry.meeting].parties:
                self.busy[party, entry.slot] = entry.meeting
                self.load[party].add(entry.slot)
        self.told: dict[tuple[str, Kind, str | None], Obstacle] = {}
        taken = {(entry.slot, entry.room) for entry in placed}
        self.free = {
            slot.id: {
                room.id
                for room in problem.rooms
                if slot.id not in room.closed and (slot.id, room.id) not in taken
            }
            for slot in problem.slots
        }
        self.runs = {
            longest: problem.runs(longest + 1)
            for longest in {party.longest for party in problem.parties}
            if longest is not None
        }

    def obstacle(self, meeting: Meeting, slot: str) -> Obstacle | None:
        if meeting.slots is not None and slot not in meeting.slots:
            return self._told(slot, "slot")
        for key in sorted(meeting.parties):
            party = self.parties[key]
            if (key, slot) in self.away:
                return self._told(slot, "away", key)
            if (key, slot) in self.busy:
                return self._told(slot, "busy", key)
            if party.most is not None and len(self.load[key]) >= party.most:
                return self._told(slot, "most", key)
            if party.longest is not None and any(
                slot in run and set(run) - {slot} <= self.load[key] for run in self.runs[party.longest]
            ):
                return self._told(slot, "longest", key)
        free = self.free[slot]
        if not (free if meeting.rooms is None else free.intersection(meeting.rooms)):
            return self._told(slot, "room")
        return None

    def _told(self, slot: str, kind: Kind, who: str | None = None) -> Obstacle:
        """One for all meetings that it stands in the way of: there may be very many."""
        key = (slot, kind, who)
        if key not in self.told:
            self.told[key] = Obstacle(
                slot=slot, kind=kind, who=who, message=self._words(slot, kind, who or "")
            )
        return self.told[key]

    def _words(self, slot: str, kind: Kind, who: str) -> Text:
        if kind == "slot":
            return Text(ko="이 만남에 정한 시간이 아닙니다.", en="Not one of this meeting's slots.")
        if kind == "room":
            return Text(ko="빈 방이 없습니다.", en="No room is free.")
        if kind == "away":
            return Text(ko=f"'{who}'이(가) 없습니다.", en=f"{who!r} is away.")
        if kind == "busy":
            other = self.busy[who, slot]
            return Text(ko=f"'{who}'은(는) 만남 '{other}' 중입니다.", en=f"{who!r} is in meeting {other!r}.")
        party = self.parties[who]
        if kind == "most":
            return Text(
                ko=f"'{who}'의 최대 만남 {party.most}회가 찼습니다.", en=f"{who!r} has {party.most} already."
            )
        return Text(
            ko=f"'{who}'이(가) {party.longest}번 넘게 쉬지 못합니다.",
            en=f"{who!r} would have more than {party.longest} without a break.",
        )
