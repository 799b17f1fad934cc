from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from didimdol.people import business_number as numbers

nine = st.text(alphabet="0123456789", min_size=9, max_size=9)


@pytest.mark.parametrize("number", ["107-86-14075", "1078614075", "124-81-00998", "220 81 62517"])
def test_issued_numbers_pass(number: str) -> None:
    assert numbers.problem(number) is None


@pytest.mark.parametrize("number", ["", "123", "12345678901", "107-86-1407X", "１０７８６１４０７５", "107-86-14076"])
def test_what_is_no_number_is_told(number: str) -> None:
    told = numbers.problem(number)
    assert told is not None
    assert told["ko"] and told["en"]


@given(nine)
def test_exactly_one_check_digit_fits(first: str) -> None:
    assert [d for d in "0123456789" if numbers.problem(first + d) is None] == [str(numbers.check_digit(first))]


@given(nine, st.integers(0, 7), st.integers(1, 9))
def test_a_wrong_digit_before_the_ninth_is_found(first: str, place: int, shift: int) -> None:
    """Weights 1, 3 and 7 are prime to 10, so one changed digit always changes the sum (the ninth has a carry)."""
    wrong = first[:place] + str((int(first[place]) + shift) % 10) + first[place + 1 :]
    assert numbers.check_digit(wrong) != numbers.check_digit(first)


def test_formatted() -> None:
    assert numbers.formatted("1078614075") == "107-86-14075"
    assert numbers.formatted("12") == "12"
