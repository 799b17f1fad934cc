from __future__ import annotations

from django import forms

from didimdol.kernel.words import say


class ChanceForm(forms.Form):
    """What the rulebook does not tell about the panels."""

    applicants = forms.IntegerField(min_value=2, max_value=2000, label=say("예상 신청 수", "Applications expected"))
    experts = forms.IntegerField(
        min_value=0,
        max_value=500,
        required=False,
        label=say("외부 전문가 수", "External experts"),
        help_text=say("비워 두면 필요한 만큼으로 봅니다.", "Left empty: as many as it takes."),
    )
    judges = forms.IntegerField(
        min_value=0,
        max_value=200,
        required=False,
        label=say("수요기업마다 위원 수", "Evaluators of each demand company"),
        help_text=say("비워 두면 필요한 만큼으로 봅니다.", "Left empty: as many as it takes."),
    )
