"""The commands in hasty hands: wrong files, wrong words, Ctrl-C and closed pipes."""

from __future__ import annotations

import codecs
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from didimdol_decide.cli import main
from samples import inputs
from test_assignment_commands import PROBLEM, run, write
from test_match_command import PROBLEM as MARKET


def refused(*arguments: Any) -> tuple[str, str]:
    """What is said in Korean and in English; one line each, and nothing else."""
    said = []
    for lang in ("ko", "en"):
        done = run(*arguments, "--lang", lang)
        assert (done.returncode, done.stdout) == (2, ""), done
        assert done.stderr.count("\n") == 1
        said.append(done.stderr.strip())
    assert re.search("[가-힣]", said[0])
    assert not re.search("[가-힣]", re.sub("'[^']*'", "", said[1]))
    return said[0], said[1]


def changed(change: Any) -> dict[str, Any]:
    document = deepcopy(PROBLEM)
    change(document)
    return document


@pytest.mark.parametrize(
    ("change", "ko", "en"),
    [
        (lambda d: d.pop("evaluators"), "evaluators: 없습니다; 더하십시오", "evaluators: is missing; add it"),
        (lambda d: d.update(extra=1), "extra: 그런 항목은 없습니다", "extra: there is no such field"),
        (
            lambda d: d.update(applications={}),
            "applications: 목록이어야 합니다",
            "applications: must be a list",
        ),
        (
            lambda d: d["evaluators"][1].update(max_load=-1),
            "evaluators.1.max_load: 0 이상이어야 합니다 (지금: -1)",
            "evaluators.1.max_load: must be 0 or more, not -1",
        ),
        (
            lambda d: d["evaluators"][1].update(max_load=2.5),
            "evaluators.1.max_load: 정수여야 합니다 (지금: 2.5)",
            "evaluators.1.max_load: must be a whole number, not 2.5",
        ),
        (
            lambda d: d["affinity"][0].update(value="1.2"),
            "affinity.0.value: 1 이하여야 합니다 (지금: '1.2')",
            "affinity.0.value: must be 1 or less, not '1.2'",
        ),
        (
            lambda d: d["affinity"][0].update(value=float("nan")),
            "affinity.0.value: 유한한 수여야 합니다",
            "affinity.0.value: must be a finite number",
        ),
        (
            lambda d: d.update(max_per_organisation=0),
            "max_per_organisation: 1 이상이어야 합니다",
            "max_per_organisation: must be 1 or more",
        ),
        (
            lambda d: d["applications"][0].update(field="음성"),
            "applications.0.field: 짧은 이름이어야 합니다",
            "applications.0.field: must be a short name",
        ),
    ],
)
def test_what_has_the_wrong_form_is_named_with_the_rule_and_the_form(
    change: Any, ko: str, en: str, tmp_path: Path
) -> None:
    found = refused("assign", write(tmp_path / "p.json", changed(change)))
    assert ko in found[0]
    assert en in found[1]
    for said in found:
        assert said.endswith("didimdol-decide schema assignment-problem")


@pytest.mark.parametrize(
    ("change", "ko", "en"),
    [
        (
            lambda d: d["applications"].append(d["applications"][0]),
            "신청 'a'이(가) 두 번 있습니다; 하나를 지우거나",
            "application 'a' appears twice; remove one",
        ),
        (
            lambda d: d["affinity"].append(d["affinity"][0]),
            "신청 'a'과 평가위원 'kim'의 짝이 두 번 있습니다; 하나를 지우십시오",
            "the pair ('a', 'kim') appears twice; remove one",
        ),
        (
            lambda d: d.update(conflicts=[{"application": "a", "evaluator": "hong", "reason": "r"}]),
            "conflicts: 평가위원 'hong'이(가) evaluators에 없습니다; id를 고치거나",
            "conflicts: there is no evaluator 'hong' among the evaluators; correct the id",
        ),
        (
            lambda d: d["evaluators"][0].update(min_load=2),
            "min_load(2)가 max_load(1)보다 큽니다; 한쪽을 고치십시오",
            "min_load 2 is above max_load 1; change one",
        ),
        (
            lambda d: d.update(
                pinned=[{"application": name, "evaluator": "kim"} for name in ("a", "b")],
            ),
            "평가위원 'kim'의 고정된 짝이 max_load(1)보다 많습니다",
            "evaluator 'kim' has more pins than max_load 1; raise it",
        ),
    ],
)
def test_what_does_not_fit_together_is_said_with_the_way_out(
    change: Any, ko: str, en: str, tmp_path: Path
) -> None:
    found = refused("assign", write(tmp_path / "p.json", changed(change)))
    assert ko in found[0]
    assert en in found[1]


