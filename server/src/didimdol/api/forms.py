from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from didimdol.kernel.words import Text, pick, say
from didimdol.programmes.models import Challenge


class SubscriptionForm(forms.Form):
    """Address and events; for a new webhook the challenge too. Cleaned: url, topics and (new) challenge or None."""

    url = forms.CharField(
        max_length=500,
        label=say("받을 주소", "Address"),
        help_text=say(
            "https://로 시작하는, 바깥에서 닿는 주소입니다.", "It begins with https:// and can be reached from outside."
        ),
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off", "spellcheck": "false"}),
    )
    challenge = forms.ChoiceField(required=False, label=say("챌린지", "Challenge"))
    topics = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple, label=say("사건", "Events"))

    def __init__(
        self,
        *args: Any,
        topics: Mapping[str, Text],
        challenges: Sequence[Challenge] | None = None,
        every: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["topics"].choices = [(key, f"{pick(label)} · {key}") for key, label in topics.items()]  # type: ignore[attr-defined]
        if challenges is None:
            del self.fields["challenge"]
            return
        self._challenges = {str(row.pk): row for row in challenges}
        whole = [("", str(say("모든 챌린지", "All challenges")))] if every else []
        choices = [*whole, *((key, pick(row.name)) for key, row in self._challenges.items())]
        self.fields["challenge"].choices = choices  # type: ignore[attr-defined]
        self.fields["challenge"].required = not every

    def clean_challenge(self) -> Challenge | None:
        return self._challenges.get(self.cleaned_data["challenge"])
