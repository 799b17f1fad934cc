"""Operations of the API about demands. What is published is public; with a token a company reads its own as well."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from didimdol.demands.models import Demand
from didimdol.demands.queries import access_demand, demands_visible_to
from didimdol.demands.schemas import DemandsOut, DemandWhole, DemandWholesOut
from didimdol.demands.states import DEMAND
from didimdol.kernel.actor import PUBLIC
from didimdol.kernel.api import (
    NOT_FOUND,
    PUBLIC_PROBLEMS,
    TOKEN_PROBLEMS,
    After,
    Limit,
    Slug,
    Word,
    everybody,
    narrowed,
    scope,
)
from didimdol.kernel.paging import page
from didimdol.programmes.endpoints import body, both
from didimdol.programmes.queries import access_challenge

router = Router(tags=["demands"])


@router.get(
    "/challenges/{slug}/demands",
    auth=everybody,
    response={200: DemandsOut} | NOT_FOUND | PUBLIC_PROBLEMS,
    summary="The published demands of a challenge, by field",
    openapi_extra={"x-ko": "챌린지에 공개된 수요, 분야 순"},
)
def demands(request: HttpRequest, slug: Slug, after: After = "", limit: Limit = 50) -> dict[str, Any]:
    challenge = access_challenge(PUBLIC, slug)
    published = demands_visible_to(PUBLIC).filter(challenge=challenge, state="published")
    found = page(published, order=("field__position", "published_at"), cursor=after, size=limit)
    return {"items": [_demand(request, row) for row in found.rows], "next": found.next_cursor}


@router.get(
    "/demands",
    response={200: DemandWholesOut} | TOKEN_PROBLEMS,
    summary="The demands that you see, with their states: your company's, your operator's, published ones "
    "(scope challenges:read)",
    openapi_extra={
        "x-ko": "내가 볼 수 있는 수요와 그 상태: 내 기업의 것, 내 기관의 것, 공개된 것 (권한 범위 challenges:read)"
    },
)
def all_demands(
    request: HttpRequest, challenge: Word = "", state: Word = "", after: After = "", limit: Limit = 50
) -> dict[str, Any]:
    rows = demands_visible_to(scope(request, "challenges:read"))
    rows = narrowed(rows, challenge__slug=challenge, state=state)
    found = page(rows, cursor=after, size=limit)
    return {"items": [_whole(request, row) for row in found.rows], "next": found.next_cursor}


@router.get(
    "/demands/{id}",
    response={200: DemandWhole} | NOT_FOUND | TOKEN_PROBLEMS,
    summary="One demand that you see (scope challenges:read)",
    openapi_extra={"x-ko": "내가 볼 수 있는 수요 하나 (권한 범위 challenges:read)"},
)
def demand(request: HttpRequest, id: UUID) -> dict[str, Any]:
    return _whole(request, access_demand(scope(request, "challenges:read"), id))


def _whole(request: HttpRequest, row: Demand) -> dict[str, Any]:
    return {
        **_demand(request, row),
        "challenge": row.challenge.slug,
        "business_unit": both(row.business_unit) if row.business_unit else None,
        "state": row.state,
        "state_label": DEMAND.state(row).label,
        "state_since": row.state_since,
    }


def _demand(request: HttpRequest, row: Demand) -> dict[str, Any]:
    return {
        "id": row.pk,
        "field": row.field.key,
        "company": body(row.company),
        "title": both(row.title),
        "problem": both(row.problem),
        "device": row.device,
        "criteria": row.criteria,
        "has_dataset": row.dataset_id is not None,
        "dataset_task": row.dataset_task if row.dataset_id is not None else None,
        "people_offered": both(row.people_offered),
        "data_offered": both(row.data_offered),
        "terms": both(row.terms),
        "decision_on": row.decision_on,
        "published_at": row.published_at,
        "page": request.build_absolute_uri(row.get_absolute_url()),
    }
