from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from didimdol.kernel.money import CurrencyMismatch, Money

won = st.integers(-(10**15), 10**15)


@given(won, st.lists(st.integers(0, 1000), min_size=1, max_size=8).filter(any))
def test_split_adds_up_to_the_whole(amount: int, weights: list[int]) -> None:
    whole = Money(amount)
    parts = whole.split(weights)
    assert sum(part.minor for part in parts) == amount
    assert all(part.minor == 0 for part, weight in zip(parts, weights, strict=True) if weight == 0)


@given(st.integers(0, 10**13), st.integers(0, 1000), st.integers(1, 1000))
def test_times_rounds_to_the_side_that_the_rule_says(amount: int, numerator: int, denominator: int) -> None:
    up, down = (
        Money(amount).times(numerator, denominator, up=True),
        Money(amount).times(numerator, denominator, up=False),
    )
    assert down.minor * denominator <= amount * numerator <= up.minor * denominator
    assert up.minor - down.minor == (1 if (amount * numerator) % denominator else 0)


@given(won, won)
def test_addition_and_subtraction_are_exact(a: int, b: int) -> None:
    assert (Money(a) + Money(b) - Money(b)) == Money(a)


def test_two_currencies_do_not_mix() -> None:
    with pytest.raises(CurrencyMismatch):
        Money(1) + Money(1, "USD")
    with pytest.raises(CurrencyMismatch):
        assert Money(1) < Money(2, "USD")


@pytest.mark.parametrize("amount", [1.0, "1", True, None])
def test_an_amount_is_a_whole_number(amount: object) -> None:
    with pytest.raises(TypeError):
        Money(amount)  # type: ignore[arg-type]


def test_an_unknown_currency_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown currency 'XXX'"):
        Money(1, "XXX")
