from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from django import forms

from didimdol.kernel.words import pick, say
from didimdol.people.models import Organisation


class DeviceForm(forms.Form):
    """``organisations``: those for which the person may register devices."""

    organisation = forms.ChoiceField(label=say("운영기관", "Operator"))
    name = forms.CharField(
        label=say("장비 이름", "Name"), max_length=120, help_text=say("예: 노트북 1호기", "For example: Laptop no. 1")
    )
    labels = forms.CharField(
        label=say("장비 표지", "Labels"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=say(
            "한 줄에 하나씩 ‘이름:값’ 꼴로 적습니다. 수요의 표지를 모두 갖춘 장비만 그 작업을 맡습니다.",
            "One a line, as “name:value”. A device takes a job only with all the labels of its demand.",
        ),
    )

    def __init__(self, *args: Any, organisations: list[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.organisations = {str(each.id): each for each in organisations}
        choices = [(key, pick(each.name)) for key, each in self.organisations.items()]
        self.fields["organisation"] = forms.ChoiceField(label=say("운영기관", "Operator"), choices=choices)
        if len(organisations) == 1:
            self.fields["organisation"].initial = str(organisations[0].id)

    def clean_organisation(self) -> Organisation:
        return self.organisations[str(UUID(self.cleaned_data["organisation"]))]

    def clean_labels(self) -> list[str]:
        return [label for label in re.split(r"[\s,]+", self.cleaned_data["labels"]) if label]


class ReasonForm(forms.Form):
    reason = forms.CharField(label=say("사유", "Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))
