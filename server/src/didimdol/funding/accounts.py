"""The accounts of a challenge's books, and the entries that move money between them.

fund        what the operator gives (its balance falls below zero by what is promised and paid)
committed   promised by a signed agreement, not paid yet; never negative, so nobody is paid more than was promised
paid        paid to the startup
receivable  paid, but to be returned or shown to be rightly spent, since the project was stopped or given up
"""

from __future__ import annotations

from uuid import UUID

from didimdol.kernel.words import Text, text
from didimdol.ledger.actions import Line
from didimdol.ledger.labels import AccountKind, accounts
from didimdol.projects.models import Project

FUND, COMMITTED, PAID, RECEIVABLE = "fund", "committed", "paid", "receivable"

KINDS = {
    FUND: AccountKind(
        text("사업비 재원", "Programme fund"),
        text("약정하고 지급한 만큼 줄어듭니다.", "Falls by what is promised and paid."),
        never_negative=False,
    ),
    COMMITTED: AccountKind(
        text("약정액", "Committed"),
        text("협약으로 약정했고 아직 지급하지 않은 금액", "Promised by an agreement, not paid yet."),
        never_negative=True,
    ),
    PAID: AccountKind(
        text("지급액", "Paid"), text("창업기업에 지급한 금액", "Paid to the startup."), never_negative=True
    ),
    RECEIVABLE: AccountKind(
        text("정산·환수 대상", "To be settled"),
        text(
            "중단·포기한 과제에 지급한 금액 가운데 정산이 끝나지 않은 금액",
            "Paid to a project that was stopped or given up, and not settled yet.",
        ),
        never_negative=True,
    ),
}


def register() -> None:
    accounts(KINDS)


def moving(project: Project, amount: int, *, source: str, target: str) -> list[Line]:
    """``amount`` won from one account to the other."""
    return [Line(_owner(project, target), target, amount), Line(_owner(project, source), source, -amount)]


def _owner(project: Project, code: str) -> UUID:
    return project.challenge.programme.operator_id if code == FUND else project.pk


def about(project: Project, what: Text) -> Text:
    return text(f"{what['ko']} · {project.number}", f"{what['en']} · {project.number}")
