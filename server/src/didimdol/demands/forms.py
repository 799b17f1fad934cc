"""The form of a demand, with its criteria editor. The editor needs no script: it is rows, and a button for more rows."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from pydantic import ValidationError

from didimdol.demands.content import MOST_CRITERIA, Content
from didimdol.demands.models import Demand
from didimdol.demands.tasks import NAMES, fits, wrong_task
from didimdol.kernel.words import Text, pick, say, text
from didimdol.people.models import Organisation, Person
from didimdol.programmes.criteria import BOUNDARIES, MEASURES, Measure, measure_of
from didimdol.programmes.models import Field
from didimdol_lab.contract import TASKS, Assurance, Boundary, Criterion, DeviceProfile, Task
from didimdol_lab.contract.criteria import MOST

FEWEST_ROWS = 3
MORE_ROWS = 2
SPLIT = re.compile(r"[\s,]+")
ASSURANCES: dict[Assurance, Text] = {
    Assurance.measured_shared: text("공용 장비에서 측정", "measured, shared device"),
    Assurance.measured: text("전용 장비에서 측정", "measured, device set aside"),
    Assurance.simulated: text("모의 측정도 인정", "simulated is enough"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the editor."""

    number: int
    measure: BoundField
    threshold: BoundField
    boundary: BoundField
    assurance: BoundField

    def __iter__(self) -> Iterator[BoundField]:
        return iter((self.measure, self.threshold, self.boundary, self.assurance))


