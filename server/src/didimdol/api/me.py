"""Whose token this is."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router

from didimdol.api.schemas import MeOut
from didimdol.kernel.api import TOKEN_PROBLEMS, scope
from didimdol.people.enums import ROLE_LABELS, Role
from didimdol.people.queries import challenges_named, organisations_of, person_of
from didimdol.programmes.endpoints import both

router = Router(tags=["me"])


@router.get(
    "/me",
    response={200: MeOut} | TOKEN_PROBLEMS,
    summary="The token's person, roles and scopes (scope profile:read)",
    openapi_extra={"x-ko": "토큰의 사람, 역할, 권한 범위 (권한 범위 profile:read)"},
)
def me(request: HttpRequest) -> dict[str, Any]:
    actor = scope(request, "profile:read")
    person = person_of(actor)
    bodies = {row.pk: both(row.name) for row in organisations_of(actor)}
    named = challenges_named(actor.challenges())
    return {
        "id": person.pk,
        "name": person.name,
        "email": person.email,
        "language": person.language,
        "roles": [
            {
                "role": grant.role,
                "label": ROLE_LABELS[Role(grant.role)],
                "organisation": grant.organisation,
                "organisation_name": bodies.get(grant.organisation) if grant.organisation else None,
                "challenge": grant.challenge,
                "challenge_name": both(named[grant.challenge].name) if grant.challenge in named else None,
                "field": grant.field,
            }
            for grant in actor.grants
        ],
        "scopes": sorted(actor.scopes or ()),
    }
