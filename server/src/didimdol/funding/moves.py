"""The pages with one action each: a form or a question, then the action."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.urls import reverse

from didimdol.design.texts import money_text
from didimdol.funding import actions, gates, numbers, queries, rules
from didimdol.funding.forms import AcceptForm, AccountForm, ReasonForm, ReleaseForm, ReturnForm
from didimdol.funding.models import Disbursement
from didimdol.funding.states import BUDGET, DISBURSEMENT
from didimdol.kernel.access import Access
from didimdol.kernel.actor import Actor
from didimdol.kernel.pages import ActionView
from didimdol.kernel.words import Text, pick, text
from didimdol.records.opening import opened

# --- budget --------------------------------------------------------------------------------------------------------


class _OfBudget(ActionView):
    reach, row_name = queries.access_budget, "budget"

    def extra(self, row: Any) -> dict[str, Any]:
        return {"title": f"{pick(type(self).title)} · {row.project.number} v{row.version}"}


class SubmitBudget(_OfBudget):
    action = actions.submit_budget
    who, may = rules.may_submit_budget, lambda actor, row: BUDGET.may("submit", actor, row)
    title = text("예산 제출", "Submit the budget")
    consequence = text(
        "승인된 계획의 금액과 공고의 비율을 원 단위로 확인한 뒤 제출합니다. 제출한 예산은 고칠 수 없습니다.",
        "It is checked to the won against the approved plan and the notice's ratios. A submitted budget cannot be changed.",
    )
    button, done = text("제출", "Submit"), text("예산을 제출했습니다.", "The budget is submitted.")


class ApproveBudget(_OfBudget):
    action = actions.approve_budget
    who, may = rules.may_judge_budget, lambda actor, row: BUDGET.may("approve", actor, row)
    title = text("예산 승인", "Approve the budget")
    consequence = text(
        "이 예산이 지급의 기준이 됩니다. 앞서 승인한 예산이 있으면 이 예산으로 바뀝니다.",
        "Payments rest on it from now on; it takes the place of the one approved before.",
    )
    button, done = text("승인", "Approve"), text("예산을 승인했습니다.", "The budget is approved.")


class ReturnBudget(_OfBudget):
    action, form = actions.return_budget, ReasonForm
    who, may = rules.may_judge_budget, lambda actor, row: BUDGET.may("return", actor, row)
    title = text("예산 보완 요청", "Return the budget")
    button, done = text("보완 요청", "Return"), text("보완을 요청했습니다.", "The budget is returned.")


# --- account -------------------------------------------------------------------------------------------------------


class RegisterAccount(ActionView):
    action, reach, row_name, form = actions.register_account, queries.access_own_startup, "startup", AccountForm
    who = rules.may_register_account
    title = text("지급 계좌 등록", "Register the account")
    consequence = text(
        "사업비 전용 계좌를 등록합니다. 계좌를 바꾸면 진행 중인 지급이 모두 보류되고, 운영기관이 새 계좌를 확인한 뒤 다시 "
        "승인합니다. 번호는 암호화해 보관하고 끝 네 자리만 보여 줍니다.",
        "The project's own account. A change holds every payment under way until the operator has checked the new account and "
        "approved again. The number is kept encrypted; only its last four digits are shown.",
    )
    button, done = text("등록", "Register"), text("지급 계좌를 등록했습니다.", "The account is registered.")

    def back(self, row: Any) -> str:
        return reverse("funding:list")

    def after(self, row: Any, result: Any) -> str:
        return str(result.get_absolute_url())


class VerifyAccount(ActionView):
    action, reach, row_name = actions.verify_account, queries.access_account, "account"
    who, template = rules.may_verify_account, "funding/verify.html"
    title = text("지급 계좌 확인", "Check the account")
    button = text("통장 사본과 같습니다", "It matches the bank's papers")
    done = text("지급 계좌를 확인했습니다.", "The account is checked.")

    def extra(self, row: Any) -> dict[str, Any]:
        opened(self.request.actor, "account number", row)
        return {"account": row, "number": numbers.unseal(row)}


# --- payments ------------------------------------------------------------------------------------------------------


def _may_request(actor: Actor, milestone: Any) -> Access:
    access = rules.may_request(actor, milestone)
    return access and gates.may_pay(milestone)


class Request(ActionView):
    action, reach, row_name = actions.request_disbursement, queries.access_paid_milestone, "milestone"
    who, may = rules.may_request, _may_request
    title = text("지원금 요청", "Ask for the money")
    button, done = text("요청", "Ask"), text("지원금을 요청했습니다.", "The money is asked for.")

    def back(self, row: Any) -> str:
        return reverse("funding:project", args=[row.project_id])

    def extra(self, row: Any) -> dict[str, Any]:
        account = gates.account_in_use(row.project.startup)
        where = f"{account.bank} {numbers.masked(account)} {account.holder}" if account else ""
        return {
            "title": f"{pick(type(self).title)} · {row.project.number} {row.position}",
            "consequence": text(
                f"{row.position}단계 지원금 {row.amount:,}원을 {where} 계좌로 요청합니다.",
                f"KRW {row.amount:,} of milestone {row.position}, to {where}.",
            ),
        }


class _OfPayment(ActionView):
    reach, row_name = queries.access_disbursement, "disbursement"

    def extra(self, row: Disbursement) -> dict[str, Any]:
        return _titled(type(self).title, row)


def _titled(title: Text, row: Disbursement) -> dict[str, Any]:
    return {"title": f"{pick(title)} · {row.project.number} {row.milestone.position} · {money_text(row.amount)}"}


def _gated(move: str) -> Callable[[Actor, Any], Access]:
    def answer(actor: Actor, payment: Disbursement) -> Access:
        access = DISBURSEMENT.may(move, actor, payment)
        payment.milestone.project = payment.project
        return access and gates.may_pay(payment.milestone, payment)

    return answer


def _may(move: str) -> Callable[[Actor, Any], Access]:
    return lambda actor, payment: DISBURSEMENT.may(move, actor, payment)


class Approve(_OfPayment):
    action, who, may = actions.approve_disbursement, rules.may_approve, _gated("approve")
    title = text("지급 승인", "Approve the payment")
    consequence = text(
        "관문, 예산, 자기부담금, 계좌, 한도를 다시 확인하고 승인합니다. 승인한 사람은 지급을 실행할 수 없습니다.",
        "Gate, budget, own contribution, account and cap are asked anew. Whoever approves cannot release.",
    )
    button, done = text("승인", "Approve"), text("지급을 승인했습니다.", "The payment is approved.")


class Release(_OfPayment):
    action, who, may, form = actions.release_disbursement, rules.may_release, _gated("release"), ReleaseForm
    template = "funding/release.html"
    title = text("지급 실행", "Release the payment")
    button, done = text("지급 완료로 기록", "Record as paid"), text("지급을 기록했습니다.", "The payment is recorded.")

    def extra(self, row: Disbursement) -> dict[str, Any]:
        opened(self.request.actor, "account number", row.account)
        return {**_titled(type(self).title, row), "payment": row, "number": numbers.unseal(row.account)}


class Hold(_OfPayment):
    action, who, may, form = actions.hold_disbursement, rules.may_hold, _may("hold"), ReasonForm
    title = text("지급 보류", "Hold the payment")
    button, done = text("보류", "Hold"), text("지급을 보류했습니다.", "The payment is held.")


class Unhold(_OfPayment):
    action, who, may = actions.unhold_disbursement, rules.may_unhold, _may("unhold")
    title = text("보류 해제", "Lift the hold")
    consequence = text(
        "지금 등록되어 확인된 계좌로 요청 상태가 되고, 승인을 다시 받아야 합니다.",
        "It is asked for again, to the account that is registered and checked now, and is approved anew.",
    )
    button, done = text("보류 해제", "Lift the hold"), text("보류를 풀었습니다.", "The hold is lifted.")


class Cancel(_OfPayment):
    action, who, may, form = actions.cancel_disbursement, rules.may_cancel, _may("cancel"), ReasonForm
    title = text("지급 취소", "Cancel the payment")
    consequence = text(
        "약정은 그대로이며 같은 단계의 지원금을 다시 요청할 수 있습니다.",
        "The commitment stays; the milestone's money may be asked for again.",
    )
    button, done = text("지급 취소", "Cancel the payment"), text("지급을 취소했습니다.", "The payment is cancelled.")
    danger = True


# --- settling what is to come back ----------------------------------------------------------------------------------


class _Settle(ActionView):
    reach, row_name, who = queries.access_money, "project", rules.may_settle

    def back(self, row: Any) -> str:
        return reverse("funding:project", args=[row.pk])

    def extra(self, row: Any) -> dict[str, Any]:
        owed = queries.totals_of([row])[row.pk].to_settle
        return {
            "title": f"{pick(type(self).title)} · {row.number}",
            "consequence": text(f"정산·환수 대상 {owed:,}원", f"To be settled: KRW {owed:,}"),
        }


class RecordReturn(_Settle):
    action, form = actions.record_return, ReturnForm
    title = text("환수금 입금", "Record money returned")
    button, done = text("기록", "Record"), text("입금을 기록했습니다.", "Recorded.")


class AcceptSpending(_Settle):
    action, form = actions.accept_spending, AcceptForm
    title = text("사용액 인정", "Accept spending")
    button, done = text("인정", "Accept"), text("사용액을 인정했습니다.", "Accepted.")