class DemandForm(forms.Form):
    """``cleaned_data["content"]`` is the Content; ``field`` the Field."""

    idempotency_key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=120)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    rows = forms.IntegerField(widget=forms.HiddenInput, required=False)
    company = forms.ChoiceField(label=say("수요기업", "Demand company"))
    field = forms.ChoiceField(label=say("분야", "Field"))
    title_ko = forms.CharField(max_length=120, label=say("수요 이름", "Name of the demand (Korean)"))
    title_en = forms.CharField(
        max_length=200, required=False, label=say("수요 이름(영어)", "Name of the demand (English)")
    )
    business_unit_ko = forms.CharField(
        max_length=120,
        required=False,
        label=say("사업부", "Business unit (Korean)"),
        help_text=say(
            "PoC를 함께할 부서나 사업부입니다. 매칭할 때 기업이 봅니다.",
            "The unit that will run the PoC; startups see it when they are matched.",
        ),
    )
    business_unit_en = forms.CharField(
        max_length=200, required=False, label=say("사업부(영어)", "Business unit (English)")
    )
    problem_ko = forms.CharField(
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        label=say("해결할 문제", "Problem to solve (Korean)"),
        help_text=say(
            "어떤 제품의 어떤 장면에서, 무엇이 되지 않는지 적습니다.",
            "In which product, in which moment, and what does not work today.",
        ),
    )
    problem_en = forms.CharField(
        max_length=8000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        label=say("해결할 문제(영어)", "Problem to solve (English)"),
    )
    device_name = forms.CharField(max_length=200, required=False, label=say("장비 이름", "Device"))
    device_labels = forms.CharField(
        required=False,
        max_length=2000,
        label=say("장비 라벨", "Device labels"),
        help_text=say(
            "측정할 장비를 찾는 데 씁니다. key:value 꼴로, 빈칸으로 나누어 적습니다. 예: arch:x86_64 runtime:onnxruntime-cpu",
            "By these a measuring device is found: key:value, separated by spaces. For example arch:x86_64 runtime:onnxruntime-cpu",
        ),
    )
    device_chip = forms.CharField(max_length=200, required=False, label=say("칩", "Chip"))
    device_memory_mb = forms.IntegerField(
        required=False, min_value=1, max_value=1_000_000, label=say("쓸 수 있는 메모리(MB)", "Memory available (MB)")
    )
    device_threads = forms.IntegerField(
        required=False, min_value=1, max_value=256, label=say("쓸 수 있는 스레드 수", "Threads available")
    )
    dataset_task = forms.ChoiceField(
        required=False,
        label=say("데이터 세트의 과제", "What the data set asks"),
        help_text=say(
            "품질 기준은 이 과제에 맞는 것만 고를 수 있습니다. 데이터 세트에 무엇을 담는지는 올리는 화면에 나옵니다.",
            "Criteria of quality must fit it. What the data set holds is told where it is uploaded.",
        ),
    )
    dataset_note_ko = forms.CharField(
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        label=say("데이터 세트 설명", "About the data set (Korean)"),
    )
    dataset_note_en = forms.CharField(
        required=False,
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 4}),
        label=say("데이터 세트 설명(영어)", "About the data set (English)"),
    )
    people_offered_ko = forms.CharField(
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        label=say("함께할 사람", "People who help (Korean)"),
    )
    people_offered_en = forms.CharField(
        required=False,
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 4}),
        label=say("함께할 사람(영어)", "People who help (English)"),
    )
    data_offered_ko = forms.CharField(
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        label=say("제공할 데이터·장비", "Data and devices given (Korean)"),
    )
    data_offered_en = forms.CharField(
        required=False,
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 4}),
        label=say("제공할 데이터·장비(영어)", "Data and devices given (English)"),
    )
    budget_owner = forms.ChoiceField(
        required=False,
        label=say("사업부 책임자", "Budget owner"),
        help_text=say(
            "협약서에 서명하고 도입을 결정하는 사람입니다.", "Signs the charter and decides on the adoption."
        ),
    )
    decision_on = forms.DateField(
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        label=say("도입 결정일", "Adoption is decided on"),
    )
    terms_ko = forms.CharField(
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4}),
        label=say("지식재산·비밀유지 조건", "IP and confidentiality (Korean)"),
    )
    terms_en = forms.CharField(
        required=False,
        max_length=8000,
        widget=forms.Textarea(attrs={"rows": 4}),
        label=say("지식재산·비밀유지 조건(영어)", "IP and confidentiality (English)"),
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        companies: list[Organisation],
        fields: list[Field],
        owners: list[Person],
        initial: dict[str, Any] | None = None,
    ) -> None:
        initial = {"idempotency_key": uuid.uuid4().hex, "rows": FEWEST_ROWS, **(initial or {})}
        if len(companies) == 1:
            initial["company"] = companies[0].pk
        super().__init__(data, initial=initial)
        self._choose("company", companies)
        self._choose("field", fields)
        self._choose("budget_owner", owners)
        self.fields["dataset_task"].choices = [(task.value, pick(name)) for task, name in NAMES.items()]  # type: ignore[attr-defined]
        if len(companies) == 1:
            self.fields["company"].widget = forms.HiddenInput()
        given = str((data.get("rows") if data is not None else initial["rows"]) or "")
        self.row_count = min(
            max(int(given) if given.isdecimal() and len(given) < 4 else FEWEST_ROWS, FEWEST_ROWS), MOST_CRITERIA
        )
        for number in range(1, self.row_count + 1):
            self._add_row(number)
        self.initial["rows"] = self.row_count

    def _choose(self, name: str, rows: list[Any]) -> None:
        # Choices that were read already: no query of its own, and nothing outside them is accepted.
        self.fields[name] = _Chosen(rows, of=self.fields[name])

    def _add_row(self, number: int) -> None:
        measures = [("", "–"), *_grouped_measures()]
        prefix = pick(text(f"기준 {number}", f"Criterion {number}"))
        self.fields[f"measure_{number}"] = forms.ChoiceField(
            required=False, choices=measures, label=f"{prefix}: {pick(text('무엇을', 'what'))}"
        )
        self.fields[f"threshold_{number}"] = forms.DecimalField(
            required=False,
            min_value=0,
            max_value=Decimal(10) ** 12,
            decimal_places=6,
            max_digits=18,
            label=f"{prefix}: {pick(text('한계값', 'limit'))}",
            widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
        )
        self.fields[f"boundary_{number}"] = forms.ChoiceField(
            required=False,
            choices=[(str(b), pick(words)) for b, words in BOUNDARIES.items()],
            label=f"{prefix}: {pick(text('측정 범위', 'timed part'))}",
        )
        self.fields[f"assurance_{number}"] = forms.ChoiceField(
            required=False,
            choices=[(str(a), pick(words)) for a, words in ASSURANCES.items()],
            label=f"{prefix}: {pick(text('신뢰 수준', 'assurance'))}",
        )

    @property
    def criteria_rows(self) -> list[Row]:
        names = ("measure", "threshold", "boundary", "assurance")
        return [Row(n, *(self[f"{name}_{n}"] for name in names)) for n in range(1, self.row_count + 1)]

    @property
    def english_errors(self) -> bool:
        """Is something wrong in the fields that are folded away?"""
        return any(f"{name}_en" in self.errors for name in ("people_offered", "data_offered", "dataset_note", "terms"))

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        criteria = self._criteria(cleaned)
        device = self._device(cleaned)
        if self.errors:
            return cleaned
        cleaned["content"] = Content(
            criteria=criteria,
            dataset_task=_task(cleaned),
            device=device,
            budget_owner=cleaned["budget_owner"],
            decision_on=cleaned["decision_on"],
            **{
                name: text(cleaned[f"{name}_ko"], cleaned[f"{name}_en"])
                for name in (
                    "title",
                    "business_unit",
                    "problem",
                    "dataset_note",
                    "people_offered",
                    "data_offered",
                    "terms",
                )
            },
        )
        return cleaned

    def _criteria(self, cleaned: dict[str, Any]) -> list[Criterion]:
        criteria: list[Criterion] = []
        first: dict[Measure, int] = {}
        for number in range(1, self.row_count + 1):
            key, threshold = cleaned.get(f"measure_{number}"), cleaned.get(f"threshold_{number}")
            if f"threshold_{number}" in self.errors or f"measure_{number}" in self.errors:
                continue
            if not key and threshold is None:
                continue
            if not key:
                self.add_error(f"measure_{number}", say("무엇을 잴지 골라 주십시오.", "Choose what is measured."))
                continue
            if threshold is None:
                self.add_error(f"threshold_{number}", say("한계값을 적어 주십시오.", "Give the limit."))
                continue
            measure = MEASURES[key]
            if measure in first:
                message = text(
                    f"기준 {first[measure]}에서 이미 정했습니다.", f"Criterion {first[measure]} limits this already."
                )
                self.add_error(f"measure_{number}", pick(message))
                continue
            first[measure] = number
            if not fits(measure.metric, _task(cleaned)):
                self.add_error(f"measure_{number}", pick(wrong_task(measure.metric)))
                continue
            if measure.unit == "%" and threshold > 100:
                self.add_error(f"threshold_{number}", say("100% 이하로 적어 주십시오.", "A percentage is at most 100."))
                continue
            most = MOST.get(measure.metric)
            if most is not None and threshold > most:
                self.add_error(
                    f"threshold_{number}", pick(text(f"{most} 이하로 적어 주십시오.", f"It is at most {most}."))
                )
                continue
            criteria.append(
                Criterion(
                    key=measure.key,
                    metric=measure.metric,
                    statistic=measure.statistic,
                    comparison=measure.comparison,
                    threshold=threshold,
                    unit=measure.unit,
                    boundary=Boundary(cleaned.get(f"boundary_{number}") or Boundary.model_only),
                    assurance=Assurance(cleaned.get(f"assurance_{number}") or Assurance.measured_shared),
                )
            )
        return criteria

    def _device(self, cleaned: dict[str, Any]) -> DeviceProfile | None:
        labels = list(dict.fromkeys(filter(None, SPLIT.split(cleaned.get("device_labels") or ""))))
        if not labels and not cleaned.get("device_name"):
            return None
        try:
            return DeviceProfile(
                name=cleaned.get("device_name") or "device",
                labels=labels,
                memory_mb=cleaned.get("device_memory_mb"),
                chip=cleaned.get("device_chip") or None,
                threads=cleaned.get("device_threads") or 1,
            )
        except ValidationError as error:
            wrong = sorted({str(e["input"]) for e in error.errors()})
            self.add_error(
                "device_labels",
                pick(
                    text(
                        f"key:value 꼴이 아닌 라벨입니다: {', '.join(wrong)}",
                        f"Labels that are not key:value: {', '.join(wrong)}",
                    )
                ),
            )
            return None


