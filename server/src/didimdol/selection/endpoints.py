"""Operations of the API about results and places. A released result is public; places take a token."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from ninja import Router

from didimdol.kernel.actor import Actor
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
from didimdol.programmes.endpoints import body
from didimdol.selection import queries
from didimdol.selection.models import Match, Place
from didimdol.selection.place_queries import access_place, matches_standing, places_visible_to
from didimdol.selection.place_rules import is_startup, may_read_operation
from didimdol.selection.schemas import PlaceOut, PlacesOut, ResultOut
from didimdol.selection.states import PLACE

router = Router(tags=["results"])
SCOPE = "evaluation:read"


@router.get(
    "/challenges/{slug}/result",
    auth=everybody,
    response={200: ResultOut} | NOT_FOUND | PUBLIC_PROBLEMS,
    summary="The released result of a challenge, with its sealed public record",
    openapi_extra={"x-ko": "챌린지의 공개된 결과와 봉인된 공개 기록"},
)
def result(request: HttpRequest, slug: Slug) -> dict[str, Any]:
    found = queries.access_result(slug)
    assert found.public_record is not None
    record = found.public_record.document
    return {
        "challenge": slug,
        "released_at": found.released_at,
        "places": queries.places(found),
        "applications": len(record["payload"]["commitments"]),
        "selected": [
            {
                "field": line.application.field.key if line.application.field else "",
                "number": line.application.number,
                "company": body(line.application.startup),
            }
            for line in queries.selected_lines(found)
        ],
        "record": record,
        "keys": request.build_absolute_uri(reverse("records:keys")),
    }


@router.get(
    "/places",
    response={200: PlacesOut} | TOKEN_PROBLEMS,
    summary="The places that you see, with the demand each was matched to: your startup's, those matched to your "
    "company, those of your operator's challenges (scope evaluation:read)",
    openapi_extra={
        "x-ko": "내가 볼 수 있는 자리와 매칭된 수요: 내 창업기업, 내 기업에 매칭된 것, 내 기관의 챌린지 (권한 범위 "
        "evaluation:read)"
    },
)
def places(
    request: HttpRequest, challenge: Word = "", state: Word = "", after: After = "", limit: Limit = 50
) -> dict[str, Any]:
    actor = scope(request, SCOPE)
    rows = narrowed(places_visible_to(actor), challenge__slug=challenge, state=state)
    found = page(rows, cursor=after, size=limit)
    matches = matches_standing([row.pk for row in found.rows])
    return {"items": [_place(request, actor, row, matches) for row in found.rows], "next": found.next_cursor}


@router.get(
    "/places/{id}",
    response={200: PlaceOut} | NOT_FOUND | TOKEN_PROBLEMS,
    summary="One place that you see (scope evaluation:read)",
    openapi_extra={"x-ko": "내가 볼 수 있는 자리 하나 (권한 범위 evaluation:read)"},
)
def place(request: HttpRequest, id: UUID) -> dict[str, Any]:
    actor = scope(request, SCOPE)
    row = access_place(actor, id)
    return _place(request, actor, row, matches_standing([row.pk]))


def _place(request: HttpRequest, actor: Actor, row: Place, matches: Mapping[UUID, Match]) -> dict[str, Any]:
    match = matches.get(row.pk)
    # How long the line is and who stands where is told to the startup itself and to those who run it.
    inside = bool(is_startup(actor, row)) or bool(may_read_operation(actor, row))
    return {
        "id": row.pk,
        "challenge": row.challenge.slug,
        "field": row.field.key,
        "application": row.application_id,
        "number": row.application.number,
        "startup": body(row.startup),
        "state": row.state,
        "state_label": PLACE.state(row).label,
        "state_since": row.state_since,
        "position": row.position if inside and row.position else None,
        "confirm_by": row.confirm_by,
        "confirmed_at": row.confirmed_at,
        "demand": match.demand_id if match else None,
        "company": body(match.demand.company) if match else None,
        "page": request.build_absolute_uri(row.get_absolute_url()),
    }
