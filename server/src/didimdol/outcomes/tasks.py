"""Background work of the outcomes."""

from __future__ import annotations

from procrastinate.contrib.django import app

from didimdol.kernel import clock
from didimdol.kernel.actor import SYSTEM
from didimdol.outcomes import queries
from didimdol.outcomes.actions import remind_case
from didimdol.outcomes.actions.cases import REMIND_EVERY
from didimdol.outcomes.models import AdoptionCase


@app.periodic(cron="30 0 * * *")  # 09:30 in Seoul
@app.task(name="outcomes.remind", queueing_lock="outcomes.remind")
def remind(timestamp: int) -> None:
    """Decisions that are overdue or due within a week; each at most once a week, however often this runs."""
    for id in queries.to_remind(clock.today().date(), clock.now() - REMIND_EVERY):
        remind_case(actor=SYSTEM, case=AdoptionCase.objects.within(pk=id).get())
