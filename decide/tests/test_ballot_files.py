"""Ballots and affinities from tables and matrices give what the same values give in JSON; progress."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from didimdol_decide.progress import Progress, phase
from samples import inputs
from test_assignment_commands import PROBLEM, run, write


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    return write(tmp_path / "bare.json", {**inputs(), "ballots": {}})


def table(path: Path, rows: list[dict[str, Any]], names: list[str], encoding: str = "utf-8-sig") -> Path:
    text = io.StringIO()
    writer = csv.DictWriter(text, names)
    writer.writeheader()
    writer.writerows(rows)
    path.write_text(text.getvalue(), encoding=encoding)
    return path


def rows(**only: str) -> list[dict[str, Any]]:
    return [
        {
            "stage": stage,
            **{name: sheet[name] for name in ("application", "evaluator", "body")},
            **sheet["points"],
        }
        for stage, sheets in inputs()["ballots"].items()
        for sheet in sheets
        if only.get("stage", stage) == stage
    ]


NAMES = ["stage", "application", "evaluator", "body", "problem", "team", "growth", "fit"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp949"])
def test_a_table_of_ballots(bare: Path, tmp_path: Path, encoding: str) -> None:
    sheets = table(tmp_path / "ballots.csv", rows(), NAMES, encoding)
    whole = write(tmp_path / "whole.json", inputs())
    expected = run("score", whole, "--json")
    assert run("score", bare, "--ballots", sheets, "--json").stdout == expected.stdout
    assert json.loads(expected.stdout)["scores"]["paper"]["a1"]["base"]
    sure = run("how-sure", bare, "--ballots", sheets, "--json")
    assert sure.returncode == 0, sure.stderr
    assert sure.stdout == run("how-sure", whole, "--json").stdout


def test_stage_and_body_may_be_left_out_where_there_is_one(tmp_path: Path) -> None:
    given = inputs()
    del given["stages"][0]["shortlist_factor"]
    given |= {"stages": given["stages"][:1], "ballots": {}, "bonuses": {}}
    given["selection"] |= {"stage_weights": {"paper": "1"}, "tie_breaks": []}
    sheets = table(
        tmp_path / "b.csv",
        [
            {key: row[key] for key in ("application", "evaluator", "problem", "team")}
            for row in rows(stage="paper")
        ],
        ["application", "evaluator", "problem", "team"],
    )
    found = run("score", write(tmp_path / "one.json", given), "--ballots", sheets, "--json")
    assert json.loads(found.stdout)["scores"]["paper"]["a3"]["base"] == "96"


def test_a_matrix_of_ballots(bare: Path, tmp_path: Path) -> None:
    paper = {(row["application"], row["evaluator"]): row for row in rows(stage="paper")}
    applications = sorted({a for a, _ in paper})
    evaluators = sorted({e for _, e in paper})
    points = np.full((len(applications), len(evaluators), 2), np.nan)
    for (a, e), row in paper.items():
        points[applications.index(a), evaluators.index(e)] = row["problem"], row["team"]
    matrix = tmp_path / "paper.npz"
    arrays = {"applications": applications, "evaluators": evaluators, "criteria": ["problem", "team"]}
    np.savez(matrix, points=points, stage="paper", **arrays)
    pitch = table(tmp_path / "pitch.csv", rows(stage="pitch"), NAMES)
    expected = run("score", write(tmp_path / "whole.json", inputs()), "--json").stdout
    assert run("score", bare, "--ballots", matrix, "--ballots", pitch, "--json").stdout == expected
    # Tenths that no binary number is equal to come out as they were meant.
    points[:] = 30.1
    np.savez(matrix, points=points, stage="paper", **arrays)
    found = json.loads(run("score", bare, "--ballots", matrix, "--json").stdout)
    assert found["scores"]["paper"]["a1"]["base_exact"] == "301/5"
    np.savez(matrix, points=points[:1], stage="paper", **arrays)
    assert "must be numbers" in run("score", bare, "--ballots", matrix, "--lang", "en").stderr
    np.savez(matrix, points=points, **arrays)
    assert "no stage" in run("score", bare, "--ballots", matrix, "--lang", "en").stderr
    np.savez(matrix, points=points)
    assert "it needs 'applications'" in run("score", bare, "--ballots", matrix, "--lang", "en").stderr


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "each once: application"),
        ("application,evaluator,application\n", "each once"),
        ("application,team\n", "each once"),
        ("stage,application,evaluator,team\npaper,a1,e1\n", "b.csv:2: 3 cells, not 4"),
        ("application,evaluator,team\na1,e1,30\n", "b.csv:2: no stage"),
        ("stage,application,evaluator,growth\npitch,a1,e1,30\n", "b.csv:2: no body"),
        ('stage,application,evaluator,team\n"paper"x,a1,e1,30\n', "no sound CSV"),
        (
            "stage,application,evaluator,body,problem,team\npaper,a1,e1,expert,30,many\n",
            "b.csv:2: team: points must be a number",
        ),
        ("stage,application,evaluator,body,problem\npaper,a1,e1,expert,30\n", "'team' has no points"),
    ],
)
def test_wrong_tables_are_told_by_line(bare: Path, tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "b.csv"
    path.write_text(text, encoding="utf-8")
    done = run("score", bare, "--ballots", path, "--lang", "en")
    assert done.returncode == 2
    assert words in done.stderr


def test_other_wrong_uses(bare: Path, tmp_path: Path) -> None:
    assert run("score", bare, "--ballots", tmp_path / "none.csv").returncode == 2
    path = tmp_path / "b.csv"
    path.write_bytes(b"\xff\xff\xff\n")
    assert "CP949" in run("score", bare, "--ballots", path, "--lang", "en").stderr
    sealed = write(tmp_path / "sealed.json", {"payload": {"inputs": inputs()}})
    assert "of a sealed record stand" in run("score", sealed, "--ballots", path, "--lang", "en").stderr
    assert run("how-sure", bare, "--plan", "--ballots", path).returncode == 2


def test_affinities_as_a_table(tmp_path: Path) -> None:
    path = table(tmp_path / "affinity.csv", PROBLEM["affinity"], ["application", "evaluator", "value"])
    problem = write(tmp_path / "bare.json", {**PROBLEM, "affinity": []})
    found = run("assign", problem, "--affinity", path, "--json")
    assert found.stdout == run("assign", write(tmp_path / "p.json", PROBLEM), "--json").stdout
    path.write_text("application,evaluator\n", encoding="utf-8")
    assert run("assign", problem, "--affinity", path).returncode == 2


class Stream(io.StringIO):
    def __init__(self, terminal: bool) -> None:
        super().__init__()
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal


@pytest.mark.parametrize("terminal", [True, False])
def test_progress_names_the_phase(terminal: bool) -> None:
    import threading

    shown = threading.Event()

    class Seen(Stream):
        def flush(self) -> None:
            shown.set()

    stream = Seen(terminal)
    with Progress(stream, "en", delay=0, every=0):
        phase("점수 계산 중", "scoring")
        assert shown.wait(60)
    assert re.search(r"scoring … \d+ s", stream.getvalue())
    assert stream.getvalue().endswith("\r\x1b[K" if terminal else "s\n")
    phase("밖", "outside")
    assert "outside" not in stream.getvalue()


def test_nothing_is_shown_of_what_is_quick() -> None:
    stream = Stream(False)
    with Progress(stream, "ko", delay=3600):
        phase("점수 계산 중", "scoring")
    assert stream.getvalue() == ""


def test_the_command_shows_it_where_asked(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("didimdol_decide.cli.Progress", lambda stream, lang: Loud(stream, lang))
    done = run("score", bare, "--progress")
    assert done.returncode == 0
    assert "입력 확인 중" in done.stderr
    assert run("score", bare).stderr == ""


class Loud(Progress):
    def phase(self, ko: str, en: str) -> None:
        super().phase(ko, en)
        self._line()
