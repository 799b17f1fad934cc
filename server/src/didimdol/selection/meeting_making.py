"""Making a timetable: the engine's schedule, and what would place more where something is left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

from didimdol.programmes.timetables.slots import MOST_SLOTS, times_of, with_next_day
from didimdol.selection.meeting_market import Facts, facts_of, is_mutual, problem_of
from didimdol.selection.meeting_slots import Plan
from didimdol.selection.models import MeetUp
from didimdol_decide.scheduling import LARGEST, Room, Schedule, ScheduleProblem, met, schedule

#: deterministic seconds of the solver, for each of its aims; the ways out are searched with less
EFFORT, TRIED = 6.0, 1.0
STEP, SHORTEST = 5, 10  # minutes

Way = dict[str, Any]
"""key (of meeting_words.WAYS), value, and how many meetings it places."""

Figures = dict[str, int]
"""What a timetable comes to: placed, mutual (wished by both), worth, alone (wished, but without a meeting)."""


def proposed(meet_up: MeetUp) -> dict[str, Any]:
    """The timetable from what is known now, as it is stored for the coordinator. Seconds of work where hundreds meet."""
    facts = facts_of(meet_up)
    problem = problem_of(facts)
    found = schedule(problem, effort=EFFORT)
    ways = list(_ways(facts, problem, found)) if found.unplaced and not facts.published else []
    choices = {} if facts.published else _choices(problem, found)
    return {"problem": problem.as_json(), "schedule": found.as_json(), "ways": ways, "choices": choices}


def _choices(problem: ScheduleProblem, found: Schedule) -> dict[str, Figures]:
    """What either of meeting_words.FIRSTS comes to; nothing where everybody has a meeting anyway."""
    here = _figures(problem, found)
    if problem.first == "worth" and not here["alone"]:
        return {}
    other = problem.model_copy(update={"first": "worth" if problem.first == "parties" else "parties"})
    return {problem.first: here, other.first: _figures(other, schedule(other, effort=EFFORT))}


def _figures(problem: ScheduleProblem, found: Schedule) -> Figures:
    wanted = {party for meeting in problem.meetings for party in meeting.parties}
    weights = {meeting.id: meeting.weight for meeting in problem.meetings}
    return {
        "placed": len(found.placed),
        "mutual": sum(is_mutual(weights[row.meeting]) for row in found.placed),
        "worth": found.worth,
        "alone": len(wanted) - met(problem, found.placed),
    }


def _ways(facts: Facts, problem: ScheduleProblem, found: Schedule) -> Iterator[Way]:
    """Each is solved, and told only if it places more."""
    for key, value, other in _tries(facts, problem, found):
        if len(other.meetings) * len(other.slots) > LARGEST:
            continue
        placed = len(schedule(other, effort=TRIED).placed)
        if placed > len(found.placed):
            yield {"key": key, "value": value, "placed": placed}


def _tries(facts: Facts, problem: ScheduleProblem, found: Schedule) -> Iterator[tuple[str, str, ScheduleProblem]]:
    kinds = {row.kind for missing in found.unplaced for row in missing.obstacles}
    plan = facts.plan
    if (longer := with_next_day(plan)) is not None:
        yield "day", longer.days[-1].isoformat(), _with(facts, longer)
    if (minutes := _shorter(plan, problem, found)) is not None:
        yield "shorter", str(minutes), _with(facts, replace(plan, minutes=minutes))
    for company in _crowded(facts, found):
        yield "table", str(company), _with_table(facts, problem, company)
    for key in ("most", "longest"):
        if key in kinds:
            parties = tuple(party.model_copy(update={key: None}) for party in problem.parties)
            yield key, "", problem.model_copy(update={"parties": parties})


def _with(facts: Facts, plan: Plan) -> ScheduleProblem:
    return problem_of(replace(facts, plan=plan, times=times_of(plan)))


def _shorter(plan: Plan, problem: ScheduleProblem, found: Schedule) -> int | None:
    """The longest meetings that leave everybody, and every company's tables, a slot for each meeting wished; else the
    shortest."""
    wanted = Counter(party for meeting in problem.meetings for party in meeting.parties)
    seated = Counter(meeting.rooms for meeting in problem.meetings if meeting.rooms)
    needed = max([*wanted.values(), *(-(-count // len(rooms)) for rooms, count in seated.items())], default=0)
    fit = None
    for minutes in range((plan.minutes - 1) // STEP * STEP, SHORTEST - 1, -STEP):
        slots = len(times_of(replace(plan, minutes=minutes)))
        if slots > MOST_SLOTS:
            break
        if slots > len(problem.slots):
            fit = minutes
            if slots >= needed:
                break
    return fit


def _crowded(facts: Facts, found: Schedule) -> list[UUID]:
    """Companies with more demands than tables, of which some meeting was not placed."""
    company = {str(demand.pk): demand.company_id for demand in facts.circle.demands}
    tables = Counter(table.company_id for table in facts.tables)
    demands = Counter(company.values())
    waiting = {company[missing.meeting.partition(".")[2]] for missing in found.unplaced}
    return sorted((one for one in waiting if demands[one] > tables[one]), key=str)


def _with_table(facts: Facts, problem: ScheduleProblem, company: UUID) -> ScheduleProblem:
    own = {str(demand.pk) for demand in facts.circle.demands if demand.company_id == company}
    more = f"more.{company}"
    meetings = tuple(
        meeting.model_copy(update={"rooms": (*(meeting.rooms or ()), more)})
        if meeting.id.partition(".")[2] in own
        else meeting
        for meeting in problem.meetings
    )
    return problem.model_copy(update={"rooms": (*problem.rooms, Room(id=more)), "meetings": meetings})
