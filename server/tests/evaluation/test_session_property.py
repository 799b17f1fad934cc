"""Whatever absences, panels and changes of them: nobody in two places, nobody who cannot come, breaks, what has begun and
what can be held stays, and what must be kept always can be."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from didimdol.applications.models import Application
from didimdol.evaluation.models import PanelSession, Seat, SessionAbsence, SessionRoom
from didimdol.evaluation.session_hours import SessionHours
from didimdol.evaluation.session_problem import Facts, has_begun, problem_of, staying, to_be_moved
from didimdol.kernel import clock
from didimdol.programmes.timetables.slots import as_away, covered, id_of, times_of
from didimdol_decide.scheduling import Schedule, schedule, verify
from server.tests import worlds


def _id(kind: int, number: int) -> UUID:
    return UUID(int=kind * 1000 + number + 1)


@st.composite
def panels(draw: Any, given: Facts) -> dict[UUID, tuple[UUID, ...]]:
    seats = st.lists(st.sampled_from([seat.pk for seat in given.seats]), max_size=3, unique=True)
    return {application.pk: tuple(sorted(draw(seats))) for application in given.applications}


@st.composite
def absences(draw: Any, given: Facts) -> list[SessionAbsence]:
    slots = st.lists(st.sampled_from([slot.id for slot in given.times]), max_size=3)
    of_seats = [SessionAbsence(seat_id=row.pk, away=as_away(given.times, draw(slots))) for row in given.seats]
    return of_seats + [
        SessionAbsence(application_id=row.pk, away=as_away(given.times, draw(slots))) for row in given.applications
    ]


@st.composite
def facts(draw: Any) -> Facts:
    """Rows that were never stored: up to five applicants, four evaluators, two rooms, two days."""
    clock.move_to(worlds.CLOSED)
    hours = SessionHours(
        days=tuple(date(2025, 3, 31 - day) for day in range(draw(st.integers(1, 2)))),
        starts=time(10),
        ends=time(draw(st.integers(11, 13))),
        minutes=30,
        answers_until=worlds.kst("2025-03-26 18:00"),
        longest=draw(st.sampled_from([None, 1, 2])),
    )
    bare = Facts(
        hours=hours,
        applications=[Application(pk=_id(1, n), number=f"{n:02d}") for n in range(draw(st.integers(1, 5)))],
        seats=[Seat(pk=_id(2, n)) for n in range(draw(st.integers(1, 4)))],
        panels={},
        rooms=[SessionRoom(pk=_id(3, n), name=str(n)) for n in range(draw(st.integers(1, 2)))],
        absences=[],
        sessions=[],
        told={},
        published=False,
        times=times_of(hours),
    )
    return replace(bare, panels=draw(panels(bare)), absences=draw(absences(bare)))


def published(before: Facts, found: Schedule) -> Facts:
    """As it stands once ``found`` is in force."""
    times, rows = {slot.id: slot for slot in before.times}, {row.pk: row for row in before.applications}
    sessions = [
        PanelSession(
            application=rows[UUID(row.meeting)], room_id=UUID(row.room), starts_at=times[row.slot].starts_at,
            ends_at=times[row.slot].ends_at,
        )
        for row in found.placed
    ]  # fmt: skip
    told = {meeting.id: meeting.parties for meeting in problem_of(before).meetings}
    return replace(before, sessions=sessions, told=told, published=True)


def holds(given: Facts, sessions: list[PanelSession], parties: dict[UUID, tuple[str, ...]]) -> None:
    """Counted here, not by the engine."""
    busy: dict[str, list[str]] = defaultdict(list)
    for row in sessions:
        for key in (str(row.room_id), *parties[row.application_id]):
            busy[key].append(id_of(row.starts_at))
    assert all(len(slots) == len(set(slots)) for slots in busy.values())
    away = {str(row.seat_id or row.application_id): covered(given.times, row.away) for row in given.absences}
    for row in sessions:
        if not has_begun(row):
            assert not [key for key in parties[row.application_id] if id_of(row.starts_at) in away[key]]
    if given.hours.longest is not None:
        numbers = {slot.id: (slot.day.toordinal() * 100 + slot.number) for slot in given.times}
        for seat in given.seats:
            own = {numbers[slot] for slot in busy[str(seat.pk)]}
            assert not [n for n in own if all(n + step in own for step in range(given.hours.longest + 1))]


@settings(max_examples=40, deadline=None)
@given(facts())
def test_a_timetable_holds(given: Facts) -> None:
    problem = problem_of(given)
    found = schedule(problem, effort=0.5)
    assert verify(problem, found) == []
    after = published(given, found)
    holds(after, after.sessions, {row.pk: given.parties(row.pk) for row in given.applications})
    assert not to_be_moved(after) and set(staying(after)) == {row.application_id for row in after.sessions}


@settings(max_examples=60, deadline=None)
@given(facts(), st.data())
def test_whatever_changes_what_can_be_held_stays(given: Facts, data: Any) -> None:
    before = published(given, schedule(problem_of(given), effort=0.5))
    minutes = data.draw(st.sampled_from([-60, 15, 45, 75, 1500]))
    clock.move_to(before.times[0].starts_at + timedelta(minutes=minutes))
    stays_there = data.draw(st.integers(0, len(before.applications)))
    changed = replace(
        before,
        panels=data.draw(panels(before)),
        absences=data.draw(absences(before)),
        applications=before.applications[:stays_there],
        sessions=[row for row in before.sessions if row.application in before.applications[:stays_there]],
    )
    problem, stays = problem_of(changed), staying(changed)
    found = schedule(problem, effort=0.5)
    assert verify(problem, found) == [] and not [row for row in found.unplaced if row.must]
    placed = {UUID(row.meeting): row for row in found.placed}
    for row in changed.sessions:
        if row.application_id in stays:
            entry = placed[row.application_id]
            assert (entry.slot, entry.room) == (id_of(row.starts_at), str(row.room_id))
        assert row.application_id in stays or not has_begun(row)
    parties = {row.pk: stays.get(row.pk, changed.parties(row.pk)) for row in changed.applications}
    holds(changed, published(changed, found).sessions, parties)
