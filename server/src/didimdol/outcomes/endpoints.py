"""Operations of the API about adoption: what became of one's PoCs."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from didimdol.kernel.api import NOT_FOUND, TOKEN_PROBLEMS, After, Limit, Word, narrowed, scope
from didimdol.kernel.paging import page
from didimdol.kernel.words import text
from didimdol.outcomes.models import AdoptionCase
from didimdol.outcomes.queries import access_case, cases_visible_to
from didimdol.outcomes.schemas import AdoptionOut, AdoptionsOut
from didimdol.outcomes.states import ADOPTION
from didimdol.people.scopes import scopes
from didimdol.programmes.endpoints import body

router = Router(tags=["outcomes"])
SCOPE = "outcomes:read"
scopes({SCOPE: text("도입·성과 읽기", "Read adoption and outcomes")})


@router.get(
    "/adoptions",
    response={200: AdoptionsOut} | TOKEN_PROBLEMS,
    summary="The adoption cases that you see: your startup's, your company's, or your operator's, newest first "
    "(scope outcomes:read)",
    openapi_extra={
        "x-ko": "내가 볼 수 있는 도입 검토: 내 창업기업, 내 기업, 내 기관의 것, 새것부터 (권한 범위 outcomes:read)"
    },
)
def adoptions(
    request: HttpRequest, challenge: Word = "", state: Word = "", after: After = "", limit: Limit = 50
) -> dict[str, Any]:
    rows = narrowed(cases_visible_to(scope(request, SCOPE)), project__challenge__slug=challenge, state=state)
    found = page(rows, cursor=after, size=limit)
    return {"items": [_case(request, row) for row in found.rows], "next": found.next_cursor}


@router.get(
    "/adoptions/{id}",
    response={200: AdoptionOut} | NOT_FOUND | TOKEN_PROBLEMS,
    summary="One adoption case that you see (scope outcomes:read)",
    openapi_extra={"x-ko": "내가 볼 수 있는 도입 검토 하나 (권한 범위 outcomes:read)"},
)
def adoption(request: HttpRequest, id: UUID) -> dict[str, Any]:
    return _case(request, access_case(scope(request, SCOPE), id))


def _case(request: HttpRequest, row: AdoptionCase) -> dict[str, Any]:
    return {
        "id": row.pk,
        "project": row.project_id,
        "number": row.project.number,
        "challenge": row.project.challenge.slug,
        "startup": body(row.project.startup),
        "company": body(row.project.company),
        "state": row.state,
        "state_label": ADOPTION.state(row).label,
        "state_since": row.state_since,
        "first_due_on": row.first_due_on,
        "due_on": row.due_on,
        "postponed": row.postponed,
        "days_overdue": row.days_overdue(),
        "kind": row.kind or None,
        "reason_code": row.reason_code or None,
        "decided_at": row.decided_at,
        "page": request.build_absolute_uri(row.get_absolute_url()),
    }
