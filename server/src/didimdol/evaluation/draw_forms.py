"""What comes in on the pages of a draw."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.forms.boundfield import BoundField

from didimdol.evaluation.draw_queries import Witness
from didimdol.evaluation.draw_words import ASKED, GROUPS, NAMES, witness_name
from didimdol.evaluation.drawing import quotas_of
from didimdol.evaluation.forms import moment
from didimdol.evaluation.guards import of_company, panel_rules, words_of
from didimdol.evaluation.models import Draw, DrawPerson
from didimdol.kernel.words import Text, pick, say
from didimdol_decide.rules import StageRule

#: a secret file is a few hundred bytes
MOST_SECRET = 4_000
CHOOSE = {"ko": "고르십시오", "en": "Choose"}
NOT_STATED = {"ko": "밝히지 않음", "en": "Not stated"}


class OpenDrawForm(forms.Form):
    body = forms.ChoiceField(label=say("평가 주체", "Body"))
    seats = forms.IntegerField(
        label=say("뽑을 인원", "Evaluators to draw"),
        min_value=1,
        max_value=100,
        help_text=say(
            "신청마다 필요한 인원보다 많이 뽑으면 나누어 맡습니다.",
            "More than each application needs: they share the applications.",
        ),
    )
    witness = forms.ChoiceField(
        label=say("함께 약속할 둘째 기관", "The second body that commits"),
        help_text=say(
            "운영기관에 덜 매인 기관일수록 좋습니다. 한 사람이 두 기관을 맡을 수 없습니다.",
            "The less it depends on the operator, the better. Nobody acts for both bodies.",
        ),
    )

    def __init__(
        self, *args: Any, stage: StageRule, open_seats: int, witnesses: Sequence[Witness], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        bodies = [body for body in stage.bodies if not of_company(body.key)]
        self.fields["body"].choices = [(body.key, pick(words_of(body))) for body in bodies]  # type: ignore[attr-defined]
        if bodies:
            self.fields["seats"].initial = bodies[0].seats + open_seats
        if open_seats:
            self.fields["seats"].help_text = pick(
                {
                    "ko": f"열린 자리 {open_seats}석까지 채울 수 있는 인원을 제안합니다. 더 많이 뽑으면 신청을 나누어 맡습니다.",
                    "en": f"Proposed: enough for the open seats too ({open_seats}). More than that share the applications.",
                }
            )
        self.fields["witness"].choices = [  # type: ignore[attr-defined]
            (w.key, f"{pick(witness_name(w.key, w.organisation))} ({', '.join(w.people)})") for w in witnesses
        ]


@dataclass(frozen=True, slots=True)
class PoolRow:
    person: DrawPerson
    included: BoundField
    groups: list[tuple[Text, BoundField]]


class PoolForm(forms.Form):
    """Who is in the pool, and what the quotas ask about. Cleaned data: ``stated`` as ``change_pool`` takes it."""

    def __init__(self, *args: Any, draw: Draw, people: Sequence[DrawPerson], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked = [quota.attribute for _, quota in quotas_of(panel_rules(draw.round))]
        self._people = [row for row in people if row.barred in ("", "conflict")]
        for row in self._people:
            name = row.person.name
            self.fields[f"{row.person_id}-in"] = forms.BooleanField(
                label=pick({"ko": f"{name} 포함", "en": f"{name} in the pool"}), required=False, initial=row.included
            )
            for attribute in self.asked:
                self.fields[f"{row.person_id}-{attribute}"] = forms.ChoiceField(
                    label=f"{name} · {pick(NAMES[attribute])}",
                    required=False,
                    choices=[
                        ("", pick(NOT_STATED)),
                        *((key, pick(words)) for key, words in GROUPS[attribute].items()),
                    ],
                    initial=getattr(row, attribute),
                    widget=forms.Select(attrs={"class": "input select"}),
                )

    def columns(self) -> list[Text]:
        return [NAMES[attribute] for attribute in self.asked]

    def rows(self) -> Iterator[PoolRow]:
        for row in self._people:
            yield PoolRow(
                row, self[f"{row.person_id}-in"], [(NAMES[a], self[f"{row.person_id}-{a}"]) for a in self.asked]
            )

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        stated: dict[UUID, tuple[bool, str, str, str]] = {}
        for row in self._people:
            groups = [
                found.get(f"{row.person_id}-{attribute}", "") if attribute in self.asked else getattr(row, attribute)
                for attribute in GROUPS
            ]
            stated[row.person_id] = (bool(found.get(f"{row.person_id}-in")), groups[0], groups[1], groups[2])
        return {"stated": stated}


class SealForm(forms.Form):
    reveal_by = moment(
        say("두 기관이 약속하고 공개할 기한", "Until when both bodies commit and reveal"),
        say(
            "한국 시각. 지나면 누가 하지 않았는지 모두에게 보이고, 사유를 적어 새로 시작할 수 있습니다.",
            "In Korea's time. Afterwards everybody sees who did not, and you may begin anew with the reason.",
        ),
    )


class CommitForm(forms.Form):
    commitment = forms.CharField(
        label=say("약속(16진수 64자리)", "Commitment (64 hexadecimal digits)"),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "class": "mono"}),
    )


class RevealForm(forms.Form):
    """Cleaned data: ``secret``, the content of the file."""

    secret_file = forms.FileField(label=say("비밀 파일", "The secret file"), required=False)
    secret = forms.CharField(
        label=say("또는 비밀 파일의 내용", "Or the content of the secret file"),
        required=False,
        max_length=MOST_SECRET,
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off", "spellcheck": "false", "class": "mono"}),
    )

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        given = found.get("secret_file")
        if given is not None and given.size <= MOST_SECRET:
            return {"secret": given.read().decode("utf-8", errors="replace")}
        return {"secret": found.get("secret", "")}


class ReplaceForm(forms.Form):
    ground = forms.ChoiceField(label=say("사유", "Ground"))
    note = forms.CharField(
        label=say("설명(기록에는 들어가지 않음)", "Note (does not enter the record)"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ground"].choices = [  # type: ignore[attr-defined]
            ("", pick(CHOOSE)), *((key, pick(words)) for key, words in ASKED.items())
        ]  # fmt: skip
