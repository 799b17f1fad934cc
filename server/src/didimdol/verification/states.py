"""The way of a device job, and the health of a device."""

from __future__ import annotations

from collections.abc import Iterable

from didimdol.kernel.transitions import Move, State, Table, WaitFor
from didimdol.kernel.words import text
from didimdol.people.enums import Role
from didimdol.verification import rules
from didimdol.verification.models import Device, DeviceJob


def engineer_looks_after(job: DeviceJob) -> Iterable[WaitFor]:
    if job.operator is None or job.health_of_id is not None:
        return []
    what = text(
        f"측정이 끝나지 못했습니다: {job.model_name}. 장비를 살피고 다시 맡겨 주십시오.",
        f"A measurement could not be finished: {job.model_name}. Look after the device and queue it again.",
    )
    return [WaitFor(what=what, url=job.get_absolute_url(), role=Role.VERIFIER.value, organisation=job.operator)]


def engineer_releases(device: Device) -> Iterable[WaitFor]:
    what = text(
        f"장비 ‘{device.name}’이(가) 상태 점검에 두 번 떨어져 격리되었습니다. 살핀 뒤 풀어 주십시오.",
        f"The device “{device.name}” failed its health check twice. Look after it, then release it.",
    )
    yield WaitFor(what=what, url=device.get_absolute_url(), role=Role.VERIFIER.value, organisation=device.organisation)


HEALTH = Table(
    "device_health",
    State("good", ko="양호", en="Good", kind="ok"),
    State("suspect", ko="점검 필요", en="To be checked", kind="warn"),
    State("quarantined", ko="격리", en="In quarantine", kind="bad", waits=engineer_releases),
    Move("doubt", "good", "suspect", who=rules.tells_health, ko="의심", en="Doubt"),
    Move("pass", "suspect", "good", who=rules.tells_health, ko="점검 통과", en="Pass the check"),
    Move("quarantine", "suspect", "quarantined", who=rules.tells_health, ko="격리", en="Quarantine"),
    Move(
        "release", "quarantined", "suspect", who=rules.may_retire, guard=rules.in_service,
        ko="격리 풀기", en="Release", reason_required=True,
    ),
)  # fmt: skip

JOB = Table(
    "device_job",
    State("queued", ko="대기", en="Queued", public_ko="측정 대기", public_en="Waiting to be measured", kind=""),
    State("leased", ko="측정 중", en="Measuring"),
    State("done", ko="측정 완료", en="Measured", kind="ok"),
    State("refused", ko="측정 불가", en="Refused", kind="bad", final=True),
    State("lost", ko="장비 이상", en="Device lost", kind="warn", waits=engineer_looks_after),
    State("cancelled", ko="취소", en="Cancelled", kind="", final=True),
    Move("lease", "queued", "leased", who=rules.is_device, ko="맡기", en="Take"),
    Move("reuse", "queued", "done", who=rules.is_system, ko="앞선 측정 사용", en="Use an earlier run"),
    Move("complete", "leased", "done", who=rules.holds_lease, ko="결과 보고", en="Report the result"),
    Move("refuse", "leased", "refused", who=rules.holds_lease, ko="거부", en="Refuse"),
    Move("hand_back", "leased", "queued", who=rules.holds_lease, ko="돌려주기", en="Hand back"),
    Move("give_up", "leased", "lost", who=rules.holds_lease, ko="포기", en="Give up"),
    Move(
        "expire", "leased", "queued", who=rules.is_system, guard=rules.lease_ran_out,
        ko="임대 만료", en="Lease ran out",
    ),
    Move(
        "lose", "leased", "lost", who=rules.is_system, guard=rules.lease_ran_out,
        ko="장비 응답 없음", en="Device lost",
    ),
    Move(
        "repeat", ("done", "lost"), "queued", who=rules.may_repeat, guard=rules.worth_repeating,
        ko="다시 측정", en="Measure again", reason_required=True,
    ),
    Move("cancel", ("queued", "leased"), "cancelled", who=rules.may_cancel, ko="취소", en="Cancel"),
)  # fmt: skip

FINISHED = ("done", "refused", "lost", "cancelled")
