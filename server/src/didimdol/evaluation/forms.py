"""What comes in on the pages of the evaluation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django import forms
from django.forms.boundfield import BoundField

from didimdol.applications.models import Application
from didimdol.evaluation.actions import MOST_COMMENT
from didimdol.evaluation.enums import GROUNDS, Standing
from didimdol.evaluation.expertise import LONGEST_SENTENCE, expertise_given
from didimdol.evaluation.guards import body_of, of_company, words_of
from didimdol.evaluation.models import Ballot, Conflict, Round
from didimdol.evaluation.queries import evaluators_for
from didimdol.kernel import clock
from didimdol.kernel.problems import BadInput
from didimdol.kernel.words import Text, pick, say
from didimdol.people.models import RoleAssignment
from didimdol.programmes.models import Challenge
from didimdol.programmes.queries import rules_of
from didimdol_decide.rules import CriterionRule, StageRule

REASON = say("사유", "Reason")


class ReasonForm(forms.Form):
    reason = forms.CharField(label=REASON, max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))


class NamedForm(forms.Form):
    """Why evaluators were named where the rulebook asks for a draw."""

    reason = forms.CharField(
        label=say("추첨하지 않고 위촉한 사유", "Why evaluators were named and not drawn"),
        help_text=say(
            "규칙집은 외부 전문가를 무작위로 뽑게 합니다. 사유는 기록에 남습니다. 추첨하려면 취소하고 평가 화면에서 시작하십시오.",
            "The rulebook has external experts drawn at random. The reason is recorded. To draw them, cancel and begin on the round's page.",
        ),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


# --- rounds --------------------------------------------------------------------------------------------------------


def moment(label: Any, help: Any = "") -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(
        label=label, help_text=help, widget=widget, input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]
    )


class OpenForm(forms.Form):
    stage = forms.ChoiceField(label=say("평가 단계", "Stage"))
    closes_at = moment(
        say("평가 마감", "Closing time"),
        say("한국 시각. 이때까지 평가표를 제출합니다.", "In Korea's time. Ballots are locked before it."),
    )

    def __init__(
        self, *args: Any, challenge: Challenge, stages: Sequence[StageRule], closes: dict[str, Any], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["stage"].choices = [(rule.key, pick(words_of(rule))) for rule in stages]  # type: ignore[attr-defined]
        if stages and closes.get(stages[0].key):
            # What the calendar says, unless that has passed.
            planned = closes[stages[0].key]
            self.fields["closes_at"].initial = planned if planned > clock.now() else None


class ExtendForm(ReasonForm):
    closes_at = moment(say("새 마감", "New closing time"), say("한국 시각", "In Korea's time"))
    field_order = ("closes_at", "reason")


# --- seats ---------------------------------------------------------------------------------------------------------


class _Expertise(forms.Form):
    """What an evaluator knows. How much of it fits, the action says at its field."""

    keywords = forms.CharField(
        label=say("전문 분야", "Areas of expertise"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=say(
            "쉼표로 나누어 20개까지. 한국어와 영어를 함께 쓸 수 있습니다. 예: 음성 인식, NPU, 저전력 설계",
            "Up to 20, between commas, in Korean or English. For example: speech recognition, NPU, low-power design",
        ),
    )
    sentence = forms.CharField(
        label=say("한 문장으로", "In one sentence"),
        required=False,
        max_length=LONGEST_SENTENCE,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=say(
            "무엇을 연구하거나 다루어 왔는지 적습니다(300자까지).",
            "What they work on or have done (300 characters at most).",
        ),
    )


class ExpertiseForm(_Expertise):
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


class SeatForm(_Expertise):
    """Cleaned data: ``person``, ``organisation``, ``body``, ``fields``, ``most``, ``expertise``."""

    field_order = ("body", "person", "chosen_fields", "most", "keywords", "sentence")

    body = forms.ChoiceField(label=say("평가 주체", "Body"))
    person = forms.ChoiceField(label=say("평가위원", "Evaluator"))
    chosen_fields = forms.MultipleChoiceField(
        label=say("담당 분야", "Fields"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=say(
            "고르지 않으면 맡을 수 있는 모든 분야입니다. 수요기업 위원은 자기 분야만 맡습니다.",
            "None chosen: every field they may judge. A demand company judges its own fields only.",
        ),
    )
    most = forms.IntegerField(
        label=say("최대 배정 건수", "Applications at most"), min_value=1, max_value=1000, initial=50
    )

    def __init__(self, *args: Any, round: Round, stage: StageRule, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        bodies = stage.bodies
        seated = set(round.seats.exclude(state="vacated").values_list("person_id", flat=True))
        self._held: dict[str, RoleAssignment] = {}
        for company in sorted({of_company(body.key) for body in bodies}):
            for row in evaluators_for(round, company=company):
                if row.person_id not in seated:
                    self._held[str(row.pk)] = row
        self.fields["body"].choices = [(body.key, pick(words_of(body))) for body in bodies]  # type: ignore[attr-defined]
        self.fields["person"].choices = [("", pick({"ko": "고르십시오", "en": "Choose"}))] + [  # type: ignore[attr-defined]
            (key, f"{row.person.name} · {pick(row.organisation.name)}") for key, row in self._held.items()
        ]
        rows = round.challenge.fields.filter(retired=False)
        self.fields["chosen_fields"].choices = [(row.key, pick(row.name)) for row in rows]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        row = self._held.get(found.get("person", ""))
        try:
            expertise = expertise_given(found.get("keywords", ""), found.get("sentence", ""))
        except BadInput as problem:
            for name, message in problem.fields.items():
                self.add_error(name, pick(message))
            return found
        if row is None:
            return found
        return {
            "person": row.person,
            "organisation": row.organisation,
            "body": found.get("body", ""),
            "fields": found.get("chosen_fields") or None,
            "most": found.get("most") or 50,
            "expertise": expertise,
        }


# --- conflicts of interest -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Declaration:
    """The choices about one applicant. Only the company's name is shown: nothing of the application."""

    company: Text
    found: bool
    standing: BoundField | None = None
    ground: BoundField | None = None
    note: BoundField | None = None


