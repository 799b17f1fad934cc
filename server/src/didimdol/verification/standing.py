"""How a waiting job stands: how many are taken before it, and what it waits for where no device could take it now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from didimdol.kernel.words import Text, text
from didimdol.verification import queries, turns
from didimdol.verification.models import Device, DeviceJob

NO_DEVICE = text(
    "맡을 수 있는 장비가 지금 없습니다. 운영기관이 장비를 준비하면 측정합니다.",
    "It waits for a device: none in service could take it now.",
)
QUARANTINE = text(
    "맡을 장비가 이상이 있어 격리되었습니다. 운영기관이 풀어 줄 때까지 기다립니다.",
    "It waits for a device in quarantine: the operator has to release it.",
)
SILENT = text("맡을 장비가 응답하지 않아 기다리고 있습니다.", "It waits for a device that has not been heard from.")
CHECKING = text(
    "맡을 장비가 상태 점검을 마치기를 기다리고 있습니다.", "It waits for a device to pass its health check."
)


@dataclass(frozen=True, slots=True)
class Standing:
    """``ahead``: jobs that go first where nothing changes. ``waits``: why it stands still, None where it does not."""

    ahead: int
    waits: Text | None


def standing(job: DeviceJob) -> Standing:
    """Of a queued job; two queries."""
    gave_up = {lease["device"] for lease in job.leases if lease["end"] == "faulty"}
    able = queries.able(queries.devices_for(job.operator), job.labels)
    could = [device for device in able if str(device.id) not in gave_up]
    working = [device for device in could if device.state != "quarantined"]
    return Standing(_ahead(job, working or could), _waits(could, working))


def _waits(could: list[Device], working: list[Device]) -> Text | None:
    if not could:
        return NO_DEVICE
    if not working:
        return QUARANTINE
    present = [device for device in working if queries.is_present(device)]
    if not present:
        return SILENT
    return CHECKING if all(device.state == "suspect" for device in present) else None


def _ahead(job: DeviceJob, devices: Iterable[Device]) -> int:
    """Jobs before it that one of these devices may take: what others wait for does not stand in its way."""
    alike: dict[tuple[UUID, tuple[str, ...]], list[Device]] = {}
    for device in devices:
        alike.setdefault((device.organisation, tuple(device.labels)), []).append(device)
    taken = Q(pk__in=[])
    for (organisation, labels), group in alike.items():
        given_up = Q(leases__contains=[{"device": str(device.id), "end": "faulty"} for device in group])
        theirs = Q(operator=None) | Q(operator=organisation)
        taken |= theirs & Q(labels__contained_by=list(labels)) & ~given_up
    waiting = DeviceJob.objects.within(state="queued", health_of=None)
    return waiting.filter(taken).filter(turns.before(job)).count()
