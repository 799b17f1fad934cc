"""Messages about money: to the startup's people only."""

from __future__ import annotations

from didimdol.funding.rules import STARTUP
from didimdol.kernel.action import notify
from didimdol.kernel.words import Text, text
from didimdol.people.queries import persons_with
from didimdol.projects.models import Project


def tell_startup(project: Project, subject: Text, body: Text, url: str) -> None:
    people = persons_with(*STARTUP, organisation=project.startup_id, challenge=project.challenge_id)
    notify(
        [person.id for person in people],
        subject=text(f"{subject['ko']} · {project.number}", f"{subject['en']} · {project.number}"),
        body=body,
        url=url,
    )
