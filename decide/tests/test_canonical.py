import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from didimdol_decide.canonical import canonical_json, digest, plain


def test_form() -> None:
    assert (
        canonical_json({"b": [1, True, None], "a": "가 \u1100\u1161"})
        == '{"a":"가 가","b":[1,true,null]}'.encode()
    )


def test_decimals_have_one_spelling() -> None:
    assert canonical_json([Decimal("1E+2"), Decimal("0.500"), Decimal("-0.0"), Decimal("100")]) == (
        b'["100","0.5","0","100"]'
    )


@pytest.mark.parametrize(
    "value", [1.5, float("nan"), datetime.date(2025, 1, 1), datetime.datetime(2025, 1, 1), {1}, b"x", {1: 2}]
)
def test_refused_types(value: object) -> None:
    with pytest.raises(TypeError):
        canonical_json([value])


@pytest.mark.parametrize(
    "value", [Decimal("NaN"), Decimal("Infinity"), "\ud800", {"\u00e9": 1, "e\u0301": 2}]
)
def test_refused_values(value: object) -> None:
    with pytest.raises(ValueError, match=r".*"):
        canonical_json(value)


@given(st.dictionaries(st.text(st.characters(codec="utf-8")).filter(str.isascii), st.integers()))
def test_key_order_does_not_matter(value: dict[str, int]) -> None:
    assert digest(value) == digest(dict(reversed(list(value.items()))))


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**9), max_value=10**9))
def test_plain_keeps_the_value(value: Decimal) -> None:
    assert Decimal(plain(value)) == value
    assert "E" not in plain(value)
