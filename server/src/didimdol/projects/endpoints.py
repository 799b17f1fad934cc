"""Operations of the API about projects: one's own startup's and company's, and those of one's challenges."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from didimdol.kernel.api import NOT_FOUND, TOKEN_PROBLEMS, After, Limit, Word, narrowed, scope
from didimdol.kernel.paging import page
from didimdol.kernel.words import text
from didimdol.people.scopes import scopes
from didimdol.programmes.endpoints import body
from didimdol.projects.milestone_queries import milestones_visible_to
from didimdol.projects.models import Milestone, Project
from didimdol.projects.queries import access_project, projects_visible_to
from didimdol.projects.schemas import ProjectsOut, ProjectWhole
from didimdol.projects.states import PROJECT
from didimdol.projects.states.milestone import MILESTONE

router = Router(tags=["projects"])
SCOPE = "projects:read"
scopes({SCOPE: text("과제 읽기", "Read projects")})


@router.get(
    "/projects",
    response={200: ProjectsOut} | TOKEN_PROBLEMS,
    summary="The projects that you see: your startup's, your company's, or your operator's, newest first "
    "(scope projects:read)",
    openapi_extra={
        "x-ko": "내가 볼 수 있는 과제: 내 창업기업, 내 기업, 내 기관의 것, 새것부터 (권한 범위 projects:read)"
    },
)
def projects(
    request: HttpRequest, challenge: Word = "", state: Word = "", after: After = "", limit: Limit = 50
) -> dict[str, Any]:
    rows = narrowed(projects_visible_to(scope(request, SCOPE)), challenge__slug=challenge, state=state)
    found = page(rows, cursor=after, size=limit)
    return {"items": [_project(request, row) for row in found.rows], "next": found.next_cursor}


@router.get(
    "/projects/{id}",
    response={200: ProjectWhole} | NOT_FOUND | TOKEN_PROBLEMS,
    summary="One project with its milestones (scope projects:read)",
    openapi_extra={"x-ko": "과제 하나와 그 마일스톤 (권한 범위 projects:read)"},
)
def project(request: HttpRequest, id: UUID) -> dict[str, Any]:
    actor = scope(request, SCOPE)
    row = access_project(actor, id)
    milestones = milestones_visible_to(actor).filter(project=row).order_by("position")
    return {**_project(request, row), "milestones": [_milestone(request, step) for step in milestones]}


def _project(request: HttpRequest, row: Project) -> dict[str, Any]:
    return {
        "id": row.pk,
        "number": row.number,
        "challenge": row.challenge.slug,
        "field": row.field.key,
        "demand": row.demand_id,
        "place": row.place_id,
        "startup": body(row.startup),
        "company": body(row.company),
        "state": row.state,
        "state_label": PROJECT.state(row).label,
        "state_since": row.state_since,
        "starts_on": row.starts_on,
        "ends_on": row.ends_on,
        "signed_at": row.signed_at,
        "ended_at": row.ended_at,
        "grant": row.grant,
        "grade": row.grade or None,
        "best": row.best,
        "page": request.build_absolute_uri(row.get_absolute_url()),
    }


def _milestone(request: HttpRequest, row: Milestone) -> dict[str, Any]:
    return {
        "id": row.pk,
        "position": row.position,
        "title": row.title,
        "due_on": row.due_on,
        "amount": row.amount,
        "gate": row.gate,
        "criteria": row.criteria,
        "state": row.state,
        "state_label": MILESTONE.state(row).label,
        "state_since": row.state_since,
        "approved_at": row.approved_at,
        "page": request.build_absolute_uri(row.get_absolute_url()),
    }
