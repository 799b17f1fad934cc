"""Is a budget right, to the won? Its sums are the approved plan's, its ratios the rulebook's."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from didimdol.funding.enums import WHOLE
from didimdol.funding.models import Budget
from didimdol.kernel.words import Text, text
from didimdol.programmes.queries import rules_of
from didimdol.projects.models import Plan, Project
from didimdol.projects.money_rules import ratio_problems
from didimdol.projects.queries import approved_plan


@dataclass(frozen=True, slots=True)
class Cost:
    """One cost category in won: what the grant pays, what the startup pays, and what it brings in kind."""

    category: str
    government: int = 0
    own_cash: int = 0
    own_in_kind: int = 0
    note: str = ""

    @property
    def total(self) -> int:
        return self.government + self.own_cash + self.own_in_kind


@dataclass(frozen=True, slots=True)
class Sum:
    """One source of money: what the lines come to, and what the plan promises (None: no plan is approved)."""

    label: Text
    budgeted: int
    planned: int | None

    @property
    def off(self) -> int:
        return self.budgeted - (self.planned or 0)


def categories_of(project: Project) -> list[str]:
    return list(rules_of(project.challenge).grant.categories) or [WHOLE]


def costs_of(budget: Budget) -> list[Cost]:
    return [Cost(x.category, x.government, x.own_cash, x.own_in_kind, x.note) for x in budget.lines.all()]


def sums(project: Project, costs: Iterable[Cost], plan: Plan | None) -> list[Sum]:
    costs = list(costs)
    return [
        Sum(GOVERNMENT, sum(c.government for c in costs), plan.grant if plan else None),
        Sum(OWN_CASH, sum(c.own_cash for c in costs), plan.own_cash if plan else None),
        Sum(OWN_IN_KIND, sum(c.own_in_kind for c in costs), plan.own_in_kind if plan else None),
    ]


def problems(project: Project, costs: Iterable[Cost], plan: Plan | None = None) -> list[Text]:
    """What is wrong with a budget; empty when it can be submitted."""
    costs = list(costs)
    plan = plan or approved_plan(project)
    if plan is None:
        return [NO_PLAN]
    found = [_off(line) for line in sums(project, costs, plan) if line.off]
    government, cash, in_kind = (line.budgeted for line in sums(project, costs, plan))
    return found + ratio_problems(rules_of(project.challenge).grant, government, cash, in_kind)


def _off(line: Sum) -> Text:
    planned, off = line.planned or 0, line.off
    return text(
        f"{line.label['ko']} 합계 {line.budgeted:,}원이 승인된 계획의 {planned:,}원보다 {abs(off):,}원 "
        f"{'많습니다' if off > 0 else '적습니다'}.",
        f"{line.label['en']} comes to KRW {line.budgeted:,}: KRW {abs(off):,} {'more' if off > 0 else 'less'} than the "
        f"KRW {planned:,} of the approved plan.",
    )


GOVERNMENT = text("정부지원금", "Grant")
OWN_CASH = text("자기부담 현금", "Own cash")
OWN_IN_KIND = text("자기부담 현물", "Own contribution in kind")
NO_PLAN = text(
    "승인된 수정사업계획서가 없습니다. 계획이 승인되면 예산을 제출할 수 있습니다.",
    "No revised plan is approved: the budget can be submitted once it is.",
)
