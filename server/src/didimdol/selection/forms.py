from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from didimdol.demands.models import Demand
from didimdol.kernel.words import language, pick, say
from didimdol.selection.enums import EXCLUSIONS
from didimdol.selection.models import Place


class ReasonForm(forms.Form):
    """Why: kept in the log with what was done."""

    reason = forms.CharField(
        label=say("사유", "Reason"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=say("감사 기록에 남습니다.", "It is kept in the audit log."),
    )


class ClosingForm(forms.Form):
    """Until when preferences are taken. Read and shown in Seoul's time."""

    closes_at = forms.DateTimeField(
        label=say("순위 입력 마감", "Preferences are taken until"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=say(
            "이때까지 기업과 수요기업이 서로의 순위를 정합니다(한국 시각).",
            "Until then startups and companies put each other in order (Korean time).",
        ),
    )


class ChoicesForm(forms.Form):
    """A startup's choices: the first, the second, … of the demands in its reach. ``cleaned_data["order"]``: ids."""

    def __init__(self, demands: Sequence[Demand], most: int, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        options = [("", pick({"ko": "고르지 않음", "en": "No choice"}))]
        options += [(str(d.pk), _titled(d)) for d in demands]
        for number in range(1, min(most, len(demands)) + 1):
            label = say(f"{number}지망", f"Choice {number}")
            self.fields[f"choice_{number}"] = forms.ChoiceField(label=label, choices=options, required=number == 1)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        chosen = [cleaned.get(name, "") for name in self.fields]
        named = [value for value in chosen if value]
        if len(set(named)) != len(named):
            self.add_error(None, pick({"ko": "같은 수요를 두 번 골랐습니다.", "en": "A demand is chosen twice."}))
        return {"order": named}


def _titled(demand: Demand) -> str:
    unit = pick(demand.business_unit)
    company = pick(demand.company.name)
    return " · ".join(part for part in (pick(demand.title), company, unit) if part)


class StandingForm(forms.Form):
    """A company's order of the startups (1 = first; empty: after those that are numbered) and how many it takes.
    ``ties``: one rank may be given twice, and stands for equals. ``cleaned_data["order"]``: ids, equals in a list."""

    capacity = forms.IntegerField(
        label=say("받을 기업 수", "How many it takes"), min_value=0, max_value=10_000, help_text=say(
            "이 수요가 함께할 수 있는 기업의 수입니다.", "How many startups this demand can work with."
        ),
    )  # fmt: skip

    def __init__(self, places: Sequence[Place], *args: Any, ties: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ties = ties
        self.names: dict[str, str] = {}
        for place in places:
            name = f"place_{place.pk.hex}"
            self.names[name] = str(place.pk)
            self.fields[name] = forms.IntegerField(
                label=f"{pick(place.startup.name)} · {place.application.number}",
                required=False,
                min_value=1,
                max_value=len(places),
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        ranks = {name: cleaned[name] for name in self.names if cleaned.get(name)}
        if not self.ties and len(set(ranks.values())) != len(ranks):
            self.add_error(None, pick({"ko": "같은 순위가 두 번 있습니다.", "en": "A rank appears twice."}))
        order = [[self.names[name] for name in ranks if ranks[name] == rank] for rank in sorted(set(ranks.values()))]
        return {
            "order": [group[0] if len(group) == 1 else group for group in order],
            "capacity": cleaned.get("capacity"),
        }


class ExclusionForm(ReasonForm):
    ground = forms.ChoiceField(label=say("제외 근거", "Ground"), choices=())
    field_order = ("ground", "reason")

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        lang = language()
        choices = [("", pick({"ko": "고르십시오", "en": "Choose"}, lang))]
        self.fields["ground"].choices = choices + [(key, pick(label, lang)) for key, label in EXCLUSIONS.items()]  # type: ignore[attr-defined]
