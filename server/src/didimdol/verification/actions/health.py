"""The health of a device: doubted after a start or a crash, cleared or confirmed by its health check."""

from __future__ import annotations

import io

from didimdol.kernel import blobs
from didimdol.kernel.action import action, locked, save, writing
from didimdol.kernel.actor import SYSTEM, Actor
from didimdol.kernel.models import Blob
from didimdol.kernel.words import pick
from didimdol.verification import checkup
from didimdol.verification.actions.leases import give, require_free
from didimdol.verification.models import Device, DeviceJob
from didimdol.verification.states import HEALTH, JOB

#: health checks in a row that a device may fail before it is quarantined
MOST_FAILURES = 2
#: refusals of a model after which the device is looked at too
CRASHES = frozenset({"internal", "crashed"})


def note_process(actor: Actor, device: Device, boot: str) -> Device:
    """A new process of the agent works on the device: the check comes first."""
    with writing("verification.note_process", actor):
        device = locked(device)
        if device.boot != boot:
            device.boot = boot
            save(device, "boot")
            doubt(actor, device, "started")
    return device


def doubt(actor: Actor, device: Device, why: str) -> None:
    """The locked device has to pass its check again. ``why``: started, lease_lost, or the code of a refusal."""
    if device.state == "good" and device.retired_at is None and checkup.checkable(device):
        HEALTH.move("doubt", actor, device, facts={"why": why})


@action
def lease_check(*, actor: Actor, device: Device) -> DeviceJob:
    """Give its health check to a device under suspicion. Raises NothingToDo where it is at work or is none any more,
    FellSilent."""
    device = locked(device)
    require_free(device, "suspect")
    model = Blob.objects.within(organisation=device.organisation, sha256=checkup.SHA256).first()
    if model is None:
        most = len(checkup.MODEL)
        model = blobs.store(io.BytesIO(checkup.MODEL), organisation=device.organisation, most_bytes=most)
    job = DeviceJob(
        owner=device.organisation,
        operator=device.organisation,
        subject=device.id,
        model=model,
        model_name=pick(checkup.NAME, "ko"),
        plan=checkup.PLAN.model_dump(mode="json", by_alias=True),
        plan_digest=checkup.PLAN.digest(),
        labels=device.labels,
        health_of=device,
    )
    JOB.enter(actor, job, facts={"health_of": device.id})
    return give(actor, job, device)


def passed(actor: Actor, device: Device) -> None:
    device = locked(device)
    if device.state == "suspect":
        HEALTH.move("pass", actor, device)
        device.health_failures = 0
        save(device, "health_failures")


def failed(actor: Actor, device: Device, why: str) -> None:
    """One check more that the device did not pass; the second in a row quarantines it."""
    device = locked(device)
    if device.state != "suspect":
        return
    device.health_failures += 1
    save(device, "health_failures")
    if device.health_failures >= MOST_FAILURES:
        HEALTH.move("quarantine", actor, device, facts={"why": why, "failures": device.health_failures})


def lost(job: DeviceJob, device: Device) -> None:
    """The device fell silent in the middle of this job."""
    if job.health_of_id is not None:
        failed(SYSTEM, device, "lease_lost")
    else:
        doubt(SYSTEM, locked(device), "lease_lost")
