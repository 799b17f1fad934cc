"""Background work of verification."""

from __future__ import annotations

from procrastinate.contrib.django import app

from didimdol.verification import actions


@app.periodic(cron="* * * * *")
@app.task(name="verification.requeue_overdue", queueing_lock="verification.requeue_overdue")
def requeue_overdue(timestamp: int) -> None:
    actions.requeue_overdue()
