"""The commands assign, explain and what-if, as a person runs them."""

import contextlib
import io
import json
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from didimdol_decide.cli import main

PROBLEM: dict[str, Any] = {
    "applications": [{"id": a, "field": "f", "demand": {"expert": 1}} for a in ("a", "b")],
    "evaluators": [{"id": e, "body": "expert", "max_load": 1} for e in ("kim", "lee", "park")],
    "affinity": [
        {"application": "a", "evaluator": "kim", "value": "1"},
        {"application": "a", "evaluator": "lee", "value": "0.5"},
        {"application": "b", "evaluator": "kim", "value": "0.55"},
        {"application": "b", "evaluator": "lee", "value": "0.1"},
    ],
}


def run(*arguments: Any) -> subprocess.CompletedProcess[str]:
    """The command in this process (a process of its own for each takes a minute in all)."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main([str(argument) for argument in arguments])
    return subprocess.CompletedProcess(arguments, code, out.getvalue(), err.getvalue())


def write(path: Path, value: object) -> Path:
    path.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    return path


@pytest.fixture
def problem(tmp_path: Path) -> Path:
    return write(tmp_path / "problem.json", PROBLEM)


def test_assign_proves_and_can_be_verified(problem: Path, tmp_path: Path) -> None:
    out = tmp_path / "result.json"
    done = run("assign", problem, "--seed", "s", "--out", out, "--lang", "en")
    assert done.returncode == 0, done.stderr
    assert "total: 1.100000, proved the highest" in done.stdout
    assert run("verify-assignment", out).returncode == 0
    document = json.loads(out.read_text(encoding="utf-8"))
    document["proof"]["total_bound"] -= 1
    bent = run("verify-assignment", write(out, document), "--lang", "en")
    assert bent.returncode == 1
    assert "proof_total_bound" in bent.stdout


def test_assign_fair(problem: Path) -> None:
    found = json.loads(run("assign", problem, "--objective", "fair", "--json").stdout)
    assert (found["proof"]["floor"], found["proof"]["floor_bound"]) == (500_000, 550_000)
    korean = run("assign", problem, "--objective", "fair").stdout
    assert "최저 신청 (a): 0.500000, 상한 0.550000" in korean


def test_assign_leximin(problem: Path, tmp_path: Path) -> None:
    out = tmp_path / "result.json"
    rows = {("a", "kim"): "0.5", ("a", "lee"): "0.5", ("b", "kim"): "0.9", ("b", "lee"): "0.4"}
    affinity = [{"application": a, "evaluator": e, "value": value} for (a, e), value in rows.items()]
    write(problem, {**PROBLEM, "affinity": affinity})
    told = run("assign", problem, "--objective", "leximin", "--out", out, "--lang", "en").stdout
    assert "of the worst-off, the lowest 2 are proved: none can be higher" in told
    assert json.loads(out.read_text(encoding="utf-8"))["assignment"]["objective"] == "leximin"
    assert run("verify-assignment", out).returncode == 0
    assert run("what-if", problem, "--objective", "leximin", "--max-load", "kim=2").returncode == 0
    assert run("assign", problem, "--near", out, "--objective", "leximin").returncode == 2
    assert run("assign", problem, "--objective", "leximin", "--tries", "0").returncode == 0


def test_a_matrix_beside_the_problem(tmp_path: Path) -> None:
    matrix = tmp_path / "affinity.npz"
    values = np.array([[0.25, 0.5, np.nan], [1.0, 0.75, 0.0]])
    np.savez(matrix, applications=["a", "b"], evaluators=["kim", "lee", "park"], values=values)
    path = write(tmp_path / "bare.json", {**PROBLEM, "affinity": []})
    found = json.loads(run("assign", path, "--affinity", matrix, "--json").stdout)
    assert found["assignment"]["total"] == "1.5"
    assert len(found["problem"]["affinity"]) == 5
    np.savez(matrix, applications=["a"], evaluators=["kim", "lee", "park"], values=values)
    wrong = run("assign", path, "--affinity", matrix, "--lang", "en")
    assert wrong.returncode == 2
    assert "1 by 3" in wrong.stderr
    assert run("assign", path, "--affinity", path).returncode == 2


def test_near_an_earlier_assignment(problem: Path, tmp_path: Path) -> None:
    earlier = tmp_path / "earlier.json"
    assert run("assign", problem, "--objective", "fair", "--out", earlier).returncode == 0
    near = json.loads(run("assign", problem, "--near", earlier, "--json").stdout)
    fair = json.loads(earlier.read_text(encoding="utf-8"))
    pairs = [[(p["application"], p["evaluator"]) for p in d["assignment"]["pairs"]] for d in (near, fair)]
    assert pairs[0] == pairs[1]
    assert "proof" not in near
    assert run("assign", problem, "--near", earlier, "--objective", "fair").returncode == 2


def test_a_pair_moves_for_a_gain(tmp_path: Path) -> None:
    """choi comes, with whom b is worth 0.9 more."""
    path = write(tmp_path / "problem.json", PROBLEM)
    choi = {"id": "choi", "body": "expert", "max_load": 9}
    rows = [{"application": a, "evaluator": "choi", "value": "1"} for a in ("a", "b")]
    change = write(tmp_path / "change.json", {"add": [choi], "affinity": rows})

    def moved(*more: str) -> int:
        done = run("what-if", path, "--change", change, "--objective", "least_change", *more, "--json")
        assert done.returncode == 0, done.stderr
        outcome = json.loads(done.stdout)["outcome"]
        assert outcome["after"].get("gain") == (more[1] if more else None)
        return len(outcome["difference"]["moved"])

    assert moved() == 0
    assert moved("--gain", "0.91") == 0
    assert moved("--gain", "0.89") == 2  # lee leaves b, choi comes
    for wrong in ("-1", "2", "much", "nan", "0.0000001"):
        assert run("what-if", path, "--objective", "least_change", "--gain", wrong).returncode == 2
    assert run("what-if", path, "--gain", "0.1", "--lang", "en").stderr.count("least_change") == 1
    assert run("assign", path, "--gain", "0.1").returncode == 2


def test_the_gain_stands_in_the_record(tmp_path: Path) -> None:
    """Where one was given: records without one keep their bytes."""
    problem, first, result = (tmp_path / f"{name}.json" for name in ("problem", "first", "result"))
    write(problem, PROBLEM)
    assert run("assign", problem, "--out", first).returncode == 0
    calm = json.loads(run("assign", problem, "--near", first, "--json").stdout)["assignment"]
    assert "gain" not in calm
    told = run("assign", problem, "--near", first, "--gain", "0.10", "--out", result, "--lang", "en")
    assert "one more pair moves: 0.1\n" in told.stdout + told.stderr
    near = json.loads(result.read_text(encoding="utf-8"))
    assert near["assignment"]["gain"] == "0.1"
    assert {**near["assignment"], "gain": None} == {**calm, "gain": None}
    assert run("verify-assignment", result).returncode == 0
    near["assignment"]["objective"] = "affinity"
    refused = run("verify-assignment", write(result, near), "--lang", "en")
    assert refused.returncode == 2
    assert "gain goes with the objective least_change only" in refused.stderr


def test_infeasible_is_a_result(tmp_path: Path) -> None:
    people = [{"id": "kim", "body": "expert", "max_load": 1}]
    path = write(tmp_path / "short.json", {**PROBLEM, "evaluators": people, "affinity": []})
    out = tmp_path / "why.json"
    done = run("assign", path, "--lang", "en", "--out", out)
    assert done.returncode == 1
    assert "short of 1" in done.stdout
    assert "higher maximum loads: 1 — maximum load of kim +1" in done.stdout
    assert "seats open to any body" in done.stdout.partition("No help on its own")[2]
    assert json.loads(out.read_text(encoding="utf-8"))["diagnosis"]["certificate"]["short"] == 1
    assert run("verify-assignment", out).returncode == 0
    document = json.loads(out.read_text(encoding="utf-8"))
    document["problem"]["evaluators"][0]["max_load"] = 2
    assert run("verify-assignment", write(tmp_path / "bent.json", document)).returncode == 1
    assert "1석 부족" in run("explain", path).stdout
    assert run("explain", path).returncode == 1
    assert run("what-if", path, "--max-load", "kim=2", "--lang", "en").returncode == 0
    assert run("what-if", path, "--max-load", "kim=2", "--objective", "least_change").returncode == 2


def test_explain_and_why_not(problem: Path) -> None:
    assert "needed more elsewhere" in run("explain", problem, "--lang", "en").stdout
    asked = run("explain", problem, "--application", "b", "--evaluator", "kim", "--json")
    answer = json.loads(asked.stdout)
    assert (answer["verdict"], answer["loss"]) == ("costs", 50_000)
    assert answer["moves"][0] == {"application": "b", "evaluator": "kim", "comes": True}
    assert run("explain", problem, "--application", "b", "--evaluator", "nobody").returncode == 2
    assert run("explain", problem, "--application", "b").returncode == 2


def test_why_not_needs_the_highest_total(problem: Path, tmp_path: Path) -> None:
    out = tmp_path / "fair.json"
    run("assign", problem, "--objective", "fair", "--out", out)
    done = run("explain", out, "--application", "a", "--evaluator", "park", "--lang", "en")
    assert done.returncode == 2
    assert "highest total" in done.stderr


def test_what_if_tells_what_changes(problem: Path, tmp_path: Path) -> None:
    done = run("what-if", problem, "--lose", "kim", "--lang", "en", "--objective", "least_change")
    assert done.returncode == 0, done.stderr
    assert "the evaluator left" in done.stdout
    assert "1.100000 → " in done.stdout
    change = write(tmp_path / "change.json", {"lose": ["kim", "lee"]})
    gone = run("what-if", problem, "--change", change, "--json")
    assert gone.returncode == 1
    assert json.loads(gone.stdout)["diagnosis"]["certificate"]["needed"] == 2
    nobody = run("what-if", problem, "--lose", "nobody", "--lang", "en")
    assert nobody.returncode == 2
    assert "nobody" in nobody.stderr
    assert run("what-if", problem, "--max-load", "kim").returncode == 2


def test_a_daily_maximum_from_the_command_line(tmp_path: Path) -> None:
    applications = [{**row, "day": "2026-03-05"} for row in PROBLEM["applications"]]
    kim = {"id": "kim", "body": "expert", "max_load": 5, "max_per_day": 1}
    people = [kim, {"id": "lee", "body": "expert", "max_load": 5, "max_per_day": {"2026-03-05": 1}}]
    affinity = [row for row in PROBLEM["affinity"] if row["evaluator"] != "park"]
    problem = {"applications": applications, "evaluators": people, "affinity": affinity}
    path, out = write(tmp_path / "daily.json", problem), tmp_path / "result.json"
    assert run("assign", path, "--out", out).returncode == 0
    assert run("verify-assignment", out).returncode == 0
    assert "at their daily maximum with others" in run("explain", out, "--lang", "en").stdout
    more = run("what-if", out, "--max-per-day", "kim=2", "--lang", "en")
    assert more.returncode == 0, more.stderr
    assert "1.100000 → 1.550000" in more.stdout
    none = run("what-if", out, "--max-per-day", "kim=0", "--lang", "en")
    assert none.returncode == 1
    assert "kim (2026-03-05: 0), lee (2026-03-05: 1)" in none.stdout
    assert "higher daily maxima: 1 — daily maximum of kim on 2026-03-05 +1" in none.stdout
    wrong = run("what-if", out, "--max-per-day", "kim", "--lang", "en")
    assert wrong.returncode == 2
    assert "--max-per-day is NAME=NUMBER, not kim" in wrong.stderr
    document = json.loads(out.read_text(encoding="utf-8"))
    document["proof"]["day_prices"] = {"kim": {"2026-03-06": 1}}
    assert run("verify-assignment", write(out, document)).returncode == 1


@pytest.mark.parametrize("content", ["[1]", "{", '{"applications": 3}', '{"problem": {}}'])
@pytest.mark.parametrize("command", ["assign", "explain", "what-if"])
def test_wrong_files(command: str, content: str, tmp_path: Path) -> None:
    path = tmp_path / "wrong.json"
    path.write_text(content, encoding="utf-8")
    done = run(command, path)
    assert done.returncode == 2
    assert str(path) in done.stderr
