"""What a device hands in: a measurement, or the reason why there is none."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from didimdol.kernel.action import action, audit, locked, save
from didimdol.kernel.actor import Actor
from didimdol.kernel.problems import BadInput
from didimdol.kernel.words import text
from didimdol.verification import queries
from didimdol.verification.actions import health
from didimdol.verification.actions.leases import MOST_ATTEMPTS, StaleLease, end_lease, held, lease_facts
from didimdol.verification.models import Device, DeviceJob, Run
from didimdol.verification.signals import job_finished
from didimdol.verification.states import JOB
from didimdol_lab.contract import AI_HUB_FAULTS, Measurement, ModelCard, Plan, Refusal, Validity, quantile
from didimdol_lab.evidence import Attestation, Broken, attested

#: refusals that say something about the device and nothing about the model: another device gets the job
DEVICE_FAULTS = AI_HUB_FAULTS | frozenset(
    {"sandbox_incomplete", "runtime_missing", "download_failed", "cancelled", "internal"}
)


@action
def complete_job(
    *,
    actor: Actor,
    job: DeviceJob,
    fencing: int,
    measurement: Measurement,
    card: ModelCard,
    envelope: str | None = None,
) -> DeviceJob:
    """Keep the run. Repeated by an agent that did not hear the answer, it is kept once.

    ``envelope``: what the device signed of it; a device with a key has to. Raises StaleLease, BadInput.
    """
    job = held(actor, job, fencing)
    if job.state == "done" and (job.run_id is not None or job.health_of_id is not None):
        audit("device_job.complete_repeated", job, facts={"fencing": fencing})
        return job
    if job.state != "leased" or job.device is None or job.device.retired_at is not None:
        raise StaleLease
    plan = Plan.model_validate(job.plan)
    _require_the_job(job, plan, measurement)
    signed = _signed(job, job.device, plan, measurement, card, envelope)
    job.lease_until = None
    job.progress = {"phase": "done", "done": 1, "total": 1, "note": ""}
    end_lease(job, "done")
    stored = measurement.model_dump(mode="json", by_alias=True)
    facts = {**lease_facts(job), "measurement_sha256": measurement_sha256(stored)}
    if signed is not None:
        facts["key_id"] = signed.key_id
    if job.health_of_id is not None:
        median = quantile(measurement.pooled_ns(), "p50") if measurement.pooled_ns() else None
        job.progress["note"] = f"p50 {median.value_ms} ms" if median else ""
        save(job, "lease_until", "progress", "leases")
        JOB.move("complete", actor, job, facts=facts)
        health.passed(actor, job.device)
        return job
    run = Run(
        device=job.device,
        owner=job.owner,
        model_sha256=job.model.sha256,
        plan_digest=job.plan_digest,
        plan=job.plan,
        measurement=stored,
        card=card.model_dump(mode="json", by_alias=True),
        valid=measurement.validity is Validity.valid,
        envelope=envelope if signed is not None and envelope is not None else "",
    )
    save(run)
    job.run = run
    save(job, "run", "lease_until", "progress", "leases")
    JOB.move("complete", actor, job, facts={**facts, "run": run.id, "valid": run.valid})
    job_finished.send(DeviceJob, job=job)
    return job


def _require_the_job(job: DeviceJob, plan: Plan, measurement: Measurement) -> None:
    differs = [
        name
        for name, found, expected in (
            ("measurement.model_sha256", measurement.model_sha256, job.model.sha256),
            ("measurement.plan_digest", measurement.plan_digest, job.plan_digest),
            ("measurement.boundary", measurement.boundary, plan.boundary),
            ("measurement.percentile_confidence", measurement.percentile_confidence, plan.percentile_confidence),
        )
        if found != expected
    ]
    if differs:
        raise BadInput(
            "result_of_another_job",
            text("결과가 이 작업의 모델이나 계획과 다릅니다.", "The result is not of this job's model or plan."),
            text("장비 프로그램을 새 판으로 바꾸십시오.", "Update the device agent."),
            differs=differs,
        )


def _signed(
    job: DeviceJob, device: Device, plan: Plan, measurement: Measurement, card: ModelCard, envelope: str | None
) -> Attestation | None:
    """What the device's key signed, of this job and this lease; None from a device without a key. Raises BadInput."""
    if envelope is None:
        if not device.public_key:
            return None
        raise BadInput(
            "signature_missing",
            text(
                "이 장비의 결과에는 장비 열쇠의 서명이 있어야 합니다.",
                "A result of this device needs its key's signature.",
            ),
            text(
                "에이전트를 그 열쇠로 다시 시작하거나, 장비 화면에서 새 열쇠를 허용하십시오.",
                "Start the agent with that key again, or allow a new key on the device's page.",
            ),
        )
    try:
        found = attested(envelope.encode(), measurement, plan, card)
    except Broken as broken:
        raise BadInput("signature_wrong", text(broken.ko, broken.en), _KEY_OF_THE_DEVICE, why=broken.code) from broken
    differs = [
        name
        for name, given, expected in (
            ("public_key", found.public_key, device.public_key),
            ("job", found.job, str(job.id)),
            ("fencing", found.fencing, job.fencing),
        )
        if given != expected
    ]
    if differs:
        raise BadInput(
            "signature_wrong",
            text(
                "장비의 서명이 이 장비의 열쇠나 이 작업의 것이 아닙니다.",
                "The signature is not of this device's key, or not of this job.",
            ),
            _KEY_OF_THE_DEVICE,
            differs=differs,
        )
    return found


