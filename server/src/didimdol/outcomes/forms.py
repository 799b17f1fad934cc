from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from didimdol.kernel import clock
from didimdol.kernel.problems import BadInput
from didimdol.kernel.words import Text, pick, say
from didimdol.outcomes import enums
from didimdol.outcomes.actions.filing import FORMATS
from didimdol.outcomes.amounts import parse_amount
from didimdol.people.models import Person


def _choices(words: dict[str, Text], *, empty: bool = True) -> list[tuple[str, str]]:
    return [*([("", "–")] if empty else []), *((key, pick(word)) for key, word in words.items())]


class _Choosing(forms.Form):
    """Choices in the language of whoever reads the form. ``words``: field → its keys and words."""

    words: dict[str, dict[str, Text]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, words in type(self).words.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = _choices(words)


class _Filing(forms.Form):
    """A file that an action takes as ``stream`` and ``filename``."""

    file = forms.FileField(label=say("증빙 파일", "Evidence"), required=False)
    file_required = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].required = type(self).file_required
        self.fields["file"].widget.attrs["accept"] = ",".join(f".{suffix}" for suffix in FORMATS)
        self.fields["file"].help_text = say("PDF, 그림, 문서 · 30 MB까지", "PDF, picture or document, up to 30 MB")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        upload = cleaned.pop("file", None)
        cleaned["stream"], cleaned["filename"] = (upload, upload.name) if upload else (None, "")
        return cleaned


def _day(label: Any, **more: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}), **more)


def _text(label: Any, **more: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=2000, widget=forms.Textarea(attrs={"rows": 3}), **more)


class ReasonForm(forms.Form):
    reason = _text(say("사유", "Reason"), help_text=say("감사 기록에 남습니다.", "It is kept in the audit log."))


class AdoptForm(_Choosing, _Filing):
    kind = forms.ChoiceField(label=say("도입 형태", "How"), choices=())
    reason = _text(say("설명", "Explanation"), required=False)
    words = {"kind": enums.KINDS}
    field_order = ("kind", "reason", "file")


class FollowOnForm(_Filing):
    until = _day(
        say("다시 결정할 날", "Decided anew by"),
        help_text=say(
            "후속 PoC의 결과를 보고 이날까지 다시 결정합니다.", "The follow-on's result is decided on by then."
        ),
    )
    reason = _text(say("후속 PoC에서 볼 것", "What the follow-on is to show"), required=False)
    field_order = ("until", "reason", "file")


class DeclineForm(_Choosing, _Filing):
    reason_code = forms.ChoiceField(label=say("사유", "Why"), choices=())
    reason = _text(
        say("설명", "Explanation"),
        help_text=say(
            "창업기업이 읽습니다. 무엇이 모자랐는지 알 수 있게 적어 주십시오.",
            "The startup reads it: say what was missing.",
        ),
    )
    words = {"reason_code": enums.REASONS}
    field_order = ("reason_code", "reason", "file")


class PostponeForm(forms.Form):
    until = _day(say("새 결정일", "New day"))
    reason = _text(
        say("사유", "Reason"), help_text=say("창업기업과 운영기관이 읽습니다.", "The startup and the operator read it.")
    )


class HandOverForm(forms.Form):
    person = forms.ModelChoiceField(label=say("사업부 책임자", "Budget owner"), queryset=Person.objects.none())

    def __init__(self, people: list[Person], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["person"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Person.objects.filter(pk__in=[person.pk for person in people]).order_by("name", "pk")
        field.label_from_instance = lambda obj: str(obj.name)  # type: ignore[method-assign]


class StepForm(_Filing):
    """Contract and shipment are shown."""

    file_required = True


class SaleForm(_Choosing, _Filing):
    amount = forms.CharField(
        label=say("금액", "Amount"),
        max_length=30,
        help_text=say("1,999.00처럼 적습니다. 부가세를 뺀 금액입니다.", "Written like 1,999.00, without VAT."),
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )
    currency = forms.ChoiceField(label=say("통화", "Currency"), choices=(), initial="KRW")
    sold_on = _day(say("매출일", "Sold on"))
    customer = forms.CharField(label=say("고객", "Customer"), max_length=200)
    note = forms.CharField(label=say("메모", "Note"), max_length=300, required=False)
    words = {"currency": enums.CURRENCIES}
    field_order = ("amount", "currency", "sold_on", "customer", "note", "file")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if "amount" in cleaned and "currency" in cleaned:
            try:
                cleaned["amount"] = parse_amount(cleaned["amount"], cleaned["currency"])
            except BadInput as problem:
                for name, message in problem.fields.items():
                    self.add_error(name, ValidationError(pick(message), code=problem.code))
        return cleaned


class EvidenceForm(_Filing):
    file_required = True


class IntroductionForm(_Choosing):
    to_name = forms.CharField(label=say("누구에게", "To whom"), max_length=200)
    country = forms.ChoiceField(label=say("나라", "Country"), choices=())
    kind = forms.ChoiceField(label=say("구분", "Kind"), choices=())
    introduced_on = _day(say("소개한 날", "Introduced on"))
    note = forms.CharField(label=say("메모", "Note"), max_length=300, required=False)
    words = {"country": enums.COUNTRIES, "kind": enums.INTRODUCTION_KINDS}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["introduced_on"].initial = clock.today().date()


class ResultForm(_Choosing):
    result = forms.ChoiceField(label=say("결과", "Result"), choices=())
    note = forms.CharField(label=say("메모", "Note"), max_length=300, required=False)
    words = {"result": enums.RESULTS}
