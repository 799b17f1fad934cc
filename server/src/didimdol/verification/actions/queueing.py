"""Jobs as people ask for them: queued, cancelled, measured again."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from didimdol.kernel.action import action, locked, save
from didimdol.kernel.actor import SYSTEM, Actor
from didimdol.kernel.models import Blob
from didimdol.kernel.problems import BadInput
from didimdol.kernel.words import text
from didimdol.people.models import Organisation
from didimdol.people.rules import operator_of
from didimdol.verification import queries
from didimdol.verification.actions.leases import end_lease
from didimdol.verification.labels import cleaned
from didimdol.verification.models import DeviceJob
from didimdol.verification.signals import job_finished
from didimdol.verification.states import JOB
from didimdol.verification.turns import next_turn
from didimdol_lab.contract import Plan


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
    wanted = cleaned(labels)
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
    job.turn = next_turn(job)
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
        end_lease(job, "cancelled")
        save(job, "leases")
        if job.health_of_id is None:
            job_finished.send(DeviceJob, job=job)
    return job


@action
def repeat_job(*, actor: Actor, job: DeviceJob, reason: str) -> DeviceJob:
    """Measure again what decided nothing: a disturbed run, or a job that no device finished."""
    job = locked(job)
    job.turn = next_turn(job)
    JOB.move("repeat", actor, job, reason=reason, facts={"run_before": job.run_id})
    job.device, job.lease_until, job.run, job.reused = None, None, None, False
    job.attempts, job.progress, job.refusal = 0, {}, {}
    # A device that was mended may try again.
    job.leases = [{**lease, "end": "set_aside"} if lease["end"] == "faulty" else lease for lease in job.leases]
    save(job, "device", "lease_until", "run", "reused", "attempts", "progress", "refusal", "leases", "turn")
    return job
