"""How a project ends: withdrawn by the startup, stopped by the operator, finished after its grade."""

from __future__ import annotations

from didimdol.kernel import clock
from didimdol.kernel.action import action, locked, notify, save, wait
from didimdol.kernel.actor import SYSTEM, Actor
from didimdol.kernel.words import Text, normal, text
from didimdol.projects.actions.agreements import revoke_links
from didimdol.projects.actions.milestones import drop_open_milestones
from didimdol.projects.actions.opening import managers_of, people_of
from didimdol.projects.milestone_queries import completes_early
from didimdol.projects.models import Project
from didimdol.projects.signals import project_ended
from didimdol.projects.states.agreement import AGREEMENT
from didimdol.projects.states.project import PROJECT


@action
def withdraw_project(*, actor: Actor, project: Project, reason: str) -> Project:
    """The startup gives up; before signing the system does where the place ended. Raises AccessDenied, WrongState,
    BadInput."""
    project = locked(project)
    if PROJECT.move("withdraw", actor, project, reason=reason, facts={"signed": project.signed_at is not None}):
        _end(actor, project, "withdrawn", reason, text("창업기업이 과제를 포기했습니다", "The startup withdrew"))
    return project


@action
def stop_project(*, actor: Actor, project: Project, reason: str) -> Project:
    """The operator stops it (운영요령 §17). Raises AccessDenied, WrongState, BadInput."""
    project = locked(project)
    if PROJECT.move("stop", actor, project, reason=reason, facts={"signed": project.signed_at is not None}):
        _end(actor, project, "stopped", reason, text("과제가 중단되었습니다", "The project was stopped"))
    return project


@action
def finish_project(*, actor: Actor, project: Project) -> Project:
    """Done, after its grade; early where the last check said so. Raises AccessDenied, WrongState."""
    project = locked(project)
    move, how = ("finish_early", "completed_early") if completes_early(project) else ("finish", "completed")
    if PROJECT.move(move, actor, project, facts={"grade": project.grade}):
        _end(actor, project, how, "", text("과제가 완료되었습니다", "The project is complete"))
    return project


def _end(actor: Actor, project: Project, how: str, reason: str, words: Text) -> None:
    project.ended_at, project.ended_reason = clock.now(), normal(reason.strip())
    save(project, "ended_at", "ended_reason")
    # What was not approved when the project ended never will be.
    drop_open_milestones(project=project, reason=reason if reason.strip() else words["ko"])
    for agreement in project.agreements.exclude(state__in=["signed", "void"]).order_by("pk"):
        agreement = locked(agreement)
        agreement.project = project
        if agreement.state in ("draft", "offered"):
            AGREEMENT.move("end", SYSTEM, agreement)
        revoke_links(agreement)
        wait(agreement, [])
    for plan in project.plans.order_by("pk"):
        wait(plan, [])
    project_ended.send(Project, project=project, actor=actor, how=how)
    notify(
        [*people_of(project), *managers_of(project)],
        subject=text(f"{words['ko']} · {project.number}", f"{words['en']} · {project.number}"),
        body=text(project.ended_reason, project.ended_reason),
        url=project.get_absolute_url(),
    )
