import datetime
import json
import unicodedata
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


AWKWARD = st.text(st.sampled_from('ae=<가ᄀ각\u1100\u1161\u11a8\u0301\u0338é"\\\n\t\x00/ ,:[]{}'), max_size=6)


@given(
    st.recursive(
        st.one_of(st.none(), st.booleans(), st.integers(), AWKWARD),
        lambda inner: st.one_of(st.lists(inner), st.dictionaries(AWKWARD, inner), st.tuples(inner, inner)),
        max_leaves=12,
    )
)
def test_the_quick_way_gives_the_bytes_of_the_definition(value: object) -> None:
    def in_nfc(part: object) -> object:
        if isinstance(part, str):
            return unicodedata.normalize("NFC", part)
        if isinstance(part, dict):
            named = {in_nfc(key): in_nfc(item) for key, item in part.items()}
            if len(named) != len(part):
                raise ValueError("two keys are one")
            return named
        return [in_nfc(item) for item in part] if isinstance(part, list | tuple) else part

    try:
        expected = json.dumps(in_nfc(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    except ValueError:
        with pytest.raises(ValueError, match="same text"):
            canonical_json(value)
    else:
        assert canonical_json(value) == expected.encode("utf-8")
