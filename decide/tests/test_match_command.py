"""`match` and `explain` as a person uses them: files in, words and files out, exit codes."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import didimdol_decide
from didimdol_decide import cli
from markets import market

PROBLEM = {
    "startups": [
        {"id": "a", "order": ["x", "y"]},
        {"id": "b", "order": ["x", "y"]},
        {"id": "c", "order": ["y", "z"]},
        {"id": "d", "order": ["x", ["y", "z"]]},
    ],
    "demands": [
        {"id": "x", "order": [["a", "b"], "d"], "capacity": 1},
        {"id": "y", "order": ["b", "c", "a", "d"], "capacity": 1},
        {"id": "z", "order": ["c", "d"], "capacity": 1},
    ],
}


@pytest.fixture
def problem(tmp_path: Path) -> str:
    return written(tmp_path / "problem.json", PROBLEM)


def written(path: Path, value: Any) -> str:
    path.write_text(json.dumps(value), encoding="utf-8")
    return str(path)


def run(*arguments: str) -> int:
    return cli.main(list(arguments))


def schema(name: str) -> Any:
    return json.loads((Path(didimdol_decide.__file__).parent / "schemas" / f"{name}.json").read_text("utf-8"))


@pytest.mark.parametrize("method", ["deferred_acceptance", "stable_most", "best_value"])
def test_a_result_is_written_in_its_shape(
    method: str, problem: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "result.json"
    assert run("match", problem, "--method", method, "--out", str(out)) == 0
    said = capsys.readouterr().out
    assert "매칭 3곳, 매칭되지 않음 1곳" in said
    assert ("상한" in said or "최적임이 확인됨" in said) == (method != "deferred_acceptance")
    result = json.loads(out.read_text(encoding="utf-8"))
    jsonschema.validate(result["inputs"], schema("matching-problem"))
    jsonschema.validate(result["outcome"], schema("matching-outcome"))
    assert ("method" in result["inputs"]) == (method != "deferred_acceptance"), "the default is not written"
    assert [row["standing"] for row in result["inputs"]["startups"]] == [1, 2, 3, 4], "the order of the list"
    again = tmp_path / "again.json"
    assert run("match", str(out), "--out", str(again)) == 0
    assert again.read_bytes() == out.read_bytes()


def test_reasons_and_cut_offs_in_words(
    problem: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = str(tmp_path / "result.json")
    assert run("match", problem, "--out", out) == 0
    capsys.readouterr()
    assert run("explain", out) == 0
    said = capsys.readouterr().out
    assert "수요 x: 1/1, 마지막: a, 수요의 1순위, 평가 1위" in said
    assert (
        "x: 자리가 앞선 기업으로 찼습니다 (수요의 1순위, 평가 2위; 마지막: a, 수요의 1순위, 평가 1위)."
        in said
    )
    assert run("explain", out, "--startup", "d", "--demand", "y", "--lang", "en") == 0
    said = capsys.readouterr().out
    assert said.startswith("d: not matched")
    assert (
        "y: full of startups ranked higher (place 4 in the demand's order, 4 by the panel; last: b," in said
    )
    assert "x:" not in said
    assert run("explain", out, "--startup", "a", "--demand", "y", "--lang", "en") == 0
    assert "It did not want y more" in capsys.readouterr().out
    assert run("explain", out, "--json") == 0
    jsonschema.validate(json.loads(capsys.readouterr().out)["proof"], schema("matching-proof"))
    for wrong in (("--startup", "q"), ("--demand", "x")):
        assert run("explain", out, *wrong) == 2
        assert run("explain", out, "--json", *wrong) == 2
    assert run("explain", problem, "--startup", "a") == 2, "a problem is no result"


def test_a_wrong_matching_is_not_explained(
    problem: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "result.json"
    assert run("match", problem, "--out", str(out)) == 0
    result = json.loads(out.read_text(encoding="utf-8"))
    result["outcome"]["pairs"].pop()
    assert run("explain", written(out, result), "--lang", "en") == 2
    assert "would rather have each other" in capsys.readouterr().err


def test_near_keeps_what_is_signed_and_says_who_moved(
    problem: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before, after = str(tmp_path / "before.json"), tmp_path / "after.json"
    assert run("match", problem, "--out", before) == 0
    capsys.readouterr()
    assert run("match", problem, "--near", before, "--without", "b", "--lang", "en", "--out", str(after)) == 0
    said = capsys.readouterr().out
    assert "to one it would rather have (freed by b)" in said
    assert "1 pairs kept, 3 startups moved, 0 worse off, 0 signed pairs broken" in said
    told = json.loads(after.read_text(encoding="utf-8"))["change"]
    jsonschema.validate(told, schema("matching-change"))
    assert {row["startup"]: row["reason"] for row in told["moved"]} == {
        "b": "left",
        "c": "moved_up",
        "d": "placed",
    }
    assert run("match", problem, "--near", before, "--without", "b", "--signed", "c", "--lang", "en") == 0
    assert "2 pairs kept, 2 startups moved" in capsys.readouterr().out
    assert (
        run("match", problem, "--near", before, "--without", "b", "--all-signed", "--method", "stable_most")
        == 0
    )
    assert "그대로 2짝" in capsys.readouterr().out
    assert run("match", problem, "--signed", "c") == 2
    assert run("match", problem, "--near", before, "--signed", "d") == 2, "it has no pair"
    assert run("match", problem, "--without", "q") == 2
    assert run("match", problem, "--near", problem) == 2


def test_an_impossible_minimum_is_the_result(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    reserves = [{"key": "z-least", "demands": ["z"], "at_least": 3}]
    path = written(tmp_path / "problem.json", {**PROBLEM, "method": "best_value", "reserves": reserves})
    out = str(tmp_path / "clash.json")
    assert run("match", path, "--out", out, "--lang", "en") == 1
    said = capsys.readouterr().out
    assert "z-least: at least 3 (2 startups chosen by both sides)" in said
    clash = json.loads(Path(out).read_text(encoding="utf-8"))["clash"]
    jsonschema.validate(clash, schema("matching-clash"))
    assert clash["smallest"]
    assert run("explain", out) == 1
    assert "함께 지킬 수 없는 규칙" in capsys.readouterr().out
    assert run("match", path, "--method", "deferred_acceptance", "--lang", "en") == 2
    assert "go with best_value alone" in capsys.readouterr().err


def test_csv_holds_a_line_for_each_startup(problem: str, tmp_path: Path) -> None:
    path = tmp_path / "pairs.csv"
    named = json.loads(json.dumps(PROBLEM).replace('"a"', '"=a"'))
    assert run("match", written(tmp_path / "p.json", named), "--csv", str(path)) == 0
    rows = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))
    assert [(row["startup"], row["demand"], row["choice"]) for row in rows] == [
        ("'=a", "x", "1"), ("b", "y", "2"), ("c", "z", "2"), ("d", "", ""),
    ]  # fmt: skip
    assert "앞선 기업으로 찼습니다" in rows[1]["why_not_higher"]


@pytest.mark.parametrize(
    "content", ["[1]", "{", '{"startups": 3}', '{"inputs": {}}', '{"startups": [3], "demands": []}']
)
def test_wrong_files(content: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "wrong.json"
    path.write_text(content, encoding="utf-8")
    assert run("match", str(path)) == 2
    assert str(path) in capsys.readouterr().err


def test_scores_too_long_for_whole_numbers_are_wrong_use(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scores = [{"startup": "a", "demand": "x", "value": "999999999999999.000000000001"}]
    raw = {**market({"a": "x"}, {"x": ("a", 1)}).as_json(), "method": "best_value", "scores": scores}
    assert run("match", written(tmp_path / "p.json", raw), "--lang", "en") == 2
    assert "too large" in capsys.readouterr().err
