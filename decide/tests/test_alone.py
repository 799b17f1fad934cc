"""The base installation alone: every kind of record is checked, and what needs an extra says which.

Everything outside the standard library and the two base dependencies cannot be imported here.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from didimdol_decide.record import own_view, public_view, seal_selection
from samples import KEY, inputs

GOLDEN = Path(__file__).parent / "golden"
ALONE = """
import contextlib, io, json, sys
BASE = {"didimdol_decide", "pydantic", "pydantic_core", "annotated_types", "typing_extensions",
        "typing_inspection", "cryptography", "cffi", "_cffi_backend"}
class Only:
    def __init__(self, finder):
        self.finder = finder
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        known = top in BASE or top in sys.stdlib_module_names or top.startswith("_sysconfigdata")
        return self.finder.find_spec(name, path, target) if known else None
sys.meta_path[:] = [Only(finder) for finder in sys.meta_path]
from didimdol_decide.cli import main
found = []
for line in json.loads(sys.stdin.read()):
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = main(line)
        except SystemExit as stop:
            code = stop.code
    found.append([code, out.getvalue(), err.getvalue()])
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("alone")
    full = seal_selection(inputs(), KEY, "2025-1")
    problem = json.loads((GOLDEN / "assignment-1.json").read_text(encoding="utf-8"))["problem"]
    meetings = json.loads((GOLDEN / "schedule-1.json").read_text(encoding="utf-8"))["problem"]
    for name, value in {
        "full": full,
        "public": public_view(full),
        "own": own_view(full, "a1"),
        "inputs": inputs(),
        "problem": problem,
        "meetings": meetings,
    }.items():
        (path / f"{name}.json").write_text(json.dumps(value), encoding="utf-8")
    (path / "sheet.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    return path


def alone(*lines: list[str]) -> list[tuple[int, str, str]]:
    """Exit code, output and errors of each command line, run in one walled process."""
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", ALONE],
        input=json.dumps(lines),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: list[Any] = json.loads(done.stdout)
    return [(code, out, err) for code, out, err in found]


def test_every_kind_of_record_is_checked(folder: Path) -> None:
    records = [
        *sorted(GOLDEN.glob("*.json")),
        *(folder / f"{tier}.json" for tier in ("full", "public", "own")),
    ]
    assert {path.stem.partition("-")[0] for path in records} >= {
        "selection",
        "matching",
        "draw",
        "assignment",
        "infeasible",
        "schedule",
    }
    lines = [["recompute", str(path), "--lang", "en"] for path in records]
    lines += [["verify-assignment", str(GOLDEN / "assignment-1.json"), "--lang", "en"]]
    lines += [["score", str(folder / "inputs.json"), "--explain"]]
    for line, (code, out, err) in zip(lines, alone(*lines), strict=True):
        assert code == 0, (line, err)
        assert not err
        assert "✗" not in out


def test_what_needs_more_names_the_extra(folder: Path) -> None:
    assigning = ["assign", "explain", "what-if"]
    lines = [[name, str(folder / "problem.json"), "--lang", "en"] for name in assigning]
    lines += [["schedule", str(folder / "meetings.json"), "--lang", "en"]]
    lines += [["how-sure", str(folder / "inputs.json"), "--lang", "en"]]
    lines += [["audit", str(folder / "sheet.csv"), "--lang", "en"]]
    for line, (code, out, err) in zip(lines, alone(*lines), strict=True):
        extra = "audit" if line[0] == "audit" else "assign"
        assert code == 2, (line, out, err)
        assert f"pip install 'didimdol-decide[{extra}]'" in err, (line, err)
        assert "Traceback" not in err
