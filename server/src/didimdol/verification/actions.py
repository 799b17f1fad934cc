"""The writers of verification: devices, jobs and runs.

A lease lasts ``LEASE``; every heartbeat renews it. Each lease has its own fencing number, and whatever comes with an
older one is refused: a device that was given up cannot overwrite its successor.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from didimdol.kernel import clock
from didimdol.kernel.access import require
from didimdol.kernel.action import action, audit, locked, save, writing
from didimdol.kernel.actor import SYSTEM, Actor
from didimdol.kernel.models import Blob
from didimdol.kernel.problems import AccessDenied, BadInput, WrongState
from didimdol.kernel.words import text
from didimdol.people.models import Organisation
from didimdol.people.rules import operator_of
from didimdol.verification import queries, rules
from didimdol.verification.models import Device, DeviceJob, Run
from didimdol.verification.signals import job_finished
from didimdol.verification.states import JOB
from didimdol_lab.contract import AI_HUB_FAULTS, Measurement, ModelCard, Plan, Progress, Refusal, Validity
from didimdol_lab.contract.plan import Label

LEASE = timedelta(seconds=60)
HEARTBEAT = timedelta(seconds=15)
MOST_ATTEMPTS = 3
SEEN_EVERY = timedelta(seconds=15)
LABEL: TypeAdapter[str] = TypeAdapter(Label)

#: refusals that say something about the device and nothing about the model: another device gets the job
DEVICE_FAULTS = AI_HUB_FAULTS | {"sandbox_incomplete", "runtime_missing", "download_failed", "cancelled", "internal"}


class StaleLease(WrongState):
    """409: the lease is over, or somebody else's."""

    def __init__(self) -> None:
        super().__init__(
            "stale_lease",
            text("이 작업의 임대가 끝났습니다.", "The lease of this job is over."),
            text("결과를 버리고 새 작업을 받으십시오.", "Drop the result and claim a new job."),
        )


class NothingToDo(Exception):
    """Somebody else was faster."""


# --- devices -------------------------------------------------------------------------------------------------------


@action
def register_device(
    *, actor: Actor, organisation: Organisation, name: str, labels: Sequence[str]
) -> tuple[Device, str]:
    """A new device and its token in clear, which is shown once and never again."""
    by = require(rules.keeps_devices(actor, organisation.id))
    clear = "ddl_" + secrets.token_urlsafe(32)
    device = Device(
        organisation=organisation.id, name=name, labels=_clean(labels), secret_hash=queries.secret_hash(clear)
    )
    save(device)
    audit("device.registered", device, facts={"organisation": organisation.id, "labels": device.labels}, by=by)
    return device, clear


@action
def retire_device(*, actor: Actor, device: Device, reason: str) -> Device:
    """Take a device out of service. Its token ends now; a job it holds goes to another when its lease runs out."""
    device = locked(device)
    by = require(rules.may_retire(actor, device))
    if not reason.strip():
        message = text("사유를 적어 주십시오.", "Please give the reason.")
        raise BadInput("reason_required", message, fields={"reason": message})
    if device.retired_at is None:
        device.retired_at = clock.real()
        save(device, "retired_at")
    audit("device.retired", device, personal={"reason": reason}, by=by)
    return device


def _clean(labels: Sequence[str]) -> list[str]:
    cleaned = sorted({label.strip() for label in labels if label.strip()})
    example = text("예: arch:x86_64, runtime:onnxruntime-cpu", "For example: arch:x86_64, runtime:onnxruntime-cpu")
    if not cleaned:
        missing = text("장비 표지를 하나 이상 적어 주십시오.", "Give at least one device label.")
        raise BadInput("labels_missing", missing, example, fields={"labels": missing})
    for label in cleaned:
        try:
            LABEL.validate_python(label)
        except ValidationError as error:
            wrong = text(f"표지는 ‘이름:값’ 꼴이어야 합니다: {label}", f"A label reads “name:value”: {label}")
            raise BadInput("label_malformed", wrong, example, fields={"labels": wrong}) from error
    return cleaned


