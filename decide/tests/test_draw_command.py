"""The whole draw from the command line, as two bodies and an auditor would do it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from didimdol_decide import cli
from test_cli import run, write

PEOPLE = [
    {
        "id": f"v{number}",
        "organisation": f"o{number % 6}",
        "groups": {"kind": "expert" if number % 2 else "market"},
    }
    for number in range(8)
]
HALF = {"attribute": "kind", "values": ["expert"], "minimum_share": "0.5"}


def a_pool(**changes: Any) -> dict[str, Any]:
    return {"people": PEOPLE, "panels": [{"id": "drones", "seats": 3}], "quotas": [HALF], **changes}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "pool.json", a_pool())
    return tmp_path


def step(*arguments: str) -> int:
    return cli.main(["draw", *arguments])


def seal_and_commit() -> None:
    assert step("seal", "pool.json", "--body", "agency", "--body", "company", "--out", "draw.json") == 0
    assert step("commit", "draw.json", "--body", "agency", "--secret-file", "a.json") == 0
    assert (
        step("commit", "draw.json", "--body", "company", "--secret-file", "c.json", "--secret", "6 2 5") == 0
    )


def test_from_pool_to_verified_replacement(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    seal_and_commit()
    assert (here / "a.json").stat().st_mode & 0o777 == 0o600
    for name in "ac":
        assert step("reveal", "draw.json", "--secret-file", f"{name}.json") == 0
    assert step("run", "draw.json", "--key", "key.pem", "--key-id", "k", "--out", "record.json") == 0
    record = json.loads((here / "record.json").read_text(encoding="utf-8"))
    keys = write(here / "keys.json", {"k": record["public_key"]})
    members = record["payload"]["outcome"]["panels"][0]["members"]
    assert len(members) == 3
    capsys.readouterr()
    # The auditor: no solver, no server, either command.
    for command in (["recompute"], ["draw", "verify"]):
        done = run(*command, here / "record.json", "--keys", keys, blocked=True)
        assert done.returncode == 0, done.stderr
        assert "진본입니다." in done.stdout
        assert members[0] in done.stdout
    gone = (
        "--panel",
        "drones",
        "--person",
        members[0],
        "--reason",
        "kin",
        "--key",
        "key.pem",
        "--key-id",
        "k",
    )
    assert step("replace", "record.json", *gone, "--out", "second.json") == 0
    second = json.loads((here / "second.json").read_text(encoding="utf-8"))
    now = second["payload"]["outcome"]["panels"][0]["members"]
    assert set(members[1:]) < set(now)
    assert members[0] not in now
    capsys.readouterr()
    assert step("verify", "second.json", "--keys", "keys.json", "--lang", "en") == 0
    assert "Genuine." in capsys.readouterr().out
    second["payload"]["outcome"]["panels"][0]["members"] = members
    write(here / "second.json", second)
    assert step("verify", "second.json", "--lang", "en") == 1
    assert "NOT genuine" in capsys.readouterr().out
    assert step("replace", "second.json", *gone, "--out", "third.json") == 2
    assert "진본이 아닙니다" in capsys.readouterr().err
    assert cli.main(["draw", "--lang", "en", "verify", "second.json", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["ok"] is False


def test_commitment_made_elsewhere(here: Path) -> None:
    assert step("seal", "pool.json", "--body", "agency", "--body", "company", "--out", "draw.json") == 0
    write(here / "copy.json", json.loads((here / "draw.json").read_text(encoding="utf-8")))
    assert step("commit", "copy.json", "--body", "company", "--secret-file", "c.json") == 0
    hash_ = json.loads((here / "copy.json").read_text(encoding="utf-8"))["commitments"][0]["commitment"]
    assert step("commit", "draw.json", "--body", "company", "--commitment", hash_) == 0
    assert step("commit", "draw.json", "--body", "agency", "--secret-file", "a.json") == 0
    assert step("reveal", "draw.json", "--secret-file", "c.json") == 0


def test_wrong_use_is_said_in_both_languages(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    seal_and_commit()
    cases = [
        (
            ("commit", "draw.json", "--body", "agency", "--secret-file", "x.json"),
            "committed already",
            "이미 약속",
        ),
        (("run", "draw.json", "--key", "k.pem", "--out", "r.json"), "did not both", "짝이 맞지"),
        (
            ("seal", "pool.json", "--body", "a", "--body", "b", "--out", "draw.json"),
            "never overwritten",
            "덮어쓰지",
        ),
        (
            ("seal", "pool.json", "--body", "a", "--body", "a", "--out", "n.json"),
            "two different",
            "서로 다른",
        ),
        (
            ("seal", "pool.json", "--body", "a", "--out", "n.json"),
            "must have 2 entries or more",
            "2개 이상이어야 합니다",
        ),
        (("reveal", "draw.json", "--secret-file", "pool.json"), "is missing; add it", "없습니다; 더하십시오"),
        (("verify", "pool.json"), "no record of a draw", "추첨 기록이 아닙니다"),
        (("verify", "none.json"), "Cannot read", "읽을 수 없습니다"),
        (("run", "draw.json", "--key", "pool.json", "--out", "r.json"), "did not both", "짝이"),
    ]
    for arguments, english, korean in cases:
        for lang, words in (("en", english), ("ko", korean)):
            assert step(*arguments, "--lang", lang) == 2
            assert words in capsys.readouterr().err
    assert not (here / "x.json").exists()
    for name in "ac":
        assert step("reveal", "draw.json", "--secret-file", f"{name}.json") == 0
    assert step("reveal", "draw.json", "--secret-file", "a.json") == 2
    assert step("run", "draw.json", "--key", "pool.json", "--out", "r.json", "--lang", "en") == 2
    assert "Ed25519" in capsys.readouterr().err


def test_an_infeasible_pool_is_explained(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    conflicts = [{"person": entry["id"], "reason": "kin"} for entry in PEOPLE[1::2]]
    write(here / "pool.json", a_pool(panels=[{"id": "drones", "seats": 3, "conflicts": conflicts}]))
    assert step("seal", "pool.json", "--body", "a", "--body", "b", "--out", "draw.json", "--lang", "en") == 1
    told = capsys.readouterr().out
    assert "at least 2 of kind expert (4 in the pool, 0 can be drawn now)" in told
    assert "2 more in the pool (kind expert)" in told
    assert step("seal", "pool.json", "--body", "a", "--body", "b", "--out", "draw.json") == 1
    assert "사람 2명 추가 (kind expert)" in capsys.readouterr().out
    assert step("seal", "pool.json", "--body", "a", "--body", "b", "--out", "draw.json", "--json") == 1
    assert json.loads(capsys.readouterr().out)["smallest"] is True
    assert not (here / "draw.json").exists()
