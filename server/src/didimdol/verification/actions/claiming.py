"""Claims, heartbeats and leases that ran out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.db.models import QuerySet

from didimdol.kernel import clock
from didimdol.kernel.action import action, audit, locked, save, writing
from didimdol.kernel.actor import SYSTEM, Actor
from didimdol.kernel.problems import AccessDenied, WrongState
from didimdol.verification import queries
from didimdol.verification.actions import health
from didimdol.verification.actions.devices import OtherKey, enrol_key
from didimdol.verification.actions.leases import (
    MOST_ATTEMPTS,
    FellSilent,
    NothingToDo,
    StaleLease,
    end_lease,
    give,
    held,
    lease_facts,
    lease_time,
    require_free,
)
from didimdol.verification.models import Device, DeviceJob
from didimdol.verification.signals import job_finished
from didimdol.verification.states import JOB
from didimdol_lab.contract import Progress

SEEN_EVERY = timedelta(seconds=15)


def claim_job(
    *,
    actor: Actor,
    device: Device,
    labels: Sequence[str],
    versions: dict[str, str],
    public_key: str | None = None,
    boot: str = "",
) -> DeviceJob | None:
    """The next job for this device, leased to it; None where there is none, or while it holds one already.

    ``labels``: what the agent says it can do now; only registered labels count. ``public_key``: the agent's own key, kept
    from the first claim on. ``boot``: its process; a new one passes the health check first, and a device in quarantine
    gets nothing. Not an action itself: most polls find nothing and change nothing. Raises OtherKey.
    """
    if device.public_key and device.public_key != public_key:
        raise OtherKey(device)
    if public_key and not device.public_key:
        device = enrol_key(actor=actor, device=device, public_key=public_key)
    device = see_device(actor=actor, device=device, versions=versions)
    if boot and boot != device.boot and not queries.holds_a_lease(device):
        device = health.note_process(actor, device, boot)
    try:
        return _take(actor, device, labels)
    except NothingToDo:
        return None


def _take(actor: Actor, device: Device, labels: Sequence[str]) -> DeviceJob:
    """The health check or the next job. Raises NothingToDo.

    A silence is looked for where nothing else waits, and where it is the device's own; the worker looks every minute.
    """
    try:
        if device.state == "suspect":
            return health.lease_check(actor=actor, device=device)
        first = queries.offers(device, labels).values_list("pk", flat=True).first() if device.state == "good" else None
        if first is not None:
            return lease_job(actor=actor, device=device, labels=labels, first=first)
    except FellSilent:
        pass
    if device.state == "quarantined" or not requeue_overdue():
        raise NothingToDo
    device.refresh_from_db()
    return _take(actor, device, labels)


def see_device(*, actor: Actor, device: Device, versions: dict[str, str]) -> Device:
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
    return device


@action
def lease_job(*, actor: Actor, device: Device, labels: Sequence[str], first: UUID | None = None) -> DeviceJob:
    """Give the first fitting job to the device. Raises NothingToDo where others took them all, FellSilent.

    ``first``: the job that stood first a moment ago; where it is gone, the queue is asked again.
    """
    device = locked(device)  # one job at a time on one device, however many agents use its token
    require_free(device, "good")
    offer = _first_free(DeviceJob.objects.within(pk=first, state="queued")) if first is not None else None
    if offer is None:
        offer = _first_free(queries.offers(device, labels))
    if offer is None:
        raise NothingToDo
    return give(actor, offer, device)


def _first_free(jobs: QuerySet[DeviceJob]) -> DeviceJob | None:
    """Locked; what somebody else has locked is being taken by them."""
    return jobs.select_related("model", "dataset").select_for_update(skip_locked=True, of=("self",)).first()


def report_progress(*, actor: Actor, job: DeviceJob, fencing: int, progress: Progress) -> bool:
    """Renew the lease and show how far it is; whether the work was cancelled. Raises StaleLease.

    Not an event of the log: it comes every fifteen seconds and says nothing that the result does not.
    """
    with writing("verification.report_progress", actor):
        job = held(actor, job, fencing)
        if job.state == "cancelled":
            return True
        if job.state != "leased":
            raise StaleLease
        job.lease_until = clock.real() + lease_time()
        job.progress = progress.model_dump(mode="json")
        save(job, "lease_until", "progress")
    return False


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
    """The device under suspicion, the job to another; lost after the last attempt, a health check after its only one.

    Raises WrongState or AccessDenied where the job is not leased, or its lease holds.
    """
    job = locked(job)
    if job.state != "leased":
        raise StaleLease
    assert job.device is not None
    device, facts = job.device, lease_facts(job)
    if job.health_of_id is None and job.attempts < MOST_ATTEMPTS:
        JOB.move("expire", actor, job, facts=facts)
        job.device = None
    else:
        JOB.move("lose", actor, job, facts=facts)
    job.lease_until = None
    end_lease(job, "expired")
    save(job, "device", "lease_until", "leases")
    health.lost(job, device)
    if job.state == "lost" and job.health_of_id is None:
        job_finished.send(DeviceJob, job=job)
    return job
