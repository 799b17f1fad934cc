from __future__ import annotations

from django import forms

from didimdol.kernel.words import language, pick, say
from didimdol.selection.enums import EXCLUSIONS


class ReasonForm(forms.Form):
    """Why: kept in the log with what was done."""

    reason = forms.CharField(
        label=say("사유", "Reason"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=say("감사 기록에 남습니다.", "It is kept in the audit log."),
    )


class ExclusionForm(ReasonForm):
    ground = forms.ChoiceField(label=say("제외 근거", "Ground"), choices=())
    field_order = ("ground", "reason")

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        lang = language()
        choices = [("", pick({"ko": "고르십시오", "en": "Choose"}, lang))]
        self.fields["ground"].choices = choices + [(key, pick(label, lang)) for key, label in EXCLUSIONS.items()]  # type: ignore[attr-defined]