_KEY_OF_THE_DEVICE = text(
    "장비 화면에 등록된 열쇠로 에이전트를 시작하십시오. 열쇠를 바꾸려면 장비 화면에서 새 열쇠를 허용하십시오.",
    "Start the agent with the key that the device's page names; to change it, allow a new key there.",
)


def measurement_sha256(stored: dict[str, Any]) -> str:
    """What the chain remembers of a run: SHA-256 over its JSON with sorted keys and no spaces."""
    text_ = json.dumps(stored, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text_.encode()).hexdigest()


@action
def refuse_job(*, actor: Actor, job: DeviceJob, fencing: int, refusal: Refusal) -> DeviceJob:
    """The model did not pass, or this device cannot do it: then another one gets the job. Raises StaleLease.

    After what looks like a crash the device has to pass its health check.
    """
    job = held(actor, job, fencing)
    if job.state == "refused":
        audit("device_job.refuse_repeated", job, facts={"fencing": fencing})
        return job
    if job.state != "leased" or job.device is None:
        raise StaleLease
    device = job.device
    job.refusal, job.lease_until = refusal.model_dump(mode="json"), None
    facts = {**lease_facts(job), "code": refusal.code}
    if job.health_of_id is not None or refusal.code not in DEVICE_FAULTS:
        end_lease(job, "refused")
        save(job, "refusal", "lease_until", "leases")
        JOB.move("refuse", actor, job, facts=facts)
        if job.health_of_id is not None:
            health.failed(actor, device, refusal.code)
            return job
        job_finished.send(DeviceJob, job=job)
    else:
        _hand_back(actor, job, facts)
    if refusal.code in health.CRASHES:
        health.doubt(actor, locked(device), refusal.code)
    return job


def _hand_back(actor: Actor, job: DeviceJob, facts: dict[str, Any]) -> None:
    """To another device, where one could take it; else it is lost."""
    end_lease(job, "faulty")
    save(job, "refusal", "lease_until", "leases")
    faulty = {lease["device"] for lease in job.leases if lease["end"] == "faulty"}
    others = [d for d in queries.able(queries.devices_for(job.operator), job.labels) if str(d.id) not in faulty]
    if others and job.attempts < MOST_ATTEMPTS:
        JOB.move("hand_back", actor, job, facts=facts)
        job.device = None
        save(job, "device")
    else:
        JOB.move("give_up", actor, job, facts=facts)
        job_finished.send(DeviceJob, job=job)
