"""May this money move? Every condition, asked anew inside the locked transaction of each request, approval and release.

The pages ask the same function to say what blocks a payment and what to do; the database keeps the cap, one payment a
milestone and the books even when nobody asks (migrations 0002).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Sum

from didimdol.funding import numbers
from didimdol.funding.enums import LIVE
from didimdol.funding.models import AccountCheck, BankAccount, Budget, Commitment, Disbursement
from didimdol.kernel.access import Access, Allowed, Denied, reasons
from didimdol.kernel.words import text
from didimdol.people.models import Organisation
from didimdol.projects import gates as project_gates
from didimdol.projects.models import Milestone, Project
from didimdol.projects.queries import contribution_complete


@dataclass(frozen=True, slots=True)
class Standing:
    """What is the same for all payments of a project, read once. Inside an action: after its locks."""

    project: Project
    commitment: Commitment | None
    live: int
    live_of_startup: int
    account: BankAccount | None
    checked: bool
    budgeted: bool
    contributed: Access


def standing(project: Project) -> Standing:
    account = account_in_use(project.startup)
    operator = project.challenge.programme.operator_id
    return Standing(
        project=project,
        commitment=Commitment.objects.within(project=project).first(),
        live=_sum(Disbursement.objects.within(project=project)),
        live_of_startup=_sum(
            Disbursement.objects.within(project__startup=project.startup_id, project__challenge=project.challenge_id)
        ),
        account=account,
        checked=account is not None and AccountCheck.objects.within(account=account, operator=operator).exists(),
        budgeted=Budget.objects.within(project=project, state="approved").exists(),
        contributed=contribution_complete(project),
    )


def account_in_use(startup: Organisation) -> BankAccount | None:
    return BankAccount.objects.within(startup=startup, replaced_at=None).first()


def may_pay(milestone: Milestone, payment: Disbursement | None = None, found: Standing | None = None) -> Access:
    """May this milestone be paid now? ``payment``: the live one that asks; None: a new one. The first thing that blocks."""
    return next(blocks(milestone, payment, found), Allowed)


def blocks(
    milestone: Milestone, payment: Disbursement | None = None, found: Standing | None = None
) -> Iterator[Access]:
    """Everything that blocks the payment of this milestone, one refusal each."""
    found = found or standing(milestone.project)
    yield from (access for access in (project_gates.payable(milestone), found.contributed) if not access)
    if not found.budgeted:
        yield Denied("budget_not_approved")
    yield from _account(payment, found)
    yield from _cap(milestone, payment, found)


def account_ready(found: Standing) -> Access:
    """Is there an account in use that this operator checked?"""
    return next(_account(None, found), Allowed)


def _account(payment: Disbursement | None, found: Standing) -> Iterator[Access]:
    account = found.account
    if account is None:
        yield Denied("no_account")
        return
    if not found.checked:
        yield Denied("account_not_checked", tail=account.tail)
    if not numbers.unaltered(account):
        yield Denied("account_altered", tail=account.tail)
    if payment is not None and (payment.account_id, payment.account_digest) != (account.pk, account.digest):
        yield Denied("account_changed")


def _cap(milestone: Milestone, payment: Disbursement | None, found: Standing) -> Iterator[Access]:
    """Requested, approved, held and released money together never exceeds what was agreed, nor the cap of a startup."""
    commitment = found.commitment
    if commitment is None:
        yield Denied("nothing_committed")
        return
    if milestone.amount <= 0:
        yield Denied("nothing_to_pay")
    if payment is not None and payment.amount != milestone.amount:
        yield Denied("amount_changed")
    counted = payment is not None and payment.state in LIVE
    added = 0 if counted else milestone.amount
    most = min(commitment.amount, found.project.grant)
    if found.live + added > most:
        yield Denied("over_the_grant", amount=f"{milestone.amount:,}", left=f"{max(0, most - found.live):,}")
    if found.live_of_startup + added > commitment.cap:
        left = max(0, commitment.cap - found.live_of_startup)
        yield Denied("over_the_cap", amount=f"{milestone.amount:,}", cap=f"{commitment.cap:,}", left=f"{left:,}")


def _sum(payments: object) -> int:
    return int(payments.filter(state__in=LIVE).aggregate(sum=Sum("amount"))["sum"] or 0)  # type: ignore[attr-defined]


reasons(
    {
        "budget_not_approved": text(
            "승인된 비목별 예산이 없습니다. 예산을 작성해 승인을 받으십시오.",
            "No budget is approved: write it by cost category and have it approved.",
        ),
        "no_account": text(
            "지급 계좌가 등록되지 않았습니다. 대표자가 계좌를 등록해야 합니다.",
            "No account is registered: the chief executive has to register one.",
        ),
        "account_not_checked": text(
            "끝자리 {tail} 계좌를 운영기관이 아직 확인하지 않았습니다.",
            "The operator has not checked the account ending in {tail} yet.",
        ),
        "account_altered": text(
            "끝자리 {tail} 계좌의 저장된 내용이 등록한 것과 다릅니다. 지급하지 말고 보안 담당에게 알린 뒤 계좌를 다시 등록하십시오.",
            "What is stored of the account ending in {tail} is not what was registered. Do not pay; tell whoever looks after "
            "security, and have it registered again.",
        ),
        "account_changed": text(
            "지급을 요청한 뒤 계좌가 바뀌었습니다. 새 계좌를 확인하고 보류를 푼 다음 다시 승인하십시오.",
            "The account was changed after the request: check the new one, lift the hold and approve again.",
        ),
        "nothing_committed": text(
            "협약이 체결되지 않아 약정된 지원금이 없습니다.", "No agreement is signed: no money is committed yet."
        ),
        "nothing_to_pay": text("이 단계에 배정된 지원금이 없습니다.", "No money stands behind this milestone."),
        "amount_changed": text(
            "요청한 금액이 단계의 금액과 다릅니다. 요청을 취소하고 다시 요청하십시오.",
            "The amount asked for is not the milestone's: cancel the request and ask again.",
        ),
        "over_the_grant": text(
            "{amount}원을 더하면 협약한 지원금을 넘습니다. 남은 금액은 {left}원입니다.",
            "KRW {amount} more would exceed the grant of the agreement; KRW {left} is left.",
        ),
        "over_the_cap": text(
            "{amount}원을 더하면 한 기업의 한도 {cap}원을 넘습니다. 남은 금액은 {left}원입니다.",
            "KRW {amount} more would exceed the cap of KRW {cap} for one startup; KRW {left} is left.",
        ),
    }
)
