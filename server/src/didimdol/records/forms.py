from __future__ import annotations

from django import forms

from didimdol.kernel.words import say


class ReasonForm(forms.Form):
    """Why: kept with what was done."""

    reason = forms.CharField(
        label=say("사유", "Reason"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=say("접속기록에 함께 남습니다.", "It is kept in the access log."),
    )
