"""Operations of the API about challenges. What is announced is public: no token is needed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from ninja import Router

from didimdol.kernel.actor import PUBLIC
from didimdol.kernel.api import NOT_FOUND, PUBLIC_PROBLEMS, After, Limit, Slug, everybody
from didimdol.kernel.paging import page
from didimdol.kernel.words import Text, text
from didimdol.people.models import Organisation
from didimdol.programmes.loading import as_text
from didimdol.programmes.models import Challenge
from didimdol.programmes.queries import access_challenge, calendar, challenges_visible_to, fields_of, phase, rules_of
from didimdol.programmes.schemas import ChallengesOut, ChallengeWhole

router = Router(auth=everybody, tags=["challenges"])


@router.get(
    "/challenges",
    response={200: ChallengesOut} | PUBLIC_PROBLEMS,
    summary="Announced challenges, newest first",
    openapi_extra={"x-ko": "공고된 챌린지, 새것부터"},
)
def challenges(request: HttpRequest, after: After = "", limit: Limit = 50) -> dict[str, Any]:
    found = page(challenges_visible_to(PUBLIC), order=("-announced_at",), cursor=after, size=limit)
    return {"items": [_challenge(request, row) for row in found.rows], "next": found.next_cursor}


@router.get(
    "/challenges/{slug}",
    response={200: ChallengeWhole} | NOT_FOUND | PUBLIC_PROBLEMS,
    summary="One challenge: its fields, calendar and rulebook",
    openapi_extra={"x-ko": "챌린지 하나: 분야, 일정, 규칙집"},
)
def challenge(request: HttpRequest, slug: Slug) -> dict[str, Any]:
    row = access_challenge(PUBLIC, slug)
    rules, stored = rules_of(row), row.rulebook
    assert stored is not None
    file = reverse("programmes:rulebook_version", args=[row.slug, stored.version])
    return {
        **_challenge(request, row),
        "summary": as_text(rules.summary),
        "fields": [
            {
                "key": field.key,
                "name": both(field.name),
                "places": field.quota,
                "demand_company": body(field.demand_company) if field.demand_company else None,
            }
            for field in fields_of(row)
        ],
        "calendar": [
            {"key": line.key, "label": line.label, "when": line.when, "until": line.until} for line in calendar(row)
        ],
        "rulebook": {"version": stored.version, "digest": stored.digest, "file": request.build_absolute_uri(file)},
    }


def _challenge(request: HttpRequest, row: Challenge) -> dict[str, Any]:
    return {
        "slug": row.slug,
        "name": both(row.name),
        "programme": both(row.programme.name),
        "operator": body(row.programme.operator),
        "example": row.example,
        "phase": phase(row),
        "announced_at": row.announced_at,
        "opens_at": row.opens_at,
        "closes_at": row.closes_at,
        "page": request.build_absolute_uri(row.get_absolute_url()),
    }


def both(value: Mapping[str, Any]) -> Text:
    """A stored text with both languages filled."""
    return text(str(value.get("ko", "")), str(value.get("en") or value.get("ko", "")))


def body(organisation: Organisation) -> dict[str, Any]:
    return {"name": both(organisation.name), "example": organisation.example}
