"""What is typed is what is stored, in one spelling; and model inputs as people write them."""

from __future__ import annotations

import json
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from didimdol.applications import actions
from didimdol.applications.answers import clean_answers, clean_text, exact
from didimdol.applications.claims import clean_claims
from didimdol.applications.inputs import parse_inputs, write_inputs
from didimdol.demands.models import Demand
from didimdol.kernel.problems import BadInput
from didimdol.programmes.rulebook import parse, validate_answers
from didimdol_decide.canonical import canonical_json
from server.tests.applications.conftest import Call
from server.tests.applications.samples import YAML

FORM = parse(YAML, "apply.yaml").rulebook.form
TEXT = st.text(max_size=300)
ANSWERS = st.fixed_dictionaries(
    {},
    optional={
        "summary": TEXT,
        "keyword": TEXT,
        "website": TEXT,
        "stage": st.sampled_from(["idea", "pilot", "gone"]),
        "uses": st.lists(st.sampled_from(["voice", "vision", "한글"]), max_size=4),
        "people": st.integers(-(10**6), 10**6) | st.floats(-1e6, 1e6),
        "sales": st.integers(0, 10**13),
        "founded": st.dates().map(str),
        "patents": st.booleans(),
        "truth": st.booleans(),
    },
)


@given(ANSWERS)
def test_answers_come_back_as_they_were_kept(answers: dict[str, Any]) -> None:
    kept = clean_answers(FORM, answers)
    assert clean_answers(FORM, kept) == kept  # kept again is the same
    assert json.loads(json.dumps(kept)) == kept  # and so is stored and read
    assert set(kept) == set(answers)
    for value in kept.values():
        if isinstance(value, str):
            assert unicodedata.is_normalized("NFC", value) and "\0" not in value and "\r" not in value
    canonical_json(exact(kept))  # it can be sealed
    validate_answers(FORM, kept, complete=False)


@given(TEXT)
def test_decomposed_and_composed_are_one_answer(value: str) -> None:
    assert clean_text(unicodedata.normalize("NFD", value)) == clean_text(unicodedata.normalize("NFC", value))


@given(st.text(alphabet="가각힣ㄱ\r\n\t a", max_size=50))
def test_plain_text_loses_nothing_but_the_spelling(value: str) -> None:
    assert clean_text(value) == unicodedata.normalize("NFC", value).replace("\r\n", "\n").replace("\r", "\n")


@pytest.mark.parametrize(
    "answers",
    [
        {"unknown": "x"},
        {"summary": 3},
        {"summary": "가" * 20_001},
        {"people": "12"},
        {"people": True},
        {"people": float("nan")},
        {"people": float("inf")},
        {"patents": "yes"},
        {"uses": "voice"},
        {"chart": "a file is attached, not answered"},
    ],
)  # fmt: skip
def test_the_wrong_kind_of_answer_names_its_question(answers: dict[str, Any]) -> None:
    with pytest.raises(BadInput) as refused:
        clean_answers(FORM, answers)
    assert list(refused.value.fields) == list(answers)


def test_answers_in_the_database(call: Call) -> None:
    application = call.start()
    sent = {"summary": "한글\r\n둘째 줄\0", "people": 2.5, "uses": ["voice"], "patents": False}
    actions.save_draft(actor=call.acts("ceo"), application=application, answers=sent)
    stored = call.again(application).answers
    assert stored == {"summary": "한글\n둘째 줄", "people": 2.5, "uses": ["voice"], "patents": False}
    actions.save_draft(actor=call.acts("ceo"), application=application, answers={"people": None})
    assert "people" not in call.again(application).answers


def test_a_refused_draft_changes_nothing(call: Call) -> None:
    application = call.start()
    with pytest.raises(BadInput):
        actions.save_draft(
            actor=call.acts("ceo"), application=application, answers={"summary": "좋은 글", "people": "?"}
        )
    assert call.again(application).answers == {}
    with pytest.raises(BadInput) as long:
        actions.save_draft(actor=call.acts("ceo"), application=application, answers={}, title="가" * 201)
    assert "title" in long.value.fields


# --- model inputs --------------------------------------------------------------------------------------------------


def test_inputs_as_people_write_them() -> None:
    written = "input: 1x576\n\n  x:0 : 1 x 3 × 224,224 zeros\ntemperature: scalar 0.5\n"
    assert parse_inputs(written) == {
        "input": {"shape": [1, 576], "fill": "random"},
        "x:0": {"shape": [1, 3, 224, 224], "fill": "zeros"},
        "temperature": {"shape": [], "fill": "0.5"},
    }
    assert parse_inputs("  \n") == {}


@pytest.mark.parametrize(
    ("written", "line"),
    [
        ("input 1x576", 1),
        ("a: 1x2\nb: ?x3", 2),
        ("a: 1x2 ones", 1),
        ("a: 1\na: 2", 2),
        ("a: 99999x99999", 1),
        ("a: 1x2 NaN", 1),
        ("a: -1x2", 1),
        (": 1x2", 1),
        ("a" * 201 + ": 1", 1),
        ("a: " + "x".join(["1"] * 17), 1),
    ],
)
def test_unreadable_inputs_name_their_line(written: str, line: int) -> None:
    with pytest.raises(BadInput) as refused:
        parse_inputs(written)
    assert refused.value.detail["line"] == line
    assert f"{line}번째 줄" in refused.value.message["ko"] and f"ine {line}" in refused.value.message["en"]


SPECS = st.dictionaries(
    st.text(alphabet="abc_.:/0", min_size=1, max_size=12).filter(lambda s: s.strip() == s and not s.endswith(":")),
    st.fixed_dictionaries(
        {
            "shape": st.lists(st.integers(0, 50), max_size=4),
            "fill": st.sampled_from(["random", "zeros", "0", "1", "-2.5", "0.125"]),
        }
    ),
    max_size=6,
)


@given(SPECS)
def test_written_inputs_read_the_same(specs: dict[str, Any]) -> None:
    assert parse_inputs(write_inputs(specs)) == specs


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused(written: str) -> None:
    try:
        found = parse_inputs(written)
    except BadInput:
        return
    assert parse_inputs(write_inputs(found)) == found


# --- claims --------------------------------------------------------------------------------------------------------

DEMAND = Demand(
    criteria=[
        {"key": "p99", "metric": "latency", "statistic": "p99", "comparison": "<=", "threshold": "20", "unit": "ms"},
        {"key": "acc", "metric": "accuracy", "statistic": "value", "comparison": ">=", "threshold": "90", "unit": "%"},
    ]
)


@given(st.decimals(0, 10**6, places=3, allow_nan=False))
def test_a_figure_keeps_its_value(figure: Any) -> None:
    kept = clean_claims(DEMAND, {"p99": str(figure)})["p99"]
    assert type(figure)(kept) == figure and "E" not in kept


@pytest.mark.parametrize(
    "claims", [{"p99": "-1"}, {"p99": "1e99999"}, {"p99": "NaN"}, {"acc": "101"}, {"acc": "좋음"}, {"x": "1"}]
)
def test_an_impossible_figure_is_refused(claims: dict[str, str]) -> None:
    with pytest.raises(BadInput):
        clean_claims(DEMAND, claims)


def test_a_thousand_with_its_comma_and_an_empty_one() -> None:
    assert clean_claims(DEMAND, {"p99": "1,000.50", "acc": " "}) == {"p99": "1000.5"}
