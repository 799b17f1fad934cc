"""What comes in on the pages of milestones and checks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from didimdol.kernel import clock
from didimdol.kernel.words import pick, say
from didimdol.projects.enums import CHECK_KINDS, CHECK_RESULTS
from didimdol.verification.evidence import criterion_label, unit_label
from didimdol_lab.contract import Comparison, Criterion

DAY = {"type": "date"}


def _words(label: Any, rows: int = 4, help: Any = "", *, required: bool = True, most: int = 4000) -> forms.CharField:
    return forms.CharField(
        label=label, help_text=help, required=required, max_length=most, widget=forms.Textarea(attrs={"rows": rows})
    )


class FileForm(forms.Form):
    """Its ``file`` becomes the action's ``stream`` and ``filename``."""

    file = forms.FileField(label=say("파일", "File"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        file = cleaned.pop("file", None)
        return {**cleaned, "stream": file, "filename": file.name if file else ""}


class SupplementForm(forms.Form):
    reason = _words(
        say("무엇을 보완해야 합니까?", "What is to be supplemented?"),
        help=say("창업기업에 그대로 전해집니다.", "The startup reads it as it is."),
    )


class ReasonForm(forms.Form):
    reason = _words(say("사유", "Reason"), 3, say("감사 기록에 남습니다.", "It is kept in the audit log."))


class DeliverableForm(FileForm):
    note = forms.CharField(label=say("설명", "Note"), max_length=300, required=False)


class ModelForm(FileForm):
    file = forms.FileField(label=say("모델 파일", "Model file"))
    explanation = _words(
        say("앞선 모델에서 무엇을 왜 바꾸었습니까?", "What changed since the model before it, and why?"),
        help=say(
            "앞선 모델과 같은 파일이면 비워 두십시오. 다른 파일이면 반드시 적습니다. 수요기업이 인수하며 확인합니다.",
            "Leave it empty if the file is the same. If not, it is owed: the demand company reads it when it accepts.",
        ),
        required=False,
    )
    inputs = _words(
        say("입력의 크기", "Input shapes"),
        3,
        say(
            "한 줄에 하나씩, 예: input: 1x576 random. 비우면 앞선 모델과 같이 합니다.",
            "One a line, e.g. input: 1x576 random. Empty: as for the model before it.",
        ),
        required=False,
    )

    def __init__(self, formats: Sequence[str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].widget.attrs["accept"] = ",".join(f".{suffix}" for suffix in formats)


class TestForm(FileForm):
    """One figure a criterion as ``figure_<key>``; ``cleaned_data`` fits ``record_test``."""

    __test__ = False  # a form, whatever pytest thinks of its name

    plan = _words(
        say("시험 계획과 조건", "Plan and conditions"),
        help=say("장비, 자료, 반복 횟수, 시험한 사람을 적어 주십시오.", "Devices, data, repetitions, and who tested."),
    )
    tested_on = forms.DateField(label=say("시험일", "Day of the test"), widget=forms.DateInput(attrs=DAY))
    file = forms.FileField(
        label=say("원시 기록", "Raw log"),
        help_text=say("요약이 아니라 장비가 남긴 기록 그대로", "What the device wrote, not a summary"),
    )

    def __init__(self, criteria: Sequence[Criterion], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.criteria = list(criteria)
        self.fields["tested_on"].initial = clock.today().date().isoformat()
        for criterion in self.criteria:
            sign = "≤" if criterion.comparison is Comparison.at_most else "≥"
            unit = unit_label(criterion.unit)
            self.fields[f"figure_{criterion.key}"] = forms.CharField(
                label=f"{criterion_label(criterion)} ({unit})",
                max_length=40,
                help_text=f"{pick({'ko': '기준', 'en': 'Limit'})}: {sign} {criterion.threshold} {unit}",
                widget=forms.TextInput(attrs={"inputmode": "decimal"}),
            )
        self.order_fields(["plan", "tested_on", *(f"figure_{c.key}" for c in self.criteria), "file"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        cleaned["figures"] = {c.key: cleaned.pop(f"figure_{c.key}", "") for c in self.criteria}
        return cleaned


class CheckForm(forms.Form):
    kind = forms.ChoiceField(label=say("점검", "Check"))
    result = forms.ChoiceField(
        label=say("결과", "Result"),
        widget=forms.RadioSelect,
        help_text=say(
            "중단을 고르면 과제가 끝나고 남은 지원금이 나가지 않습니다.",
            "Stop ends the project: no more money follows.",
        ),
    )
    comment = _words(say("점검 의견", "Findings"), help=say("창업기업과 수요기업이 읽습니다.", "Both parties read it."))
    due_on = forms.DateField(
        label=say("보완 기한", "To be done until"), required=False, widget=forms.DateInput(attrs=DAY),
        help_text=say("보완일 때만 정합니다.", "For a supplement only."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, words in (("kind", CHECK_KINDS), ("result", CHECK_RESULTS)):
            self.fields[name].choices = [(key, pick(label)) for key, label in words.items()]  # type: ignore[attr-defined]
