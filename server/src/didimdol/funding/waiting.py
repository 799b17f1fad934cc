"""What money waits for, beside its budgets and payments themselves: recomputed whenever something changed."""

from __future__ import annotations

from django.urls import reverse

from didimdol.funding.accounts import RECEIVABLE
from didimdol.funding.enums import LIVE
from didimdol.funding.models import AccountCheck, BankAccount, Budget, Commitment, Disbursement
from didimdol.funding.rules import OPERATES
from didimdol.funding.states import for_operator, for_startup, named
from didimdol.kernel.action import wait
from didimdol.kernel.transitions import WaitFor
from didimdol.kernel.words import pick, text
from didimdol.ledger.queries import balances
from didimdol.people.enums import Role
from didimdol.projects.models import Milestone, Project


def tell_waits(commitment: Commitment) -> None:
    """What the money of a project waits for, beside its budget and its payments themselves."""
    wait(commitment, list(_waits(commitment)))


def _waits(commitment: Commitment) -> list[WaitFor]:
    project, url = commitment.project, commitment.get_absolute_url()
    if project.ended_at is not None:
        owed = balances(challenge=project.challenge_id, owner=project.pk).get(RECEIVABLE, 0)
        return list(for_operator(project, _TO_SETTLE, url, Role.MANAGER)) if owed else []
    found: list[WaitFor] = []
    if not commitment.amount:
        return found
    if not Budget.objects.within(project=project, state__in=("submitted", "approved", "returned")).exists():
        found += for_startup(project, _TO_BUDGET, reverse("funding:budget", args=[project.pk]))
    if not BankAccount.objects.within(startup=project.startup_id, replaced_at=None).exists():
        found += for_startup(project, _TO_REGISTER, reverse("funding:register", args=[project.startup_id]), Role.CEO)
    asked = Disbursement.objects.within(project=project, state__in=LIVE)
    approved = Milestone.objects.within(project=project, state="approved", amount__gt=0)
    for milestone in approved.exclude(pk__in=asked.values("milestone_id")).order_by("position"):
        what = text(
            f"{milestone.position}단계 지원금을 요청해 주십시오", f"Ask for the money of milestone {milestone.position}"
        )
        found += for_startup(project, what, url)
    return found


def tell_account_waits(account: BankAccount) -> None:
    """Each operator that is to pay and has not checked the account yet."""
    checked = AccountCheck.objects.within(account=account).values("operator")
    operators = (
        Project.objects.within(startup=account.startup_id, signed_at__isnull=False, ended_at=None)
        .exclude(challenge__programme__operator__in=checked)
        .values_list("challenge__programme__operator", "challenge")
    )
    name = pick(account.startup.name, "ko")
    wait(
        account,
        [
            WaitFor(
                named(_TO_CHECK, name),
                account.get_absolute_url(),
                role=role.value,
                organisation=operator,
                challenge=challenge,
            )
            for operator, challenge in dict(operators.order_by("pk")).items()
            for role in OPERATES
        ],
    )


_TO_SETTLE = text("지급한 지원금을 정산해 주십시오", "Settle the money that was paid")
_TO_BUDGET = text("비목별 예산을 작성해 제출해 주십시오", "Write and submit the budget by cost category")
_TO_REGISTER = text("지급받을 계좌를 등록해 주십시오", "Register the account to be paid to")
_TO_CHECK = text("지급 계좌를 통장 사본과 대조해 주십시오", "Compare the account with the bank's papers")
