"""A folder of CSV tables instead of a JSON document, and tables and pictures as results."""

import contextlib
import csv
import io
import json
import subprocess
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from didimdol_decide.cli import main
from didimdol_decide.commands.tables import read_document

APPLICATIONS = "id,field,demand.expert,demand.company,free,(title)\na1,voice,2,1,,음성\na2,drone,1,,1,\n"
EVALUATORS = (
    "id,body,organisation,min_load,max_load,fields\n"
    "kim,expert,u1,,2,\nlee,expert,u2,,2,voice;drone\npark,expert,u3,,2,drone\nchoi,company,c,,2,\n"
)
AFFINITY = "application,evaluator,value\na1,kim,0.5\na2,park,0.9\n"
DOCUMENT: dict[str, Any] = {
    "applications": [
        {"id": "a1", "field": "voice", "demand": {"expert": 2, "company": 1}},
        {"id": "a2", "field": "drone", "demand": {"expert": 1}, "free": 1},
    ],
    "evaluators": [
        {"id": "kim", "body": "expert", "organisation": "u1", "max_load": 2},
        {"id": "lee", "body": "expert", "organisation": "u2", "max_load": 2, "fields": ["voice", "drone"]},
        {"id": "park", "body": "expert", "organisation": "u3", "max_load": 2, "fields": ["drone"]},
        {"id": "choi", "body": "company", "organisation": "c", "max_load": 2},
    ],
    "affinity": [
        {"application": "a1", "evaluator": "kim", "value": "0.5"},
        {"application": "a2", "evaluator": "park", "value": "0.9"},
    ],
    "max_per_organisation": 1,
}


def run(*arguments: Any) -> subprocess.CompletedProcess[str]:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main([str(argument) for argument in arguments])
    return subprocess.CompletedProcess(arguments, code, out.getvalue(), err.getvalue())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "programme"
    made.mkdir()
    (made / "applications.csv").write_text(APPLICATIONS, encoding="utf-8")
    (made / "evaluators.csv").write_text(EVALUATORS, encoding="cp949")
    (made / "affinity.csv").write_text(AFFINITY, encoding="utf-8-sig")
    (made / "other.json").write_text('{"max_per_organisation": 1}', encoding="utf-8")
    return made


def test_tables_say_the_same_as_the_document(folder: Path, tmp_path: Path) -> None:
    document = tmp_path / "problem.json"
    document.write_text(json.dumps(DOCUMENT), encoding="utf-8")
    by_tables, by_document = (run("assign", path, "--json") for path in (folder, document))
    assert by_tables.returncode == 0, by_tables.stderr
    assert by_tables.stdout == by_document.stdout
    why = run("explain", folder, "--application", "a1", "--evaluator", "park", "--lang", "en")
    assert (
        why.stdout
        == run("explain", document, "--application", "a1", "--evaluator", "park", "--lang", "en").stdout
    )
    assert run("what-if", folder, "--max-load", "kim=1", "--json").returncode == 0


def test_a_number_for_each_day_or_by_day(folder: Path) -> None:
    for heading, most in (("max_per_day", 1), ("max_per_day.2026-03-05", {"2026-03-05": 1})):
        rows = f"id,body,max_load,{heading}\nkim,expert,2,1\nchoi,company,2,\n"
        (folder / "evaluators.csv").write_text(rows, encoding="utf-8")
        found: Any = read_document(str(folder), "assignment-problem")
        assert found["evaluators"][0]["max_per_day"] == most
        assert not found["evaluators"][1].get("max_per_day")
    for both in ("max_per_day,max_per_day.mon", "max_per_day.mon,max_per_day"):
        rows = f"id,body,max_load,{both}\nkim,expert,2,1,1\n"
        (folder / "evaluators.csv").write_text(rows, encoding="utf-8")
        done = run("assign", folder, "--lang", "en")
        assert done.returncode == 2
        assert "give 'max_per_day' as one value or by columns, not both" in done.stderr


def changed(text: str, old: str, new: str) -> str:
    assert old in text
    return text.replace(old, new, 1)


WRONG = [
    (
        "evaluators",
        changed(EVALUATORS, "max_load", "most"),
        "evaluators.csv:2: most: there is no such column",
    ),
    ("evaluators", changed(EVALUATORS, ",,2,\n", ",,two,\n"), "evaluators.csv:2: max_load: must be a whole"),
    (
        "evaluators",
        changed(EVALUATORS, "max_load,", "(most),"),
        "evaluators.csv #1 max_load: is missing; add it",
    ),
    ("evaluators", changed(EVALUATORS, "fields", "fields.one"), "fields.one: 'fields' has no parts"),
    ("applications", changed(APPLICATIONS, "demand.expert", "demand"), "demand: give each of its values"),
    ("people", "id\nkim\n", "there is no table 'people'. There may be: affinity, applications"),
]