# --- queueing ------------------------------------------------------------------------------------------------------


@action
def queue_job(
    *,
    actor: Actor,
    owner: UUID | Organisation,
    subject: UUID,
    challenge: UUID | None,
    model: Blob,
    model_name: str,
    dataset: Blob | None,
    plan: Plan,
    labels: Sequence[str],
    priority: int = 0,
) -> DeviceJob:
    """Ask for a measurement. The calling room has checked that ``actor`` may.

    A valid run of the same owner's same model under the same plan is used again: the job is done at once, ``reused``.
    ``priority``: lower goes first. Raises BadInput where no device could ever take it, naming the nearest.
    """
    owner_id = owner.id if isinstance(owner, Organisation) else owner
    if (dataset.sha256 if dataset else None) != plan.dataset_sha256:
        raise BadInput(
            "dataset_differs",
            text("데이터 세트가 측정 계획의 것과 다릅니다.", "The data set is not the one of the plan."),
            text("수요의 데이터 세트를 다시 확인해 주십시오.", "Check the data set of the demand."),
        )
    wanted = _clean(labels)
    operator = operator_of(challenge) if challenge is not None else None
    _require_a_device(operator, wanted)
    digest = plan.digest()
    job = DeviceJob(
        owner=owner_id,
        operator=operator,
        subject=subject,
        challenge=challenge,
        model=model,
        model_name=model_name[:200],
        dataset=dataset,
        plan=plan.model_dump(mode="json", by_alias=True),
        plan_digest=digest,
        labels=wanted,
        priority=priority,
    )
    JOB.enter(actor, job, facts={"subject": subject, "model": model.sha256, "plan": digest, "labels": wanted})
    run = queries.reusable_run(owner=owner_id, operator=operator, model=model, plan_digest=digest, labels=wanted)
    if run is not None:
        job.run, job.device, job.reused = run, run.device, True
        save(job, "run", "device", "reused")
        JOB.move("reuse", SYSTEM, job, facts={"run": run.id})
        job_finished.send(DeviceJob, job=job)
    return job


def _require_a_device(operator: UUID | None, wanted: list[str]) -> None:
    devices = queries.devices_for(operator)
    if queries.able(devices, wanted):
        return
    asked = ", ".join(wanted)
    if not devices:
        raise BadInput(
            "no_device",
            text(
                f"측정할 장비가 아직 등록되어 있지 않습니다. 필요한 표지: {asked}",
                f"No device is registered yet. Needed: {asked}",
            ),
            text("운영기관의 기술검증 담당에게 알려 주십시오.", "Please tell the operator's verification engineer."),
            wanted=wanted,
        )
    nearest = min(devices, key=lambda device: (len(set(wanted) - set(device.labels)), device.name))
    missing = [label for label in wanted if label not in nearest.labels]
    raise BadInput(
        "no_device",
        text(f"이 표지를 모두 갖춘 장비가 없습니다: {asked}", f"No device has all of these labels: {asked}"),
        text(
            f"가장 가까운 장비는 ‘{nearest.name}’이며 다음이 없습니다: {', '.join(missing)}",
            f"The nearest is “{nearest.name}”; it lacks: {', '.join(missing)}",
        ),
        wanted=wanted,
        nearest=nearest.name,
        missing=missing,
    )


@action
def cancel_job(*, actor: Actor, job: DeviceJob, reason: str = "") -> DeviceJob:
    """The measurement is not wanted any more. A device that works on it learns so with its next heartbeat."""
    job = locked(job)
    if JOB.move("cancel", actor, job, reason=reason):
        _end_lease(job, "cancelled")
        save(job, "leases")
        job_finished.send(DeviceJob, job=job)
    return job


