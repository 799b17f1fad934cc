"""Reads of verification: devices, jobs and the runs behind them."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from didimdol.kernel import clock
from didimdol.kernel.actor import Actor
from didimdol.kernel.models import Blob
from didimdol.kernel.problems import Invisible
from didimdol.kernel.rows import ScopedQuerySet
from didimdol.verification import rules, turns
from didimdol.verification.models import Device, DeviceJob, Run

#: a device that was silent for longer is shown as not heard from
PRESENT = timedelta(minutes=2)


def devices_visible_to(actor: Actor) -> QuerySet[Device]:
    return Device.objects.visible(rules.devices_seen_by(actor))


def access_device(actor: Actor, identity: UUID) -> Device:
    device = devices_visible_to(actor).filter(id=identity).first()
    if device is None:
        raise Invisible("device", identity)
    return device


def current_jobs(devices: Iterable[Device]) -> dict[UUID, DeviceJob]:
    """Device id → the job it holds now; one query."""
    held = DeviceJob.objects.within(device__in=list(devices), state="leased").defer("plan", "leases")
    return {job.device_id: job for job in held if job.device_id}


def is_present(device: Device) -> bool:
    return device.last_seen_at is not None and clock.real() - device.last_seen_at < PRESENT


def measured_on(device: Device) -> dict[str, int]:
    """How many measurements it made: ``runs``, of them ``valid`` and ``signed``; one query."""
    counts = Run.objects.within(device=device).aggregate(
        runs=Count("id"), valid=Count("id", filter=Q(valid=True)), signed=Count("id", filter=~Q(envelope=""))
    )
    return {name: int(count) for name, count in counts.items()}


def devices_of_leases(job: DeviceJob) -> QuerySet[Device]:
    return Device.objects.within(id__in={lease["device"] for lease in job.leases})


def jobs_visible_to(actor: Actor) -> ScopedQuerySet[DeviceJob]:
    """The measurements; health checks stand on the page of their device."""
    return DeviceJob.objects.visible(rules.jobs_seen_by(actor), health_of=None)


def jobs_of_device(actor: Actor, device: Device) -> ScopedQuerySet[DeviceJob]:
    """What the device took or checks itself with, as far as the actor sees it: also what another finished after it."""
    once = Q(leases__contains=[{"device": str(device.id)}]) | Q(device=device)
    return DeviceJob.objects.visible(rules.jobs_seen_by(actor)).filter(once)


def access_job(actor: Actor, identity: UUID) -> DeviceJob:
    """A job on the pages of those who look after devices. Upper rooms reach jobs through their own rows."""
    seen = DeviceJob.objects.visible(rules.jobs_seen_by(actor))
    job = seen.select_related("device", "run", "run__device").filter(id=identity).first()
    if job is None:
        raise Invisible("device job", identity)
    return job


# --- for the rooms above: by the opaque subject, after their own access check -------------------------------------


def jobs_of(subjects: Iterable[UUID], *, measurements: bool = True) -> dict[UUID, list[DeviceJob]]:
    """The jobs of each subject, oldest first, with run and device; one query. Without ``measurements``: for lists."""
    wanted = list(subjects)
    found = DeviceJob.objects.within(subject__in=wanted).select_related("device", "run", "run__device")
    if not measurements:
        found = found.defer("run__measurement", "run__plan")
    jobs: dict[UUID, list[DeviceJob]] = {subject: [] for subject in wanted}
    for job in found.order_by("created_at", "id"):
        jobs[job.subject].append(job)
    return jobs


def latest_job(subject: UUID) -> DeviceJob | None:
    found = jobs_of([subject])[subject]
    return found[-1] if found else None


# --- for the agent ------------------------------------------------------------------------------------------------


def secret_hash(clear: str) -> str:
    return hashlib.sha256(clear.encode()).hexdigest()


def device_of_token(clear: str) -> Device | None:
    """The device whose token this is; None for a wrong one or a retired device."""
    devices = Device.objects.unscoped(why="the token says which device")
    return devices.filter(secret_hash=secret_hash(clear), retired_at=None).first()


def actor_of(device: Device) -> Actor:
    return Actor(kind="device", name=device.name, device=device.id)


def access_leased_job(actor: Actor, identity: UUID) -> DeviceJob:
    """A job that this device holds or once held; any other does not exist for it. Raises Invisible."""
    job = DeviceJob.objects.within(id=identity).select_related("model", "dataset").first()
    once = job is not None and any(lease["device"] == str(actor.device) for lease in job.leases)
    if job is None or actor.device is None or not (job.device_id == actor.device or once):
        raise Invisible("device job", identity)
    return job


def offers(device: Device, labels: Collection[str]) -> QuerySet[DeviceJob]:
    """The queued jobs that this device may take now, the first to be taken first."""
    able = [label for label in device.labels if label in labels]
    ours = Q(operator=None) | Q(operator=device.organisation)
    # A device that handed a job back does not get it again.
    faulty = Q(leases__contains=[{"device": str(device.id), "end": "faulty"}])
    waiting = DeviceJob.objects.within(state="queued", labels__contained_by=able, health_of=None)
    return waiting.filter(ours, ~faulty).order_by(*turns.ORDER)


def overdue() -> QuerySet[DeviceJob]:
    return DeviceJob.objects.within(state="leased", lease_until__lte=clock.real())


def lease_ends(device: Device) -> datetime | None:
    """When the lease that the device holds ends, or ended unnoticed; None where it holds none."""
    held = DeviceJob.objects.within(device=device, state="leased").order_by("-lease_until")
    return held.values_list("lease_until", flat=True).first()


def holds_a_lease(device: Device) -> bool:
    ends = lease_ends(device)
    return ends is not None and ends > clock.real()


# --- for queueing -------------------------------------------------------------------------------------------------


def devices_for(operator: UUID | None) -> list[Device]:
    devices = Device.objects.within(retired_at=None)
    return list((devices.filter(organisation=operator) if operator else devices).order_by("name", "id"))


def able(devices: Iterable[Device], labels: Collection[str]) -> list[Device]:
    return [device for device in devices if set(labels) <= set(device.labels)]


def reusable_run(*, owner: UUID, operator: UUID | None, model: Blob, plan_digest: str, labels: list[str]) -> Run | None:
    """The newest valid run of the same owner's same model under the same plan, on a device with these labels."""
    runs = Run.objects.within(owner=owner, model_sha256=model.sha256, plan_digest=plan_digest, valid=True)
    runs = runs.filter(device__labels__contains=labels)
    if operator is not None:
        runs = runs.filter(device__organisation=operator)
    return runs.select_related("device").order_by("-created_at").first()
