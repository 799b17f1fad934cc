"""A project, from the match to its end."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from didimdol.kernel.transitions import Move, State, Table, WaitFor
from didimdol.kernel.words import text
from didimdol.people.enums import Role
from didimdol.programmes.loading import moments_of
from didimdol.programmes.queries import rules_of
from didimdol.projects import rules
from didimdol.projects.models import Project


def _plan_to_write(project: Project) -> Iterable[WaitFor]:
    """Until a plan is there; from then on the plan says what it waits for."""
    if not project.plans.exists():
        yield WaitFor(
            text(f"수정사업계획서를 써 주십시오 · {project.number}", f"Write the revised plan · {project.number}"),
            f"{project.get_absolute_url()}plan/",
            role=Role.CEO,
            organisation=project.startup_id,
            challenge=project.challenge_id,
            until=sign_by(project),
        )


def sign_by(project: Project) -> datetime:
    """Until when the rulebook wants the agreement signed."""
    return moments_of(rules_of(project.challenge))["agreement"]


def _to_finish(project: Project) -> Iterable[WaitFor]:
    yield WaitFor(
        text(f"과제를 마무리해 주십시오 · {project.number}", f"Finish the project · {project.number}"),
        project.get_absolute_url(),
        role=Role.MANAGER,
        organisation=project.challenge.programme.operator_id,
        challenge=project.challenge_id,
    )


PROJECT = Table(
    "project",
    State("preparing", "협약 준비", "Preparing the agreement", waits=_plan_to_write),
    State("active", "수행 중", "Running", kind="ok"),
    State("evaluated", "평가됨", "Evaluated", kind="ok", waits=_to_finish),
    State("completed", "완료", "Completed", kind="ok", final=True),
    State("completed_early", "조기완료", "Completed early", kind="ok", final=True),
    State("stopped", "중단", "Stopped", kind="bad", final=True),
    State("withdrawn", "포기", "Withdrawn", kind="warn", final=True),
    Move("sign", "preparing", "active", rules.by_system, "협약 체결", "Sign"),
    Move("grade", "active", "evaluated", rules.runs, "등급 확정", "Grade"),
    Move("finish", "evaluated", "completed", rules.runs, "완료", "Finish"),
    Move("finish_early", "evaluated", "completed_early", rules.runs, "조기완료", "Finish early"),
    Move("stop", ("preparing", "active"), "stopped", rules.may_stop, "중단", "Stop", reason_required=True),
    Move("withdraw", ("preparing", "active"), "withdrawn", rules.may_withdraw, "협약 포기", "Withdraw", reason_required=True),
)  # fmt: skip