@action
def repeat_job(*, actor: Actor, job: DeviceJob, reason: str) -> DeviceJob:
    """Measure again what decided nothing: a disturbed run, or a job that no device finished."""
    job = locked(job)
    JOB.move("repeat", actor, job, reason=reason, facts={"run_before": job.run_id})
    job.device, job.lease_until, job.run, job.reused = None, None, None, False
    job.attempts, job.progress, job.refusal = 0, {}, {}
    # A device that was mended may try again.
    job.leases = [{**lease, "end": "set_aside"} if lease["end"] == "faulty" else lease for lease in job.leases]
    save(job, "device", "lease_until", "run", "reused", "attempts", "progress", "refusal", "leases")
    return job


# --- the agent -----------------------------------------------------------------------------------------------------


def claim_job(*, actor: Actor, device: Device, labels: Sequence[str], versions: dict[str, str]) -> DeviceJob | None:
    """The next job for this device, leased to it; None where there is none, or while it holds one already.

    ``labels``: what the agent says it can do now; only registered labels count. Not an action itself: most polls find
    nothing and change nothing.
    """
    see_device(actor=actor, device=device, versions=versions)
    requeue_overdue()
    if queries.holds_a_lease(device) or not queries.offers(device, labels).exists():
        return None
    try:
        return lease_job(actor=actor, device=device, labels=labels)
    except NothingToDo:
        return None


def see_device(*, actor: Actor, device: Device, versions: dict[str, str]) -> None:
    """Remember that the device asked. Not an event of the log, like progress: it would drown what people did."""
    now = clock.real()
    changed = versions != device.versions
    if changed or device.last_seen_at is None or now - device.last_seen_at >= SEEN_EVERY:
        with writing("verification.see_device", actor):
            device = locked(device)
            device.last_seen_at, device.versions = now, versions
            save(device, "last_seen_at", "versions")
            if changed:
                audit("device.versions_changed", device, facts={"versions": versions})


@action
def lease_job(*, actor: Actor, device: Device, labels: Sequence[str]) -> DeviceJob:
    """Give the first fitting job to the device. Raises NothingToDo where others took them all."""
    device = locked(device)  # one job at a time on one device, however many agents use its token
    if device.retired_at is not None or queries.holds_a_lease(device):
        raise NothingToDo
    offer = queries.offers(device, labels).select_for_update(skip_locked=True, of=("self",)).first()
    if offer is None:
        raise NothingToDo
    job, now = offer, clock.real()
    job.attempts += 1
    job.fencing += 1
    job.device, job.lease_until = device, now + LEASE
    job.leases = [*job.leases, {"device": str(device.id), "fencing": job.fencing, "at": now.isoformat(), "end": ""}]
    job.progress = {}
    save(job, "attempts", "fencing", "device", "lease_until", "leases", "progress")
    JOB.move("lease", actor, job, facts=_lease_facts(job))
    return job


def _lease_facts(job: DeviceJob) -> dict[str, Any]:
    return {"device": job.device_id, "fencing": job.fencing, "attempt": job.attempts}


def _end_lease(job: DeviceJob, how: str) -> None:
    """``how``: done, refused, faulty, expired, cancelled."""
    job.leases = [
        {**lease, "end": how} if lease["fencing"] == job.fencing and not lease["end"] else lease for lease in job.leases
    ]


def _held(actor: Actor, job: DeviceJob, fencing: int) -> DeviceJob:
    """The job locked, if this device still holds this lease. Raises StaleLease."""
    job = locked(job)
    if job.fencing != fencing or job.device_id is None or job.device_id != actor.device:
        raise StaleLease
    return job


def report_progress(*, actor: Actor, job: DeviceJob, fencing: int, progress: Progress) -> bool:
    """Renew the lease and show how far it is; whether the work was cancelled. Raises StaleLease.

    Not an event of the log: it comes every fifteen seconds and says nothing that the result does not.
    """
    with writing("verification.report_progress", actor):
        job = _held(actor, job, fencing)
        if job.state == "cancelled":
            return True
        if job.state != "leased":
            raise StaleLease
        job.lease_until = clock.real() + LEASE
        job.progress = progress.model_dump(mode="json")
        save(job, "lease_until", "progress")
    return False


