"""The inequalities of the notice hold to the won; the official example of 2026 comes out as printed."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from didimdol.programmes.rulebook.money import GrantRules
from didimdol.projects.money_rules import Split, ratio_problems, smallest_own

#: 2026 초기창업패키지(딥테크): government at most 70 %, cash at least 10 %, in kind at most 20 %
DEEP_TECH = GrantRules(
    cap=150_000_000,
    government_share_max=Decimal(70),
    own_share_min=Decimal(30),
    own_cash_min=Decimal(10),
    own_in_kind_max=Decimal(20),
)
#: in thousands of won, steps of ten: how the official example is printed
STEP = 10_000


def test_the_official_example() -> None:
    """150,000 (천원) at 70 % → total 214,290, cash 21,440 rounded up, in kind 42,850 rounded down."""
    assert smallest_own(DEEP_TECH, 150_000_000, STEP) == Split(214_290_000, 21_440_000, 42_850_000)
    assert ratio_problems(DEEP_TECH, 150_000_000, 21_440_000, 42_850_000) == []


def test_the_nearest_value_is_not_enough() -> None:
    """150,000 / 0.7 = 214,285.7…: rounded to the nearest, the government would pay more than 70 %."""
    assert smallest_own(DEEP_TECH, 150_000_000).total == 214_285_715
    nearest = ratio_problems(DEEP_TECH, 150_000_000, 21_428_571, 42_857_143 - 1)
    assert [problem["en"].split(" is ")[0] for problem in nearest] == ["The grant", "The own contribution", "Own cash"]


@pytest.mark.parametrize(
    ("cash", "in_kind", "said"),
    [
        (21_440_000, 42_850_000 - 10_000, ["The grant", "The own contribution"]),
        (21_420_000, 42_870_000, ["Own cash", "Own contribution in kind"]),
        (64_290_000, 0, []),
        (0, 64_290_000, ["Own cash", "Own contribution in kind"]),
    ],
)
def test_each_inequality_is_named(cash: int, in_kind: int, said: list[str]) -> None:
    problems = ratio_problems(DEEP_TECH, 150_000_000, cash, in_kind)
    assert [problem["en"].split(" is ")[0] for problem in problems] == said
    assert all("%" in problem["ko"] for problem in problems)


def test_without_ratios_nothing_is_asked() -> None:
    free = GrantRules()
    assert smallest_own(free, 100_000_000) == Split(100_000_000, 0, 0)
    assert ratio_problems(free, 100_000_000, 0, 0) == []


def test_nothing_left_for_the_grant_is_refused() -> None:
    with pytest.raises(ValueError, match="no share"):
        smallest_own(GrantRules(own_cash_min=Decimal(100)), 1)


percents = st.decimals(0, 60, places=1)


@given(
    grant=st.integers(1, 10**10),
    government=st.none() | st.decimals(30, 100, places=1),
    own=st.none() | percents,
    cash=percents,
    in_kind=st.decimals(0, 100, places=1),
    unit=st.sampled_from([1, 10, 1000, 10_000]),
)
def test_the_smallest_own_always_holds_and_is_the_smallest(
    grant: int, government: Decimal | None, own: Decimal | None, cash: Decimal, in_kind: Decimal, unit: int
) -> None:
    rules = GrantRules(
        government_share_max=government, own_share_min=own, own_cash_min=cash, own_in_kind_max=in_kind
    )  # fmt: skip
    split = smallest_own(rules, grant, unit)
    assert split.cash >= 0
    assert split.in_kind >= 0
    assert split.total == grant + split.cash + split.in_kind
    assert ratio_problems(rules, grant, split.cash, split.in_kind) == []
    smaller = split.total - grant - 1
    if unit == 1 and smaller >= 0:
        # whatever the shares, a total of one won less breaks a rule: all of it in cash is the most that could help
        assert ratio_problems(rules, grant, smaller, 0)
