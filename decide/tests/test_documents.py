"""The examples of the documents, as a reader types them off."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from test_assignment_commands import run, write

DOCUMENTS = Path(__file__).parents[2] / "docs" / "deciding"


def example(name: str) -> Any:
    found = re.search(r"```json\n(.*?)```", (DOCUMENTS / name).read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    return json.loads(found[1])


def test_the_scores_are_those_that_the_page_calculates(tmp_path: Path) -> None:
    page = (DOCUMENTS / "score.md").read_text(encoding="utf-8")
    found = json.loads(run("score", write(tmp_path / "input.json", example("score.md")), "--json").stdout)
    first, second = found["scores"]["pitch"]["a1"], found["scores"]["pitch"]["a2"]
    assert (first["total"], second["base"], second["total"]) == ("78.6", "75.2", "78.2")
    assert f"{second['base']} (a1: 46.6 + 32 = {first['total']})" in page
    assert f"gets 3: {second['total']}" in page
    ranked = found["ranking"]["applications"]
    assert [(entry["id"], entry["outcome"]) for entry in ranked] == [("a1", "selected"), ("a2", "reserve")]
    assert "a1 is selected with 78.6, and a2 is the reserve with 78.2" in page


def test_the_problem_of_an_assignment_can_be_solved_and_checked(tmp_path: Path) -> None:
    problem, out = write(tmp_path / "problem.json", example("assignment.md")), tmp_path / "result.json"
    assert run("assign", problem, "--objective", "fair", "--out", out).returncode == 0
    assert run("verify-assignment", out).returncode == 0
    pairs = {
        (pair["application"], pair["evaluator"])
        for pair in json.loads(out.read_text())["assignment"]["pairs"]
    }
    assert len(pairs) == 6
    assert ("a2", "choi") in pairs
    assert ("a2", "kim") not in pairs
