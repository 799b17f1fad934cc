"""What a demand says: checked when it comes in, and what it still lacks before it can be proposed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pydantic import ValidationError

from didimdol.demands.models import Demand
from didimdol.kernel.problems import BadInput
from didimdol.kernel.words import Text, normal, text
from didimdol.people.models import Person
from didimdol.programmes.criteria import measure_of
from didimdol_lab.contract import Assurance, Criterion, DeviceProfile, Metric, Plan, Runtime, runtime_from

EMPTY: Text = text("", "")
TIMED = (Metric.latency, Metric.throughput)
MOST_CRITERIA = 20


@dataclass(frozen=True, slots=True)
class Content:
    """Everything that a company writes, but for the data set."""

    title: Text
    business_unit: Text = field(default_factory=lambda: text("", ""))
    problem: Text = field(default_factory=lambda: text("", ""))
    device: DeviceProfile | None = None
    criteria: Sequence[Criterion] = ()
    dataset_note: Text = field(default_factory=lambda: text("", ""))
    people_offered: Text = field(default_factory=lambda: text("", ""))
    data_offered: Text = field(default_factory=lambda: text("", ""))
    budget_owner: Person | None = None
    decision_on: date | None = None
    terms: Text = field(default_factory=lambda: text("", ""))


#: the columns that a Content fills
COLUMNS = (
    "title",
    "business_unit",
    "problem",
    "device",
    "criteria",
    "dataset_note",
    "people_offered",
    "data_offered",
    "budget_owner",
    "decision_on",
    "terms",
)


def columns_of(content: Content) -> dict[str, Any]:
    """The values of COLUMNS. Raises BadInput."""
    title = _both(content.title)
    if not title["ko"]:
        _refuse("title", text("수요의 이름을 한국어로 적어 주십시오.", "Give the name of the demand in Korean."))
    if len(title["ko"]) > 120 or len(title["en"]) > 200:
        _refuse("title", text("이름이 너무 깁니다.", "The name is too long."))
    check_criteria(content.criteria)
    if content.device is not None:
        check_runtime(content.device)
    return {
        "title": title,
        "business_unit": _unit(content.business_unit),
        "problem": _both(content.problem),
        "device": content.device.model_dump(mode="json") if content.device else {},
        "criteria": [c.model_dump(mode="json") for c in content.criteria],
        "dataset_note": _both(content.dataset_note),
        "people_offered": _both(content.people_offered),
        "data_offered": _both(content.data_offered),
        "budget_owner": content.budget_owner,
        "decision_on": content.decision_on,
        "terms": _both(content.terms),
    }


def check_runtime(device: DeviceProfile) -> None:
    """The runtime that the device's labels name must be one that the lab knows, with its target. Raises BadInput."""
    try:
        Plan.model_validate(runtime_from(device.labels))
    except ValidationError:
        known = ", ".join(Runtime)
        _refuse(
            "device_labels",
            text(
                "장비 라벨의 runtime을 알 수 없거나, 그 runtime에 필요한 라벨(QNN: htp_arch, soc_model; AI Hub: device)이 없습니다.",
                "The labels name an unknown runtime, or lack what it needs (QNN: htp_arch, soc_model; AI Hub: device).",
            ),
            text(f"다음 가운데 하나를 적어 주십시오: {known}", f"Name one of these: {known}"),
        )


def check_criteria(criteria: Sequence[Criterion]) -> None:
    """Criteria that can be judged together by one measurement. Raises BadInput."""
    if len(criteria) > MOST_CRITERIA:
        _refuse(
            "criteria",
            text(f"기준은 {MOST_CRITERIA}개까지입니다.", f"There may be at most {MOST_CRITERIA} criteria."),
        )
    seen: set[str] = set()
    for criterion in criteria:
        label = measure_of(criterion).label
        if criterion.key in seen or measure_of(criterion).key in seen:
            _refuse(
                "criteria",
                text(f"‘{label['ko']}’ 기준이 두 번 있습니다.", f"“{label['en']}” is limited twice."),
                text("하나만 남겨 주십시오.", "Keep one of them."),
            )
        seen |= {criterion.key, measure_of(criterion).key}
    # A run measures with one timer: what the timer encloses must be the same in all timed criteria.
    if len({c.boundary for c in criteria if c.metric in TIMED}) > 1:
        _refuse(
            "criteria",
            text(
                "지연 시간과 처리량의 측정 범위가 서로 다릅니다.",
                "Latency and throughput name different timed boundaries.",
            ),
            text("한 가지 측정 범위로 맞춰 주십시오.", "Use one boundary for all of them."),
        )


def criteria_from(documents: Sequence[dict[str, Any]]) -> list[Criterion]:
    """Criteria that came in as plain documents (API, rulebook). Raises BadInput that names the row and the rule."""
    criteria = []
    for number, document in enumerate(documents, start=1):
        try:
            criteria.append(Criterion.model_validate(document))
        except ValidationError as error:
            said = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'criterion'}: {e['msg']}" for e in error.errors())
            _refuse(
                "criteria",
                text(f"{number}번째 기준이 올바르지 않습니다: {said}", f"Criterion {number} is not valid: {said}"),
            )
    return criteria


def missing(demand: Demand) -> list[Text]:
    """What a demand lacks before it can be proposed: named owner, metrics, device, offer, decision date, terms."""
    needed: tuple[tuple[bool, Text], ...] = (
        (bool(demand.problem.get("ko")), text("해결할 문제", "the problem")),
        (bool(demand.device.get("labels")), text("장비 라벨", "device labels")),
        (bool(demand.criteria), text("측정할 수 있는 기준 1개 이상", "at least one measurable criterion")),
        (
            demand.dataset_id is not None or not _needs_dataset(demand),
            text("정확도 기준의 데이터 세트", "the data set for accuracy"),
        ),
        (demand.budget_owner_id is not None, text("사업부 책임자", "the budget owner")),
        (demand.decision_on is not None, text("도입 결정일", "the decision date")),
        (bool(demand.terms.get("ko")), text("지식재산·비밀유지 조건", "IP and confidentiality terms")),
    )
    return [what for there, what in needed if not there]


def _needs_dataset(demand: Demand) -> bool:
    return any(c.get("metric") == Metric.accuracy for c in demand.criteria)


def is_shared(criteria: Sequence[Criterion]) -> bool:
    """Does every criterion accept figures from a device that is not set aside for measuring?"""
    return all(c.assurance is not Assurance.measured for c in criteria)


def _both(value: Text) -> Text:
    return text(normal(value.get("ko", "")).strip(), normal(value.get("en", "")).strip())


def _unit(value: Text) -> dict[str, str]:
    """The business unit, where one is named: {} where not. Raises BadInput for English without Korean."""
    unit = _both(value)
    if unit["en"] and not unit["ko"]:
        _refuse("business_unit", text("사업부 이름을 한국어로 적어 주십시오.", "Give the business unit in Korean."))
    if len(unit["ko"]) > 120 or len(unit["en"]) > 200:
        _refuse("business_unit", text("사업부 이름이 너무 깁니다.", "The name of the business unit is too long."))
    return {"ko": unit["ko"], "en": unit["en"]} if unit["ko"] else {}


def _refuse(name: str, message: Text, remedy: Text | None = None) -> None:
    raise BadInput("demand_content", message, remedy, fields={name: message})
