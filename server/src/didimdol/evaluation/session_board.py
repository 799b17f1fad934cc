"""A timetable of presentations as those who conduct the round see it: who has answered, rooms by slots, and one to be looked
at before it is in force."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from didimdol.evaluation.models import PanelSession, SessionPlan
from didimdol.evaluation.session_problem import Facts, facts_of, has_begun, names_of
from didimdol.evaluation.session_words import OBSTACLES, WAYS
from didimdol.kernel.words import pick, text
from didimdol.programmes.timetables.grid import Cell, Grid, Head, grid_of
from didimdol.programmes.timetables.slots import id_of
from didimdol.programmes.timetables.words import obstacles_in_words, way_in_words
from didimdol_decide.scheduling import Schedule, ScheduleProblem


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether somebody has said when they cannot, and in how many slots."""

    id: UUID
    who: str
    note: str
    given_at: datetime | None
    away: int


def answers_of(facts: Facts) -> tuple[list[Answer], list[Answer]]:
    """Of the evaluators, and of the applicants."""
    rows = {row.seat_id or row.application_id: row for row in facts.absences}
    away = facts.away()

    def answer(id: UUID, who: str, note: str) -> Answer:
        row = rows.get(id)
        return Answer(id, who, note, row.given_at if row else None, len(away.get(str(id), ())))

    return (
        [answer(row.pk, row.person.name, pick(row.organisation.name)) for row in facts.seats],
        [answer(row.pk, pick(row.startup.name), row.number) for row in facts.applications],
    )


def _grid(facts: Facts, cells: dict[tuple[str, str], Cell]) -> Grid:
    heads = [Head(str(room.pk), pick(text(f"발표장 {room.name}", f"Room {room.name}"))) for room in facts.rooms]
    return grid_of(facts.times, heads, cells)


def standing_grid(facts: Facts, rows: list[PanelSession]) -> Grid:
    """Of the sessions that stand."""
    cells = {
        (id_of(row.starts_at), str(row.room_id)): Cell(row.application.number, pick(row.application.startup.name))
        for row in rows
        if row.ended_at is None
    }
    return _grid(facts, cells)


@dataclass(frozen=True, slots=True)
class Missing:
    """An applicant without a slot, and what stands in the way."""

    who: str
    note: str
    why: list[str]


@dataclass(frozen=True, slots=True)
class Change:
    """``kind``: moved, new or ended."""

    kind: str
    who: str
    before: datetime | None
    after: datetime | None


@dataclass(frozen=True, slots=True)
class Preview:
    """``proved``: no timetable places more. ``kept``: sessions that stay where they are (of a published one)."""

    grid: Grid
    wanted: int
    placed: int
    gaps: int
    proved: bool
    missing: list[Missing]
    ways: list[tuple[str, int]]
    kept: int
    changes: list[Change]


def preview_of(plan: SessionPlan) -> Preview | None:
    """The proposal with names. None while there is none."""
    if not plan.proposal:
        return None
    facts = facts_of(plan)
    problem = ScheduleProblem.model_validate(plan.proposal["problem"])
    schedule = Schedule.model_validate(plan.proposal["schedule"])
    names = names_of(facts.applications, facts.seats)
    startups = {str(row.pk): pick(row.startup.name) for row in facts.applications}

    def name(key: str) -> str:
        return names.get(key, "–")

    cells = {(row.slot, row.room): Cell(name(row.meeting), startups.get(row.meeting, "")) for row in schedule.placed}
    missing = [
        Missing(name(row.meeting), startups.get(row.meeting, ""), obstacles_in_words(row.obstacles, name, OBSTACLES))
        for row in schedule.unplaced
    ]
    changes, kept = _changes(facts, schedule, names) if facts.published else ([], 0)
    return Preview(
        grid=_grid(facts, cells),
        wanted=len(problem.meetings),
        placed=len(schedule.placed),
        gaps=schedule.gaps,
        proved=schedule.worth == schedule.bound,
        missing=sorted(missing, key=lambda row: row.who),
        ways=[(way_in_words(way["key"], way["value"], WAYS), way["placed"]) for way in plan.proposal["ways"]],
        kept=kept,
        changes=changes,
    )


def _changes(facts: Facts, schedule: Schedule, names: dict[str, str]) -> tuple[list[Change], int]:
    times = {slot.id: slot.starts_at for slot in facts.times}
    standing = {str(row.application_id): row for row in facts.sessions}
    placed = {row.meeting: row for row in schedule.placed}
    found, kept = [], 0
    for key, row in standing.items():
        entry, who = placed.get(key), names.get(key, row.application.number)
        if entry is None and not has_begun(row):
            found.append(Change("ended", who, row.starts_at, None))
        elif entry is None or (entry.slot == id_of(row.starts_at) and entry.room == str(row.room_id)):
            kept += 1
        else:
            found.append(Change("moved", who, row.starts_at, times[entry.slot]))
    new = [Change("new", names[key], None, times[row.slot]) for key, row in placed.items() if key not in standing]
    return sorted([*found, *new], key=lambda row: (row.kind, row.who)), kept
