from __future__ import annotations

from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from didimdol.funding.actions.budgets import MOST
from didimdol.funding.budgets import Cost
from didimdol.funding.enums import category_label
from didimdol.kernel.words import pick, say, text

SOURCES = ("government", "own_cash", "own_in_kind")


class ReasonForm(forms.Form):
    """Why: kept in the log with what was done."""

    reason = forms.CharField(
        label=say("사유", "Reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=say("창업기업에 그대로 전달되고 기록에 남습니다.", "The startup reads it as written; it is kept in the log."),
    )  # fmt: skip


class ReleaseForm(forms.Form):
    reference = forms.CharField(
        label=say("은행 이체 번호", "Reference of the bank's transfer"),
        max_length=100,
        help_text=say(
            "이체를 마친 뒤 거래내역의 번호를 적습니다.", "From the bank's statement, once it is transferred."
        ),
    )


class AccountForm(forms.Form):
    bank = forms.CharField(label=say("은행", "Bank"), max_length=60)
    number = forms.CharField(
        label=say("계좌번호", "Account number"),
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text=say("숫자 8~20자리. 하이픈은 넣어도 됩니다.", "8 to 20 digits; hyphens are allowed."),
    )
    holder = forms.CharField(label=say("예금주", "Account holder"), max_length=120)


class SettleForm(forms.Form):
    amount = forms.IntegerField(label=say("금액(원)", "Amount (KRW)"), min_value=1, max_value=MOST)


class ReturnForm(SettleForm):
    reference = forms.CharField(label=say("은행 이체 번호", "Reference of the bank's transfer"), max_length=60)


class AcceptForm(SettleForm):
    reason = forms.CharField(
        label=say("인정 근거", "Ground"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=say("정산 심의 결과와 날짜", "What the settlement found, and when"),
    )  # fmt: skip


class StatementForm(forms.Form):
    kind = forms.ChoiceField(label=say("형식", "Format"), choices=[("xlsx", "Excel"), ("pdf", "PDF")])
    reason = forms.CharField(
        label=say("사유", "Reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=say("누가 왜 내려받았는지 기록에 남습니다.", "Who downloads it, and why, is recorded."),
    )  # fmt: skip


def _in_a_table(label: str) -> dict[str, str]:
    """A field without a label of its own: the heads of its row and column name it."""
    return {"class": "input", "aria-label": label}


class BudgetForm(forms.Form):
    """One row a cost category. ``costs()``: the lines that came in."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, categories: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.categories = categories
        labels = self.heads()
        for category in categories:
            name = pick(category_label(category))
            for source, label in zip(SOURCES, labels, strict=True):
                self.fields[f"{source}_{category}"] = forms.IntegerField(
                    label=f"{name} · {label}",
                    required=False,
                    min_value=0,
                    max_value=MOST,
                    widget=forms.NumberInput(attrs=_in_a_table(f"{name} · {label}")),
                )
            basis = f"{name} · {say('산출 근거', 'Basis')}"
            self.fields[f"note_{category}"] = forms.CharField(
                label=basis, required=False, max_length=300, widget=forms.TextInput(attrs=_in_a_table(basis))
            )

    @staticmethod
    def heads() -> tuple[str, str, str]:
        return (
            pick(text("정부지원금(원)", "Grant (KRW)")),
            pick(text("현금(원)", "Own cash (KRW)")),
            pick(text("현물(원)", "In kind (KRW)")),
        )

    def rows(self) -> list[tuple[str, list[BoundField], BoundField]]:
        return [
            (
                pick(category_label(category)),
                [self[f"{source}_{category}"] for source in SOURCES],
                self[f"note_{category}"],
            )
            for category in self.categories
        ]

    def costs(self) -> list[Cost]:
        given = self.cleaned_data
        return [
            Cost(
                category=category,
                note=given.get(f"note_{category}") or "",
                **{source: int(given.get(f"{source}_{category}") or 0) for source in SOURCES},
            )
            for category in self.categories
        ]

    @staticmethod
    def initial_of(costs: list[Cost], version: int | None) -> dict[str, Any]:
        values: dict[str, Any] = {"version": version}
        for cost in costs:
            values |= {f"{source}_{cost.category}": getattr(cost, source) for source in SOURCES}
            values[f"note_{cost.category}"] = cost.note
        return values
