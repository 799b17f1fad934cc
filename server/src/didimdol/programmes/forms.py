from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from didimdol.kernel.words import pick, say
from didimdol.people.models import Organisation
from didimdol.programmes.rulebook.yaml_tree import MAX_BYTES


class RulebookFile(forms.FileField):
    """A rulebook as text. Cleans to (text, filename)."""

    def clean(self, data: Any, initial: Any = None) -> tuple[str, str]:
        upload: UploadedFile[Any] = super().clean(data, initial)
        if (upload.size or 0) > MAX_BYTES:
            raise forms.ValidationError(
                say("규칙집은 1 MB 이하여야 합니다.", "A rulebook is at most 1 MB."), code="file_too_large"
            )
        try:
            text = upload.read().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise forms.ValidationError(
                say("UTF-8로 저장한 YAML 파일을 올려 주십시오.", "Upload a YAML file saved as UTF-8."), code="not_utf8"
            ) from error
        return text, (upload.name or "rulebook.yaml")[:120]


class LoadForm(forms.Form):
    idempotency_key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=120)
    operator = forms.ChoiceField(label=say("운영기관", "Operator"))
    file = RulebookFile(label=say("규칙집(YAML)", "Rulebook (YAML)"))
    opens = forms.DateField(
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        label=say("접수 시작일 옮기기", "Move the opening to"),
        help_text=say(
            "비워 두면 규칙집에 적힌 날 그대로입니다. 날을 고르면 모든 일정이 같이 옮겨집니다.",
            "Leave it empty to keep the calendar as written. A date moves every event along.",
        ),
    )
    example = forms.BooleanField(
        required=False,
        label=say("예시 챌린지로 표시", "Mark as an example"),
    )

    def __init__(self, *args: Any, operators: list[Organisation], **kwargs: Any) -> None:
        kwargs["initial"] = {"idempotency_key": uuid.uuid4().hex, **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        self.operators = {str(o.pk): o for o in operators}
        self.fields["operator"].choices = [(key, pick(o.name)) for key, o in self.operators.items()]  # type: ignore[attr-defined]
        if len(operators) == 1:
            self.fields["operator"].initial = str(operators[0].pk)

    def clean_operator(self) -> Organisation:
        return self.operators[self.cleaned_data["operator"]]


class AmendForm(forms.Form):
    """The first step: which file, and why."""

    file = RulebookFile(label=say("바뀐 규칙집(YAML)", "The changed rulebook (YAML)"))
    reason = forms.CharField(
        max_length=2000,
        widget=forms.Textarea,
        label=say("변경 사유", "Reason for the change"),
        help_text=say("변경 공고에 그대로 공개됩니다.", "It is published with the amendment."),
    )


class AmendConfirmForm(forms.Form):
    """The second step: what was shown, word for word."""

    text = forms.CharField(widget=forms.HiddenInput, strip=False, max_length=MAX_BYTES)
    filename = forms.CharField(widget=forms.HiddenInput, max_length=120)
    reason = forms.CharField(widget=forms.HiddenInput, max_length=2000)
    digest = forms.CharField(widget=forms.HiddenInput, max_length=64)


class ReasonForm(forms.Form):
    reason = forms.CharField(max_length=2000, widget=forms.Textarea, label=say("사유", "Reason"))
