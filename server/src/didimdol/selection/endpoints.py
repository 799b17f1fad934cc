"""Operations of the API about results. What is released is public: no token is needed."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from ninja import Router

from didimdol.kernel.api import ProblemOut
from didimdol.programmes.endpoints import body
from didimdol.selection import queries
from didimdol.selection.schemas import ResultOut

router = Router(auth=None, tags=["results"])


@router.get(
    "/challenges/{slug}/result",
    response={200: ResultOut, 404: ProblemOut},
    summary="The released result of a challenge, with its sealed public record",
    openapi_extra={"x-ko": "챌린지의 공개된 결과와 봉인된 공개 기록"},
)
def result(request: HttpRequest, slug: str) -> dict[str, Any]:
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
