"""The presentations of a stage that was just assigned: hours and rooms, the timetable made and published."""

from __future__ import annotations

from datetime import datetime, time

from django.db import transaction

from didimdol.evaluation import actions as evaluation
from didimdol.evaluation.session_hours import SessionHours, promised
from didimdol.kernel import clock
from didimdol.kernel.actor import SYSTEM
from didimdol.kernel.words import Text, text
from didimdol.programmes.rulebook import Stage
from didimdol.rehearsal.world import World
from didimdol_decide.canonical import digest

PRESENTS = 2  # business days after the assignment
ROOMS = ("가", "나")
VENUE = "디딤돌회관 2층"


def present(world: World, stage: Stage) -> Text:
    """In two rooms on one day. Nobody is asked beforehand; absences are told afterwards."""
    now = clock.now().astimezone(clock.KST)
    round, runs = world.rounds[stage.key], world.actor("coordinator")
    plan = SessionHours(
        days=(world.later(now, PRESENTS).date(),),
        starts=time(10),
        ends=time(17),
        lunch_from=time(12),
        lunch_to=time(13),
        minutes=promised(round),
        longest=4,
        venue=VENUE,
        answers_until=datetime.combine(world.later(now, 1).date(), time(18), tzinfo=clock.KST),
    )
    row = evaluation.plan_sessions(actor=runs, round=round, plan=plan)
    evaluation.change_session_room(actor=runs, room=row.rooms.get(), name=ROOMS[0])
    evaluation.add_session_room(actor=runs, sessions=row, name=ROOMS[1])
    with transaction.atomic():  # a worker, whose clock is another, comes only afterwards
        evaluation.ask_session_timetable(actor=runs, sessions=row)
        row = evaluation.make_session_timetable(actor=SYSTEM, sessions=row)
    row = evaluation.publish_sessions(actor=runs, sessions=row, digest=digest(row.proposal["schedule"]))
    placed, left = len(row.schedule["placed"]), len(row.schedule["unplaced"])
    return text(f"발표 {placed}건, 놓지 못함 {left}건", f"{placed} presentations, {left} not placed")
