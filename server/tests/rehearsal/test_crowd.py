"""Invented people: different from each other, the same for the same seed, and never too old for the call."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from didimdol.programmes.rulebook import parse
from didimdol.rehearsal import crowd, filled
from server.tests.worlds import small_rulebook

BOOK = parse(small_rulebook(), "small.yaml").rulebook


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**31), count=st.integers(1, 400))
def test_a_crowd(seed: int, count: int) -> None:
    made = crowd.applicants(seed, BOOK, count)
    assert sum(one.leaves != "draft" for one in made) == count
    for values in ([one.name for one in made], [one.serial for one in made], [one.key for one in made]):
        assert max(Counter(values).values()) == 1
    assert all(0 < one.asks <= BOOK.grant.cap for one in made)
    assert {one.field for one in made} <= {entry.key for entry in BOOK.fields}
    assert [one.name for one in crowd.applicants(seed, BOOK, count)] == [one.name for one in made]


def test_every_field_gets_applicants() -> None:
    made = crowd.applicants(1, BOOK, 6)
    assert {one.field for one in made} == {"laptop", "robot"}


def test_business_numbers_are_of_an_office_that_does_not_exist() -> None:
    assert all(filled.business_number(f"{n:04d}").startswith("000") for n in (1, 77, 2000))
