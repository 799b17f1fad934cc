"""What follows for money when something happens to a project. In the same transaction: both, or neither."""

from __future__ import annotations

from typing import Any

from didimdol.funding import actions
from didimdol.funding.models import Commitment
from didimdol.kernel.actor import Actor
from didimdol.projects.models import Milestone, Project


def on_signed(sender: Any, project: Project, actor: Actor, **kwargs: Any) -> None:
    actions.commit_grant(actor=actor, project=project)


def on_milestone_approved(sender: Any, milestone: Milestone, actor: Actor, **kwargs: Any) -> None:
    if Commitment.objects.within(project=milestone.project_id).exists():
        actions.note_milestone(actor=actor, milestone=milestone)


def on_ended(sender: Any, project: Project, actor: Actor, how: str, **kwargs: Any) -> None:
    """A project that ended before it was signed has no money to settle."""
    if Commitment.objects.within(project=project).exists():
        actions.close_commitment(actor=actor, project=project, how=how)