@action
def complete_job(*, actor: Actor, job: DeviceJob, fencing: int, measurement: Measurement, card: ModelCard) -> DeviceJob:
    """Keep the run. Repeated by an agent that did not hear the answer, it is kept once. Raises StaleLease, BadInput."""
    job = _held(actor, job, fencing)
    if job.state == "done" and job.run_id is not None:
        audit("device_job.complete_repeated", job, facts={"fencing": fencing})
        return job
    if job.state != "leased":
        raise StaleLease
    plan = Plan.model_validate(job.plan)
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
    stored = measurement.model_dump(mode="json", by_alias=True)
    run = Run(
        device=job.device,
        owner=job.owner,
        model_sha256=job.model.sha256,
        plan_digest=job.plan_digest,
        plan=job.plan,
        measurement=stored,
        card=card.model_dump(mode="json", by_alias=True),
        valid=measurement.validity is Validity.valid,
    )
    save(run)
    job.run, job.lease_until = run, None
    job.progress = {"phase": "done", "done": 1, "total": 1, "note": ""}
    _end_lease(job, "done")
    save(job, "run", "lease_until", "progress", "leases")
    facts = {**_lease_facts(job), "run": run.id, "valid": run.valid, "measurement_sha256": measurement_sha256(stored)}
    JOB.move("complete", actor, job, facts=facts)
    job_finished.send(DeviceJob, job=job)
    return job


def measurement_sha256(stored: dict[str, Any]) -> str:
    """What the chain remembers of a run: SHA-256 over its JSON with sorted keys and no spaces."""
    text_ = json.dumps(stored, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text_.encode()).hexdigest()


@action
def refuse_job(*, actor: Actor, job: DeviceJob, fencing: int, refusal: Refusal) -> DeviceJob:
    """The model did not pass, or this device cannot do it: then another one gets the job. Raises StaleLease."""
    job = _held(actor, job, fencing)
    if job.state == "refused":
        audit("device_job.refuse_repeated", job, facts={"fencing": fencing})
        return job
    if job.state != "leased":
        raise StaleLease
    job.refusal, job.lease_until = refusal.model_dump(mode="json"), None
    facts = {**_lease_facts(job), "code": refusal.code}
    if refusal.code not in DEVICE_FAULTS:
        _end_lease(job, "refused")
        save(job, "refusal", "lease_until", "leases")
        JOB.move("refuse", actor, job, facts=facts)
        job_finished.send(DeviceJob, job=job)
        return job
    _end_lease(job, "faulty")
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
    return job


# --- leases that ran out -------------------------------------------------------------------------------------------


def requeue_overdue() -> int:
    """Queue again every job whose device fell silent; give up after ``MOST_ATTEMPTS``. How many there were."""
    count = 0
    for job in queries.overdue():
        try:
            expire_lease(actor=SYSTEM, job=job)
            count += 1
        except (AccessDenied, WrongState):
            continue  # renewed, finished or expired by somebody else in the meantime
    return count


@action
def expire_lease(*, actor: Actor, job: DeviceJob) -> DeviceJob:
    """Raises WrongState or AccessDenied where the job is not leased, or its lease holds."""
    job = locked(job)
    if job.state != "leased":
        raise StaleLease
    facts = _lease_facts(job)
    if job.attempts < MOST_ATTEMPTS:
        JOB.move("expire", actor, job, facts=facts)
        job.device = None
    else:
        JOB.move("lose", actor, job, facts=facts)
    job.lease_until = None
    _end_lease(job, "expired")
    save(job, "device", "lease_until", "leases")
    if job.state == "lost":
        job_finished.send(DeviceJob, job=job)
    return job
