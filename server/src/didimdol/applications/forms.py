"""Forms of the wizard. The application form itself is made from the rulebook."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from didimdol.applications.completeness import TITLE, Slot, has_own_title
from didimdol.applications.models import Application
from didimdol.demands.models import Demand
from didimdol.demands.queries import criteria_of
from didimdol.kernel.words import pick, say, text
from didimdol.people.models import Organisation
from didimdol.programmes.criteria import label, limit_text
from didimdol.programmes.loading import as_text
from didimdol.programmes.models import Field
from didimdol.programmes.rulebook import FormField, Rulebook

YES_NO = (("yes", say("예", "Yes")), ("no", say("아니요", "No")))
SHORT_LIST = 6


class DraftForm(forms.Form):
    """A form that may be saved half filled: required fields are marked as such, and never stop a draft."""

    use_required_attribute = False

    def _clean_fields(self) -> None:
        required = {name: field.required for name, field in self.fields.items()}
        for field in self.fields.values():
            field.required = False
        try:
            super()._clean_fields()  # type: ignore[misc]
        finally:
            for name, field in self.fields.items():
                field.required = required[name]


class AnswersForm(DraftForm):
    """The rulebook's questions as ``q-<key>``, the title, and the row version that was read."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, rulebook: Rulebook, data: Any = None, application: Application | None = None) -> None:
        initial: dict[str, Any] = {}
        if application is not None:
            initial = {"version": application.row_version, TITLE: application.title}
            initial |= {f"q-{key}": _shown(value) for key, value in application.answers.items()}
        super().__init__(data, initial=initial)
        self.rulebook = rulebook
        if not has_own_title(rulebook):
            self.fields[TITLE] = forms.CharField(label=say("과제명", "Title"), max_length=200)
        for entry in rulebook.form.questions:
            if entry.type != "file":
                self.fields[f"q-{entry.key}"] = _field(entry)

    @property
    def sections(self) -> list[dict[str, Any]]:
        """{key, title, help, fields (bound), files: file questions, which are uploaded on another page}."""
        return [
            {
                "key": section.key,
                "title": as_text(section.title),
                "help": as_text(section.help) if section.help else None,
                "fields": [self[f"q-{entry.key}"] for entry in section.fields if entry.type != "file"],
                "files": [as_text(entry.label) for entry in section.fields if entry.type == "file"],
            }
            for section in self.rulebook.form.sections
        ]

    def answers(self) -> dict[str, Any]:
        """What can be kept of what was typed, after ``is_valid()``; what cannot be read as its type is left out."""
        found = {}
        for entry in self.rulebook.form.questions:
            name = f"q-{entry.key}"
            if name in self.fields and name in self.cleaned_data:
                found[entry.key] = _value(entry, self.cleaned_data[name])
        return found

    def title(self) -> str | None:
        return self.cleaned_data.get(TITLE)

    def version_read(self) -> int | None:
        return self.cleaned_data.get("version")


def _field(entry: FormField) -> forms.Field:
    most = pick(text(f"최대 {entry.longest:,}자", f"At most {entry.longest:,} characters"))
    help_text = pick(as_text(entry.help)) if entry.help else ""
    common: dict[str, Any] = {"label": pick(as_text(entry.label)), "help_text": help_text, "required": entry.required}
    options = [(option.key, pick(as_text(option.label))) for option in entry.options]
    match entry.type:
        case "long_text":
            common["help_text"] = " · ".join(filter(None, (help_text, most)))
            return forms.CharField(widget=forms.Textarea(attrs={"rows": 8}), strip=False, **common)
        case "text":
            common["help_text"] = " · ".join(filter(None, (help_text, most)))
            return forms.CharField(**common)
        case "url":
            return forms.CharField(widget=forms.URLInput, **common)
        case "date":
            return forms.CharField(widget=forms.DateInput(attrs={"type": "date"}), **common)
        case "number":
            return forms.DecimalField(widget=forms.NumberInput(attrs={"step": "any"}), **common)
        case "money":
            common["help_text"] = help_text or pick(text("원 단위", "in won"))
            return forms.IntegerField(widget=forms.NumberInput(attrs={"step": 1, "inputmode": "numeric"}), **common)
        case "choice":
            if len(options) > SHORT_LIST:
                return forms.ChoiceField(choices=[("", "–"), *options], **common)
            return forms.ChoiceField(choices=options, widget=forms.RadioSelect, **common)
        case "multi_choice":
            return forms.MultipleChoiceField(choices=options, widget=forms.CheckboxSelectMultiple, **common)
        case _ if entry.must_be_true:
            return forms.BooleanField(**common)
        case _:
            return forms.ChoiceField(choices=YES_NO, widget=forms.RadioSelect, **common)


