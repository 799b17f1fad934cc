"""Forms of a project: the plan with its milestones as rows, the charter, signing, support."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from didimdol.demands.queries import criteria_of
from didimdol.kernel import clock
from didimdol.kernel.words import Text, pick, say, text
from didimdol.people.models import Organisation, Person
from didimdol.programmes.criteria import label, limit_text
from didimdol.projects.content import MOST_MILESTONES, SIX_ITEMS, plan_content
from didimdol.projects.enums import CONTRIBUTIONS, GATES, PARTIES, SUPPORT
from didimdol.projects.models import Plan, Project
from didimdol_lab.contract import Criterion

EXTRA_ROWS = 2


def _words(ko: str, en: str, *, rows: int = 4, required: bool = False, help: Text | None = None) -> forms.CharField:
    return forms.CharField(
        required=required,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": rows}),
        label=say(ko, en),
        help_text=say(help["ko"], help["en"]) if help else "",
    )


def _won(ko: str, en: str, *, help: Text | None = None) -> forms.IntegerField:
    return forms.IntegerField(
        min_value=0,
        max_value=10**12,
        label=say(ko, en),
        help_text=say(help["ko"], help["en"]) if help else "",
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "step": "1"}),
    )


def _day(ko: str, en: str, *, required: bool = True) -> forms.DateField:
    return forms.DateField(
        required=required, label=say(ko, en), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


def criterion_choices(project: Project) -> tuple[dict[str, Criterion], list[tuple[str, str]]]:
    known = {criterion.key: criterion for criterion in criteria_of(project.demand)}
    return known, [(key, f"{pick(label(c))} {limit_text(c)}") for key, c in known.items()]


@dataclass(frozen=True, slots=True)
class MilestoneRow:
    number: int
    title: BoundField
    due_on: BoundField
    amount: BoundField
    gate: BoundField
    criteria: BoundField
    description: BoundField


ROW_FIELDS = ("title", "due_on", "amount", "gate", "criteria", "description")


class PlanForm(forms.Form):
    """Milestones are rows; an empty title leaves a row out."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    rows = forms.IntegerField(required=False, widget=forms.HiddenInput)
    goal = _words("목표", "Goal")
    work = _words("수행 내용", "Work", rows=6)
    schedule = _words("일정과 역할", "Schedule and roles")
    grant = _won("정부지원금(원)", "Government grant (won)")
    own_cash = _won("자기부담 현금(원)", "Own cash (won)")
    own_in_kind = _won("자기부담 현물(원)", "Own contribution in kind (won)")

    def __init__(self, project: Project, data: Mapping[str, Any] | None = None, initial: dict[str, Any] | None = None):
        initial = {"own_cash": 0, "own_in_kind": 0, "rows": 1 + EXTRA_ROWS, **(initial or {})}
        super().__init__(data, initial=initial)
        self.known, self.choices = criterion_choices(project)
        given = str((data.get("rows") if data is not None else initial["rows"]) or "")
        count = int(given) if given.isdecimal() and len(given) < 4 else 1 + EXTRA_ROWS
        self.row_count = min(max(count, 1 + EXTRA_ROWS), MOST_MILESTONES)
        self.initial["rows"] = self.row_count
        for number in range(1, self.row_count + 1):
            self._add_row(number)

    def _add_row(self, number: int) -> None:
        def named(words: Text) -> str:
            return pick(text(f"{number}단계: {words['ko']}", f"Milestone {number}: {words['en']}"))

        self.fields[f"title_{number}"] = forms.CharField(
            required=False, max_length=200, label=named(text("이름", "name"))
        )
        self.fields[f"due_on_{number}"] = forms.DateField(
            required=False,
            label=named(text("기한", "due")),
            widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        )
        self.fields[f"amount_{number}"] = forms.IntegerField(
            required=False,
            min_value=0,
            max_value=10**12,
            label=named(text("지원금", "amount")),
            widget=forms.NumberInput(attrs={"inputmode": "numeric", "step": "1"}),
        )
        self.fields[f"gate_{number}"] = forms.ChoiceField(
            required=False,
            choices=[(key, pick(words)) for key, words in GATES.items()],
            label=named(text("확인 방법", "evidence")),
        )
        self.fields[f"criteria_{number}"] = forms.MultipleChoiceField(
            required=False,
            choices=self.choices,
            label=named(text("판정 기준", "criteria")),
            widget=forms.CheckboxSelectMultiple,
        )
        self.fields[f"description_{number}"] = forms.CharField(
            required=False,
            max_length=5000,
            label=named(text("내는 것", "what is handed in")),
            widget=forms.Textarea(attrs={"rows": 2}),
        )

    @property
    def milestone_rows(self) -> list[MilestoneRow]:
        return [MilestoneRow(n, *(self[f"{name}_{n}"] for name in ROW_FIELDS)) for n in range(1, self.row_count + 1)]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        milestones = []
        for number in range(1, self.row_count + 1):
            row = {name: cleaned.get(f"{name}_{number}") for name in ROW_FIELDS}
            if not row["title"]:
                if row["amount"] or row["due_on"] or row["description"]:
                    self.add_error(f"title_{number}", say("단계의 이름을 적어 주십시오.", "Give the milestone's name."))
                continue
            if row["due_on"] is None and f"due_on_{number}" not in self.errors:
                self.add_error(f"due_on_{number}", say("기한을 정해 주십시오.", "Set the due date."))
                continue
            milestones.append(
                {
                    "title": row["title"],
                    "description": row["description"] or "",
                    "due_on": row["due_on"],
                    "amount": row["amount"] or 0,
                    "gate": row["gate"] or "verification",
                    "criteria": [self.known[key] for key in row["criteria"] or []],
                }
            )
        cleaned["content"] = {
            "goal": cleaned.get("goal", ""),
            "work": cleaned.get("work", ""),
            "schedule": cleaned.get("schedule", ""),
            "milestones": milestones,
        }
        return cleaned


