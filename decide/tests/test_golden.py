"""Records sealed by earlier versions stay genuine, for ever. Never regenerate a file here: add another."""

import json
from pathlib import Path

import pytest

from didimdol_decide.record import own_view, public_view, recompute

GOLDEN = sorted((Path(__file__).parent / "golden").glob("*.json"))


def test_there_are_some() -> None:
    assert GOLDEN


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_still_genuine(path: Path) -> None:
    record = json.loads(path.read_text(encoding="utf-8"))
    keys = {record["key_id"]: record["public_key"]}
    assert recompute(record, keys=keys).ok
    assert recompute(public_view(record), keys=keys).ok
    assert recompute(own_view(record, "a1"), keys=keys).ok
