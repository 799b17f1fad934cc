"""Who takes part in a walk through the browser, at which desks they sit, and what they have made so far."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from didimdol.applications.models import Application
from didimdol.evaluation.models import Ballot, Round
from didimdol.people.models import Organisation, Person
from didimdol.programmes.models import Challenge
from didimdol.projects.models import Project
from e2e.desk import Desk


@dataclass
class Play:
    """Who takes part, and what they have made so far."""

    desk: Callable[..., Desk]
    folder: Path
    agent: Callable[[str], Any]
    cast: dict[str, Person] = field(default_factory=dict)
    homes: dict[str, Organisation] = field(default_factory=dict)
    slug: str = "onboard"

    @property
    def challenge(self) -> Challenge:
        return Challenge.objects.within(slug=self.slug).get()

    @property
    def round(self) -> Round:
        return Round.objects.within(challenge=self.challenge).get()

    @property
    def project(self) -> Project:
        """The one project of a challenge that has one."""
        return Project.objects.within(challenge=self.challenge).get()

    def application(self, of: str) -> Application:
        return Application.objects.within(startup__name__ko=of).select_related("field", "startup").get()

    def work(self, task: str) -> None:
        """What the worker does with this task; here, because a worker of its own would not know the moved clock."""
        for job in ProcrastinateJob.objects.filter(task_name=task).order_by("pk"):
            app.tasks[task](**job.args)

    def at(self, who: str) -> Desk:
        """The desk of somebody, signed in by the form."""
        return self.desk(self.cast[who])

    def ballot(self, who: str, of: str) -> Ballot:
        return Ballot.objects.within(seat__person=self.cast[who], application=self.application(of)).get()
