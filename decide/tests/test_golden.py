"""Records sealed by earlier versions stay genuine, for ever. Never regenerate a file here: add another."""

import json
from pathlib import Path

import pytest

from didimdol_decide import cli
from didimdol_decide.canonical import canonical_json
from didimdol_decide.drawing import recompute_draw
from didimdol_decide.matching import MatchingInputs, compute, recompute_matching
from didimdol_decide.record import own_view, public_view, recompute

FOLDER = Path(__file__).parent / "golden"
GOLDEN = sorted(FOLDER.glob("selection-*.json"))
MATCHINGS = sorted(FOLDER.glob("matching-*.json"))
UNSEALED = sorted(
    path for kind in ("assignment", "infeasible", "schedule") for path in FOLDER.glob(f"{kind}-*.json")
)
DRAWS = sorted(FOLDER.glob("draw-*.json"))


def test_there_are_some() -> None:
    assert GOLDEN
    assert MATCHINGS
    assert DRAWS
    assert len(UNSEALED) >= 3


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_still_genuine(path: Path) -> None:
    record = json.loads(path.read_text(encoding="utf-8"))
    keys = {record["key_id"]: record["public_key"]}
    assert recompute(record, keys=keys).ok
    assert recompute(public_view(record), keys=keys).ok
    assert recompute(own_view(record, "a1"), keys=keys).ok


@pytest.mark.parametrize("path", MATCHINGS, ids=lambda path: path.stem)
def test_a_matching_is_still_genuine(path: Path) -> None:
    record = json.loads(path.read_text(encoding="utf-8"))
    assert recompute_matching(record, keys={record["key_id"]: record["public_key"]}).ok


@pytest.mark.parametrize("path", DRAWS, ids=lambda path: path.stem)
def test_a_draw_is_still_genuine(path: Path) -> None:
    record = json.loads(path.read_text(encoding="utf-8"))
    assert recompute_draw(record, keys={record["key_id"]: record["public_key"]}).ok


@pytest.mark.parametrize("path", UNSEALED, ids=lambda path: path.stem)
def test_one_command_for_records_without_a_seal(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["recompute", str(path), "--lang", "en"]) == 0
    assert "✓" in capsys.readouterr().out
    record = json.loads(path.read_text(encoding="utf-8"))
    keys = tmp_path / "keys.json"
    keys.write_text(json.dumps({"k": "00" * 32}), encoding="utf-8")
    assert cli.main(["recompute", str(path), "--keys", str(keys)]) == 2
    if "problem_digest" in record:
        assert cli.main(["recompute", str(changed(tmp_path, {**record, "problem_digest": "00" * 32}))]) == 1
    inner = record["problem"]["parties" if "schedule" in record else "evaluators"]
    inner[0]["max_load" if "max_load" in inner[0] else "away"] = 0 if "max_load" in inner[0] else ["t1", "t2"]
    capsys.readouterr()
    assert cli.main(["recompute", str(changed(tmp_path, record)), "--lang", "en"]) == 1
    assert "✗" in capsys.readouterr().out


def changed(folder: Path, record: object) -> Path:
    path = folder / "changed.json"
    path.write_text(json.dumps(record), encoding="utf-8")
    return path


def test_an_exact_method_gives_the_same_bytes_on_the_recorded_solver() -> None:
    """With another version the record stays genuine all the same: it is not solved again to be checked."""
    record = json.loads((FOLDER / "matching-2.json").read_text(encoding="utf-8"))
    inputs, outcome = record["payload"]["inputs"], record["payload"]["outcome"]
    found = compute(MatchingInputs.model_validate(inputs)).as_json()
    if found["optimum"]["solver"] == outcome["optimum"]["solver"]:  # type: ignore[index]
        assert canonical_json(found) == canonical_json(outcome)
    else:
        assert found["pairs"] == outcome["pairs"], "the choice among equals is by standing"
