import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from didimdol_decide.record import own_view, public_view, seal_selection
from didimdol_decide.sealing import public_hex
from samples import KEY, inputs

FULL = seal_selection(inputs(), KEY, "2025-1")
BLOCKED = """
import sys
class Wall:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"numpy", "ortools", "scipy", "django", "didimdol"}:
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Wall())
from didimdol_decide.cli import main
sys.exit(main(sys.argv[1:]))
"""


def run(*arguments: Any, blocked: bool = False) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", BLOCKED] if blocked else [sys.executable, "-m", "didimdol_decide.cli"]
    return subprocess.run(
        [*command, *map(str, arguments)], capture_output=True, text=True, encoding="utf-8", check=False
    )


def write(path: Path, value: object) -> Path:
    path.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    return path


@pytest.fixture
def record(tmp_path: Path) -> Path:
    return write(tmp_path / "record.json", FULL)


def test_genuine_without_solver_or_server(record: Path, tmp_path: Path) -> None:
    keys = write(tmp_path / "keys.json", {"keys": [{"key_id": "2025-1", "public_key": public_hex(KEY)}]})
    done = run("recompute", record, "--keys", keys, blocked=True)
    assert done.returncode == 0, done.stderr
    assert "진본입니다." in done.stdout
    assert "✗" not in done.stdout
    assert "a3" in done.stdout
    english = run("recompute", record, "--keys", keys, "--lang", "en")
    assert "Genuine." in english.stdout
    assert "below cut-off" in english.stdout


def test_signer_not_checked_is_said(record: Path) -> None:
    done = run("recompute", record, "--lang", "en")
    assert done.returncode == 0
    assert "signer not checked" in done.stdout


@pytest.mark.parametrize("tier", ["public", "own"])
def test_other_tiers(tier: str, tmp_path: Path) -> None:
    view = public_view(FULL) if tier == "public" else own_view(FULL, "a4")
    done = run("recompute", write(tmp_path / "view.json", view), "--lang", "en", blocked=True)
    assert done.returncode == 0
    assert "needs the full record" in done.stdout
    assert ("below cut-off" in done.stdout) == (tier == "own")


def test_not_genuine(record: Path) -> None:
    changed = json.loads(record.read_text(encoding="utf-8"))
    changed["payload"]["inputs"]["ballots"]["paper"][0]["points"]["team"] = "59"
    done = run("recompute", write(record, changed), "--lang", "en")
    assert done.returncode == 1
    assert "NOT genuine" in done.stdout
    assert "✗ digest" in done.stdout
    report = json.loads(run("recompute", record, "--json").stdout)
    assert report["ok"] is False


def test_an_unknown_format_is_not_genuine(record: Path) -> None:
    assert run("recompute", write(record, {**FULL, "format": "didimdol.selection/9"})).returncode == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "Cannot read"),
        ("{", "not valid JSON"),
        ("[1]", "is no record of"),
        ('{"hello": 1}', "is no record of"),
        ('{"format": 1, "format": 2}', "appears twice"),
        ("[" * 100000, "not valid JSON"),
        (b"\xff\xfe", "not UTF-8"),
    ],
)
def test_wrong_use(content: str | bytes | None, words: str, tmp_path: Path) -> None:
    path = tmp_path / "file.json"
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content is not None:
        path.write_text(content, encoding="utf-8")
    for command in ("recompute", "verify-assignment"):
        done = run(command, path, "--lang", "en")
        assert done.returncode == 2
        assert "Traceback" not in done.stderr
        assert words in done.stderr or command == "verify-assignment"


def test_wrong_keys_file_and_no_command(record: Path, tmp_path: Path) -> None:
    assert run("recompute", record, "--keys", write(tmp_path / "keys.json", {})).returncode == 2
    assert run().returncode == 2


def test_verify_assignment(tmp_path: Path) -> None:
    from didimdol_decide.assignment import AssignmentProblem, assign

    problem = AssignmentProblem(
        applications=[{"id": "a", "field": "f", "demand": {"expert": 1}}],
        evaluators=[
            {"id": "e", "body": "expert", "max_load": 1},
            {"id": "x", "body": "expert", "max_load": 1},
        ],
        conflicts=[("a", "x", "same school")],
    )
    document = {"problem": problem.as_json(), "assignment": assign(problem, "s").as_json()}
    path = write(tmp_path / "assignment.json", document)
    done = run("verify-assignment", path, blocked=True)
    assert done.returncode == 0, done.stderr
    document["assignment"]["pairs"][0]["evaluator"] = "x"  # type: ignore[index]
    done = run("verify-assignment", write(path, document), "--lang", "en")
    assert done.returncode == 1
    assert "same school" in done.stdout
    document["problem"]["surprise"] = 1
    assert run("verify-assignment", write(path, document)).returncode == 2