def _value(entry: FormField, value: Any) -> Any:
    if value in (None, "", []):
        return None
    if entry.type == "boolean":
        return (value or None) if entry.must_be_true else value == "yes"
    return value


def _shown(value: Any) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return Decimal(repr(value)) if isinstance(value, float) else value


class EligibilityForm(DraftForm):
    """The self-check's questions as ``e-<key>``."""

    def __init__(self, rulebook: Rulebook, data: Any = None, application: Application | None = None) -> None:
        given = application.eligibility if application else {}
        super().__init__(data, initial={f"e-{key}": "yes" if value else "no" for key, value in given.items()})
        self.keys = [entry.key for entry in rulebook.eligibility.questions]
        for entry in rulebook.eligibility.questions:
            self.fields[f"e-{entry.key}"] = forms.ChoiceField(
                choices=YES_NO,
                widget=forms.RadioSelect,
                label=pick(as_text(entry.question)),
                help_text=pick(as_text(entry.help)) if entry.help else "",
            )

    def bound(self, key: str) -> BoundField:
        return self[f"e-{key}"]

    def answers(self) -> dict[str, bool | None]:
        """Only what was sent: a question left open on this page is not taken back."""
        said = {key: self.cleaned_data.get(f"e-{key}") for key in self.keys}
        return {key: value == "yes" for key, value in said.items() if value in ("yes", "no")}


class FieldForm(forms.Form):
    def __init__(self, fields: Sequence[Field], data: Any = None, chosen: Field | None = None) -> None:
        super().__init__(data, initial={"field": str(chosen.pk) if chosen else None})
        self.rows = {str(field.pk): field for field in fields}
        self.fields["field"] = forms.ChoiceField(
            label=say("신청 분야", "Field"),
            choices=[(key, _field_label(field)) for key, field in self.rows.items()],
            widget=forms.RadioSelect,
        )

    def chosen(self) -> Field:
        return self.rows[self.cleaned_data["field"]]


def _field_label(field: Field) -> str:
    parts = [pick(field.name)]
    if field.demand_company is not None:
        parts.append(pick(field.demand_company.name))
    return " · ".join(parts)


class ClaimForm(forms.Form):
    """One's own figures for a demand's criteria, as ``f-<key>``."""

    def __init__(self, demand: Demand, data: Any = None, claims: dict[str, str] | None = None) -> None:
        super().__init__(
            data, initial={f"f-{key}": value for key, value in (claims or {}).items()}, auto_id=f"id_{demand.pk}_%s"
        )
        self.demand = demand
        for criterion in criteria_of(demand):
            self.fields[f"f-{criterion.key}"] = forms.CharField(
                required=False,
                label=f"{pick(label(criterion))} ({criterion.unit})",
                help_text=pick(
                    text(f"수요기업의 기준: {limit_text(criterion)}", f"The company asks for {limit_text(criterion)}")
                ),
                widget=forms.TextInput(attrs={"inputmode": "decimal"}),
            )

    def claims(self) -> dict[str, str]:
        return {name.removeprefix("f-"): value for name, value in self.cleaned_data.items() if value}