@pytest.mark.parametrize(("table", "content", "words"), WRONG)
def test_what_is_wrong_in_a_table_is_named(folder: Path, table: str, content: str, words: str) -> None:
    (folder / f"{table}.csv").write_text(content, encoding="utf-8")
    english, korean = run("assign", folder, "--lang", "en"), run("assign", folder)
    assert (english.returncode, english.stdout) == (korean.returncode, korean.stdout) == (2, "")
    assert words in english.stderr
    assert korean.stderr != english.stderr


@pytest.mark.parametrize(
    ("content", "words"),
    [('{"affinity": []}', "both in affinity.csv and in other.json"), ("[]", "must be an object")],
)
def test_what_is_no_table_goes_with_the_tables(folder: Path, content: str, words: str) -> None:
    (folder / "other.json").write_text(content, encoding="utf-8")
    done = run("assign", folder, "--lang", "en")
    assert done.returncode == 2
    assert words in done.stderr


def test_a_folder_without_tables(tmp_path: Path) -> None:
    done = run("assign", tmp_path, "--lang", "en")
    assert done.returncode == 2
    assert "There may be: affinity.csv, applications.csv" in done.stderr


def test_orders_with_equals(tmp_path: Path) -> None:
    (tmp_path / "startups.csv").write_text("id,order\ns1,d1; d2=d3\ns2,d1\n", encoding="utf-8")
    (tmp_path / "demands.csv").write_text(
        "id,order,capacity\nd1,s1=s2,1\nd2,s1,1\nd3,s1,1\n", encoding="utf-8"
    )
    found = json.loads(run("match", tmp_path, "--method", "stable_most", "--json").stdout)
    assert {row["startup"]: row["demand"] for row in found["outcome"]["lines"]} == {"s1": "d2", "s2": "d1"}


def test_meetings_by_tables_and_as_a_table(tmp_path: Path) -> None:
    for name, text in {
        "slots": "id,day,number\nt1,mon,1\nt2,mon,2\n",
        "rooms": "id,closed\nr1,t2\nr2,\n",
        "parties": "id,away,most\ns1,t1,4\nc1,,\n",
        "meetings": "id,parties,weight,must\ns1-c1,s1;c1,10,예\n",
    }.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    done = run("schedule", tmp_path, "--csv", tmp_path / "out.txt")
    assert done.returncode == 0, done.stderr
    rows = list(csv.DictReader((tmp_path / "out.txt").read_text(encoding="utf-8-sig").splitlines()))
    assert rows == [{"day": "mon", "slot": "t2", "room": "r2", "meeting": "s1-c1", "parties": "c1; s1"}]
    (tmp_path / "meetings.csv").write_text("id,parties,must\ns1-c1,s1;c1,maybe\n", encoding="utf-8")
    assert "must be true or false" in run("schedule", tmp_path, "--lang", "en").stderr


def test_affinities_go_on_to_the_assignment(folder: Path, tmp_path: Path) -> None:
    texts = tmp_path / "texts"
    texts.mkdir()
    (texts / "applications.csv").write_text(
        "id,passages\na1,음성 구간 검출; 저전력\na2,드론\n", encoding="utf-8"
    )
    (texts / "evaluators.csv").write_text("id,keywords\nkim,음성;NPU\npark,드론\n", encoding="utf-8")
    made = run("affinity", texts, "--out", folder / "affinity.csv")
    assert made.returncode == 0, made.stderr
    found = json.loads(run("assign", folder, "--json").stdout)
    worth = {(row["application"], row["evaluator"]): row["affinity"] for row in found["assignment"]["pairs"]}
    assert worth["a1", "kim"] != "0"
    assert worth["a2", "park"] != "0"


def test_pairs_as_a_table_and_as_a_picture(folder: Path, tmp_path: Path) -> None:
    chart, pairs = tmp_path / "chart.svg", tmp_path / "pairs.csv"
    assert run("assign", folder, "--chart", chart, "--csv", pairs, "--lang", "en").returncode == 0
    rows = list(csv.DictReader(pairs.read_text(encoding="utf-8-sig").splitlines()))
    assert {row["application"]: row["rank"] for row in rows if row["evaluator"] == "kim"} == {
        "a1": "1/2",
        "a2": "2/3",
    }
    said = [
        node.text for node in ElementTree.fromstring(chart.read_text(encoding="utf-8")).iter() if node.text
    ]
    assert "company: evaluators by their number of applications" in said
    assert said[-4:] == ["a1", "0.500000", "a2", "0.900000"]
    page = tmp_path / "chart.html"
    assert run("assign", folder, "--chart", page).returncode == 0
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert run("assign", folder, "--chart", "chart.png").returncode == 2


NAMES = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=5)


@given(st.dictionaries(NAMES.filter(lambda name: "'" not in name and '"' not in name), st.integers(0, 9)))
def test_a_table_holds_whatever_its_rows_hold(tmp_path_factory: Any, rows: dict[str, int]) -> None:
    path = tmp_path_factory.getbasetemp() / "parties"
    path.mkdir(exist_ok=True)
    with (path / "parties.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("id", "most"), *rows.items()])
    found = read_document(str(path), "schedule-problem")
    assert found == {"parties": [{"id": name, "most": most} for name, most in rows.items()]}
