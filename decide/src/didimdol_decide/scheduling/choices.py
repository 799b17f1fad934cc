"""Where each meeting may take place at all, what is counted from it without a solver, and a part of it."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from didimdol_decide.scheduling.problem import Meeting, Party, Room, ScheduleProblem

Choice = tuple[str, str, int]
"""Meeting, slot, class of rooms."""

Classes = Sequence[Sequence[Room]]
"""Rooms that differ in nothing, together."""


def choices_of(problem: ScheduleProblem, classes: Classes) -> dict[str, list[Choice]]:
    """Meeting → its choices by time; a meeting without any is left out. The problem must be in order."""
    away = {(party.id, slot) for party in problem.parties for slot in party.away}
    found: dict[str, list[Choice]] = defaultdict(list)
    for meeting in problem.meetings:
        rooms = [
            (number, frozenset(rooms[0].closed))
            for number, rooms in enumerate(classes)
            if meeting.rooms is None or rooms[0].id in meeting.rooms
        ]
        for slot in problem.slots:
            if meeting.slots is not None and slot.id not in meeting.slots:
                continue
            if not any((party, slot.id) in away for party in meeting.parties):
                found[meeting.id] += [
                    (meeting.id, slot.id, number) for number, closed in rooms if slot.id not in closed
                ]
    return {meeting: choices for meeting, choices in found.items() if choices}


def most_worth(problem: ScheduleProblem, choices: Mapping[str, Sequence[Choice]]) -> int:
    """No schedule is worth more: each meeting counts at one of its parties, which has so many slots."""
    most, worths, found = _most(problem, choices), problem.worths(), []
    wanted = [meeting for meeting in problem.meetings if meeting.id in choices]
    count: dict[str, int] = defaultdict(int)
    for party in itertools.chain.from_iterable(meeting.parties for meeting in wanted):
        count[party] += 1
    for sign in (1, -1):  # once at the side that is wished most, once at the other
        own: dict[str, list[int]] = defaultdict(list)
        for meeting in wanted:
            owner = min(meeting.parties, key=lambda party: (sign * count[party], party))
            own[owner].append(worths[meeting.id])
        found.append(sum(sum(sorted(of, reverse=True)[: most[party]]) for party, of in own.items()))
    return min(found)


def _most(problem: ScheduleProblem, choices: Mapping[str, Sequence[Choice]]) -> dict[str, int]:
    """Party → meetings at most, by its slots, its limit and its breaks."""
    slots: dict[str, set[str]] = defaultdict(set)
    for meeting in problem.meetings:
        own = {slot for _, slot, _ in choices.get(meeting.id, ())}
        for party in meeting.parties:
            slots[party] |= own
    return {
        party.id: min(
            len(slots[party.id]) if party.most is None else party.most,
            sum(_held(length, party) for length in _lengths(problem, slots[party.id])),
        )
        for party in problem.parties
    }


def _held(length: int, party: Party) -> int:
    """Of so many adjacent slots, without one after every `longest`."""
    return length if party.longest is None else length - length // (party.longest + 1)


def _lengths(problem: ScheduleProblem, slots: set[str]) -> Iterator[int]:
    """Of the runs of adjacent slots among these. The problem must be in order."""
    length, last = 0, None
    for slot in problem.slots:
        if slot.id not in slots:
            continue
        if last is not None and (slot.day, slot.number) != (last[0], last[1] + 1):
            yield length
            length = 0
        length, last = length + 1, (slot.day, slot.number)
    yield length


def part_of(
    problem: ScheduleProblem, choices: Mapping[str, Sequence[Choice]], keep: set[str], most: int
) -> dict[str, Sequence[Choice]]:
    """Those to keep and musts, then the dearest of every party in turn, up to `most` choices in all."""
    worths = problem.worths()
    rank: dict[str, int] = {}
    turn: dict[str, int] = defaultdict(int)
    for meeting in sorted(problem.meetings, key=lambda meeting: (-worths[meeting.id], meeting.id)):
        for party in meeting.parties:
            rank[meeting.id] = min(rank.get(meeting.id, turn[party]), turn[party])
            turn[party] += 1

    def order(meeting: Meeting) -> tuple[bool, int, str]:
        return not (meeting.must or meeting.id in keep), rank[meeting.id], meeting.id

    left, found = most, {}
    for meeting in sorted(problem.meetings, key=order):
        own = choices.get(meeting.id, ())
        if order(meeting)[0] and left < len(own):
            break
        if own:
            found[meeting.id] = own
            left -= len(own)
    return dict(sorted(found.items()))
