"""A simulated device: it claims jobs and answers like the agent on a real one, with real measurements."""

from __future__ import annotations

import os
from dataclasses import dataclass

from didimdol.kernel import blobs
from didimdol.kernel.actor import Actor
from didimdol.kernel.models import Blob
from didimdol.people.models import Organisation
from didimdol.rehearsal.measured import Measurements, NotMeasured
from didimdol.verification import actions, queries
from didimdol.verification.models import Device, DeviceJob
from didimdol_lab.contract import Plan, Refusal, bilingual

LABELS = ("runtime:onnxruntime-cpu", f"arch:{os.uname().machine}")
NAME = "모의 장비: 모델과 계획마다 한 번 잰 값을 다시 씀"
VERSIONS = {"rehearsal": "1"}


@dataclass
class SimulatedDevice:
    device: Device
    measurements: Measurements
    runs: int = 0
    refused: int = 0

    @classmethod
    def register(
        cls, actor: Actor, operator: Organisation, measurements: Measurements, number: int = 1
    ) -> SimulatedDevice:
        device, _ = actions.register_device(actor=actor, organisation=operator, name=f"{NAME} {number}", labels=LABELS)
        return cls(device, measurements)

    def serve(self) -> DeviceJob | None:
        """Claim one job and answer it; None where there is none for this device."""
        actor = queries.actor_of(self.device)
        job = actions.claim_job(actor=actor, device=self.device, labels=LABELS, versions=VERSIONS)
        self.device.refresh_from_db(fields=["last_seen_at", "versions"])
        if job is None:
            return None
        plan = Plan.model_validate(job.plan)
        dataset = _content(job.dataset) if job.dataset else None
        try:
            found = self.measurements.of(_content(job.model), plan, dataset)
        except NotMeasured as reason:
            self.refused += 1
            refusal = Refusal(code="model_failed", message=bilingual(**reason.why), remedy=bilingual(**reason.why))
            return actions.refuse_job(actor=actor, job=job, fencing=job.fencing, refusal=refusal)
        self.runs += 1
        return actions.complete_job(
            actor=actor, job=job, fencing=job.fencing, measurement=found.measurement, card=found.card
        )


def _content(blob: Blob) -> bytes:
    with blobs.open_blob(blob) as handle:
        return bytes(handle.read())
