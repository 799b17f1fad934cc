"""A budget is right to the won, or it is refused."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from didimdol.funding import actions, budgets
from didimdol.funding.budgets import Cost
from didimdol.funding.models import Budget
from didimdol.kernel.problems import AccessDenied, BadInput, Stale, WrongState
from didimdol.programmes.rulebook.money import GrantRules
from didimdol.projects.models import Plan
from didimdol.projects.money_rules import ratio_problems, smallest_own
from server.tests.funding.worlds import Money, refused

pytestmark = pytest.mark.django_db

#: 초기창업패키지(딥테크) 2026, outside the regions: at most 70 %, own cash at least 10 %, in kind at most 20 %
DEEP_TECH = GrantRules(
    cap=200_000_000, government_share_max=Decimal(70), own_cash_min=Decimal(10), own_in_kind_max=Decimal(20)
)


def whole(money: Money, **more: int) -> list[Cost]:
    return [Cost("project", **{"government": 60_000_000, **more})]


def test_the_official_rounding_example() -> None:
    """150,000 thousand won of government money at 70 %: 214,290 in all, 21,440 in cash (rounded up), 42,850 in kind."""
    split = smallest_own(DEEP_TECH, 150_000_000, unit=10_000)
    assert (split.total, split.cash, split.in_kind) == (214_290_000, 21_440_000, 42_850_000)
    assert ratio_problems(DEEP_TECH, 150_000_000, 21_440_000, 42_850_000) == []
    # Rounded to the nearest instead, the inequalities break.
    assert ratio_problems(DEEP_TECH, 150_000_000, 21_420_000, 42_860_000)


@given(grant=st.integers(1, 10**9))
def test_one_won_less_breaks_the_ratio(grant: int) -> None:
    split = smallest_own(DEEP_TECH, grant)
    assert ratio_problems(DEEP_TECH, grant, split.cash, split.in_kind) == []
    assert ratio_problems(DEEP_TECH, grant, split.cash - 1, split.in_kind)


def test_the_way_of_a_budget(money: Money) -> None:
    budget = actions.save_budget(actor=money.poc.staff, project=money.project, lines=whole(money))
    assert (budget.state, budget.version) == ("draft", 1)
    budget = actions.submit_budget(actor=money.poc.staff, budget=budget)
    with refused(WrongState, "budget_submitted"):
        actions.save_budget(actor=money.poc.staff, project=money.project, lines=whole(money))
    with refused(BadInput, "reason_required"):
        actions.return_budget(actor=money.poc.manager, budget=budget, reason="")
    budget = actions.return_budget(actor=money.poc.manager, budget=budget, reason="산출 근거를 적어 주십시오")
    assert budget.returned_reason
    second = actions.save_budget(actor=money.poc.ceo, project=money.project, lines=whole(money))
    assert second.version == 2
    second = actions.approve_budget(
        actor=money.poc.coordinator, budget=actions.submit_budget(actor=money.poc.ceo, budget=second)
    )
    assert second.state == "approved"
    # A change leaves the approved one in force until the new one is approved.
    third = actions.save_budget(actor=money.poc.ceo, project=money.project, lines=whole(money))
    assert third.version == 3
    assert states(money) == ["superseded", "approved", "draft"]
    actions.approve_budget(actor=money.poc.coordinator, budget=actions.submit_budget(actor=money.poc.ceo, budget=third))
    assert states(money) == ["superseded", "superseded", "approved"]


def states(money: Money) -> list[str]:
    return list(Budget.objects.within(project=money.poc.project).order_by("version").values_list("state", flat=True))


@pytest.mark.parametrize("off", [-1, 1])
@pytest.mark.parametrize("source", ["government", "own_cash", "own_in_kind"])
def test_one_won_off_the_plan(money: Money, off: int, source: str) -> None:
    values = {"government": 60_000_000, "own_cash": 0, "own_in_kind": 0}
    values[source] += off
    if values[source] < 0:
        with refused(BadInput, "budget_amount"):
            actions.save_budget(actor=money.poc.staff, project=money.project, lines=[Cost("project", **values)])
        return
    budget = actions.save_budget(actor=money.poc.staff, project=money.project, lines=[Cost("project", **values)])
    with refused(BadInput, "budget_is_off") as found:
        actions.submit_budget(actor=money.poc.staff, budget=budget)
    assert "1원" in found["problem"].message["ko"] and "KRW 1 " in found["problem"].message["en"]
    assert Budget.objects.within(pk=budget.pk).get().state == "draft"


def test_one_won_off_the_ratio(money: Money, monkeypatch: pytest.MonkeyPatch) -> None:
    """The plan's sums hold, and the notice's inequalities do not, by one won."""
    project = money.project
    rules = type("Rules", (), {"grant": DEEP_TECH})()
    monkeypatch.setattr(budgets, "rules_of", lambda challenge: rules)
    split = smallest_own(DEEP_TECH, 150_000_000)
    for less, right in ((0, True), (1, False)):
        plan = Plan(grant=150_000_000, own_cash=split.cash - less, own_in_kind=split.in_kind)
        costs = [Cost("materials", 150_000_000, split.cash - less, split.in_kind)]
        assert (budgets.problems(project, costs, plan) == []) is right


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ([Cost("jewels", 1)], "budget_category"),
        ([Cost("project", 1), Cost("project", 1)], "budget_category"),
        ([Cost("project", -1)], "budget_amount"),
        ([Cost("project", 10**13)], "budget_amount"),
        ([Cost("project", True)], "budget_amount"),
        ([Cost("project", 1.5)], "budget_amount"),  # type: ignore[arg-type]
    ],
)
def test_bad_lines(money: Money, lines: list[Cost], code: str) -> None:
    with refused(BadInput, code):
        actions.save_budget(actor=money.poc.staff, project=money.project, lines=lines)


def test_two_writers(money: Money) -> None:
    first = actions.save_budget(actor=money.poc.staff, project=money.project, lines=whole(money))
    read = first.row_version
    actions.save_budget(actor=money.poc.ceo, project=money.project, lines=whole(money), version=read)
    with refused(Stale, "stale_version"):
        actions.save_budget(actor=money.poc.staff, project=money.project, lines=[], version=read)


def test_who_writes_and_who_judges(money: Money) -> None:
    poc = money.poc
    for actor in (poc.lead, poc.owner, poc.manager, poc.auditor, poc.rivals[0].ceo):
        with refused(AccessDenied, "only_its_startup"):
            actions.save_budget(actor=actor, project=money.project, lines=[])
    budget = money.budget(approve=False)
    for actor in (poc.ceo, poc.owner, poc.auditor):
        with refused(AccessDenied, "only_the_operator"):
            actions.approve_budget(actor=actor, budget=budget)
    assert actions.approve_budget(actor=poc.manager, budget=budget).approved_by == poc.people["manager"]


def test_without_an_approved_plan(money: Money) -> None:
    rival: Any = money.poc.rivals[0]
    budget = actions.save_budget(actor=rival.ceo, project=rival.project, lines=[Cost("project", 1_000)])
    with refused(BadInput, "budget_is_off") as found:
        actions.submit_budget(actor=rival.ceo, budget=budget)
    assert "수정사업계획서" in found["problem"].message["ko"]
