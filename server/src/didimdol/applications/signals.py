"""After-facts: of other rooms that matter here, and for the rooms above."""

from __future__ import annotations

from typing import Any

from django.dispatch import Signal

from didimdol.applications.models import Application, Measured
from didimdol.applications.rules import WRITERS
from didimdol.kernel.action import notify, wait
from didimdol.kernel.words import text
from didimdol.people.queries import persons_with
from didimdol.programmes.models import Challenge
from didimdol.verification.models import DeviceJob

#: ``application``, ``actor``: its startup took it back. Sent inside the action
application_withdrawn = Signal()


def call_is_over(sender: Any, challenge: Challenge, **kwargs: Any) -> None:
    """What was not submitted cannot be any more: nobody has to finish it."""
    for draft in Application.objects.within(challenge=challenge, state="draft"):
        wait(draft, [])


def tell_refused(sender: Any, job: DeviceJob, **kwargs: Any) -> None:
    """A model that cannot be measured as it is: its people learn why, and what to change."""
    if job.state != "refused":
        return
    measured = Measured.objects.within(job=job).select_related("application").first()
    if measured is None:
        return
    application, refusal = measured.application, job.refusal
    message, remedy = refusal.get("message", {}), refusal.get("remedy", {})
    people = persons_with(*WRITERS, organisation=application.startup_id, challenge=application.challenge_id)
    notify(
        [person.id for person in people],
        subject=text(f"모델을 측정하지 못했습니다: {job.model_name}", f"The model was not measured: {job.model_name}"),
        body=text(
            f"{message.get('ko', '')} {remedy.get('ko', '')} ({refusal.get('code', '')})",
            f"{message.get('en', '')} {remedy.get('en', '')} ({refusal.get('code', '')})",
        ),
        url=application.get_absolute_url(),
    )
