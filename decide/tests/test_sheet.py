import csv
import json
import re
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from didimdol_decide.ballots import Ballot
from didimdol_decide.cli import main
from didimdol_decide.plain import repeated
from didimdol_decide.rounding import rounded, rounded_ratio
from didimdol_decide.scoring import score_stage
from didimdol_decide.sheet import explain
from samples import inputs, two_bodies

MODES = {"half_up": ROUND_HALF_UP, "half_even": ROUND_HALF_EVEN, "down": ROUND_DOWN}


@pytest.fixture
def file(tmp_path: Path) -> Callable[[object], str]:
    def write(value: object) -> str:
        path = tmp_path / "input.json"
        path.write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")
        return str(path)

    return write


def by_pencil(text: str) -> Fraction:
    """Every number of a sum as an exact fraction, worked out as a reader would."""
    assert re.fullmatch(r"[\d+./()x -]+", text)
    exact = re.sub(r"(?<![\d.])\d+/\d+", lambda found: f"F('{found[0]}')", text)
    exact = re.sub(r"(?<![\d.'/])\d+(\.\d+)?(?![\d'./])", lambda found: f"F('{found[0]}')", exact)
    return Fraction(eval(exact.replace("x", "*"), {"F": Fraction}))  # letters were ruled out above


POINTS = st.lists(st.integers(0, 73), min_size=1, max_size=7)


@given(
    POINTS,
    POINTS,
    st.sampled_from(["panel", "body"]),
    st.sampled_from(["0", "1.25", "9"]),
    st.sampled_from(sorted(MODES)),
)
def test_a_reader_with_a_pencil_gets_the_same(
    one: list[int], other: list[int], scope: str, bonus: str, rounding: Any
) -> None:
    rule = two_bodies(scope, "0.35").model_copy(
        update={"bonus_cap": Decimal(3), "rounding": rounding, "decimals": 2}
    )
    bodies = [
        b.model_copy(update={"criteria": (b.criteria[0].model_copy(update={"max_points": 73}),)})
        for b in rule.bodies
    ]
    rule = rule.model_copy(update={"bodies": tuple(bodies)})
    cast = [("expert", n) for n in one] + [("demand", n) for n in other]
    sheets = [
        Ballot(application="a", evaluator=f"e{n}", body=body, points={"all": value})
        for n, (body, value) in enumerate(cast)
    ]
    score = score_stage(rule, sheets, {"a": Decimal(bonus)})["a"]
    text = explain(rule, score, "en")
    steps = re.findall(
        r": ([^=:;]+) = ([\d./]+)(?:;| ->|  \[|$)(?: x ([\d.]+) = ([\d./]+))?", text, re.MULTILINE
    )
    assert len(steps) == len(cast) + 3
    for left, right, weight, weighted in steps:
        assert by_pencil(left) == Fraction(right)
        if weight:
            assert Fraction(right) * Fraction(weight) == Fraction(weighted)
    last = re.search(r"; ([\d./]+) \+ ([\d.]+) -> ([\d.]+) ", text)
    assert last is not None
    exact = Fraction(last[1]) + Fraction(last[2])
    with localcontext(prec=50):
        whole = (Decimal(exact.numerator) / exact.denominator).quantize(Decimal("0.01"), MODES[rounding])
    assert Decimal(last[3]) == whole == score.total
    kept = [line for line in score.ballots if line.dropped is None]
    assert text.count("dropped]") == len(cast) - len(kept)


@given(
    st.fractions(max_denominator=10**6), st.integers(0, 10), st.sampled_from(sorted(MODES)), st.integers(1, 9)
)
def test_rounding_equals_decimal_arithmetic(
    value: Fraction, decimals: int, rounding: Any, times: int
) -> None:
    with localcontext(prec=80):
        # Ties are exact in 80 digits or not ties at all: the denominator is small.
        expected = (Decimal(value.numerator) / value.denominator).quantize(
            Decimal(1).scaleb(-decimals), MODES[rounding]
        )
    found = rounded(value, decimals, rounding)
    assert found == expected
    assert "E" not in str(found)
    assert not (found == 0 and str(found) != "0")
    assert found == rounded_ratio(value.numerator * times, value.denominator * times, decimals, rounding)


@given(st.integers(-200, 200), st.integers(0, 6), st.sampled_from(sorted(MODES)))
def test_exact_halves_are_rounded_as_decimal_arithmetic_does(n: int, decimals: int, rounding: Any) -> None:
    value = Fraction(2 * n + 1, 2 * 10**decimals)
    step = Decimal(1).scaleb(-decimals)
    assert rounded(value, decimals, rounding) == ((2 * n + 1) * step / 2).quantize(step, MODES[rounding])


def test_repeated_names_each_once_in_order_of_the_second_appearance() -> None:
    assert repeated(["b", "a", "c", "a", "b", "a"]) == ["a", "b"]
    assert repeated([]) == []


