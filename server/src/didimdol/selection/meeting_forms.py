"""What comes in on the pages of a meet-up. Moments are read and shown in Seoul's time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from didimdol.demands.models import Demand
from didimdol.evaluation.forms import moment
from didimdol.kernel.words import pick, say
from didimdol.people.models import Organisation
from didimdol.programmes.timetables.forms import AbsenceForm, HoursForm
from didimdol.selection.meeting_slots import Plan
from didimdol.selection.meeting_words import FIRSTS, WISHES
from didimdol.selection.models import Place


def _limit(label: Any, help_text: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, required=False, min_value=1, max_value=1000, help_text=help_text)


NO_LIMIT = say("비워 두면 제한이 없습니다.", "Empty: no limit.")


class PlanForm(HoursForm):
    """Days, hours and limits. ``cleaned_data["plan"]``: a Plan; what it must obey the action says."""

    made = Plan

    wishes_until = moment(
        say("희망 접수 마감", "Wishes are taken until"),
        say(
            "이때까지 기업과 수요기업이 만나고 싶은 상대와 참석할 수 없는 시간을 적습니다(한국 시각).",
            "Until then both sides say whom they wish to meet and when they cannot (Korean time).",
        ),
    )
    minutes = forms.IntegerField(
        label=say("만남 한 번의 길이(분)", "Minutes of a meeting"),
        help_text=say("처음 값은 규칙집의 matching.meeting_minutes입니다.", "First: the rulebook's matching.meeting_minutes."),
    )  # fmt: skip
    startup_most = _limit(say("기업 한 곳의 최대 만남 수", "Meetings of a startup at most"), NO_LIMIT)
    demand_most = _limit(say("수요 하나의 최대 만남 수", "Meetings of a demand at most"), NO_LIMIT)
    longest = _limit(
        say("쉬지 않고 이어지는 만남 수", "Meetings without a break"),
        say("이만큼 이어지면 한 시간을 비웁니다. 비워 두면 제한이 없습니다.", "After so many a slot is left free. Empty: no limit."),
    )  # fmt: skip
    with_reserves = forms.BooleanField(
        label=say("예비 기업도 참가", "Reserves take part as well"),
        required=False,
    )
    venue = forms.CharField(
        label=say("장소", "Venue"),
        required=False,
        max_length=300,
        help_text=say(
            "온라인이면 비우고 테이블마다 링크를 적습니다.", "Online: leave it empty and give each table a link."
        ),
    )


class TableForm(forms.Form):
    name = forms.CharField(label=say("이름", "Name"), max_length=60)
    link = forms.CharField(
        label=say("온라인 링크", "Link to meet online"),
        required=False,
        max_length=500,
        help_text=say("이 테이블에서 만나는 사람에게만 보입니다.", "Seen by those who meet at this table only."),
    )


class NewTableForm(TableForm):
    company = forms.ChoiceField(label=say("수요기업", "Demand company"))
    field_order = ("company", "name", "link")

    def __init__(self, *args: Any, companies: Sequence[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.companies = {str(company.pk): company for company in companies}
        self.fields["company"].choices = [(key, pick(row.name)) for key, row in self.companies.items()]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if "company" in found:
            found["company"] = self.companies[found["company"]]
        return found


class FirstForm(forms.Form):
    """What a timetable is made for before all. ``told``: a choice → what it comes to, where that is known."""

    first = forms.ChoiceField(
        label=say("무엇을 먼저 놓습니까?", "What goes first?"), widget=forms.RadioSelect, required=False
    )

    def __init__(self, *args: Any, told: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["first"].choices = [  # type: ignore[attr-defined]
            (key, ": ".join(filter(None, (pick(label), told.get(key))))) for key, label in FIRSTS.items()
        ]


@dataclass(frozen=True, slots=True)
class WishRow:
    name: str
    note: str
    url: str
    bound: BoundField


class WishesForm(AbsenceForm):
    """Whom a side wishes to meet, and when it cannot. ``cleaned_data["words"]``: id → a key of WISHES."""

    def __init__(
        self, *args: Any, others: Sequence[Place] | Sequence[Demand], words: Mapping[str, str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.others: list[Place | Demand] = list(others)
        for row in self.others:
            name = _name(row)
            self.fields[f"wish_{row.pk}"] = forms.ChoiceField(
                label=name,
                required=False,
                choices=[(key, pick(label)) for key, label in WISHES.items()],
                initial=words.get(str(row.pk), ""),
                widget=forms.Select(attrs={"class": "input select"}),
            )

    def rows(self) -> Iterator[WishRow]:
        for row in self.others:
            bound = self[f"wish_{row.pk}"]
            if isinstance(row, Demand):
                parts = (pick(row.company.name), pick(row.business_unit))
                yield WishRow(_name(row), " · ".join(filter(None, parts)), row.get_absolute_url(), bound)
            else:
                yield WishRow(_name(row), row.application.number, "", bound)

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        words = {str(row.pk): found.get(f"wish_{row.pk}", "") for row in self.others}
        return {"words": words, "away": found["away"]}


def _name(row: Place | Demand) -> str:
    return pick(row.title) if isinstance(row, Demand) else pick(row.startup.name)