class ConflictForm(forms.Form):
    """Cleaned data: ``standings`` as ``declare_conflicts`` takes them. What is missing, the action says."""

    def __init__(self, *args: Any, entries: Sequence[tuple[Application, Conflict | None]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._entries = entries
        grounds = [("", pick({"ko": "사유를 고르십시오", "en": "Choose the ground"}))]
        grounds += [(key, pick(value)) for key, value in GROUNDS.items()]
        for application, known in entries:
            if known is not None and known.standing == Standing.FOUND:
                continue
            key, name = str(application.pk), pick(application.startup.name)
            self.fields[key] = forms.ChoiceField(
                label=name,
                required=False,
                widget=forms.RadioSelect,
                choices=[
                    (Standing.NONE.value, pick({"ko": "이해충돌 없음", "en": "No conflict of interest"})),
                    (Standing.CONFLICT.value, pick({"ko": "이해충돌 있음", "en": "A conflict of interest"})),
                ],
                initial=known.standing if known else None,
            )
            self.fields[f"{key}-ground"] = forms.ChoiceField(
                label=f"{name} · {pick({'ko': '사유', 'en': 'Ground'})}",
                required=False,
                choices=grounds,
                initial=known.ground if known else "",
            )
            self.fields[f"{key}-note"] = forms.CharField(
                label=f"{name} · {pick({'ko': '설명', 'en': 'Note'})}",
                required=False,
                max_length=2000,
                initial=known.note if known else "",
            )

    def rows(self) -> Iterator[Declaration]:
        for application, known in self._entries:
            key = str(application.pk)
            if known is not None and known.standing == Standing.FOUND:
                yield Declaration(application.startup.name, True)
            else:
                yield Declaration(
                    application.startup.name, False, self[key], self[f"{key}-ground"], self[f"{key}-note"]
                )

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        standings: dict[UUID, tuple[str, str, str]] = {
            application.pk: (found[key], found.get(f"{key}-ground", ""), found.get(f"{key}-note", ""))
            for application, _ in self._entries
            if (key := str(application.pk)) in found
        }
        return {"standings": standings}


# --- ballots -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RubricRow:
    criterion: CriterionRule
    name: Text
    points: BoundField
    comment: BoundField


class BallotForm(forms.Form):
    """The rubric of a ballot. Points stay as they were typed: whether they fit, the action says at their field."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any = None, *, ballot: Ballot, shortest: int = 0) -> None:
        self.rubric = body_of(ballot.seat).criteria
        initial: dict[str, Any] = {"version": ballot.row_version}
        for criterion in self.rubric:
            initial[f"points-{criterion.key}"] = ballot.points.get(criterion.key, "")
            initial[f"comment-{criterion.key}"] = ballot.comments.get(criterion.key, "")
        super().__init__(data, initial=initial)
        owed = pick({"ko": f"{shortest}자 이상", "en": f"At least {shortest} characters"}) if shortest else ""
        for criterion in self.rubric:
            name = words_of(criterion)
            most = criterion.max_points
            over = {
                "ko": f"‘{name['ko']}’은(는) 0점부터 배점 {most}점까지입니다.",
                "en": f"“{name['en']}” takes 0 to {most} points.",
            }
            attrs = {
                "min": 0,
                "max": most,
                "step": "any",
                "data-points": "",
                "data-limit": pick(over),
                "autocomplete": "off",
            }
            self.fields[f"points-{criterion.key}"] = forms.CharField(
                label=pick({"ko": f"{name['ko']} 점수 (0–{most})", "en": f"{name['en']}, points (0–{most})"}),
                required=False,
                widget=forms.NumberInput(attrs=attrs),
            )
            self.fields[f"comment-{criterion.key}"] = forms.CharField(
                label=pick({"ko": f"{name['ko']} 의견", "en": f"{name['en']}, comment"}),
                required=False,
                strip=False,
                help_text=owed,
                widget=forms.Textarea(attrs={"rows": 3, "maxlength": MOST_COMMENT}),
            )

    def rows(self) -> list[RubricRow]:
        return [RubricRow(c, words_of(c), self[f"points-{c.key}"], self[f"comment-{c.key}"]) for c in self.rubric]

    def given(self) -> dict[str, Any]:
        """Keywords of ``save_ballot``."""
        found = self.cleaned_data
        return {
            "points": {c.key: found.get(f"points-{c.key}", "") for c in self.rubric},
            "comments": {c.key: found.get(f"comment-{c.key}", "") for c in self.rubric},
            "version": found.get("version"),
        }

    def show(self, problem: BadInput) -> None:
        """Put what the action refused at its field."""
        self.show_fields(problem.fields)
        if not problem.fields:
            self.add_error(None, str(problem))

    def show_fields(self, problems: dict[str, Text]) -> None:
        for key, message in problems.items():
            name = f"comment-{key.removesuffix('-comment')}" if key.endswith("-comment") else f"points-{key}"
            self.add_error(name if name in self.fields else None, pick(message))


class LockForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


class RecuseForm(ReasonForm):
    ground = forms.ChoiceField(label=say("이해충돌의 사유", "Ground of the conflict"))
    field_order = ("ground", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [
            ("", pick({"ko": "고르십시오", "en": "Choose"})),
            *((key, pick(value)) for key, value in GROUNDS.items()),
        ]
        self.fields["ground"].choices = choices  # type: ignore[attr-defined]


def total_of(points: dict[str, str]) -> str:
    """The sum of a ballot as people read it."""
    try:
        total = sum((Decimal(value) for value in points.values()), Decimal(0))
    except InvalidOperation:
        return "–"
    return format(total.normalize() + 0, "f")


def shortest_comment(ballot: Ballot) -> int:
    return int(rules_of(ballot.seat.round.challenge).evaluation.min_comment_length)
