"""What comes in on the pages of the assignment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from didimdol.applications.models import Application
from didimdol.evaluation.assigning import MOST, most_allowed
from didimdol.evaluation.guards import of_company, stage_of, words_of
from didimdol.evaluation.models import Round, Seat
from didimdol.evaluation.queries import fields_possible
from didimdol.kernel.words import pick, say

NOBODY = {"ko": "해당 없음", "en": "Nobody"}


class PreviewedForm(forms.Form):
    """``previewed``: the fingerprint of the assignment that was on the page."""

    previewed = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)


class SeatChangeForm(forms.Form):
    """Cleaned data: ``most``, ``fields``. Once applications are assigned the fields are not asked for."""

    most = forms.IntegerField(label=say("최대 배정 건수", "Applications at most"), min_value=1, max_value=MOST)
    chosen_fields = forms.MultipleChoiceField(
        label=say("담당 분야", "Fields"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=say(
            "수요기업 위원에게 분야를 더하면 그 분야의 신청 기업에 대해 다시 신고해야 합니다.",
            "A demand company's evaluator who gets a field more declares again, about its applicants.",
        ),
    )

    def __init__(self, *args: Any, seat: Seat, **kwargs: Any) -> None:
        kwargs["initial"] = {"most": seat.most, "chosen_fields": seat.fields}
        super().__init__(*args, **kwargs)
        allowed = most_allowed(seat.round)
        if allowed:
            self.fields["most"].help_text = pick(
                {"ko": f"규칙집의 상한은 {allowed}건입니다.", "en": f"The rulebook allows {allowed}."}
            )
        if seat.round.state == "scoring":
            del self.fields["chosen_fields"]
            return
        possible = fields_possible(seat.round, [seat]).get(str(seat.pk))
        rows = seat.round.challenge.fields.filter(retired=False)
        self.fields["chosen_fields"].choices = [  # type: ignore[attr-defined]
            (row.key, pick(row.name)) for row in rows if possible is None or row.key in possible
        ]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        return {"most": found.get("most"), "fields": found.get("chosen_fields")}


class WhatIfForm(forms.Form):
    """What to try. Nothing of it is stored."""

    lose = forms.ChoiceField(label=say("이 위원이 빠지면", "Without this evaluator"), required=False)
    seat = forms.ChoiceField(label=say("이 위원의 최대 건수를 바꾸면", "With another maximum for"), required=False)
    most = forms.IntegerField(
        label=say("바꿀 최대 건수", "Their new maximum"), required=False, min_value=0, max_value=MOST
    )
    body = forms.ChoiceField(label=say("위원을 더하면: 평가 주체", "With one evaluator more: body"), required=False)
    add_fields = forms.MultipleChoiceField(
        label=say("더하는 위원의 분야", "Fields of the one added"), required=False, widget=forms.CheckboxSelectMultiple
    )
    add_most = forms.IntegerField(
        label=say("더하는 위원의 최대 건수", "Maximum of the one added"), required=False, min_value=1, max_value=MOST
    )

    def __init__(self, data: Any, *, round: Round, seats: Sequence[Seat]) -> None:
        super().__init__(data if any(name in data for name in self.base_fields) else None)
        people = [
            ("", pick(NOBODY)),
            *((str(seat.pk), f"{seat.person.name} · {pick(seat.organisation.name)}") for seat in seats),
        ]
        people[1:] = sorted(people[1:], key=lambda choice: choice[1])
        self.fields["lose"].choices = self.fields["seat"].choices = people  # type: ignore[attr-defined]
        bodies = [(body.key, pick(words_of(body))) for body in stage_of(round).bodies]
        self.fields["body"].choices = [("", pick(NOBODY)), *bodies]  # type: ignore[attr-defined]
        rows = round.challenge.fields.filter(retired=False)
        self.fields["add_fields"].choices = [(row.key, pick(row.name)) for row in rows]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if not self.errors and not any(found.values()) and found.get("most") is None:
            self.add_error(
                None, pick({"ko": "바꿔 볼 것을 하나 이상 고르십시오.", "en": "Choose at least one thing to try."})
            )
        if found.get("most") is not None and not found.get("seat") and "seat" not in self.errors:
            self.add_error(
                "seat", pick({"ko": "누구의 최대 건수인지 고르십시오.", "en": "Choose whose maximum it is."})
            )
        if (found.get("add_fields") or found.get("add_most")) and not found.get("body") and "body" not in self.errors:
            self.add_error(
                "body", pick({"ko": "더하는 위원의 평가 주체를 고르십시오.", "en": "Choose the body of the one added."})
            )
        if found.get("seat") and found.get("most") is None and "most" not in self.errors:
            self.add_error("most", pick({"ko": "새 최대 건수를 적어 주십시오.", "en": "Please give the new maximum."}))
        if found.get("seat") and found.get("seat") == found.get("lose"):
            self.add_error("seat", pick({"ko": "빠지는 위원과 같은 사람입니다.", "en": "This is the one who leaves."}))
        if of_company(found.get("body", "")) and not found.get("add_fields"):
            self.add_error("add_fields", pick({"ko": "수요기업 위원의 분야를 골라 주십시오.", "en": "Choose the fields of a company's evaluator."}))  # fmt: skip
        return found


class WhyNotForm(forms.Form):
    application = forms.ChoiceField(label=say("신청", "Application"))
    evaluator = forms.ChoiceField(label=say("위원", "Evaluator"))

    def __init__(self, data: Any, *, applications: Sequence[Application], seats: Sequence[Seat]) -> None:
        super().__init__(data if "application" in data and "evaluator" in data else None)
        self.fields["application"].choices = [  # type: ignore[attr-defined]
            (str(a.pk), f"{a.number} · {pick(a.startup.name)}") for a in applications
        ]
        self.fields["evaluator"].choices = sorted(  # type: ignore[attr-defined]
            ((str(seat.pk), seat.person.name) for seat in seats), key=lambda choice: choice[1]
        )
