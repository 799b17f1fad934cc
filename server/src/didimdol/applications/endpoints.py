"""Operations of the API about applications: one's own, and what came in to one's challenges."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from didimdol.applications import rules
from didimdol.applications.completeness import contents_of
from didimdol.applications.evidence import Evidence, evidence_of
from didimdol.applications.models import Application
from didimdol.applications.queries import access_application, applications_visible_to, standing_of
from didimdol.applications.schemas import ApplicationsOut, ApplicationWhole, EvidencesOut
from didimdol.kernel.actor import Actor
from didimdol.kernel.api import NOT_FOUND, TOKEN_PROBLEMS, After, Limit, Word, narrowed, scope
from didimdol.kernel.paging import page
from didimdol.kernel.words import text
from didimdol.programmes.endpoints import body
from didimdol.records.actions import opened
from didimdol.verification.endpoints import run_out
from didimdol.verification.evidence import criterion_label

router = Router(tags=["applications"])
SCOPE = "applications:read"


def _reader(request: HttpRequest) -> Actor:
    """The token's person without what they are as an evaluator: documents under evaluation are read on the pages,
    where a conflict is declared first and blind stages hide who applies."""
    actor = scope(request, SCOPE)
    return replace(actor, grants=tuple(grant for grant in actor.grants if grant.role not in rules.EVALUATES))


@router.get(
    "/applications",
    response={200: ApplicationsOut} | TOKEN_PROBLEMS,
    summary="Your startup's applications, or what came in to your operator's challenges, newest first "
    "(scope applications:read)",
    openapi_extra={
        "x-ko": "내 창업기업의 신청, 또는 내 기관의 챌린지에 접수된 신청, 새것부터 (권한 범위 applications:read)"
    },
)
def applications(
    request: HttpRequest, challenge: Word = "", state: Word = "", after: After = "", limit: Limit = 50
) -> dict[str, Any]:
    rows = applications_visible_to(_reader(request)).select_related("challenge", "field", "startup")
    rows = narrowed(rows, challenge__slug=challenge, state=state)
    found = page(rows.defer("answers", "eligibility", "consents"), cursor=after, size=limit)
    return {"items": [_application(request, row) for row in found.rows], "next": found.next_cursor}


@router.get(
    "/applications/{id}",
    response={200: ApplicationWhole} | NOT_FOUND | TOKEN_PROBLEMS,
    summary="One application with its answers, claims and files (scope applications:read)",
    openapi_extra={"x-ko": "신청 하나: 답변, 제시한 수치, 파일 (권한 범위 applications:read)"},
)
def application(request: HttpRequest, id: UUID) -> dict[str, Any]:
    actor = _reader(request)
    row = access_application(actor, id)
    if rules.reader(actor, row) != "startup":
        opened(actor, "application", row)
    contents = contents_of(row)
    files: list[tuple[str, Any]] = [*contents.attachments.items()]
    if contents.model:
        files.append(("model", contents.model))
    return {
        **_application(request, row),
        "standing": standing_of(row, actor)[0],
        "answers": row.answers,
        "claims": [{"demand": claim.demand_id, "figures": claim.claims} for claim in contents.claimed],
        "files": [
            {"document": key, "filename": file.filename, "size": file.blob.size, "sha256": file.blob.sha256}
            for key, file in files
        ],
        "content_digest": row.content_digest,
    }


@router.get(
    "/applications/{id}/runs",
    response={200: EvidencesOut} | NOT_FOUND | TOKEN_PROBLEMS,
    summary="What was claimed and what was measured of a submitted application (scope applications:read)",
    openapi_extra={"x-ko": "제출된 신청의 제시 수치와 측정 결과 (권한 범위 applications:read)"},
)
def application_runs(request: HttpRequest, id: UUID) -> dict[str, Any]:
    actor = _reader(request)
    row = access_application(actor, id)
    if rules.reader(actor, row) != "startup":
        opened(actor, "application", row)
    found = evidence_of(row, final=row.state != "draft", lang="en")
    return {"items": [_evidence(entry) for entry in found]}


def _application(request: HttpRequest, row: Application) -> dict[str, Any]:
    return {
        "id": row.pk,
        "challenge": row.challenge.slug,
        "number": row.number or None,
        "field": row.field.key if row.field else None,
        "startup": body(row.startup),
        "title": row.title,
        "state": row.state,
        "submitted_at": row.submitted_at,
        "page": request.build_absolute_uri(row.get_absolute_url()),
    }


def _evidence(entry: Evidence) -> dict[str, Any]:
    job = entry.job
    return {
        "demand": entry.demand.pk if entry.demand else None,
        "state": job.state if job else None,
        "run": run_out(job.run) if job and job.run else None,
        "results": [
            {
                "criterion": criterion.key,
                "label": text(criterion_label(criterion, "ko"), criterion_label(criterion, "en")),
                "claim": _figure(row.claim),
                "measured": _figure(row.measured),
                "lower": _figure(row.lower),
                "upper": _figure(row.upper),
                "limit": _figure(row.limit),
                "comparison": row.comparison,
                "unit": row.unit,
                "verdict": row.verdict,
            }
            for criterion, row in zip(entry.criteria, entry.rows, strict=True)
        ],
    }


def _figure(value: Any) -> str | None:
    return None if value is None or value == "" else str(value)