def initial_plan(plan: Plan | None) -> dict[str, Any]:
    """The form's values for a stored plan."""
    if plan is None:
        return {}
    content = plan_content(plan.content)
    values: dict[str, Any] = {
        "version": plan.row_version,
        "goal": content.goal,
        "work": content.work,
        "schedule": content.schedule,
        "grant": plan.grant,
        "own_cash": plan.own_cash,
        "own_in_kind": plan.own_in_kind,
        "rows": len(content.milestones) + EXTRA_ROWS,
    }
    for number, milestone in enumerate(content.milestones, start=1):
        values |= {
            f"title_{number}": milestone.title,
            f"due_on_{number}": milestone.due_on,
            f"amount_{number}": milestone.amount,
            f"gate_{number}": milestone.gate,
            f"criteria_{number}": [criterion.key for criterion in milestone.criteria],
            f"description_{number}": milestone.description,
        }
    return values


class CharterForm(forms.Form):
    """The charter. The budget owner has an account here, or is named with an e-mail address."""

    success = _words(
        "성공 기준", "Success criteria", required=True,
        help=text("무엇이 되면 도입을 검토하는지 적습니다.", "What has to come out for the adoption to be considered."),
    )  # fmt: skip
    criteria = forms.MultipleChoiceField(
        label=say("판정 기준", "Criteria"), choices=(), widget=forms.CheckboxSelectMultiple
    )
    starts_on = _day("협약 시작일", "Starts on")
    ends_on = _day("협약 종료일", "Ends on")
    decision_on = _day("도입 결정일", "Adoption decided by")
    budget_owner = forms.ChoiceField(
        required=False,
        label=say("사업부 책임자", "Budget owner"),
        choices=(),
        help_text=say(
            "계정이 없는 분이면 비워 두고 아래에 이름과 주소를 적습니다. 메일 링크로 서명합니다.",
            "Without an account: leave it empty and give name and address below. They sign by a mailed link.",
        ),
    )
    owner_name = forms.CharField(required=False, max_length=120, label=say("책임자 이름", "Owner's name"))
    owner_title = forms.CharField(required=False, max_length=120, label=say("책임자 직위", "Owner's title"))
    owner_email = forms.EmailField(required=False, label=say("책임자 전자우편", "Owner's e-mail"))
    ip = _words("지식재산", "Intellectual property", required=True)
    data_given = _words("제공하는 데이터", "Data given", rows=2)
    device = _words("제공하는 장비", "Device given", rows=2)
    people = _words("함께할 사람", "People who help", rows=2)

    def __init__(
        self,
        project: Project,
        owners: list[Person],
        data: Mapping[str, Any] | None = None,
        initial: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(data, initial=initial)
        self.known, choices = criterion_choices(project)
        self.owners = {str(person.pk): person for person in owners}
        self.fields["criteria"].choices = choices  # type: ignore[attr-defined]
        self.fields["budget_owner"].choices = [  # type: ignore[attr-defined]
            ("", pick(text("계정이 없는 분", "Somebody without an account"))),
            *((key, person.name) for key, person in self.owners.items()),
        ]
        for key, words in SIX_ITEMS.items():
            self.fields[f"six_{key}"] = _words(words["ko"], words["en"], rows=2, required=True)

    @property
    def six(self) -> list[BoundField]:
        return [self[f"six_{key}"] for key in SIX_ITEMS]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        owner = self.owners.get(cleaned["budget_owner"] or "")
        named = cleaned["owner_name"]
        if owner is None and not (named and cleaned["owner_email"]):
            self.add_error(
                "owner_name", say("이름과 전자우편 주소를 적어 주십시오.", "Give the name and the e-mail address.")
            )
        cleaned["charter"] = {
            "success": cleaned["success"],
            "criteria": [self.known[key] for key in cleaned["criteria"]],
            "starts_on": cleaned["starts_on"],
            "ends_on": cleaned["ends_on"],
            "ip": cleaned["ip"],
            "confidentiality": {key: cleaned[f"six_{key}"] for key in SIX_ITEMS},
            "data": cleaned["data_given"],
            "device": cleaned["device"],
            "people": cleaned["people"],
            "owner": {
                "name": named or (owner.name if owner else ""),
                "title": cleaned["owner_title"],
                "email": cleaned["owner_email"] or (owner.email if owner else ""),
            }
            if named or owner
            else None,
        }
        cleaned["owner"] = owner
        return cleaned


class SignForm(forms.Form):
    sha256 = forms.CharField(widget=forms.HiddenInput)
    agree = forms.BooleanField(
        label=say("협약서를 끝까지 읽었고 그 내용에 동의하여 서명합니다.", "I have read the agreement and sign it."),
    )


class ReasonForm(forms.Form):
    """Why: kept in the log with what was done."""

    reason = forms.CharField(
        label=say("사유", "Reason"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=say("상대방에게 전달되고 기록에 남습니다.", "The other parties read it, and it is kept."),
    )


class LinkForm(forms.Form):
    address = forms.ChoiceField(label=say("받는 주소", "Address"), choices=())
    name = forms.CharField(max_length=120, label=say("받는 분 이름", "Name"))
    language = forms.ChoiceField(
        label=say("메일의 언어", "Language of the mail"), choices=[("ko", "한국어"), ("en", "English")]
    )


class PaperForm(forms.Form):
    party = forms.ChoiceField(label=say("누구의 서명", "Whose signature"), choices=())
    name = forms.CharField(max_length=120, label=say("서명한 사람의 이름", "Name of who signed"))
    title = forms.CharField(required=False, max_length=120, label=say("직위", "Title"))
    file = forms.FileField(
        label=say("서명된 협약서(PDF)", "Signed agreement (PDF)"),
        help_text=say(
            "내려받은 파일에 전자서명을 넣은 것이나, 서명한 종이를 스캔한 것입니다.",
            "The downloaded file with a digital signature in it, or a scan of the signed paper.",
        ),
    )
    code = forms.CharField(
        required=False,
        max_length=40,
        label=say("문서 번호", "Document code"),
        help_text=say(
            "스캔이면 종이의 쪽 아래에 찍힌 번호를 그대로 적습니다.", "Of a scan: as printed at the foot of its pages."
        ),
    )

    def __init__(self, parties: list[str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["party"].choices = [(key, pick(PARTIES[key])) for key in parties]  # type: ignore[attr-defined]


class DecideForm(forms.Form):
    """Of somebody without an account."""

    name = forms.CharField(
        max_length=120, label=say("이름", "Your name"), widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    title = forms.CharField(
        required=False,
        max_length=120,
        label=say("직위", "Your title"),
        widget=forms.TextInput(attrs={"autocomplete": "organization-title"}),
    )
    reason = forms.CharField(
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        label=say("거절하는 사유", "Reason for declining"),
        help_text=say("거절할 때만 적습니다.", "Only when you decline."),
    )


class SupportForm(forms.Form):
    kind = forms.ChoiceField(label=say("종류", "Kind"), choices=())
    provider = forms.ChoiceField(required=False, label=say("제공하는 기관", "Given by"), choices=())
    description = forms.CharField(max_length=300, label=say("내용", "What"))
    hours = forms.IntegerField(
        required=False, min_value=0, max_value=10_000, label=say("약속하는 시간(인력)", "Promised hours (people)")
    )
    due_on = _day("언제까지", "Until", required=False)

    def __init__(self, providers: list[Organisation], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.providers = {str(organisation.pk): organisation for organisation in providers}
        self.fields["kind"].choices = [(key, pick(words)) for key, words in SUPPORT.items()]  # type: ignore[attr-defined]
        self.fields["provider"].choices = [(key, pick(o.name)) for key, o in self.providers.items()]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        cleaned["provider"] = self.providers.get(cleaned.get("provider") or "")
        cleaned["hours"] = cleaned.get("hours") or 0
        return cleaned


class HoursForm(forms.Form):
    on = _day("날짜", "Day")
    hours = forms.DecimalField(
        min_value=0, max_value=500, max_digits=6, decimal_places=1, label=say("시간", "Hours"),
        widget=forms.NumberInput(attrs={"step": "0.1", "inputmode": "decimal"}),
    )  # fmt: skip
    note = forms.CharField(required=False, max_length=300, label=say("한 일", "What was done"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("on", clock.today().date())


class ContributionForm(forms.Form):
    kind = forms.ChoiceField(label=say("종류", "Kind"), choices=())
    amount = _won("금액(원)", "Amount (won)")
    note = forms.CharField(required=False, max_length=300, label=say("설명", "Note"))
    file = forms.FileField(
        label=say("증빙", "Evidence"),
        help_text=say(
            "이체 확인증, 급여 대장, 장비 명세 등", "Proof of transfer, payroll, list of equipment and so on"
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(key, pick(words)) for key, words in CONTRIBUTIONS.items()]  # type: ignore[attr-defined]


class FinishForm(forms.Form):
    """A question without fields."""
