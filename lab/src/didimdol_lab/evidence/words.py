"""What a verdict says in one plain sentence, and what it does not say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..contract import Bilingual, bilingual

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
#: of a runtime in `UNTRIED`
UNTESTED = bilingual(
    "시험하지 못한 어댑터: 이 런타임과 잇는 프로그램은 실제 장비에서 시험해 보지 못했습니다.",
    "Untested adapter: the program that works with this runtime could not be tried on real hardware.",
)
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


#: what no verdict of this kind proves
LIMITS: tuple[Bilingual, ...] = (
    bilingual(
        "이 장비와 이 실행 환경에서 잰 값입니다. 다른 장비, 다른 드라이버, 다른 온도에서는 다를 수 있습니다.",
        "It holds for this device and runtime. Another device, driver or temperature may differ.",
    ),
    bilingual(
        "모델 실행만 잰 시간입니다. 카메라·마이크 입력, 전후 처리, 화면 표시는 들어 있지 않습니다.",
        "Only the model's run is timed: no camera or microphone, no pre- or post-processing, no display.",
    ),
    bilingual(
        "정확도는 주어진 데이터에서만 잰 것이고, 데이터가 없으면 재지 않았습니다.",
        "Accuracy is measured on the given data only; without data it is not measured.",
    ),
    bilingual("전력은 재지 않았습니다.", "Energy was not measured."),
)
