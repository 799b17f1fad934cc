"""What comes in for a timetable: its hours, where it takes place, when somebody cannot come. Seoul's time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.forms.boundfield import BoundField

from didimdol.design.texts import day_text
from didimdol.kernel.problems import BadInput
from didimdol.kernel.words import say, text
from didimdol.programmes.timetables.slots import MOST_DAYS, Hours, Time

_is_url = URLValidator(schemes=["http", "https"])


def _day(label: Any, *, required: bool) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=required, widget=widget)


def _time(label: Any, *, required: bool = True, help_text: Any = "") -> forms.TimeField:
    widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    return forms.TimeField(label=label, required=required, widget=widget, help_text=help_text)


class HoursForm(forms.Form):
    """Days and hours. ``cleaned_data["plan"]``: of the kind ``made``; what it must obey the action says."""

    made: type[Hours] = Hours

    starts = _time(say("시작", "From"))
    ends = _time(say("끝", "To"))
    lunch_from = _time(
        say("점심 시작", "Lunch from"), required=False, help_text=say("없으면 비웁니다.", "Empty: none.")
    )
    lunch_to = _time(say("점심 끝", "Lunch to"), required=False)
    minutes = forms.IntegerField()
    longest = forms.IntegerField(required=False, min_value=1, max_value=1000)
    venue = forms.CharField(label=say("장소", "Venue"), required=False, max_length=300)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number in range(1, MOST_DAYS + 1):
            self.fields[f"day_{number}"] = _day(say(f"{number}일째", f"Day {number}"), required=number == 1)
        self.order_fields([f"day_{number}" for number in range(1, MOST_DAYS + 1)])

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if self.errors:
            return found
        days = [found.pop(f"day_{number}") for number in range(1, MOST_DAYS + 1)]
        return {"plan": self.made(days=tuple(day for day in days if day), **found)}

    def days(self) -> Iterator[BoundField]:
        for number in range(1, MOST_DAYS + 1):
            yield self[f"day_{number}"]

    @classmethod
    def shown(cls, plan: Hours) -> dict[str, Any]:
        """A plan as the form shows it."""
        days = {f"day_{number}": day for number, day in enumerate(sorted(plan.days), start=1)}
        return {name: getattr(plan, name) for name in cls.base_fields} | days


class AbsenceForm(forms.Form):
    """The slots in which somebody cannot. ``cleaned_data["away"]``: their ids."""

    def __init__(self, *args: Any, times: Sequence[Time], away: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        gone = set(away)
        self.days: list[str] = []
        for day, slots in groupby(times, key=lambda slot: slot.day):
            name, found = f"away_{day.isoformat()}", list(slots)
            self.days.append(name)
            self.fields[name] = forms.MultipleChoiceField(
                label=day_text(day),
                required=False,
                choices=[(slot.id, f"{slot.starts_at:%H:%M}–{slot.ends_at:%H:%M}") for slot in found],
                widget=forms.CheckboxSelectMultiple,
                initial=[slot.id for slot in found if slot.id in gone],
            )

    def away_days(self) -> Iterator[BoundField]:
        for name in self.days:
            yield self[name]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        away = [slot for name in self.days for slot in found.pop(name, [])]
        return {**found, "away": away}


def link_given(link: str) -> str:
    """An address to meet at online, or "". Raises BadInput."""
    link = link.strip()
    try:
        if link:
            _is_url(link)
    except ValidationError:
        raise BadInput("bad_link", _BAD_LINK, fields={"link": _BAD_LINK}) from None
    return link


_BAD_LINK = text(
    "http:// 나 https:// 로 시작하는 주소를 적어 주십시오.", "Give an address that begins with http:// or https://."
)
