"""The signed evidence of a measurement as a file: checked offline by ``didimdol-lab verify``, from the raw samples up."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpResponse

from didimdol.kernel.problems import Invisible, WrongState
from didimdol.kernel.words import text
from didimdol.records import keys
from didimdol.verification.models import DeviceJob
from didimdol_lab.contract import Criterion, Measurement, ModelCard, Plan
from didimdol_lab.evidence import QuickPlan, Signer, make


def evidence_file(job: DeviceJob | None, criteria: Sequence[Criterion]) -> HttpResponse:
    """The run's samples with these criteria, signed by the platform over the device's own signature where it
    has one; the same bytes for the same run and key.

    The caller has checked the access. Raises Invisible for what was not measured, WrongState for a plan too small to sign.
    """
    if job is None or job.run is None:
        raise Invisible("evidence")
    run = job.run
    measurement = Measurement.model_validate(run.measurement)
    _, private = keys.current()
    try:
        content = make(
            measurement,
            ModelCard.model_validate(run.card),
            Plan.model_validate(run.plan),
            criteria,
            Signer(private),
            assurance=measurement.assurance.value,
            made_at=run.created_at,
            device=run.envelope.encode() or None,
        )
    except QuickPlan as quick:
        raise WrongState("quick_measurement", text(quick.ko, quick.en), _AGAIN) from quick
    name = f"evidence-{run.model_sha256[:12]}.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return HttpResponse(content, content_type="application/zip", headers=headers)


_AGAIN = text(
    "규칙집의 verification.processes와 verification.min_samples를 늘린 뒤 다시 측정하십시오.",
    "Raise verification.processes and verification.min_samples in the rulebook, and measure again.",
)
