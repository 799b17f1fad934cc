"""What funding puts on other rooms' pages, and what its events are called in the log."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse

from didimdol.funding import rules
from didimdol.kernel.actor import Actor
from didimdol.kernel.words import text
from didimdol.programmes import pages
from didimdol.programmes.models import Challenge
from didimdol.projects import pages as project_pages
from didimdol.projects.models import Project
from didimdol.records import labels


def links(actor: Actor, challenge: Challenge) -> Iterable[pages.PageLink]:
    if challenge.state == "closed" and rules.may_read_challenge(actor, challenge):
        url = reverse("funding:challenge", args=[challenge.slug])
        yield pages.PageLink("manage", text("사업비", "Money"), url)


def project_links(actor: Actor, project: Project) -> Iterable[project_pages.ProjectLink]:
    if rules.may_read(actor, project):
        yield project_pages.ProjectLink(text("사업비", "Money"), reverse("funding:project", args=[project.pk]))


def register() -> None:
    pages.add_links(links)
    project_pages.add_links(project_links)
    labels.events(
        {
            "budget.saved": text("예산 저장", "Budget saved"),
            "bank_account.registered": text("지급 계좌 등록", "Account registered"),
            "bank_account.repeated": text("지급 계좌 등록 (바뀐 것 없음)", "Account registered (unchanged)"),
            "bank_account.verified": text("지급 계좌 확인", "Account checked"),
            "bank_account.verified_again": text("지급 계좌 확인 (이미 되어 있음)", "Account checked (already so)"),
            "commitment.made": text("지원금 약정", "Grant committed"),
            "commitment.repeated": text("지원금 약정 (이미 되어 있음)", "Grant committed (already so)"),
            "commitment.closed": text("약정 마감", "Commitment closed"),
            "commitment.returned": text("환수금 입금", "Money returned"),
            "commitment.accepted": text("사용액 인정", "Spending accepted"),
            "commitment.milestone_approved": text(
                "승인된 단계의 지급 안내", "Milestone approved: money may be asked for"
            ),
            "statement.exported": text("사업비 내역서 내려받기", "Statement exported"),
        }
    )
    labels.things(
        {
            "funding.Budget": text("예산", "Budget"),
            "funding.BudgetLine": text("비목", "Cost category"),
            "funding.BankAccount": text("지급 계좌", "Account"),
            "funding.AccountCheck": text("계좌 확인", "Account check"),
            "funding.Commitment": text("약정", "Commitment"),
            "funding.Disbursement": text("지급", "Payment"),
            "account number": text("계좌번호", "Account number"),
            "statement": text("사업비 내역", "Statement of money"),
            "export: statement": text("사업비 내역서 내려받기", "Download of a statement"),
        }
    )
