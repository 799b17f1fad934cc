"""Background work of the evaluation."""

from __future__ import annotations

from uuid import UUID

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from didimdol.evaluation.actions import make_session_timetable
from didimdol.evaluation.actions.sessions import TASK, end_all_held
from didimdol.evaluation.models import SessionPlan
from didimdol.kernel.actor import SYSTEM


@app.task(name=TASK, retry=RetryStrategy(max_attempts=3, exponential_wait=5))
def timetable(sessions: str) -> None:
    """The timetable of a round's presentations, to be looked at: seconds of work."""
    found = SessionPlan.objects.unscoped(why="one timetable").filter(pk=UUID(sessions))
    for row in found.select_related("round__challenge__programme", "round__challenge__rulebook"):
        make_session_timetable(actor=SYSTEM, sessions=row)


@app.periodic(cron="*/10 * * * *")
@app.task(name="evaluation.end_sessions", queueing_lock="evaluation.end_sessions")
def end_sessions(timestamp: int) -> None:
    """Timetables whose last session was held are over."""
    end_all_held()
