"""Amounts are read exactly, in the currency's own smaller units."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from didimdol.kernel.money import MINOR_DIGITS
from didimdol.kernel.problems import BadInput
from didimdol.outcomes.amounts import MOST, check_amount, parse_amount, sums
from didimdol.outcomes.enums import CURRENCIES


@pytest.mark.parametrize(
    ("written", "currency", "minor"),
    [
        ("1,999.00", "USD", 199_900),
        ("1999", "USD", 199_900),
        ("1,999.5", "EUR", 199_950),
        ("0.07", "USD", 7),
        (" 1,234,567 ", "KRW", 1_234_567),
        ("90071992547409.93", "USD", 9_007_199_254_740_993),  # a float would make it ...992
        ("120,000,000", "JPY", 120_000_000),
    ],
)
def test_written_amounts_are_read_exactly(written: str, currency: str, minor: int) -> None:
    if minor > MOST:
        with pytest.raises(BadInput):
            parse_amount(written, currency)
        written, minor = "7205759403792.79", 720_575_940_379_279
    assert parse_amount(written, currency) == minor


@pytest.mark.parametrize(
    ("written", "currency"),
    [
        ("1.999,00", "EUR"), ("1,99.00", "USD"), ("12만", "KRW"), ("1e3", "USD"), ("-5", "USD"), ("+5", "USD"), ("0", "KRW"),
        ("0.00", "USD"), ("1.5", "KRW"), ("1.999", "USD"), ("", "KRW"), (".5", "USD"), ("5.", "USD"), ("١٢٣", "KRW"),
        ("1 999", "USD"), ("nan", "USD"), ("9" * 30, "KRW"), ("100", "XXX"), ("100", ""),
    ],
)  # fmt: skip
def test_everything_else_is_refused_at_its_field(written: str, currency: str) -> None:
    with pytest.raises(BadInput) as refused:
        parse_amount(written, currency)
    assert refused.value.fields
    assert all(message["ko"] and message["en"] for message in refused.value.fields.values())


@given(st.integers(1, MOST), st.sampled_from(sorted(MINOR_DIGITS)))
def test_what_is_written_comes_back(minor: int, currency: str) -> None:
    digits = MINOR_DIGITS[currency]
    whole, rest = divmod(minor, 10**digits)
    assert parse_amount(f"{whole:,}" + (f".{rest:0{digits}d}" if digits else ""), currency) == minor
    assert parse_amount(f"{whole}" + (f".{rest:0{digits}d}" if digits else ""), currency) == minor


def test_currencies_are_summed_apart() -> None:
    assert sums([("USD", 5), ("KRW", 7), ("USD", 6)]) == {"KRW": 7, "USD": 11}


@pytest.mark.parametrize("amount", [0, -1, True, 1.0, "5", MOST + 1])
def test_an_action_takes_whole_positive_minor_units_only(amount: object) -> None:
    with pytest.raises(BadInput):
        check_amount(amount, "KRW")  # type: ignore[arg-type]


def test_every_known_currency_has_its_words() -> None:
    assert set(CURRENCIES) == set(MINOR_DIGITS)
