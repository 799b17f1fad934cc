"""Who runs devices, and which device holds a job."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Q

from didimdol.kernel import clock
from didimdol.kernel.access import Access, Allowed, Denied, allowed_by, reasons
from didimdol.kernel.actor import Actor
from didimdol.kernel.words import text
from didimdol.people.enums import Role

if TYPE_CHECKING:
    from didimdol.verification.models import Device, DeviceJob

KEEPERS = (Role.VERIFIER.value, Role.MANAGER.value)
READERS = (*KEEPERS, Role.AUDITOR.value)


def keeps_devices(actor: Actor, organisation: UUID | None = None) -> Access:
    """Registers and retires devices, and looks after jobs. ``None``: anywhere at all."""
    if actor.kind == "system":
        return Allowed
    return allowed_by(actor.grant(*KEEPERS, organisation=organisation), "verification_keepers_only")


def may_look(actor: Actor) -> Access:
    """Sees the devices and the queue: those who look after them, and auditors."""
    if actor.kind == "system":
        return Allowed
    return allowed_by(actor.grant(*READERS), "verification_keepers_only")


def may_retire(actor: Actor, device: Device) -> Access:
    return keeps_devices(actor, device.organisation)


def in_service(device: Device) -> Access:
    return Denied("verification_device_retired") if device.retired_at is not None else Allowed


def may_change(actor: Actor, device: Device) -> Access:
    """Its token and its key: as long as it is in service."""
    kept = keeps_devices(actor, device.organisation)
    return kept if not kept or in_service(device) else in_service(device)


def is_itself(actor: Actor, device: Device) -> Access:
    own = actor.kind == "device" and actor.device == device.id
    return Allowed if own else Denied("verification_device_only")


def tells_health(actor: Actor, device: Device) -> Access:
    """The device by what it hands in, the system by its silence."""
    return Allowed if actor.kind == "system" else is_itself(actor, device)


def may_repeat(actor: Actor, job: DeviceJob) -> Access:
    return keeps_devices(actor, job.operator)


def may_cancel(actor: Actor, job: DeviceJob) -> Access:
    """Those who look after the devices, and the organisation whose model it is."""
    if job.owner in actor.organisations():
        return Allowed
    return keeps_devices(actor, job.operator)


def is_system(actor: Actor, job: DeviceJob) -> Access:
    return Allowed if actor.kind == "system" else Denied("verification_device_only")


def is_device(actor: Actor, job: DeviceJob) -> Access:
    return Allowed if actor.kind == "device" and actor.device is not None else Denied("verification_device_only")


def holds_lease(actor: Actor, job: DeviceJob) -> Access:
    held = actor.kind == "device" and actor.device is not None and actor.device == job.device_id
    return Allowed if held else Denied("verification_device_only")


def lease_ran_out(job: DeviceJob) -> Access:
    over = job.lease_until is not None and job.lease_until <= clock.real()
    return Allowed if over else Denied("verification_lease_holds")


def worth_repeating(job: DeviceJob) -> Access:
    # A valid run is evidence and stays; only what decided nothing may be measured again.
    if job.health_of_id is not None:
        return Denied("verification_health_check")
    decided = job.state == "done" and job.run is not None and job.run.valid
    return Denied("verification_run_stands") if decided else Allowed


def devices_seen_by(actor: Actor) -> Q:
    return Q() if actor.kind == "system" else Q(organisation__in=actor.organisations(*READERS))


def jobs_seen_by(actor: Actor) -> Q:
    """The operator's jobs, what its devices took, and jobs of no challenge."""
    if actor.kind == "system":
        return Q()
    own = actor.organisations(*READERS)
    if not own:
        return Q(pk__in=[])
    return Q(operator__in=own) | Q(device__organisation__in=own) | Q(operator=None)


reasons(
    {
        "verification_keepers_only": text(
            "측정 장비는 운영기관의 기술검증 담당과 사업 담당이 다룹니다.",
            "Devices are looked after by the operator's verification engineers and programme managers.",
        ),
        "verification_device_only": text(
            "이 작업을 맡은 장비만 할 수 있습니다.", "Only the device that holds this job may do this."
        ),
        "verification_lease_holds": text(
            "장비의 임대가 아직 끝나지 않았습니다.", "The device's lease has not run out."
        ),
        "verification_device_retired": text(
            "퇴역한 장비입니다. 다시 쓰려면 새로 등록하십시오.",
            "This device is retired. Register it anew to use it again.",
        ),
        "verification_health_check": text(
            "상태 점검은 다시 맡기지 않습니다. 격리를 풀면 장비가 스스로 다시 받습니다.",
            "A health check is not repeated: a device released from quarantine gets one by itself.",
        ),
        "verification_run_stands": text(
            "유효하게 측정된 결과는 다시 측정하지 않습니다.", "A valid run stands; it is not measured again."
        ),
    }
)
