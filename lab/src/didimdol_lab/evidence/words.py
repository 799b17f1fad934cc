"""What a verdict says in one plain sentence, and what it does not say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..contract import UNTRIED, Bilingual, Measurement, bilingual
from ..contract.criteria import Assurance

if TYPE_CHECKING:
    from .verifying import Report

VERDICTS: dict[str, Bilingual] = {
    "pass": bilingual("모델이 모든 기준을 충족했습니다.", "The model met every criterion."),
    "fail": bilingual(
        "모델이 기준 가운데 하나 이상을 충족하지 못했습니다.", "The model missed at least one criterion."
    ),
    "inconclusive": bilingual(
        "이 측정만으로는 판정할 수 없습니다. 조용한 장비에서 더 많은 표본으로 다시 측정하십시오.",
        "This measurement does not decide. Measure again on a quiet device, with more samples.",
    ),
    "none": bilingual("기준 없이 잰 값입니다. 판정이 아닙니다.", "Figures without criteria: no verdict."),
}
ASSURANCES: dict[str, Bilingual] = {
    "self_declared": bilingual(
        "자체 신고: 측정한 사람이 자기 열쇠로 서명했습니다. 다른 기관이 확인한 측정이 아닙니다.",
        "Self-declared: whoever measured signed with their own key. No other body confirms the measurement.",
    ),
    "simulated": bilingual(
        "모의: 칩의 모형에서 계산했습니다. 지연 시간은 실제 장비의 것이 아닙니다.",
        "Simulated: computed on a model of the chip. No latency of a real device.",
    ),
    "measured_shared": bilingual(
        "플랫폼의 장비에서 측정했습니다. 다른 작업도 도는 공유 장비입니다.",
        "Measured on a platform's device on which other work runs too.",
    ),
    "measured": bilingual(
        "다른 작업이 돌지 않는 플랫폼의 전용 장비에서 측정했습니다.",
        "Measured on a platform's device that was set aside.",
    ),
}
NOT_KNOWN = bilingual("알 수 없음", "not known")


def signers(report: Report) -> Bilingual:
    """Who signed, in one sentence. Whether the platform's key is one that the reader trusts is told apart."""
    if report.device_signer:
        return bilingual(
            f"장비 열쇠 {report.device_signer}로 측정하고 서명했으며, 플랫폼 열쇠 {report.signer}로 이어 서명했습니다.",
            f"Measured and signed by device key {report.device_signer}, "
            f"counter-signed by the platform's key {report.signer}.",
        )
    if report.assurance == "self_declared":
        return bilingual(
            f"측정한 사람의 열쇠 {report.signer}로 서명했습니다.",
            f"Signed by the measurer's own key {report.signer}.",
        )
    return bilingual(
        f"장비는 서명하지 않았고, 플랫폼 열쇠 {report.signer}로만 서명했습니다.",
        f"Not signed by the device; signed by the platform's key {report.signer} alone.",
    )


_ALWAYS: tuple[Bilingual, ...] = (
    bilingual(
        "이 장비와 이 실행 환경에서 잰 값입니다. 다른 장비, 다른 드라이버, 다른 온도에서는 다를 수 있습니다.",
        "It holds for this device and runtime. Another device, driver or temperature may differ.",
    ),
    bilingual(
        "모델 실행만 잰 시간입니다. 카메라·마이크 입력, 전후 처리, 화면 표시는 들어 있지 않습니다.",
        "Only the model's run is timed: no camera or microphone, no pre- or post-processing, no display.",
    ),
    bilingual(
        "정확도 같은 품질은 주어진 데이터에서만 잰 것이고, 데이터가 없으면 재지 않았습니다.",
        "Quality, such as accuracy, is measured on the given data only; without data it is not measured.",
    ),
)
_NO_TIMES = bilingual(
    "칩의 모형에서 실행했습니다. 걸린 시간과 메모리는 실제 칩의 것이 아니므로 보이지 않습니다. "
    "연산자가 배치되는지와 출력이 맞는지만 말합니다.",
    "It ran on a model of the chip. Times and memory are not those of the chip, and are not shown. It tells whether "
    "operators are placed and outputs agree, nothing else.",
)
_NOT_SUSTAINED = bilingual(
    "오래 쉬지 않고 돌렸을 때의 속도는 재지 않았습니다.",
    "The speed in a long run without pauses was not measured.",
)
_NO_ENERGY = bilingual("전력은 재지 않았습니다.", "Energy was not measured.")
_WHOLE_PACKAGE = bilingual(
    "전력은 칩 전체의 것입니다. 같은 때 돈 다른 작업의 몫도 들어 있습니다.",
    "Energy is that of the whole chip, other work at the same time included.",
)
_UNTESTED_LONG = bilingual(
    "이 런타임의 어댑터는 실물 장비로 확인하지 못했습니다. 값을 다른 도구와 견주어 보십시오.",
    "The adapter of this runtime could not be tried on real hardware. Compare its figures with another tool's.",
)


def limits(measurement: Measurement) -> tuple[Bilingual, ...]:
    """What no verdict of this measurement proves."""
    said = list(_ALWAYS)
    if measurement.assurance is Assurance.simulated:
        said.append(_NO_TIMES)
    if measurement.runtime in UNTRIED:
        said.append(_UNTESTED_LONG)
    if not measurement.sustained:
        said.append(_NOT_SUSTAINED)
    said.append(_NO_ENERGY if measurement.energy_uj_per_inference is None else _WHOLE_PACKAGE)
    return tuple(said)


def warnings(measurement: Measurement) -> tuple[Bilingual, ...]:
    """What stands above the figures, because they are misread without it."""
    said = []
    if measurement.assurance is Assurance.simulated:
        said.append(_NO_TIMES)
    if measurement.runtime in UNTRIED:
        said.append(_UNTESTED_LONG)
    return tuple(said)
