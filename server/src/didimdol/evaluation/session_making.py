"""Making a timetable of sessions: the engine's schedule, and what would place more where somebody is left out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from didimdol.evaluation.models import SessionPlan
from didimdol.evaluation.session_hours import SessionHours
from didimdol.evaluation.session_problem import Facts, facts_of, problem_of
from didimdol.programmes.timetables.slots import MOST_SLOTS, times_of, with_next_day
from didimdol_decide.scheduling import Room, Schedule, ScheduleProblem, schedule

#: deterministic seconds of the solver, for each of its two aims; the ways out are searched with less
EFFORT, TRIED = 6.0, 1.0


def proposed(plan: SessionPlan) -> dict[str, Any]:
    """The timetable from what is known now, as it is stored for the coordinator. ``ways``: key (of session_words.WAYS),
    value, and how many sessions it places; each was solved."""
    facts = facts_of(plan)
    problem = problem_of(facts)
    found = schedule(problem, effort=EFFORT)
    ways = list(_ways(facts, problem, found)) if found.unplaced and not facts.published else []
    return {"problem": problem.as_json(), "schedule": found.as_json(), "ways": ways}


def _ways(facts: Facts, problem: ScheduleProblem, found: Schedule) -> Iterator[dict[str, Any]]:
    for key, value, other in _tries(facts, problem, found):
        placed = len(schedule(other, effort=TRIED).placed)
        if placed > len(found.placed):
            yield {"key": key, "value": value, "placed": placed}


def _tries(facts: Facts, problem: ScheduleProblem, found: Schedule) -> Iterator[tuple[str, str, ScheduleProblem]]:
    kinds = {row.kind for missing in found.unplaced for row in missing.obstacles}
    if (longer := with_next_day(facts.hours)) is not None:
        yield "day", longer.days[-1].isoformat(), _with(facts, longer)
    if (later := _later(facts.hours)) is not None:
        yield "hour", "", _with(facts, later)
    if "room" in kinds:
        yield "room", "", problem.model_copy(update={"rooms": (*problem.rooms, Room(id="more"))})
    if "longest" in kinds:
        parties = tuple(party.model_copy(update={"longest": None}) for party in problem.parties)
        yield "longest", "", problem.model_copy(update={"parties": parties})


def _later(hours: SessionHours) -> SessionHours | None:
    """The same days, ending an hour later, where that is still the same day."""
    end = datetime.combine(hours.days[0], hours.ends) + timedelta(hours=1)
    if end.date() != hours.days[0]:
        return None
    later = replace(hours, ends=end.time())
    return later if len(times_of(later)) <= MOST_SLOTS else None


def _with(facts: Facts, hours: SessionHours) -> ScheduleProblem:
    return problem_of(replace(facts, hours=hours, times=times_of(hours)))