def test_the_rules_of_a_selection_are_said_in_korean_too(tmp_path: Path) -> None:
    document = inputs()
    document["stages"][1]["bodies"][0]["weight"] = "0.5"
    ko, en = refused("score", write(tmp_path / "s.json", document))
    assert "평가 단계 'pitch'의 주체별 weight 합이 0.9입니다; 1로 맞추십시오" in ko
    assert "sum to 0.9, not 1; make them sum to 1" in en
    document = inputs()
    document["applications"][0]["field"] = "nowhere"
    ko, en = refused("score", write(tmp_path / "s.json", document))
    assert "정원이 없습니다; selection.quota에 더하거나" in ko
    assert "which has no quota; add it to selection.quota" in en


@pytest.mark.parametrize(
    ("table", "ko", "en"),
    [
        (
            "tech\n높음",
            "b.csv:2: tech: 점수는 수여야 합니다 (지금: '높음')",
            "b.csv:2: tech: points must be a number",
        ),
        ('tech\n"9', "따옴표가 짝이 맞는지", "Look for a quote without its pair"),
        (None, "b.csv (그런 파일이나 폴더가 없습니다)", "b.csv: no such file or folder"),
    ],
)
def test_a_table_of_ballots_is_named_with_its_row(
    table: str | None, ko: str, en: str, tmp_path: Path
) -> None:
    if table is not None:
        head, row = table.split("\n")
        text = f"stage,application,evaluator,body,{head}\npaper,a1,e9,expert,{row}\n"
        (tmp_path / "b.csv").write_text(text, encoding="utf-8")
    problem = write(tmp_path / "s.json", inputs())
    for said, words in zip(refused("score", problem, "--ballots", tmp_path / "b.csv"), (ko, en), strict=True):
        assert words in said


@pytest.mark.parametrize("content", [b"no zip", b"", None])
def test_a_matrix_that_cannot_be_read(content: bytes | None, tmp_path: Path) -> None:
    problem, matrix = write(tmp_path / "p.json", PROBLEM), tmp_path / "m.npz"
    if content is not None:
        matrix.write_bytes(content)
    words = "it needs 'applications'" if content is not None else "no such file or folder"
    assert words in refused("assign", problem, "--affinity", matrix)[1]
    assert words in refused("score", write(tmp_path / "s.json", inputs()), "--ballots", matrix)[1]


def test_of_alternatives_the_nearest_is_named(tmp_path: Path) -> None:
    document = inputs()
    document["selection"]["quota"] = -1
    ko, en = refused("score", write(tmp_path / "s.json", document))
    assert "selection.quota: 1 이상이어야 합니다 (지금: -1)" in ko
    assert "selection.quota: must be 1 or more, not -1" in en


@pytest.mark.parametrize(
    ("content", "ko", "en"),
    [
        (b"", "빈 파일입니다", "the file is empty"),
        (b'{"a": \n}', "2번째 줄 1번째 글자에서 읽지 못했습니다", "line 2 column 1"),
        (
            b'{"a": 1, "a": 2}',
            "'a'이(가) 두 번 있습니다; 하나를 지우십시오",
            "appears twice in one object: 'a'",
        ),
        ('{"신청": 1}'.encode("cp949"), "UTF-8이 아님", "not UTF-8. Save it as UTF-8."),
        (b"[1]", "배정 문제가 아닙니다", "is no assignment problem"),
    ],
)
def test_files_that_are_no_json_say_where(content: bytes, ko: str, en: str, tmp_path: Path) -> None:
    path = tmp_path / "p.json"
    path.write_bytes(content)
    found = refused("assign", path)
    assert ko in found[0]
    assert en in found[1]


def test_the_mark_that_windows_puts_before_a_file_is_no_error(tmp_path: Path) -> None:
    path = tmp_path / "p.json"
    path.write_bytes(codecs.BOM_UTF8 + json.dumps(PROBLEM).encode())
    assert run("assign", path).returncode == 0


@pytest.mark.parametrize(
    ("options", "ko", "en"),
    [
        (["--out", "no/such/r.json"], "그런 파일이나 폴더가 없습니다", "no such file or folder"),
        (["--csv", "."], "파일이 아니라 폴더입니다", "it is a folder"),
        (["--out", "p.json"], "읽는 파일 위에는 쓰지 않습니다", "is not overwritten"),
        (["--chart", "p.json/c.svg"], "폴더가 아닙니다", "is no folder"),
    ],
)
def test_what_cannot_be_written_is_refused_before_anything_is_computed(
    options: list[str], ko: str, en: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "p.json", PROBLEM)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("didimdol_decide.assignment.proof.assign_best", lambda *_: pytest.fail("computed"))
    found = refused("assign", "p.json", *options)
    assert ko in found[0]
    assert en in found[1]
    assert [path.name for path in tmp_path.iterdir()] == ["p.json"]


