"""What comes in on the pages of final evaluations."""

from __future__ import annotations

from typing import Any

from django import forms

from didimdol.evaluation.forms import moment
from didimdol.evaluation.guards import words_of
from didimdol.kernel.words import pick, say
from didimdol.people.models import Organisation, Person
from didimdol.programmes.models import Challenge
from didimdol.programmes.queries import rules_of
from didimdol.projects import final_computing as computing
from didimdol.projects.enums import FINAL_KINDS
from didimdol.projects.final_queries import candidates
from didimdol.projects.models import Review
from didimdol_decide.rules import CriterionRule


class OpenForm(forms.Form):
    """The kind, the closing time, and the panel: one group of boxes a body. ``cleaned_data`` fits ``open_final``."""

    kind = forms.ChoiceField(label=say("평가", "Evaluation"), widget=forms.RadioSelect)
    closes_at = moment(
        say("평가 마감", "Closing time"),
        say("한국 시각. 이때까지 평가표를 제출합니다.", "In Korea's time. Reviews are locked before it."),
    )

    def __init__(self, challenge: Challenge, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(key, pick(label)) for key, label in FINAL_KINDS.items()]  # type: ignore[attr-defined]
        self.fields["kind"].initial = computing.GRADED
        final = rules_of(challenge).outcomes.final
        self.people: dict[str, dict[str, Person]] = {}
        bodies = {body.key: body for rule in (final.rule, final.best_rule) for body in rule.bodies}
        for key, body in bodies.items():
            able = candidates(challenge, key)
            self.people[key] = {str(person.pk): person for person, _ in able}
            name = pick(words_of(body))
            self.fields[f"panel_{key}"] = forms.MultipleChoiceField(
                label=pick({"ko": f"위원: {name}", "en": f"Panel: {name}"}),
                required=False,
                widget=forms.CheckboxSelectMultiple,
                choices=[(str(person.pk), _named(person, company)) for person, company in able],
                help_text=pick(
                    {
                        "ko": f"과제마다 {body.quorum}–{body.seats}명. 그 과제의 결과물을 인수하거나 시험에 서명한 사람은 빠집니다.",
                        "en": f"{body.quorum} to {body.seats} a project. Who accepted or signed something of it is left out.",
                    }
                ),
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        panel = [
            (people[identity], body)
            for body, people in self.people.items()
            for identity in cleaned.pop(f"panel_{body}", [])
        ]
        return {**cleaned, "panel": panel}


def _named(person: Person, company: Organisation | None) -> str:
    return f"{person.name} · {pick(company.name)}" if company is not None else person.name


class ReviewForm(forms.Form):
    """Points as ``c-<criterion>``, the comment and the row version that was read."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, review: Review, data: Any = None) -> None:
        initial: dict[str, Any] = {"version": review.row_version, "comment": review.comment}
        initial |= {f"c-{key}": value for key, value in review.scores.items()}
        super().__init__(data, initial=initial)
        self.criteria: tuple[CriterionRule, ...] = computing.rule_of(review.final).body(review.body).criteria
        for criterion in self.criteria:
            self.fields[f"c-{criterion.key}"] = forms.CharField(
                label=f"{pick(words_of(criterion))} (0–{criterion.max_points})",
                required=False,
                max_length=20,
                widget=forms.TextInput(attrs={"inputmode": "decimal"}),
            )
        self.fields["comment"] = forms.CharField(
            label=pick({"ko": "의견", "en": "Comment"}),
            required=False,
            max_length=4000,
            widget=forms.Textarea(attrs={"rows": 5}),
        )

    def scores(self) -> dict[str, str]:
        return {c.key: self.cleaned_data.get(f"c-{c.key}", "") for c in self.criteria}
