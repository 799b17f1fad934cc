"""What follows from facts of the selection."""

from __future__ import annotations

from typing import Any

from didimdol.kernel.action import locked
from didimdol.kernel.actor import SYSTEM, Actor
from didimdol.kernel.words import pick, text
from didimdol.projects.actions.ending import withdraw_project
from didimdol.projects.actions.opening import open_project
from didimdol.projects.models import Project
from didimdol.selection.models import Match, Place


def matched(sender: object, *, match: Match, **more: Any) -> None:
    """A released match opens its project."""
    open_project(actor=SYSTEM, match=match)


def place_over(sender: object, *, place: Place, actor: Actor, reason: str, **more: Any) -> None:
    """A place that ends before anything is signed takes its project with it. Signed, the project ends by its own way."""
    found = Project.objects.within(place=place).first()
    if found is not None and locked(found).state == "preparing":
        withdraw_project(actor=SYSTEM, project=found, reason=reason.strip() or pick(_PLACE_ENDED))


#: a place that lapses has no words of a person
_PLACE_ENDED = text("선정된 자리가 끝났습니다.", "The place ended.")