@pytest.mark.parametrize(
    ("options", "ko", "en"),
    [
        (["--tries", "-1"], "--tries은(는) 0 이상의 정수여야 합니다", "invalid whole value: '-1'"),
        (["--objective", "best"], "'best'은(는) 없습니다. 있는 것: ", "invalid choice: 'best'"),
        (["--seed"], "--seed 뒤에 값이 없습니다", "--seed: expected one argument"),
        (["--surprise"], "모르는 것입니다: --surprise", "unrecognized arguments: --surprise"),
    ],
)
def test_a_wrong_command_line_takes_one_line(
    options: list[str], ko: str, en: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for lang, words in (("ko", ko), ("en", en)):
        with pytest.raises(SystemExit) as left:
            main(["assign", "p.json", "--lang", lang, *options])
        said = capsys.readouterr().err
        assert left.value.code == 2
        assert words in said
        assert " --help" in said
        assert said.count("\n") == 1


def test_stopped_while_writing_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    problem, out = write(tmp_path / "p.json", PROBLEM), tmp_path / "r.json"
    assert run("assign", problem, "--out", out).returncode == 0
    before = out.read_bytes()

    def stopped(_: object) -> Iterator[str]:
        yield '{"half": '
        raise KeyboardInterrupt

    monkeypatch.setattr("didimdol_decide.commands.writing.pieces", stopped)
    done = run("assign", problem, "--out", out, "--lang", "en")
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr == "Stopped. No half-written file was left behind.\n"
    assert out.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["p.json", "r.json"]
    monkeypatch.undo()
    out.chmod(0o640)
    assert run("assign", problem, "--out", out, "--seed", "2").returncode == 0
    assert out.stat().st_mode & 0o777 == 0o640


def test_a_reader_who_has_seen_enough_is_no_accident(tmp_path: Path) -> None:
    problem = write(tmp_path / "p.json", PROBLEM)
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as nobody:
        done = subprocess.run(
            [sys.executable, "-m", "didimdol_decide.cli", "assign", str(problem)],
            stdout=nobody,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert (done.returncode, done.stderr) == (141, b"")


def test_scores_come_with_the_ranking(tmp_path: Path) -> None:
    document = inputs()
    out = tmp_path / "result.json"
    done = run("score", write(tmp_path / "s.json", document), "--out", out)
    found = json.loads(out.read_text(encoding="utf-8"))
    assert found == json.loads(run("score", tmp_path / "s.json", "--json").stdout)
    assert (found["at"], found["open_ties"]) == ("final", [])
    first = found["ranking"]["applications"][0]
    line = next(line for line in done.stdout.splitlines() if f" {first['id']} " in line and "선정" in line)
    assert line.split()[:3] == [first["group"], str(first["rank"]), first["id"]]


def test_a_tie_that_waits_for_the_draw_is_said_to_be_open(tmp_path: Path) -> None:
    document = inputs()
    seed = document.pop("lottery")["seed"]
    for unsealed in ("rulebook_digest", "title", "sealed_at", "versions", "disclosure"):
        document.pop(unsealed, None)
    document["ballots"] = {"paper": document["ballots"]["paper"]}
    document["bonuses"] = {}
    path = write(tmp_path / "s.json", document)
    found = json.loads(run("score", path, "--json").stdout)
    assert (found["at"], found["open_ties"]) == ("paper", [["a1", "a2"]])
    done = run("score", path, "--lang", "en")
    assert "Shortlist of stage paper" in done.stdout
    assert "Only the draw will order these (no lottery_seed yet): a1, a2" in done.stdout
    write(path, document | {"lottery_seed": seed})
    assert json.loads(run("score", path, "--json").stdout)["open_ties"] == []
    write(path, document | {"ballots": {}})
    found = json.loads(run("score", path, "--json").stdout)
    assert (found["at"], found["ranking"]) == (None, None)


@pytest.mark.parametrize("method", ["deferred_acceptance", "stable_most", "best_value"])
def test_a_matching_that_nobody_signed_is_checked(method: str, tmp_path: Path) -> None:
    out, report = tmp_path / "m.json", tmp_path / "report.json"
    assert run("match", write(tmp_path / "p.json", MARKET), "--method", method, "--out", out).returncode == 0
    done = run("recompute", out, "--lang", "en", "--out", report)
    assert done.returncode == 0
    assert "The result follows from its inputs (not signed)." in done.stdout
    assert json.loads(report.read_text(encoding="utf-8"))["ok"] is True
    assert run("recompute", out, "--keys", write(tmp_path / "k.json", {"keys": []})).returncode == 2
    whole = json.loads(out.read_text(encoding="utf-8"))
    forged = deepcopy(whole)
    pairs = forged["outcome"]["pairs"]
    pairs[0]["demand"], pairs[1]["demand"] = pairs[1]["demand"], pairs[0]["demand"]
    done = run("recompute", write(tmp_path / "forged.json", forged), "--lang", "en")
    assert done.returncode == 1
    assert "does NOT follow" in done.stdout
    # another order than the one it was computed from
    forged = deepcopy(whole)
    forged["inputs"]["startups"][0]["order"].reverse()
    assert run("recompute", write(tmp_path / "forged.json", forged)).returncode == 1
