"""A milestone locked in the one order of locks, and whether anything can be handed in for it."""

from __future__ import annotations

from didimdol.kernel.access import require
from didimdol.kernel.action import locked
from didimdol.kernel.problems import WrongState
from didimdol.kernel.words import text
from didimdol.projects.models import Milestone
from didimdol.projects.states.milestone import project_runs

OPEN = ("planned", "supplement")


def held(milestone: Milestone) -> Milestone:
    """The milestone locked, with its project locked before it: nothing moves on while a project is being ended."""
    project = locked(milestone.project)
    milestone = locked(milestone)
    milestone.project = project
    return milestone


def require_open(milestone: Milestone) -> None:
    """Raises where nothing can be handed in: not asked for now, or the project is over."""
    require(project_runs(milestone))
    if milestone.state not in OPEN:
        raise WrongState("milestone_not_open", *_NOT_OPEN, state=milestone.state)


_NOT_OPEN = (
    text("지금은 이 단계에 제출할 수 없습니다.", "Nothing can be handed in for this milestone now."),
    text(
        "수행 중이거나 보완을 요청받은 단계에만 제출할 수 있습니다. 고칠 것이 있으면 수요기업에 보완 요청을 부탁하십시오.",
        "Only while it is under way or to be supplemented. To mend something, ask the company to request a supplement.",
    ),
)