def _task(cleaned: dict[str, Any]) -> Task:
    return Task(cleaned.get("dataset_task") or Task.classification)


def _grouped_measures() -> list[tuple[str, list[tuple[str, str]]]]:
    """What needs no data set, then what each task of a data set gives."""
    groups: dict[Task | None, list[tuple[str, str]]] = {None: [], **{task: [] for task in NAMES}}
    for key, measure in MEASURES.items():
        groups[TASKS.get(measure.metric)].append((key, pick(measure.choice)))
    names = {None: pick(text("장비에서의 실행", "Running on the device"))}
    of_task = pick(text("데이터 세트", "Data set"))
    return [
        (names[task] if task is None else f"{of_task}: {pick(NAMES[task])}", choices)
        for task, choices in groups.items()
    ]


class _Chosen(forms.ChoiceField):
    """A select over rows that were read already; cleans to the row."""

    def __init__(self, rows: list[Any], *, of: forms.Field) -> None:
        self.by_id = {str(row.pk): row for row in rows}
        choices = [(key, _named(row)) for key, row in self.by_id.items()]
        super().__init__(
            choices=choices if of.required and len(choices) == 1 else [("", "–"), *choices],
            required=of.required,
            label=of.label,
            help_text=of.help_text,
        )

    def clean(self, value: Any) -> Any:
        key = super().clean(str(value) if value else "")
        return self.by_id.get(key)


