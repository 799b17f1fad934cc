"""Leases of jobs.

A lease lasts ``lease_time()``; every heartbeat renews it. Each lease has its own fencing number, and whatever comes with
an older one is refused: a device that was given up cannot overwrite its successor.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings

from didimdol.kernel import clock
from didimdol.kernel.action import locked
from didimdol.kernel.actor import Actor
from didimdol.kernel.problems import WrongState
from didimdol.kernel.words import text
from didimdol.verification import queries
from didimdol.verification.models import Device, DeviceJob
from didimdol.verification.states import JOB

MOST_ATTEMPTS = 3


def lease_time() -> timedelta:
    return timedelta(seconds=settings.DIDIMDOL_LEASE_SECONDS)


def heartbeat_time() -> timedelta:
    """Four beats a lease: three may be lost."""
    return lease_time() / 4


class StaleLease(WrongState):
    """409: the lease is over, or somebody else's."""

    def __init__(self) -> None:
        super().__init__(
            "stale_lease",
            text("이 작업의 임대가 끝났습니다.", "The lease of this job is over."),
            text("결과를 버리고 새 작업을 받으십시오.", "Drop the result and claim a new job."),
        )


class NothingToDo(Exception):
    """Somebody else was faster, or the device gets nothing now."""


class FellSilent(Exception):
    """The device comes for more and holds a lease that ran out: that one is ended first."""


def require_free(device: Device, health: str) -> None:
    """The locked device is in service, of this health, and holds no lease. Raises NothingToDo, FellSilent."""
    if device.retired_at is not None or device.state != health:
        raise NothingToDo
    ends = queries.lease_ends(device)
    if ends is not None:
        raise NothingToDo if ends > clock.real() else FellSilent


def give(actor: Actor, job: DeviceJob, device: Device) -> DeviceJob:
    """Lease the locked job to the locked device, with the next fencing number."""
    now = clock.real()
    job.attempts += 1
    job.fencing += 1
    job.device, job.lease_until = device, now + lease_time()
    job.leases = [*job.leases, {"device": str(device.id), "fencing": job.fencing, "at": now.isoformat(), "end": ""}]
    job.progress = {}
    changed = ("attempts", "fencing", "device", "lease_until", "leases", "progress")
    JOB.move("lease", actor, job, facts=lease_facts(job), along=changed)
    return job


def lease_facts(job: DeviceJob) -> dict[str, Any]:
    return {"device": job.device_id, "fencing": job.fencing, "attempt": job.attempts}


def end_lease(job: DeviceJob, how: str) -> None:
    """``how``: done, refused, faulty, expired, cancelled."""
    job.leases = [
        {**lease, "end": how} if lease["fencing"] == job.fencing and not lease["end"] else lease for lease in job.leases
    ]


def held(actor: Actor, job: DeviceJob, fencing: int) -> DeviceJob:
    """The job locked, if this device still holds this lease. Raises StaleLease."""
    job = locked(job)
    if job.fencing != fencing or job.device_id is None or job.device_id != actor.device:
        raise StaleLease
    return job
