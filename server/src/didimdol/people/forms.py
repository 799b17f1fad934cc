"""What comes in on this room's pages."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms

from didimdol.kernel.words import Text, pick, say, text
from didimdol.people.actions import STAFF_SESSION_HOURS, TOKEN_DAYS
from didimdol.people.enums import KIND_LABELS, ROLE_LABELS, OrganisationKind, Role
from didimdol.people.models import Organisation
from didimdol.people.ports import ChallengeFacts
from didimdol.people.scopes import SCOPES

LANGUAGE_CHOICES = [("ko", "한국어"), ("en", "English")]


def date_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class ProfileForm(forms.Form):
    name = forms.CharField(
        max_length=80, label=say("이름", "Name"), widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    language = forms.ChoiceField(
        choices=LANGUAGE_CHOICES,
        label=say("언어", "Language"),
        help_text=say("화면과 메일에 쓰는 언어입니다.", "Used on pages and in mails."),
    )


class StartupForm(forms.Form):
    """Registering one's startup. ``name`` becomes both languages where no English is given."""

    name_ko = forms.CharField(max_length=200, label=say("기업 이름", "Company name (Korean)"))
    name_en = forms.CharField(max_length=200, required=False, label=say("기업 이름(영문)", "Company name (English)"))
    business_number = forms.CharField(
        max_length=20,
        label=say("사업자등록번호", "Business registration number"),
        help_text=say(
            "숫자 10자리입니다. 번호의 형식과 검증 숫자만 확인하며, 국세청 조회는 연결되어 있지 않습니다.",
            "Ten digits. Format and check digit are checked; the tax office is not connected.",
        ),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    founded_on = forms.DateField(
        label=say("설립일", "Founded on"),
        help_text=say("법인은 설립등기일, 개인사업자는 개업일입니다.", "Date of registration or opening."),
        widget=date_input(),
    )

    def names(self) -> Text:
        return text(self.cleaned_data["name_ko"], self.cleaned_data["name_en"])


class OrganisationForm(forms.Form):
    """Making an organisation, or changing one. The kind is chosen once."""

    kind = forms.ChoiceField(label=say("종류", "Kind"))
    name_ko = forms.CharField(max_length=200, label=say("이름", "Name (Korean)"))
    name_en = forms.CharField(max_length=200, required=False, label=say("이름(영문)", "Name (English)"))
    business_number = forms.CharField(
        max_length=20,
        required=False,
        label=say("사업자등록번호", "Business registration number"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    founded_on = forms.DateField(required=False, label=say("설립일", "Founded on"), widget=date_input())
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, kinds: list[OrganisationKind] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if kinds is None:
            del self.fields["kind"]
        else:
            self.fields["kind"].choices = [(k.value, pick(KIND_LABELS[k])) for k in kinds]  # type: ignore[attr-defined]

    def names(self) -> Text:
        return text(self.cleaned_data["name_ko"], self.cleaned_data["name_en"])


class InviteForm(forms.Form):
    """Whom, for which organisation, in which role, where. The choices are what the person may give."""

    email = forms.EmailField(
        label=say("전자우편 주소", "E-mail address"),
        help_text=say("이 주소로만 수락할 수 있는 초대를 보냅니다.", "Only the person with this address can accept."),
    )
    organisation = forms.ChoiceField(label=say("조직", "Organisation"))
    role = forms.ChoiceField(label=say("역할", "Role"))
    challenge = forms.ChoiceField(required=False, label=say("챌린지", "Challenge"))
    field = forms.ChoiceField(
        required=False,
        label=say("분야", "Field"),
        help_text=say("분야를 정하지 않으면 챌린지의 모든 분야입니다.", "Without one: every field of the challenge."),
    )

    def __init__(
        self,
        *args: Any,
        organisations: list[Organisation],
        roles: list[Role],
        challenges: list[ChallengeFacts],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._organisations = {str(o.id): o for o in organisations}
        self._set("organisation", [(str(o.id), pick(o.name)) for o in organisations])
        self._set("role", [(r.value, pick(ROLE_LABELS[r])) for r in roles])
        whole = ("", pick(text("조직의 모든 챌린지", "All of the organisation's")))
        self._set("challenge", [whole, *((str(c.id), pick(c.name)) for c in challenges)])
        fields = {(f"{c.id}:{key}", pick(name), pick(c.name)) for c in challenges for key, name in c.fields.items()}
        every = ("", pick(text("모든 분야", "Every field")))
        self._set("field", [every, *((value, f"{challenge} · {name}") for value, name, challenge in sorted(fields))])
        if not challenges:
            del self.fields["challenge"], self.fields["field"]

    def _set(self, name: str, choices: list[tuple[str, str]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        challenge, _, field = str(cleaned.get("field") or "").partition(":")
        if field and challenge != cleaned.get("challenge"):
            self.add_error(
                "field", say("고른 챌린지의 분야가 아닙니다.", "This field does not belong to the chosen challenge.")
            )
        cleaned["field"] = field
        cleaned["challenge"] = UUID(cleaned["challenge"]) if cleaned.get("challenge") else None
        if cleaned.get("organisation"):
            cleaned["organisation"] = self._organisations[cleaned["organisation"]]
        return cleaned


class StaffSessionForm(forms.Form):
    reason = forms.CharField(
        min_length=10,
        max_length=300,
        label=say("사유", "Reason"),
        help_text=say(
            "무엇을, 누구의 요청으로 하는지 적어 주십시오. 기록에 남습니다.",
            "What you will do, and at whose request. It goes on record.",
        ),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    hours = forms.IntegerField(min_value=1, max_value=STAFF_SESSION_HOURS, initial=1, label=say("시간", "Hours"))


class TokenForm(forms.Form):
    name = forms.CharField(
        max_length=80,
        label=say("이름", "Name"),
        help_text=say("어디에 쓰는 토큰인지 알아볼 이름입니다.", "So that you know later what it is for."),
    )
    scopes = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple, label=say("권한 범위", "Scopes"))
    days = forms.IntegerField(
        min_value=1, max_value=TOKEN_DAYS, initial=90, label=say("유효기간(일)", "Valid for (days)")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scopes"].choices = [(k, pick(label)) for k, label in SCOPES.items()]  # type: ignore[attr-defined]
