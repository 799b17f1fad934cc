"""What the people of a rehearsal write: demands, plans and comments, about invented things."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from didimdol.demands.content import Content
from didimdol.kernel.words import Text, text
from didimdol.rehearsal.filled import criterion
from didimdol_lab.contract import Criterion, DeviceProfile

if TYPE_CHECKING:
    from didimdol.people.models import Person
    from didimdol.programmes.rulebook import ChallengeField

#: what budget owners do in a rehearsal (way.finishing.DECISIONS)
DECIDED: dict[str, Text] = {
    "adopted": text("도입", "adopted"),
    "follow_on": text("후속 PoC", "follow-on PoC"),
    "postponed": text("연기", "put off"),
    "declined": text("도입하지 않음", "declined"),
    "silent": text("답 없음", "silent"),
}


def tally(counts: Mapping[str, int], words: Mapping[str, Text]) -> Text:
    """선정 4 · 예비 4 / Selected 4 · Reserve 4, in the order of the words."""
    told = [(words[key], counts[key]) for key in words if counts.get(key)]
    return text(
        " · ".join(f"{name['ko']} {count}" for name, count in told),
        " · ".join(f"{name['en']} {count}" for name, count in told),
    )


COMMENTS = (
    "측정 결과와 주장이 대체로 일치하고, 목표 기기에서의 동작을 구체적인 수치로 설명하였음.",
    "문제 정의가 뚜렷하나 양산 단계의 품질 관리와 유지보수 계획을 보완할 필요가 있음.",
    "사업부의 일정과 맞물린 실증 계획이 현실적이며, 인력과 장비의 확보 방안이 적절함.",
    "경쟁 기술과의 차이를 같은 조건에서 비교하였고, 지식재산 확보 계획이 타당하다고 봄.",
    "메모리 여유가 크지 않으므로 다른 기능과 함께 동작할 때의 검증 결과가 더 필요함.",
)
REASON = text("모의 운영에서 정한 사유입니다.", "A reason made up for the rehearsal.")


def comment(number: int, least: int) -> str:
    """A comment of at least so many characters."""
    said = COMMENTS[number % len(COMMENTS)]
    while len(said) < least:
        number += 1
        said = f"{said} {COMMENTS[number % len(COMMENTS)]}"
    return said


def demand(field: ChallengeField, owner: Person, decision_on: date, labels: Sequence[str], unit: int = 0) -> Content:
    """A demand that a model can be measured against; the field's own criteria where it has some."""
    name: Text = text(field.name.ko, field.name.en or field.name.ko)
    return Content(
        title=text(f"{name['ko'][:100]} 과제 {unit + 1}", f"Task {unit + 1} for {name['en'][:170]}"),
        problem=text(
            f"{name['ko']} 제품에서 통신 없이 동작하는 AI가 필요합니다. 지연 시간과 메모리의 한도를 지켜야 합니다.",
            f"An AI is needed that runs in our {name['en']} products without a network, within limits of latency and memory.",
        ),
        device=DeviceProfile(name="모의 기준 장비", labels=list(labels)),
        criteria=tuple(field.criteria) or CRITERIA,
        people_offered=text("책임연구원 2명, 주 8시간", "Two senior researchers, eight hours a week"),
        data_offered=text("현장 기록 40시간(비밀유지)", "40 hours of field recordings (confidential)"),
        budget_owner=owner,
        decision_on=decision_on,
        terms=text(
            "모델의 권리는 창업기업에 있고, 실증 기간에 시험 목적으로만 사용합니다.",
            "Rights in the model stay with the startup; it is used for tests during the PoC only.",
        ),
    )


#: what three milestones are for
STEPS = ("모델 경량화와 기기 탑재", "현장 실증", "양산 조건 검증")
#: the six items that an agreement on technical data names
CONFIDENTIALITY = {
    "scope": "현장 기록 40시간과 장비의 인터페이스 사양서",
    "period": "협약 기간과 그 뒤 3년",
    "holders": "창업기업 2명과 사업부 3명(명단은 따로 보관)",
    "duty": "과제 수행에만 쓰고 다른 목적으로 쓰거나 알리지 않음",
    "damages": "의무를 어긴 쪽이 상대방의 손해를 배상함",
    "returning": "협약이 끝나면 30일 안에 반환하거나 지우고 확인서를 보냄",
}


#: where the field names none
CRITERIA: tuple[Criterion, ...] = (
    criterion("latency_p99", "latency", "p99", "<=", "50", "ms"),
    criterion("peak_memory", "peak_memory", "value", "<=", "600", "MB"),
)


def claims(criteria: Sequence[dict[str, Any]]) -> dict[str, str]:
    """A startup's own figures: four fifths of each limit (of a limit from below: a fifth more, a percentage at most 100)."""
    figures = {}
    for entry in criteria:
        share = Decimal("0.8") if entry["comparison"] == "<=" else Decimal("1.2")
        figure = Decimal(str(entry["threshold"])) * share
        figures[entry["key"]] = format(min(figure, Decimal(100)) if entry["unit"] == "%" else figure, "f")
    return figures
