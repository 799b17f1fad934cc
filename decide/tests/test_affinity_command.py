"""The command affinity, as a person runs it, and on to the assignment."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from jsonschema import Draft202012Validator

from didimdol_decide.schema import schemas
from test_assignment_commands import run, write

TEXTS: dict[str, Any] = {
    "applications": [
        {"id": "a", "passages": [{"text": "음성 구간 검출로 대기 전력을 줄입니다", "weight": 2}]},
        {"id": "b", "field": "file", "passages": [{"text": "파일의 참모습을 기기 안에서 판별하는 보안 AI"}]},
    ],
    "evaluators": [
        {"id": "kim", "keywords": ["음성구간검출", "저전력"]},
        {"id": "lee", "keywords": ["파일 형식 판별", "cybersecurity"], "sentence": "정보 보안을 가르칩니다."},
        {"id": "=park", "keywords": ["로봇"]},
    ],
    "bids": [{"application": "b", "evaluator": "kim", "bid": "reluctant"}],
    "conflicts": [{"application": "a", "evaluator": "lee"}],
}  # fmt: skip


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    return write(tmp_path / "texts.json", TEXTS)


def test_the_best_of_each_application_with_the_shared_words(texts: Path) -> None:
    done = run("affinity", texts, "--first", "1", "--lang", "en")
    assert done.returncode == 0, done.stderr
    first, second = done.stdout.splitlines()[2:]
    assert first.split()[:2] == ["a", "kim"]
    assert "음성 구간 검출" in first
    assert second.split()[:2] == ["b", "lee"]
    assert "파일" in second
    assert "reluctant" not in done.stdout
    assert "함께 쓴 말" in run("affinity", texts).stdout


def test_one_pair_as_json(texts: Path) -> None:
    done = run("affinity", texts, "--application", "b", "--evaluator", "kim", "--json")
    (pair,) = json.loads(done.stdout)["pairs"]
    assert (pair["bid"], pair["value"], pair["terms"]) == ("reluctant", "0.1", [])
    assert (
        json.loads(run("affinity", texts, "--application", "a", "--evaluator", "lee", "--json").stdout)[
            "pairs"
        ]
        == []
    )


def test_the_matrix_goes_into_the_assignment(texts: Path, tmp_path: Path) -> None:
    matrix = tmp_path / "matrix.npz"
    assert run("affinity", texts, "--out", matrix).returncode == 0
    with np.load(matrix, allow_pickle=False) as file:
        assert file["applications"].tolist() == ["a", "b"]
        assert file["evaluators"].tolist() == ["=park", "kim", "lee"]
        assert np.isnan(file["values"][0, 2])
    problem = {
        "applications": [{"id": a, "field": "f", "demand": {"expert": 1}} for a in ("a", "b")],
        "evaluators": [{"id": e, "body": "expert", "max_load": 1} for e in ("kim", "lee", "=park")],
        "conflicts": [{"application": "a", "evaluator": "lee", "reason": "same_body"}],
    }
    done = run("assign", write(tmp_path / "problem.json", problem), "--affinity", matrix, "--json")
    pairs = {
        (pair["application"], pair["evaluator"]) for pair in json.loads(done.stdout)["assignment"]["pairs"]
    }
    assert pairs == {("a", "kim"), ("b", "lee")}


def test_rows_for_a_spreadsheet_hold_no_formula(texts: Path, tmp_path: Path) -> None:
    out = tmp_path / "rows.csv"
    assert run("affinity", texts, "--out", out).returncode == 0
    with out.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["application"], row["evaluator"]) for row in rows] == [
        ("a", "'=park"), ("a", "kim"), ("b", "'=park"), ("b", "kim"), ("b", "lee"),
    ]  # fmt: skip
    assert rows[3]["(bid)"] == "reluctant"
    assert rows[4]["(terms)"].startswith("파일 0.06; 판별 0.06; ")


def test_reasons_as_a_file(texts: Path, tmp_path: Path) -> None:
    out = tmp_path / "reasons.json"
    shown = run("affinity", texts, "--out", out, "--json").stdout
    assert json.loads(out.read_text(encoding="utf-8")) == json.loads(shown)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--out", "matrix.txt"], "matrix.txt"),
        (["--out", "/nowhere/matrix.npz"], "/nowhere/matrix.npz"),
        (["--out", "/nowhere/rows.csv"], "/nowhere/rows.csv"),
        (["--application", "nobody"], "nobody"),
        (["--first", "0"], "--first"),
    ],
)
def test_wrong_use_is_told(texts: Path, arguments: list[str], told: str) -> None:
    done = run("affinity", texts, *arguments)
    assert done.returncode == 2
    assert told in done.stderr


@pytest.mark.parametrize("content", ["[1]", "{", '{"applications": 3}', "{}"])
def test_wrong_files(content: str, tmp_path: Path) -> None:
    path = tmp_path / "wrong.json"
    path.write_text(content, encoding="utf-8")
    done = run("affinity", path)
    assert done.returncode == 2
    assert str(path) in done.stderr


def test_what_is_read_and_written_is_valid_by_the_shipped_schemas(texts: Path) -> None:
    shipped = schemas()
    written = json.loads(run("affinity", texts, "--json").stdout)
    for name, document in (("affinity-texts", TEXTS), ("affinity", written)):
        validator = Draft202012Validator(json.loads(shipped[name]))
        assert list(validator.iter_errors(document)) == []
        assert list(validator.iter_errors({**document, "surprise": 1}))
