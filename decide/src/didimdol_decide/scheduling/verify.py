"""Does a schedule obey its problem? Counting only; no solver."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from didimdol_decide.plain import Plain, Text
from didimdol_decide.scheduling.problem import ScheduleProblem
from didimdol_decide.scheduling.result import Schedule, gaps, met, unplaced


class Violation(Plain):
    """One broken rule."""

    key: str
    message: Text


def verify(problem: ScheduleProblem, schedule: Schedule) -> list[Violation]:
    """Every rule that the schedule breaks, in a fixed order; empty when it obeys all. It does not prove that
    no more could be placed, only that no single meeting still fits."""
    return [
        Violation(key=key, message=Text(ko=ko, en=en))
        for key, ko, en in _broken(problem.in_order(), schedule)
    ]


def _broken(problem: ScheduleProblem, schedule: Schedule) -> Iterator[tuple[str, str, str]]:
    if schedule.problem_digest != problem.digest():
        yield "problem", "다른 문제의 일정입니다.", "The schedule belongs to another problem."
    meetings = {meeting.id: meeting for meeting in problem.meetings}
    rooms = {room.id: room for room in problem.rooms}
    slots = {slot.id for slot in problem.slots}
    for entry in schedule.placed:
        if entry.meeting not in meetings or entry.room not in rooms or entry.slot not in slots:
            yield "unknown", f"문제에 없는 자리: {entry.meeting}", f"Not in the problem: {entry.meeting}"
            return
    for key, times in sorted(Counter(entry.meeting for entry in schedule.placed).items()):
        if times > 1:
            yield "twice", f"두 번 놓임: {key}", f"Placed twice: {key}"
    used = Counter((entry.slot, entry.room) for entry in schedule.placed)
    for (slot, room), times in sorted(used.items()):
        if times > 1:
            yield "room", f"한 방에 만남 {times}개: {room}, {slot}", f"{times} meetings in {room} at {slot}"
    busy: dict[str, list[str]] = defaultdict(list)
    for entry in schedule.placed:
        meeting = meetings[entry.meeting]
        where = f"{meeting.id}, {entry.slot}, {entry.room}"
        if entry.slot in rooms[entry.room].closed:
            yield "closed", f"닫힌 방: {where}", f"The room is closed: {where}"
        if meeting.rooms is not None and entry.room not in meeting.rooms:
            yield "rooms", f"쓸 수 없는 방: {where}", f"Not one of the meeting's rooms: {where}"
        if meeting.slots is not None and entry.slot not in meeting.slots:
            yield "slots", f"쓸 수 없는 시간: {where}", f"Not one of the meeting's slots: {where}"
        for party in meeting.parties:
            busy[party].append(entry.slot)
    for one in problem.parties:
        own = busy[one.id]
        for slot, times in sorted(Counter(own).items()):
            if times > 1:
                yield "clash", f"{one.id}: {slot}에 만남 {times}개", f"{one.id}: {times} meetings at {slot}"
            if slot in one.away:
                yield "away", f"{one.id}: {slot}에 없음", f"{one.id} is away at {slot}"
        if one.most is not None and len(own) > one.most:
            yield "most", f"{one.id}: 만남 {len(own)}개", f"{one.id}: {len(own)} meetings, at most {one.most}"
        if one.longest is not None:
            for run in problem.runs(one.longest + 1):
                if set(run) <= set(own):
                    yield "longest", f"{one.id}: {run[0]}부터 휴식 없음", f"{one.id}: no break from {run[0]}"
    if _told_wrong(problem, schedule):
        yield (
            "figures",
            "값, 만남이 있는 참가자 수, 빈 시간이나 놓지 못한 까닭이 일정과 다릅니다.",
            "Worth, parties with a meeting, gaps or reasons are not what the schedule gives.",
        )
    for missing in schedule.unplaced:
        if len(missing.obstacles) < len(problem.slots):
            yield "fits", f"아직 놓을 수 있음: {missing.meeting}", f"Still fits: {missing.meeting}"


def _told_wrong(problem: ScheduleProblem, schedule: Schedule) -> bool:
    worths = problem.worths()
    worth = sum(worths[entry.meeting] for entry in schedule.placed)
    return (
        schedule.worth != worth
        or schedule.bound < worth
        or schedule.gaps != gaps(problem, schedule.placed)
        or schedule.unplaced != unplaced(problem, schedule.placed)
        or _met_wrong(problem, schedule)
    )


def _met_wrong(problem: ScheduleProblem, schedule: Schedule) -> bool:
    """Told where parties go first, and only there."""
    if problem.first != "parties":
        return schedule.met is not None or schedule.met_bound is not None
    bound = schedule.met_bound
    return schedule.met != met(problem, schedule.placed) or bound is None or bound < (schedule.met or 0)