class UploadForm(forms.Form):
    """One file for one place. Whether the document itself is required is said beside its name."""

    file = forms.FileField(label=say("파일 고르기", "Choose a file"), required=False, allow_empty_file=True)

    def __init__(self, slot: Slot, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "auto_id": f"id_{slot.key}_%s"})
        self.fields["file"].widget.attrs["accept"] = ",".join(f".{suffix}" for suffix in slot.formats)

    def clean_file(self) -> Any:
        if not self.cleaned_data.get("file"):
            raise forms.ValidationError(say("파일을 골라 주십시오.", "Choose a file."))
        return self.cleaned_data["file"]


INPUTS_HELP = say(
    "모든 입력의 크기가 모델에 정해져 있으면 비워 두십시오. 크기가 열려 있으면 입력마다 한 줄씩 ‘이름: 크기 채움’으로 "
    "적습니다. 예: input: 1x576 random. 채움은 random(정해진 난수), zeros(0) 또는 숫자이며, 적지 않으면 random입니다.",
    "Leave it empty if the model fixes the shape of every input. For open shapes write one line an input as "
    "“name: shape fill”, e.g. input: 1x576 random. The fill is random (seeded), zeros or a number; random if left out.",
)


class ModelInputsForm(forms.Form):
    inputs = forms.CharField(
        required=False,
        label=say("입력의 크기", "Input shapes"),
        help_text=INPUTS_HELP,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "class": "mono", "placeholder": "input: 1x576"}),
    )


class ModelForm(ModelInputsForm):
    file = forms.FileField(
        label=say("모델 파일", "Model file"),
        error_messages={"required": say("모델 파일을 골라 주십시오.", "Choose the model file.")},
    )
    field_order = ("file", "inputs")

    def __init__(self, formats: Sequence[str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "auto_id": "id_model_%s"})
        self.fields["file"].widget.attrs["accept"] = ",".join(f".{suffix}" for suffix in formats)


class SubmitForm(forms.Form):
    """The consents as ``c-<key>``, and the row version that was read: submitted is what was seen."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, rulebook: Rulebook, data: Any = None, application: Application | None = None) -> None:
        given = application.consents if application else {}
        initial: dict[str, Any] = {"version": application.row_version if application else None}
        initial |= {f"c-{c.key}": given.get(c.key) == c.version for c in rulebook.consents}
        super().__init__(data, initial=initial)
        self.rulebook = rulebook
        for consent in rulebook.consents:
            mark = text("", "") if consent.required else text(" (선택)", " (optional)")
            self.fields[f"c-{consent.key}"] = forms.BooleanField(
                required=consent.required,
                label=f"{pick(as_text(consent.title))}{pick(mark)}",
                error_messages={
                    "required": say("동의해야 제출할 수 있습니다.", "Without this consent nothing can be submitted.")
                },
            )

    @property
    def consents(self) -> list[dict[str, Any]]:
        return [
            {
                "field": self[f"c-{consent.key}"],
                "version": consent.version,
                "purpose": as_text(consent.purpose),
                "items": [as_text(item) for item in consent.items],
                "retention": as_text(consent.retention),
                "refusal": as_text(consent.refusal),
                "text": as_text(consent.text),
            }
            for consent in self.rulebook.consents
        ]

    def given(self) -> list[str]:
        return [c.key for c in self.rulebook.consents if self.cleaned_data.get(f"c-{c.key}")]


class StartForm(forms.Form):
    def __init__(self, startups: Sequence[Organisation], data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.rows = {str(startup.pk): startup for startup in startups}
        self.fields["startup"] = forms.ChoiceField(
            label=say("신청하는 창업기업", "Applying startup"),
            choices=[(key, pick(startup.name)) for key, startup in self.rows.items()],
            initial=next(iter(self.rows), None),
            widget=forms.RadioSelect,
        )

    def chosen(self) -> Organisation:
        return self.rows[self.cleaned_data["startup"]]


class ReasonForm(forms.Form):
    reason = forms.CharField(label=say("사유", "Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
