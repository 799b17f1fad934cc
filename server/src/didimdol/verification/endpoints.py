"""Operations of the API about measurements, for those who look after the devices."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router

from didimdol.kernel.access import require
from didimdol.kernel.api import TOKEN_PROBLEMS, After, Limit, Word, narrowed, scope
from didimdol.kernel.paging import page
from didimdol.verification import rules
from didimdol.verification.evidence import measurement_of
from didimdol.verification.models import DeviceJob, Run
from didimdol.verification.queries import jobs_visible_to
from didimdol.verification.schemas import JobsOut

router = Router(tags=["verification"])


@router.get(
    "/runs",
    response={200: JobsOut} | TOKEN_PROBLEMS,
    summary="The measurements of your devices, newest first (scope verification:read)",
    openapi_extra={"x-ko": "내 기관 장비의 측정, 새것부터 (권한 범위 verification:read)"},
)
def runs(request: HttpRequest, state: Word = "", after: After = "", limit: Limit = 50) -> dict[str, Any]:
    actor = scope(request, "verification:read")
    require(rules.may_look(actor))
    rows = narrowed(jobs_visible_to(actor), state=state).select_related("device", "run__device")
    found = page(rows.defer("plan", "leases", "run__plan"), cursor=after, size=limit)
    return {"items": [job_out(row) for row in found.rows], "next": found.next_cursor}


def job_out(job: DeviceJob) -> dict[str, Any]:
    return {
        "id": job.pk,
        "challenge": job.challenge,
        "state": job.state,
        "asked_at": job.created_at,
        "state_since": job.state_since,
        "model": job.model_name,
        "labels": job.labels,
        "attempts": job.attempts,
        "device": job.device.name if job.device else None,
        "reused": job.reused,
        "refusal": job.refusal,
        "run": run_out(job.run) if job.run else None,
    }


def run_out(run: Run) -> dict[str, Any]:
    return {
        "id": run.pk,
        "measured_at": run.created_at,
        "device": run.device.name,
        "model_sha256": run.model_sha256,
        "plan_digest": run.plan_digest,
        "valid": run.valid,
        "assurance": measurement_of(run).assurance.value,
    }
