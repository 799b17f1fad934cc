"""Background work of the selection."""

from __future__ import annotations

from procrastinate.contrib.django import app

from didimdol.selection.actions.places import lapse_overdue


@app.periodic(cron="*/10 * * * *")
@app.task(name="selection.lapse_places", queueing_lock="selection.lapse_places")
def lapse_places(timestamp: int) -> None:
    """Places that nobody confirmed in time end, and so do reserves whose time is over."""
    lapse_overdue()
