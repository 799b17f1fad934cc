"""The measurements of the submitted models, on simulated devices with real figures."""

from __future__ import annotations

from datetime import timedelta
from math import ceil

from didimdol.applications.evidence import evidence_of
from didimdol.kernel.words import Text, text
from didimdol.rehearsal.device import SimulatedDevice
from didimdol.rehearsal.world import World
from didimdol.verification.models import DeviceJob
from didimdol_lab.contract import Validity


def equip(world: World) -> Text:
    """The devices stand ready before the call opens: a submission is measured only where one could take it."""
    world.at("announce", hours=0.5)
    for number in range(world.wishes.devices):
        world.devices.append(
            SimulatedDevice.register(world.actor("verifier"), world.operator, world.measurements, number + 1)
        )
    return text(f"장비 {len(world.devices)}대 등록", f"{len(world.devices)} devices registered")


def measure(world: World) -> Text:
    """Every queued job is claimed and answered; how long one device would have taken is in the figures."""
    world.at("closes", hours=21)
    total = serve_all(world)
    judged = {"met": 0, "not_met": 0, "other": 0}
    by_criterion: dict[tuple[str, str], list[str]] = {}
    for applicant in world.submitted():
        for entry in evidence_of(applicant.application, lang="en"):
            for criterion, row in zip(entry.criteria, entry.rows, strict=True):
                verdict = row.verdict if row.verdict in judged else "other"
                judged[verdict] += 1
                by_criterion.setdefault((applicant.field, criterion.key), []).append(verdict)
    _unmet(world, by_criterion)
    seconds, devices = world.measurements.seconds, len(world.devices)
    first = world.book.stages[0].key
    window = world.when[f"stage.{first}.opens"] - world.when["closes"]
    hours, free = seconds / 3600 / devices, window.total_seconds() / 3600
    world.figures["devices"] = {
        "jobs": total,
        "devices": devices,
        "measured": len(world.measurements.found),
        "reused": world.measurements.reused,
        "seconds_each": [round(found.seconds, 1) for found in world.measurements.found.values()],
        "queue_hours": round(hours, 2),
        "window_hours": round(free, 1),
        "verdicts": judged,
    }
    world.outcome["verdicts"] = judged
    _judge_queue(world, hours, free, window, seconds)
    return text(
        f"작업 {total}건 가운데 {world.measurements.reused}건은 같은 모델·계획의 실측값을 다시 씀",
        f"{total} jobs, {world.measurements.reused} of them with a figure measured for the same model and plan",
    )


def serve_all(world: World) -> int:
    """Until nothing is queued any more: how many jobs were answered."""
    waiting = DeviceJob.objects.within(challenge=world.challenge.pk, state="queued").count()
    done = 0
    progressed = True
    while progressed:
        progressed = False
        for device in world.devices:
            if device.serve() is not None:
                done, progressed = done + 1, True
                world.progress(done, max(done, waiting))
    return done


def _unmet(world: World, by_criterion: dict[tuple[str, str], list[str]]) -> None:
    """A criterion that none of the models of a field meets is worth a look before the notice."""
    for (field, key), verdicts in sorted(by_criterion.items()):
        if len(verdicts) >= 2 and set(verdicts) == {"not_met"}:
            world.note(
                "devices",
                text(
                    f"분야 ‘{field}’의 기준 ‘{key}’을(를) 표본 모델 가운데 하나도 충족하지 못했습니다.",
                    f"None of the sample models meets the criterion “{key}” of the field “{field}”.",
                ),
                text(
                    "한도가 목표 기기에서 닿을 수 있는 값인지 확인하십시오.",
                    "Check that the limit can be reached on the target device.",
                ),
                f"fields.{field}.criteria.{key}",
            )


def _judge_queue(world: World, hours: float, free: float, window: timedelta, seconds: float) -> None:
    refused = sum(device.refused for device in world.devices)
    if refused:
        world.warn(
            "devices",
            text(f"모델 {refused}건을 측정하지 못했습니다.", f"{refused} models could not be measured."),
            text(
                "측정 프로그램(didimdol-lab)이 설치되어 있는지, 모델을 읽을 수 있는지 확인하십시오.",
                "Check that the lab (didimdol-lab) is installed and reads the models.",
            ),
            "verification",
        )
    disturbed = sum(found.measurement.validity is not Validity.valid for found in world.measurements.found.values())
    if disturbed:
        world.warn(
            "devices",
            text(
                f"이 컴퓨터의 다른 작업이 측정 {disturbed}건을 방해하여 판정이 나오지 않았습니다.",
                f"Other work on this machine disturbed {disturbed} measurements: they decide nothing.",
            ),
            text("다른 작업을 멈추고 다시 모의 운영하십시오.", "Stop the other work and rehearse again."),
        )
    if hours <= free / 2:
        return
    needed = ceil(seconds / 3600 / max(free / 2, 0.1))
    told = text(
        f"측정 대기열이 {hours:.1f}시간이며, 접수 마감부터 첫 평가까지는 {free:.1f}시간입니다.",
        f"The measurements take {hours:.1f} hours; there are {free:.1f} between the closing and the first stage.",
    )
    change = text(
        f"같은 장비를 {needed}대로 늘리거나 첫 평가 단계를 늦추십시오.",
        f"Set up {needed} such devices, or open the first stage later.",
    )
    (world.block if hours > free else world.warn)(
        "devices", told, change, f"evaluation.stages.{world.book.stages[0].key}.window.opens"
    )
