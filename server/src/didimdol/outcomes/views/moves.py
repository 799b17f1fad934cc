"""The pages with one action each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django import forms
from django.urls import reverse

from didimdol.kernel.access import Access, Denied
from didimdol.kernel.actor import Actor
from didimdol.kernel.pages import ActionView
from didimdol.kernel.words import Text, pick, text
from didimdol.outcomes import actions, queries, rules
from didimdol.outcomes.forms import (
    AdoptForm,
    DeclineForm,
    EvidenceForm,
    FollowOnForm,
    HandOverForm,
    IntroductionForm,
    PostponeForm,
    ReasonForm,
    ResultForm,
    SaleForm,
    StepForm,
)
from didimdol.outcomes.models import WAITING, AdoptionCase, Introduction, Sale
from didimdol.outcomes.states import ADOPTION, DECIDES, has_confirmed_sale


def _while(move: str) -> Callable[[Actor, AdoptionCase], Access]:
    """Asked before the form is shown: the rule and the state, not what the form is about to fill in."""

    def answer(actor: Actor, case: AdoptionCase) -> Access:
        return ADOPTION.may(move, actor, case)

    return answer


def may_postpone(actor: Actor, case: AdoptionCase) -> Access:
    access = rules.may_decide(actor, case)
    if not access or case.state in WAITING:
        return access
    return Denied(
        "wrong_state", state=pick(ADOPTION.state(case).label), move=pick(text("결정 연기", "Put the decision off"))
    )


class _OfCase(ActionView):
    reach, row_name = queries.access_case, "case"

    def extra(self, row: AdoptionCase) -> dict[str, Any]:
        return {"title": f"{pick(type(self).title)} · {row.project.number}"}


class _Decide(_OfCase):
    decision = ""

    @classmethod
    def action(cls, **kwargs: Any) -> AdoptionCase:
        return actions.decide_adoption(decision=cls.decision, **kwargs)

    done = text("결정을 기록했습니다.", "The decision is recorded.")


class Adopt(_Decide):
    decision, form, who = "adopted", AdoptForm, _while(DECIDES["adopted"])
    title, button = text("도입 결정", "Adopt"), text("도입하기로 결정", "Decide to adopt")
    consequence = text(
        "창업기업과 운영기관에 알립니다. 다음 단계는 계약입니다.",
        "The startup and the operator see it. The contract is next.",
    )


class FollowOn(_Decide):
    decision, form, who = "follow_on", FollowOnForm, _while(DECIDES["follow_on"])
    title, button = text("후속 PoC 결정", "Decide on a follow-on PoC"), text("후속 PoC로 결정", "Decide")
    consequence = text(
        "도입 여부는 후속 PoC를 마친 뒤 다시 결정합니다. 그날까지 시계가 다시 갑니다.",
        "Adoption is decided again after the follow-on. The clock runs on to that day.",
    )


class Decline(_Decide):
    decision, form, who = "declined", DeclineForm, _while(DECIDES["declined"])
    title, button = text("도입하지 않기로 결정", "Decline"), text("도입하지 않기로 결정", "Decline")
    consequence = text(
        "도입하지 않는 결정도 창업기업에는 답입니다. 되돌릴 수 없습니다.",
        "A refusal is an answer too. It cannot be taken back.",
    )
    danger = True


class Postpone(_OfCase):
    action, form, who = actions.postpone_decision, PostponeForm, may_postpone
    title, button = text("결정 연기", "Put the decision off"), text("연기", "Put it off")
    consequence = text(
        "몇 번 미뤘는지와 그 사유가 창업기업과 운영기관에 보입니다.",
        "How often it was put off, and why, is in sight of the startup and the operator.",
    )
    done = text("결정일을 미뤘습니다.", "The decision is put off.")


class HandOver(_OfCase):
    action, who = actions.hand_over_case, rules.may_hand_over
    title, button = text("사업부 책임자 변경", "Change the budget owner"), text("변경", "Change")
    consequence = text(
        "앞으로 이 건의 도입 여부를 결정할 사람입니다. 기업의 사업부 책임자 가운데 고릅니다.",
        "This person decides from now on: one of the company's budget owners.",
    )
    done = text("사업부 책임자를 바꾸었습니다.", "The budget owner is changed.")

    def make_form(self, row: AdoptionCase, data: Any = None, files: Any = None) -> forms.Form:
        return HandOverForm(queries.possible_owners(row), data)


class _Advance(_OfCase):
    to = ""
    form: ClassVar[type[forms.Form]] = StepForm

    @classmethod
    def action(cls, **kwargs: Any) -> AdoptionCase:
        return actions.advance_case(to=cls.to, **kwargs)

    done = text("기록했습니다.", "Recorded.")


class Contract(_Advance):
    to, who = "contracted", _while("contract")
    title, button = text("계약 기록", "Record the contract"), text("기록", "Record")
    consequence = text("계약서나 발주서를 올려 주십시오.", "Upload the contract or the purchase order.")


class Ship(_Advance):
    to, who = "shipped", _while("ship")
    title, button = text("출시 기록", "Record the shipment"), text("기록", "Record")
    consequence = text("출시나 납품을 보이는 자료를 올려 주십시오.", "Upload what shows the launch or the delivery.")


class ConfirmRevenue(_Advance):
    to, form, who = "revenue_confirmed", forms.Form, _while("confirm_revenue")
    title, button = text("매출 확인", "Confirm revenue"), text("확인", "Confirm")
    consequence = text(
        "확인된 매출이 있는 도입을 끝맺습니다. 그 뒤의 매출도 계속 적을 수 있습니다.",
        "The adoption has led to confirmed revenue. Later sales can still be recorded.",
    )


# --- sales ---------------------------------------------------------------------------------------------------------


class NewSale(_OfCase):
    action, form, who = actions.record_sale, SaleForm, rules.may_record_sale
    title, button = text("매출 적기", "Record a sale"), text("적기", "Record")
    consequence = text(
        "적은 매출은 증빙을 본 다른 쪽(수요기업 또는 사업 담당)이 확인합니다. 통화가 다른 금액은 더하지 않습니다.",
        "Somebody of another side (the demand company or the programme manager) confirms it by its evidence. "
        "Amounts in different currencies are never added up.",
    )
    done = text("매출을 적었습니다.", "The sale is recorded.")


class _OfSale(ActionView):
    reach, row_name = queries.access_sale, "sale"

    def extra(self, row: Sale) -> dict[str, Any]:
        return {"title": f"{pick(type(self).title)} · {row.case.project.number} · {row.customer}"}


class AddEvidence(_OfSale):
    action, form, who = actions.add_sale_evidence, EvidenceForm, rules.may_add_evidence
    title, button = text("매출 증빙 올리기", "Upload evidence"), text("올리기", "Upload")
    done = text("증빙을 올렸습니다.", "The evidence is uploaded.")


class ConfirmSale(_OfSale):
    action, who = actions.confirm_sale, rules.may_settle_sale
    template = "outcomes/confirm_sale.html"
    title, button = text("매출 확인", "Confirm a sale"), text("증빙을 보았고 확인합니다", "I have seen the evidence")
    done = text("매출을 확인했습니다.", "The sale is confirmed.")


class RefuseSale(_OfSale):
    action, form, who = actions.refuse_sale, ReasonForm, rules.may_settle_sale
    title, button = text("매출 확인하지 않음", "Refuse a sale"), text("확인하지 않음", "Refuse")
    consequence = text("적은 사람에게 사유를 알립니다.", "Whoever recorded it reads the reason.")
    done = text("확인하지 않은 것으로 기록했습니다.", "Refused.")
    danger = True


class WithdrawSale(_OfSale):
    action, form, who = actions.withdraw_sale, ReasonForm, rules.may_withdraw_sale
    title, button = text("매출 기록 취소", "Withdraw a sale"), text("기록 취소", "Withdraw")
    consequence = text(
        "잘못 적은 매출을 취소합니다. 맞는 내용은 새로 적습니다.", "A wrong entry is taken back; record it anew."
    )
    done = text("매출 기록을 취소했습니다.", "The sale is withdrawn.")
    danger = True


# --- introductions -------------------------------------------------------------------------------------------------


class Introduce(ActionView):
    action, form, who = actions.record_introduction, IntroductionForm, rules.may_introduce
    reach, row_name = queries.access_case_to_introduce, "case"
    title, button = text("소개 적기", "Record an introduction"), text("적기", "Record")
    done = text("소개를 적었습니다.", "The introduction is recorded.")

    def extra(self, row: AdoptionCase) -> dict[str, Any]:
        return {"title": f"{pick(type(self).title)} · {pick(row.project.startup.name)}"}

    def back(self, row: Any) -> str:
        return introductions_url()


class Result(ActionView):
    action, form, who = actions.report_introduction_result, ResultForm, rules.may_report_result
    reach, row_name = queries.access_introduction, "introduction"
    title, button = text("소개 결과", "Result of an introduction"), text("저장", "Save")
    done = text("결과를 적었습니다.", "The result is recorded.")

    def make_form(self, row: Introduction, data: Any = None, files: Any = None) -> forms.Form:
        return ResultForm(data, initial={"result": row.result, "note": row.note})

    def extra(self, row: Introduction) -> dict[str, Any]:
        return {"title": f"{pick(type(self).title)} · {pick(row.case.project.startup.name)} → {row.to_name}"}


def introductions_url() -> str:
    return reverse("outcomes:introductions")


def next_steps(actor: Actor, case: AdoptionCase) -> list[dict[str, Any]]:
    """The buttons of a case's page: those of its state, each with the rule's answer (see the case page)."""
    offers: list[tuple[str, Text, Access, str]] = []
    if case.state in WAITING:
        offers = [
            ("adopt", Adopt.title, _while("adopt")(actor, case), "primary"),
            ("follow-on", FollowOn.title, _while("follow_on")(actor, case), ""),
            ("postpone", Postpone.title, may_postpone(actor, case), ""),
            ("decline", Decline.title, _while("decline")(actor, case), ""),
        ]
        if case.state == "follow_on":
            offers = [offer for offer in offers if offer[0] != "follow-on"]
    elif case.state == "adopted":
        offers = [("contract", Contract.title, rules.may_advance(actor, case), "primary")]
    elif case.state == "contracted":
        offers = [("ship", Ship.title, rules.may_advance(actor, case), "primary")]
    elif case.state == "shipped":
        access = rules.may_advance(actor, case)
        ready = has_confirmed_sale(case) if access else access
        offers = [("confirm-revenue", ConfirmRevenue.title, ready, "primary")]
    return [{"name": name, "label": label, "access": access, "kind": kind} for name, label, access, kind in offers]
