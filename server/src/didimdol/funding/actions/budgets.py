"""A project's budget by cost category: written by the startup, approved by the operator, changed by a new version."""

from __future__ import annotations

from collections.abc import Sequence

from didimdol.funding import budgets, rules
from didimdol.funding.budgets import Cost
from didimdol.funding.models import Budget, BudgetLine, Commitment
from didimdol.funding.states import BUDGET
from didimdol.funding.telling import tell_startup
from didimdol.funding.waiting import tell_waits
from didimdol.kernel.access import require
from didimdol.kernel.action import action, audit, check_version, locked, save
from didimdol.kernel.actor import SYSTEM, Actor
from didimdol.kernel.problems import BadInput, WrongState
from didimdol.kernel.words import Text, normal, text
from didimdol.people.queries import person_of
from didimdol.projects.models import Project

#: won in one cell: far above any grant, far below what the database holds
MOST = 10**12


@action
def save_budget(*, actor: Actor, project: Project, lines: Sequence[Cost], version: int | None = None) -> Budget:
    """Keep the draft of the budget; what an approved or returned one says stays, and a new version begins.

    A draft may be unfinished: ``budgets.problems`` tells what is missing. Raises AccessDenied, WrongState, BadInput, Stale.
    """
    project = locked(project)
    by = require(rules.may_write_budget(actor, project))
    costs = _checked(project, lines)
    newest = Budget.objects.within(project=project).order_by("-version").first()
    if newest is not None and newest.state == "submitted":
        raise WrongState("budget_submitted", *_SUBMITTED)
    if newest is not None and newest.state == "draft":
        budget = locked(newest)
        check_version(budget, version)
    else:
        if newest is not None and newest.state == "returned":
            BUDGET.move("supersede", SYSTEM, locked(newest))
        budget = Budget(project=project, version=newest.version + 1 if newest else 1, written_by=person_of(actor))
        BUDGET.enter(actor, budget, by=by)
    budget.project, budget.written_by = project, person_of(actor)
    save(budget, "written_by")
    _write(budget, costs)
    audit("budget.saved", budget, by=by, facts={"total": sum(cost.total for cost in costs)})
    return budget


@action
def submit_budget(*, actor: Actor, budget: Budget) -> Budget:
    """Hand the budget in: its sums are the plan's and its ratios the rulebook's, to the won. Raises BadInput, WrongState."""
    budget = _locked(budget)
    if budget.state == "draft":
        require(rules.may_submit_budget(actor, budget))
        _require_right(budget)
    if BUDGET.move("submit", actor, budget):
        budget.submitted_by = person_of(actor)
        save(budget, "submitted_by")
        _tell_waits(budget)
    return budget


@action
def approve_budget(*, actor: Actor, budget: Budget) -> Budget:
    """Put the budget in force instead of the one before. Raises AccessDenied, BadInput (the plan changed), WrongState."""
    budget = _locked(budget)
    if budget.state == "submitted":
        require(rules.may_judge_budget(actor, budget))
        _require_right(budget)
        for before in Budget.objects.within(project=budget.project_id, state="approved").order_by("pk"):
            BUDGET.move("supersede", SYSTEM, locked(before))
    if BUDGET.move("approve", actor, budget):
        budget.approved_by = person_of(actor)
        save(budget, "approved_by")
        _tell(budget, text("예산이 승인되었습니다", "Your budget is approved"), text("", ""))
    return budget


@action
def return_budget(*, actor: Actor, budget: Budget, reason: str) -> Budget:
    """Send the budget back to be mended. Raises AccessDenied, BadInput (no reason), WrongState."""
    budget = _locked(budget)
    if BUDGET.move("return", actor, budget, reason=reason):
        budget.returned_reason = normal(reason.strip())
        save(budget, "returned_reason")
        _tell(
            budget,
            text("예산 보완을 요청받았습니다", "Your budget is to be mended"),
            text(budget.returned_reason, budget.returned_reason),
        )
    return budget


def _locked(budget: Budget) -> Budget:
    project = locked(Project.objects.within(pk=budget.project_id).get())
    budget = locked(budget)
    budget.project = project
    return budget


def _checked(project: Project, lines: Sequence[Cost]) -> list[Cost]:
    """The lines in the rulebook's order; those of nothing are left out. Raises BadInput."""
    known = budgets.categories_of(project)
    seen: dict[str, Cost] = {}
    for line in lines:
        if line.category not in known or line.category in seen:
            raise BadInput("budget_category", _CATEGORY, category=line.category)
        amounts = (line.government, line.own_cash, line.own_in_kind)
        if any(isinstance(a, bool) or not isinstance(a, int) or not 0 <= a <= MOST for a in amounts):
            raise BadInput("budget_amount", _AMOUNT, category=line.category)
        seen[line.category] = line
    return [seen[key] for key in known if key in seen and seen[key].total]


def _write(budget: Budget, costs: list[Cost]) -> None:
    BudgetLine.objects.within(budget=budget).delete()
    for position, cost in enumerate(costs):
        save(
            BudgetLine(
                budget=budget,
                category=cost.category,
                position=position,
                government=cost.government,
                own_cash=cost.own_cash,
                own_in_kind=cost.own_in_kind,
                note=normal(cost.note.strip())[:300],
            )
        )


def _require_right(budget: Budget) -> None:
    found = budgets.problems(budget.project, budgets.costs_of(budget))
    if found:
        raise BadInput(
            "budget_is_off",
            text(" ".join(p["ko"] for p in found), " ".join(p["en"] for p in found)),
            text(
                "예산 화면에서 금액을 고쳐 저장한 뒤 다시 제출하십시오.",
                "Mend the amounts on the budget's page and submit again.",
            ),
            problems=[dict(problem) for problem in found],
        )


def _tell(budget: Budget, subject: Text, body: Text) -> None:
    _tell_waits(budget)
    tell_startup(budget.project, subject, body, budget.get_absolute_url())


def _tell_waits(budget: Budget) -> None:
    if commitment := Commitment.objects.within(project=budget.project_id).select_related("project").first():
        tell_waits(commitment)


_SUBMITTED = (
    text("제출한 예산은 고칠 수 없습니다.", "A submitted budget cannot be changed."),
    text("운영기관에 보완 요청을 부탁하십시오.", "Ask the operator to send it back."),
)
_CATEGORY = text(
    "규칙집에 없거나 두 번 적힌 비목입니다.", "A cost category is unknown to the rulebook, or named twice."
)
_AMOUNT = text("금액은 0 이상의 원 단위 정수입니다.", "Amounts are whole won, not negative.")
