"""A project begins with the release of its match."""

from __future__ import annotations

from uuid import UUID

from didimdol.kernel.access import Allowed, require
from didimdol.kernel.action import action, audit, locked, notify, save
from didimdol.kernel.actor import Actor
from didimdol.kernel.problems import WrongState
from didimdol.kernel.words import text
from didimdol.people.enums import Role
from didimdol.people.queries import persons_with
from didimdol.programmes.rules import runs
from didimdol.projects import rules
from didimdol.projects.models import Project
from didimdol.projects.states.project import PROJECT
from didimdol.selection.models import Match


@action
def open_project(*, actor: Actor, match: Match) -> Project:
    """Open the project of a released match; opened twice is opened once. A place that was matched anew before anything
    was offered keeps its project. Raises AccessDenied, WrongState."""
    challenge = locked(match.matching.challenge)
    by = require(Allowed if actor.kind == "system" else runs(actor, challenge))
    place, demand = match.place, match.demand
    found = Project.objects.within(place=place).select_for_update(of=("self",)).first()
    if found is not None:
        return _matched_anew(found, match)
    project = Project(
        challenge=challenge,
        field_id=place.field_id,
        place=place,
        match=match,
        demand=demand,
        startup_id=place.startup_id,
        company_id=demand.company_id,
        number=f"{challenge.slug}-P{Project.objects.within(challenge=challenge).count() + 1:02d}",
    )
    PROJECT.enter(actor, project, by=by, facts={"number": project.number, "demand": str(demand.pk)})
    _tell(project)
    return project


def _matched_anew(project: Project, match: Match) -> Project:
    if project.match_id == match.pk:
        audit("project.opened_again", project)
        return project
    if project.state != "preparing" or project.agreements.filter(state__in=["offered", "signed"]).exists():
        raise WrongState(
            "project_is_under_way",
            text(f"{project.number} 과제가 이미 진행되고 있습니다.", f"Project {project.number} is under way already."),
            text("먼저 그 과제의 협약을 거두어 주십시오.", "Take its agreement back first."),
        )
    project.match, project.demand, project.company_id = match, match.demand, match.demand.company_id
    save(project, "match", "demand", "company")
    audit("project.matched_anew", project, facts={"demand": str(match.demand_id)})
    _tell(project)
    return project


def people_of(project: Project) -> list[UUID]:
    """The persons of the startup and the company who work on the project."""
    return [*startup_people(project), *company_people(project)]


def startup_people(project: Project) -> list[UUID]:
    found = persons_with(*rules.STARTUP, organisation=project.startup_id, challenge=project.challenge_id)
    return [person.id for person in found]


def company_people(project: Project) -> list[UUID]:
    held = {"organisation": project.company_id, "challenge": project.challenge_id, "field": project.field.key}
    return [person.id for person in persons_with(*rules.COMPANY, **held)]  # type: ignore[arg-type]


def managers_of(project: Project) -> list[UUID]:
    operator = project.challenge.programme.operator_id
    return [p.id for p in persons_with(Role.MANAGER, organisation=operator, challenge=project.challenge_id)]


def _tell(project: Project) -> None:
    notify(
        people_of(project),
        subject=text(f"PoC 과제가 열렸습니다 · {project.number}", f"Your PoC project is open · {project.number}"),
        body=text(
            "매칭이 확정되었습니다. 창업기업이 수정사업계획서를 쓰고, 승인되면 협약서에 서명합니다.",
            "The match is released. The startup writes the revised plan; once approved, the agreement is signed.",
        ),
        url=project.get_absolute_url(),
    )
