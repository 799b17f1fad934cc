"""Operations of the API about demands. What is published is public: no token is needed."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router

from didimdol.demands.models import Demand
from didimdol.demands.queries import demands_visible_to
from didimdol.demands.schemas import DemandsOut
from didimdol.kernel.actor import PUBLIC
from didimdol.kernel.api import ProblemOut
from didimdol.kernel.paging import page
from didimdol.programmes.endpoints import Limit, body, both
from didimdol.programmes.queries import access_challenge

router = Router(auth=None, tags=["demands"])


@router.get(
    "/challenges/{slug}/demands",
    response={200: DemandsOut, 404: ProblemOut, 422: ProblemOut},
    summary="The published demands of a challenge, by field",
    openapi_extra={"x-ko": "챌린지에 공개된 수요, 분야 순"},
)
def demands(request: HttpRequest, slug: str, after: str = "", limit: Limit = 50) -> dict[str, Any]:
    challenge = access_challenge(PUBLIC, slug)
    published = demands_visible_to(PUBLIC).filter(challenge=challenge, state="published")
    found = page(published, order=("field__position", "published_at"), cursor=after, size=limit)
    return {"items": [_demand(request, row) for row in found.rows], "next": found.next_cursor}


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
        "people_offered": both(row.people_offered),
        "data_offered": both(row.data_offered),
        "terms": both(row.terms),
        "decision_on": row.decision_on,
        "published_at": row.published_at,
        "page": request.build_absolute_uri(row.get_absolute_url()),
    }
