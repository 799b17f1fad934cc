"""Meetings and sessions to be placed, as plain data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from didimdol_decide.canonical import digest
from didimdol_decide.plain import Id, Key, Plain, Sparse

Number = Annotated[int, Field(ge=0, le=100_000)]


class Slot(Plain):
    """A time in which a meeting fits. Slots of one day with numbers that follow each other are adjacent; a
    lunch break is a number left out."""

    id: Id
    day: Key
    number: Number


class Party(Plain):
    """Somebody who can be in one meeting at a time: a startup, a company, an evaluator.

    away: slots in which they cannot. most: meetings at most. longest: meetings without a break at most.
    """

    id: Id
    away: tuple[Id, ...] = ()
    most: Number | None = None
    longest: Annotated[int, Field(ge=1, le=1000)] | None = None


class Room(Plain):
    """A room or table: one meeting a slot. closed: slots in which it cannot be used."""

    id: Id
    closed: tuple[Id, ...] = ()


class Meeting(Plain):
    """parties: all must be there: two for a one-to-one, more for a panel session. weight: how much it is
    wished (a mutual wish more than one side's). must: goes before every wish. rooms, slots: the only ones
    that it may have (None: any)."""

    id: Id
    parties: Annotated[tuple[Id, ...], Field(min_length=1, max_length=200)]
    weight: Annotated[int, Field(ge=1, le=1000)] = 1
    must: bool = False
    rooms: tuple[Id, ...] | None = None
    slots: tuple[Id, ...] | None = None


class ScheduleProblem(Sparse):
    """What is to be placed, and within what. Raises ValueError (pydantic's) for an id twice or unknown.

    first: after the musts, what counts most: the worth of what is placed, or how many parties have a meeting
    at all (and only then the worth).
    """

    later: ClassVar[tuple[str, ...]] = ("first",)

    slots: Annotated[tuple[Slot, ...], Field(max_length=1000)]
    rooms: Annotated[tuple[Room, ...], Field(max_length=1000)]
    parties: Annotated[tuple[Party, ...], Field(max_length=5000)]
    meetings: Annotated[tuple[Meeting, ...], Field(max_length=100_000)]
    first: Literal["worth", "parties"] = "worth"

    @model_validator(mode="after")
    def _fits_together(self) -> ScheduleProblem:
        slots = _once("시간", "slot", (slot.id for slot in self.slots))
        rooms = _once("방", "room", (room.id for room in self.rooms))
        parties = _once("참가자", "party", (party.id for party in self.parties))
        _once("만남", "meeting", (meeting.id for meeting in self.meetings))
        _once("시각", "time", (f"{slot.day} {slot.number}" for slot in self.slots))
        for party in self.parties:
            _known(party.id, party.away, slots)
        for room in self.rooms:
            _known(room.id, room.closed, slots)
        for meeting in self.meetings:
            _known(meeting.id, meeting.parties, parties)
            _once("참가자", f"meeting {meeting.id!r}: party", meeting.parties)
            _known(meeting.id, meeting.rooms or (), rooms)
            _known(meeting.id, meeting.slots or (), slots)
        return self

    def in_order(self) -> ScheduleProblem:
        """The same problem sorted (slots by time, the others by id), so that its order changes nothing."""
        return ScheduleProblem(
            slots=tuple(sorted(self.slots, key=lambda slot: (slot.day, slot.number))),
            rooms=tuple(
                room.model_copy(update={"closed": tuple(sorted(set(room.closed)))})
                for room in sorted(self.rooms, key=lambda room: room.id)
            ),
            parties=tuple(
                party.model_copy(update={"away": tuple(sorted(set(party.away)))})
                for party in sorted(self.parties, key=lambda party: party.id)
            ),
            meetings=tuple(
                meeting.model_copy(
                    update={
                        "parties": tuple(sorted(meeting.parties)),
                        "rooms": None if meeting.rooms is None else tuple(sorted(set(meeting.rooms))),
                        "slots": None if meeting.slots is None else tuple(sorted(set(meeting.slots))),
                    }
                )
                for meeting in sorted(self.meetings, key=lambda meeting: meeting.id)
            ),
            first=self.first,
        )

    def digest(self) -> str:
        """SHA-256 of the problem in order."""
        return digest(self.in_order().as_json())

    def worths(self) -> dict[str, int]:
        """Meeting → its weight; a `must` outweighs all wishes together."""
        wishes = sum(meeting.weight for meeting in self.meetings if not meeting.must)
        return {meeting.id: wishes + 1 if meeting.must else meeting.weight for meeting in self.meetings}

    def runs(self, length: int) -> list[tuple[str, ...]]:
        """Every run of `length` adjacent slots, as ids."""
        place = {(slot.day, slot.number): slot.id for slot in self.slots}
        found = []
        for day, number in sorted(place):
            run = [(day, number + step) for step in range(length)]
            if all(key in place for key in run):
                found.append(tuple(place[key] for key in run))
        return found


def _once(ko: str, en: str, ids: Iterable[str]) -> set[str]:
    counts = Counter(ids)
    for key, times in sorted(counts.items()):
        if times > 1:
            raise ValueError(
                f"{ko} '{key}'이(가) 두 번 있습니다; 하나를 지우십시오 / "
                f"{en} {key!r} appears twice; remove one"
            )
    return set(counts)


def _known(whose: str, named: Iterable[str], known: set[str]) -> None:
    for key in named:
        if key not in known:
            raise ValueError(
                f"'{whose}'에 적힌 '{key}'이(가) 없습니다; 이름을 고치거나 더하십시오 / "
                f"{whose!r} names {key!r}, which does not exist; correct the name or add it"
            )