def _named(row: Any) -> str:
    return pick(row.name)


def initial_of(demand: Demand) -> dict[str, Any]:
    """The form's values for a stored demand."""
    values: dict[str, Any] = {
        "version": demand.row_version,
        "company": demand.company_id,
        "field": demand.field_id,
        "device_name": demand.device.get("name", ""),
        "device_labels": " ".join(demand.device.get("labels", [])),
        "device_chip": demand.device.get("chip") or "",
        "device_memory_mb": demand.device.get("memory_mb"),
        "device_threads": demand.device.get("threads"),
        "budget_owner": demand.budget_owner_id,
        "decision_on": demand.decision_on,
        "dataset_task": demand.dataset_task,
        "rows": max(FEWEST_ROWS, len(demand.criteria) + 1),
    }
    for name in ("title", "business_unit", "problem", "dataset_note", "people_offered", "data_offered", "terms"):
        value = getattr(demand, name)
        values |= {f"{name}_ko": value.get("ko", ""), f"{name}_en": value.get("en", "")}
    for number, document in enumerate(demand.criteria, start=1):
        criterion = Criterion.model_validate(document)
        values |= {
            f"measure_{number}": measure_of(criterion).key,
            f"threshold_{number}": criterion.threshold,
            f"boundary_{number}": str(criterion.boundary),
            f"assurance_{number}": str(criterion.assurance),
        }
    return values


class DatasetForm(forms.Form):
    dataset = forms.FileField(
        label=say("데이터 세트(.npz)", "Data set (.npz)"),
        help_text=say(
            "품질을 재는 데만 씁니다. 창업기업에는 공개하지 않습니다.",
            "Used to measure quality only. Startups never see it.",
        ),
    )


class ReasonForm(forms.Form):
    reason = forms.CharField(max_length=2000, widget=forms.Textarea(attrs={"rows": 4}), label=say("사유", "Reason"))
