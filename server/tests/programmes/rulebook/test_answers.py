from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from didimdol.programmes.rulebook import Form, json_schema, self_check, validate_answers

from .presets import NAMES, preset


def form(**changes: Any) -> Form:
    entry = {"key": "q", "label": {"ko": "질문"}, "type": "text", "required": True, **changes}
    return Form.model_validate({"sections": [{"key": "s", "title": {"ko": "묶음"}, "fields": [entry]}]})


OPTIONS = [{"key": "a", "label": {"ko": "가"}}, {"key": "b", "label": {"ko": "나"}}]


@pytest.mark.parametrize(
    ("entry", "good", "bad"),
    [
        ({"type": "text", "max_length": 3}, ["가나다", "abc"], ["가나다라", 3, "a\nb"]),
        ({"type": "long_text", "max_length": 5}, ["a\nb"], ["abcdef", ["a"]]),
        ({"type": "number", "minimum": 0, "maximum": 9}, [0, 9, 1.5], [-1, 10, "3", True]),
        ({"type": "money", "maximum": 100}, [0, 100], [-1, 101, 1.5, True]),
        ({"type": "choice", "options": OPTIONS}, ["a"], ["c", ["a"], 1]),
        ({"type": "multi_choice", "options": OPTIONS}, [["a", "b"]], [["a", "a"], ["c"], "a"]),
        ({"type": "date"}, ["2025-03-18"], ["2025/03/18", "20250318", 20250318]),
        ({"type": "file"}, ["blob-1"], [5]),
        ({"type": "boolean"}, [True, False], ["yes", 1]),
        ({"type": "boolean", "must_be_true": True}, [True], [False]),
    ],
)
def test_answers_and_json_schema_agree(entry: dict[str, Any], good: list[Any], bad: list[Any]) -> None:
    one = form(**entry)
    schema = Draft202012Validator(json_schema(one))
    Draft202012Validator.check_schema(schema.schema)
    for value in good:
        assert validate_answers(one, {"q": value}, True) == []
        assert schema.is_valid({"q": value}), value
    for value in bad:
        found = validate_answers(one, {"q": value}, True)
        assert [problem.field for problem in found] == ["q"], value
        assert found[0].message.ko and found[0].message.en
        assert not schema.is_valid({"q": value}) or entry["type"] == "text", value


def test_addresses() -> None:
    one = form(type="url")
    assert validate_answers(one, {"q": "https://example.kr/가"}, True) == []
    for bad in ("javascript:alert(1)", "example.kr", "http://", "http://[", "https://a b"):
        assert validate_answers(one, {"q": bad}, True), bad


@pytest.mark.parametrize("nothing", [None, "", "  \n", []])
def test_a_gap_matters_only_when_complete(nothing: Any) -> None:
    assert validate_answers(form(), {"q": nothing}, False) == []
    assert [problem.field for problem in validate_answers(form(), {"q": nothing}, True)] == ["q"]
    assert validate_answers(form(), {}, True) and not validate_answers(form(required=False), {}, True)


def test_length_counts_composed_letters() -> None:
    decomposed = "\u1112\u1161\u11ab"  # 한, as three code points
    assert validate_answers(form(max_length=1), {"q": decomposed}, True) == []


def test_unknown_answers_are_named() -> None:
    assert [problem.field for problem in validate_answers(form(), {"q": "x", "z": 1}, False)] == ["z"]


@pytest.mark.parametrize("name", NAMES)
def test_the_presets_forms_make_schemas_and_report_every_gap(name: str) -> None:
    one = preset(name).rulebook.form
    for complete in (True, False):
        Draft202012Validator.check_schema(json_schema(one, complete=complete))
    assert validate_answers(one, {}, False) == []
    required = [entry.key for entry in one.questions if entry.required]
    assert [problem.field for problem in validate_answers(one, {}, True)] == required


def test_blind_and_private_questions() -> None:
    one = preset().rulebook.form
    shown = {entry.key for entry in one.readable_by("expert", blind=True)}
    assert "website" not in shown and "team" in shown
    assert "website" in {entry.key for entry in one.readable_by("expert", blind=False)}
    private = form(visible_to=["demand"])
    assert private.readable_by("expert", blind=False) == () and private.readable_by("demand", blind=False)


def test_the_self_check_explains_itself() -> None:
    rules = preset().rulebook.eligibility
    good = {entry.key: entry.required for entry in rules.questions}
    assert self_check(rules, good) == []
    unmet = self_check(rules, {**good, "taxes": True})
    assert [entry.question for entry in unmet] == ["taxes"] and unmet[0].explanation.en
    assert len(self_check(rules, {})) == len(rules.questions)


def test_the_plan_of_a_preset_is_one_the_lab_takes() -> None:
    plan = preset().rulebook.verification.plan()
    assert (plan.min_samples, plan.processes, str(plan.percentile_confidence)) == (662, 3, "0.99")
