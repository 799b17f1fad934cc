"""Background work of the selection."""

from __future__ import annotations

from uuid import UUID

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from didimdol.kernel.actor import SYSTEM
from didimdol.selection.actions import estimate_selection, make_timetable
from didimdol.selection.actions.estimates import TASK, delete_overdue
from didimdol.selection.actions.meetings import TASK as TIMETABLE
from didimdol.selection.actions.meetings import end_all_held
from didimdol.selection.actions.places import lapse_overdue
from didimdol.selection.actions.remarks import lapse_overdue_remarks
from didimdol.selection.models import MeetUp, Selection


@app.periodic(cron="*/10 * * * *")
@app.task(name="selection.lapse_places", queueing_lock="selection.lapse_places")
def lapse_places(timestamp: int) -> None:
    """Places that nobody confirmed in time end, and so do reserves whose time is over."""
    lapse_overdue()


@app.task(name=TASK, retry=RetryStrategy(max_attempts=3, exponential_wait=5))
def estimate(selection: str) -> None:
    """How sure a computed ranking is: seconds of work where hundreds apply."""
    found = Selection.objects.unscoped(why="one selection's estimate").filter(pk=UUID(selection))
    for row in found.select_related("round__challenge__programme", "round__challenge__rulebook"):
        estimate_selection(actor=SYSTEM, selection=row)


@app.periodic(cron="*/10 * * * *")
@app.task(name="selection.lapse_remarks", queueing_lock="selection.lapse_remarks")
def lapse_remarks(timestamp: int) -> None:
    """Remarks that nobody answered in time wait no more."""
    lapse_overdue_remarks()


@app.periodic(cron="20 15 * * *")  # 00:20 in Seoul
@app.task(name="selection.delete_estimates", queueing_lock="selection.delete_estimates")
def delete_estimates(timestamp: int) -> None:
    """Estimates whose time is over (evaluation.how_sure.keep_days) are deleted."""
    delete_overdue(SYSTEM)


@app.task(name=TIMETABLE, retry=RetryStrategy(max_attempts=3, exponential_wait=5))
def timetable(meet_up: str) -> None:
    """The timetable of a meet-up, to be looked at: seconds of work where hundreds meet."""
    found = MeetUp.objects.unscoped(why="one meet-up's timetable").filter(pk=UUID(meet_up))
    for row in found.select_related("challenge__programme", "challenge__rulebook"):
        make_timetable(actor=SYSTEM, meet_up=row)


@app.periodic(cron="*/10 * * * *")
@app.task(name="selection.end_meet_ups", queueing_lock="selection.end_meet_ups")
def end_meet_ups(timestamp: int) -> None:
    """Meet-ups whose last meeting was held are over."""
    end_all_held()