def test_score_on_the_command_line(file: Any, tmp_path: Path, capsys: Any) -> None:
    path, sheet = file(inputs()), tmp_path / "sheet.csv"
    assert main(["score", path, "--explain", "--application", "b1", "--csv", str(sheet)]) == 0
    text = capsys.readouterr().out
    assert "(83 + 86) / (2 x 100) x 100 = 84.5" in text
    assert "가점: 3 (신청 5, 한도 3); 84.5 + 3 -> 87.5" in text
    with sheet.open(encoding="utf-8-sig", newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert {row["application"] for row in rows} == {"b1"}
    assert [row["value"] for row in rows if row["step"] == "total"] == ["87.5", "74.6667"]
    assert [row["exact"] for row in rows if row["step"] == "base"] == ["84.5", "224/3"]
    assert main(["score", path, "--lang", "en"]) == 0
    assert "below cut-off" in capsys.readouterr().out
    assert main(["score", path, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["scores"]["pitch"]["b1"]["total"] == "74.6667"


def test_an_id_that_a_spreadsheet_would_run_stays_text(file: Any, tmp_path: Path, capsys: Any) -> None:
    document = json.loads(json.dumps(inputs()).replace('"a3"', '"=1+1"'))
    sheet = tmp_path / "sheet.csv"
    assert main(["score", file(document), "--csv", str(sheet)]) == 0
    assert "'=1+1" in sheet.read_text(encoding="utf-8-sig")
    assert ",=1+1" not in sheet.read_text(encoding="utf-8-sig")


def test_how_sure_on_the_command_line(file: Any, tmp_path: Path, capsys: Any) -> None:
    document = json.loads(json.dumps(inputs()).replace('"a3"', '"<a3 & co>"'))
    path = file(document)
    for name in ("chart.svg", "chart.html"):
        assert main(["how-sure", path, "--chart", str(tmp_path / name), "--lang", "en"]) == 0
    text = capsys.readouterr().out
    assert "borderline: a1, a2" in text
    assert "the official result is not changed" in text
    picture = (tmp_path / "chart.svg").read_text(encoding="utf-8")
    root = ET.fromstring(picture)
    words = [node.text or "" for node in root.iter() if node.tag.endswith("text")]
    assert "<a3 & co>" in words
    assert "phone · 2 places" in words
    assert words.count("cut-off") == 1  # the field "car" has one standing for its one place
    assert not re.search(r"(href|src)=|<script", picture)
    page = (tmp_path / "chart.html").read_text(encoding="utf-8")
    assert page.startswith('<!doctype html>\n<html lang="en">')
    assert picture in page
    assert main(["how-sure", path]) == 0
    assert "경계에 있는 신청 2건" in capsys.readouterr().out
    assert main(["how-sure", path, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["expected_resampled"] == {"car": "1", "phone": "2"}


def test_the_design_question_on_the_command_line(file: Any, capsys: Any) -> None:
    path = file(
        {"applications": 30, "places": 5, "judges": 10, "rounds": 30, "seats": [3, 7], "target": "0.99"}
    )
    assert main(["how-sure", path, "--plan"]) == 0
    assert "위원 7명까지로는" in capsys.readouterr().out
    assert main(["how-sure", path, "--plan", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["enough"] == [None, None, None]


def changed(**changes: Any) -> dict[str, Any]:
    document = inputs()
    document["ballots"]["paper"][0].update(changes)
    return document


@pytest.mark.parametrize("command", ["how-sure", "score"])
@pytest.mark.parametrize(
    ("document", "words"),
    [
        ([1], "not an object"),
        ("{", "not valid JSON"),
        ({"stages": []}, "selection: is missing; add it"),
        (changed(points={"problem": 41, "team": 1}), "above its maximum of 40"),
        (changed(points={"problem": 1.5, "team": 1}), "never floats"),
        (changed(evaluator="e1"), "two ballots"),
        (changed(application="zz"), "'zz'"),
        (changed(surprise=1), "ballots.paper.0.surprise"),
        ({**inputs(), "ballots": {"finals": []}}, "'finals'"),
    ],
)
def test_wrong_use_is_said_in_words(command: str, document: Any, words: str, file: Any, capsys: Any) -> None:
    path = file(document)
    assert main([command, path, "--lang", "en"]) == 2
    assert words in capsys.readouterr().err
    assert main([command, path]) == 2
    assert re.search("[가-힣]", capsys.readouterr().err)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["how-sure", "--chart", "picture.png"], ".svg or .html"),
        (["how-sure", "--chart", "/nowhere/at/all.svg"], "Cannot write"),
        (["how-sure", "--plan"], "schema panel-design"),
        (["how-sure", "--plan", "--chart", "a.svg"], "does not go with"),
        (["score", "--csv", "/nowhere/at/all.csv"], "Cannot write"),
        (["score", "--application", "zz"], "no application 'zz'"),
    ],
)
def test_wrong_options_are_said_in_words(arguments: list[str], words: str, file: Any, capsys: Any) -> None:
    assert main([*arguments, file(inputs()), "--lang", "en"]) == 2
    assert words in capsys.readouterr().err


def test_without_numpy_scores_work_and_the_estimates_say_what_to_install(
    file: Any, monkeypatch: Any, capsys: Any
) -> None:
    monkeypatch.setitem(sys.modules, "numpy", None)
    path = file(inputs())
    assert main(["score", path]) == 0
    capsys.readouterr()
    assert main(["how-sure", path]) == 2
    assert "pip install 'didimdol-decide[assign]'" in capsys.readouterr().err
