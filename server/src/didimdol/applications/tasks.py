"""Background work of applications."""

from __future__ import annotations

from procrastinate.contrib.django import app

from didimdol.applications import actions
from didimdol.applications.models import Application
from didimdol.kernel.actor import SYSTEM


@app.periodic(cron="*/10 * * * *")
@app.task(name="applications.ask_for_devices", queueing_lock="applications.ask_for_devices")
def ask_for_devices(timestamp: int) -> None:
    """Measurements of submissions that found no device are asked for again."""
    waiting = Application.objects.unscoped(why="all that wait for a device").filter(
        state="submitted", awaits_device=True
    )
    for application in waiting.order_by("submitted_at"):
        actions.queue_measurements(actor=SYSTEM, application=application)
