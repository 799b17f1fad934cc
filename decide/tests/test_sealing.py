import copy
from typing import Any

import pytest

from didimdol_decide.sealing import SealBroken, public_hex, sign, verify
from samples import KEY

KEYS = {"2025-1": public_hex(KEY)}


def test_an_envelope_opens_with_a_known_key() -> None:
    assert verify(sign({"note": "가"}, KEY, "2025-1"), KEYS) == {"note": "가"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("payload", {"note": "나"}),
        ("payload", 1),
        ("key_id", "2025-2"),
        ("format", "didimdol.envelope/2"),
        ("digest", "00"),
        ("signature", "00" * 64),
        ("public_key", "00" * 32),
        ("more", 1),
    ],
)
def test_a_changed_envelope_does_not(name: str, value: Any) -> None:
    envelope = copy.deepcopy(sign({"note": "가"}, KEY, "2025-1"))
    envelope[name] = value
    with pytest.raises(SealBroken):
        verify(envelope, {**KEYS, "2025-2": "11" * 32})


def test_upper_case_hexadecimal_is_a_change() -> None:
    envelope = sign({"note": "가"}, KEY, "2025-1")
    with pytest.raises(SealBroken):
        verify({**envelope, "signature": str(envelope["signature"]).upper()}, KEYS)
