"""Lists of devices, measurements and health checks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.urls import reverse

from didimdol.design.parts import Badge, Column, Empty, Filter, Link, Table
from didimdol.kernel.actor import Actor
from didimdol.kernel.paging import page
from didimdol.kernel.rows import ScopedQuerySet
from didimdol.kernel.words import Text, pick, text
from didimdol.verification import queries, rules
from didimdol.verification.models import Device, DeviceJob
from didimdol.verification.states import HEALTH, JOB

CHECKS_SHOWN = 20

LEASE_ENDS: dict[str, Text] = {
    "": text("측정 중", "Measuring"),
    "done": text("측정 완료", "Measured"),
    "refused": text("모델을 측정할 수 없음", "The model was refused"),
    "faulty": text("장비에서 측정할 수 없음", "The device could not do it"),
    "set_aside": text("장비에서 측정할 수 없음", "The device could not do it"),
    "expired": text("응답이 끊김", "Fell silent"),
    "cancelled": text("취소", "Cancelled"),
}
#: of a health check, by the state of its job
CHECK_ENDS: dict[str, tuple[Text, str]] = {
    "queued": (text("맡기는 중", "Waiting"), ""),
    "leased": (text("점검 중", "Checking"), "info"),
    "done": (text("통과", "Passed"), "ok"),
    "refused": (text("떨어짐", "Failed"), "bad"),
    "lost": (text("응답 없음", "Fell silent"), "bad"),
    "cancelled": (text("취소", "Cancelled"), ""),
}


# --- devices -------------------------------------------------------------------------------------------------------


def devices_table(actor: Actor, own: list[Device], working: dict[UUID, DeviceJob]) -> Table:
    rows = []
    for device in own:
        job = working.get(device.id)
        rows.append(
            {
                "name": Link(device.name, device.get_absolute_url()),
                "state": device_badge(device, job),
                "health": health_badge(device) if device.retired_at is None else None,
                "job": Link(job.model_name, job.get_absolute_url()) if job else None,
                "labels": ", ".join(device.labels),
                "seen": device.last_seen_at,
            }
        )
    return Table(
        columns=[
            Column("name", pick(text("장비", "Device"))),
            Column("state", pick(text("상태", "State"))),
            Column("health", pick(text("점검 상태", "Health"))),
            Column("job", pick(text("맡은 작업", "Working on"))),
            Column("labels", pick(text("표지", "Labels"))),
            Column("seen", pick(text("마지막 응답", "Last heard from"))),
        ],
        rows=rows,
        caption=pick(text("측정 장비", "Devices")),
        empty=Empty(
            pick(text("등록된 장비가 없습니다.", "No device is registered.")),
            pick(text("장비를 등록하면 측정을 시작할 수 있습니다.", "Register a device to begin measuring.")),
            *(
                (pick(text("장비 등록", "Register a device")), reverse("verification:register"))
                if rules.keeps_devices(actor)
                else ()
            ),
        ),
    )


def device_badge(device: Device, job: DeviceJob | None) -> Badge:
    """What it does now; how it is, is told apart."""
    if device.retired_at:
        return Badge(pick(text("퇴역", "Retired")), "")
    if job:
        return Badge(pick(text("측정 중", "Measuring")), "info")
    if queries.is_present(device):
        return Badge(pick(text("대기", "Idle")), "ok")
    return Badge(pick(text("응답 없음", "Not heard from")), "warn")


def health_badge(device: Device) -> Badge:
    state = HEALTH.state(device)
    return Badge(pick(state.label), state.kind)


# --- jobs ----------------------------------------------------------------------------------------------------------


def filtered(jobs: ScopedQuerySet[DeviceJob], asked: Mapping[str, str]) -> ScopedQuerySet[DeviceJob]:
    """As the list is narrowed: ``state``, ``model`` (a part of its name)."""
    if state := asked.get("state", ""):
        jobs = jobs.filter(state=state)
    if words := asked.get("model", "").strip():
        jobs = jobs.filter(model_name__icontains=words)
    return jobs


def _filters(asked: Mapping[str, str]) -> list[Filter]:
    states = [(key, pick(each.label)) for key, each in JOB.states.items()]
    return [
        Filter("state", pick(text("상태", "State")), asked.get("state", ""), states),
        Filter("model", pick(text("모델 이름", "Model's name")), asked.get("model", "")),
    ]


def queue_table(actor: Actor, asked: Mapping[str, str]) -> Table:
    """The measurements that one looks after, what changed last first."""
    jobs = filtered(queries.jobs_visible_to(actor).select_related("device"), asked)
    found = page(jobs.defer("plan", "leases"), order=("-state_since",), cursor=asked.get("after", ""), size=50)
    return Table(
        columns=[
            Column("model", pick(text("모델", "Model"))),
            Column("state", pick(text("상태", "State"))),
            Column("device", pick(text("장비", "Device"))),
            Column("labels", pick(text("필요한 표지", "Labels needed"))),
            Column("attempts", pick(text("시도", "Attempts")), number=True),
            Column("since", pick(text("바뀐 때", "Since"))),
        ],
        rows=[_job_row(job) for job in found.rows],
        caption=pick(text("측정 작업", "Measurements")),
        filters=_filters(asked),
        empty=Empty(
            pick(text("아직 측정 작업이 없습니다.", "There is no measurement yet.")),
            pick(text("신청이 제출되면 여기에 나타납니다.", "They appear when applications are submitted.")),
        ),
        next=found.next_cursor or "",
    )


def _job_row(job: DeviceJob) -> dict[str, Any]:
    state = JOB.state(job)
    return {
        "model": Link(job.model_name, job.get_absolute_url()),
        "state": Badge(pick(state.label), state.kind),
        "device": job.device.name if job.device else None,
        "labels": ", ".join(job.labels),
        "attempts": job.attempts,
        "since": job.state_since,
    }


# --- of one device -------------------------------------------------------------------------------------------------


def measurements(actor: Actor, device: Device, asked: Mapping[str, str]) -> ScopedQuerySet[DeviceJob]:
    """The models that the device took or measured, without its own checks, as the list is narrowed."""
    jobs = queries.jobs_of_device(actor, device).filter(health_of=None).select_related("run")
    return filtered(jobs.defer("plan", "run__plan", "run__measurement"), asked)


def device_jobs_table(actor: Actor, device: Device, asked: Mapping[str, str]) -> Table:
    found = page(measurements(actor, device, asked), order=("-state_since",), cursor=asked.get("after", ""), size=50)
    return Table(
        columns=[
            Column("model", pick(text("모델", "Model"))),
            Column("here", pick(text("이 장비에서", "On this device"))),
            Column("state", pick(text("상태", "State"))),
            Column("signed", pick(text("장비 서명", "Device's signature"))),
            Column("since", pick(text("바뀐 때", "Since"))),
        ],
        rows=[
            {
                "model": Link(job.model_name, job.get_absolute_url()),
                "here": pick(_ended_here(job, device)),
                "state": Badge(pick(JOB.state(job).label), JOB.state(job).kind),
                "signed": _signed(job, device),
                "since": job.state_since,
            }
            for job in found.rows
        ],
        caption=pick(text("맡은 측정", "Measurements it took")),
        filters=_filters(asked),
        empty=Empty(
            pick(text("아직 맡은 측정이 없습니다.", "It has not taken a measurement yet.")),
            pick(text("에이전트가 작업을 받으면 여기에 나타납니다.", "They appear when its agent gets a job.")),
        ),
        next=found.next_cursor or "",
    )


def _ended_here(job: DeviceJob, device: Device) -> Text:
    """How its last lease on this device ended."""
    ends = [lease["end"] for lease in job.leases if lease["device"] == str(device.id)]
    return LEASE_ENDS[ends[-1]] if ends else text("앞선 측정을 다시 사용", "An earlier run, used again")


def _signed(job: DeviceJob, device: Device) -> str:
    if job.run is None or job.run.device_id != device.id:
        return ""
    return pick(text("있음", "Signed") if job.run.envelope else text("없음", "Not signed"))


def checks_table(checks: Iterable[DeviceJob]) -> Table:
    """The health checks, newest first; each row leads to its page."""
    return Table(
        columns=[
            Column("when", pick(text("시각", "When"))),
            Column("result", pick(text("결과", "Result"))),
            Column("detail", pick(text("자세히", "Details"))),
        ],
        rows=[
            {
                "when": job.state_since,
                "result": Badge(pick(CHECK_ENDS[job.state][0]), CHECK_ENDS[job.state][1]),
                "detail": pick(job.refusal.get("message")) or job.progress.get("note", ""),
            }
            for job in checks
        ],
        caption=pick(text("상태 점검 이력", "Health checks")),
        empty=Empty(pick(text("아직 점검한 적이 없습니다.", "It has not been checked yet."))),
    )


def export_rows(device: Device, jobs: Iterable[DeviceJob]) -> tuple[list[str], list[list[Any]]]:
    """For Excel, in the reader's language."""
    columns = [
        text("모델", "Model"),
        text("모델 SHA-256", "Model SHA-256"),
        text("이 장비에서", "On this device"),
        text("상태", "State"),
        text("장비 서명", "Device's signature"),
        text("측정 계획", "Plan"),
        text("맡긴 때", "Queued"),
        text("바뀐 때", "Since"),
    ]
    rows = [
        [
            job.model_name,
            job.model.sha256,
            pick(_ended_here(job, device)),
            pick(JOB.state(job).label),
            _signed(job, device),
            job.plan_digest,
            job.created_at,
            job.state_since,
        ]
        for job in jobs
    ]
    return [pick(column) for column in columns], rows
