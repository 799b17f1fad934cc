from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from didimdol.programmes.rulebook import RulebookInvalid, parse, render_problems
from didimdol.programmes.rulebook.yaml_tree import TreeProblem, read_tree

from .presets import changed, line_of, only_problem, preset, problems, text_of


def test_a_wrong_key_is_found_at_its_line_with_the_nearest_key() -> None:
    source = changed("    quota: 3\n", "    quotta: 3\n")
    found = only_problem(source)
    assert (found.line, found.column) == (line_of("quotta", source), 5)
    assert found.path == "fields.0.quotta"
    assert "Did you mean 'quota'?" in (found.allowed.en or "")
    assert "'quota'을(를) 뜻합니까?" in found.allowed.ko


def test_problems_read_like_a_compiler() -> None:
    source = changed("    quota: 3\n", "    quotta: 3\n")
    words = render_problems(problems(source), "en").splitlines()
    assert words[0] == f"c.yaml:{line_of('quotta', source)}:5: fields.0.quotta: Unknown key 'quotta'."
    assert words[1].startswith("    → Did you mean 'quota'?")


def test_every_problem_is_reported_at_once_by_line() -> None:
    source = text_of().replace("    quota: 3\n", '    quota: "3"\n').replace("max_age_years: 10", "max_age_years: 0")
    found = problems(source)
    assert [problem.path for problem in found] == [
        "fields.0.quota",
        "fields.1.quota",
        "fields.5.quota",
        "eligibility.max_age_years",
    ]
    assert [problem.line for problem in found] == sorted(problem.line for problem in found)
    assert "at least 1" in (found[-1].allowed.en or "")


@pytest.mark.parametrize(
    ("before", "after", "path", "words"),
    [
        ("  walls: true", "  walls: no", "demands.walls", "true or false"),
        ("intake: demand_first", "intake: demand-first", "intake", "Did you mean 'demand_first'?"),
        ("edition: 2025", 'edition: "2025"', "edition", "whole number"),
        ("  cap: 100000000", "  cap: 1.5", "grant.cap", "whole number"),
        ("key: on-device-2025", "key: On Device", "key", "small letter"),
        ('  ko: "2025 온디바이스', '  kr: "2025 온디바이스', "name.kr", "Allowed: ko, en"),
        ("fields:\n", "fields: 3\nfieldz:\n", "fields", "Begin each line"),
        ('  until: "23:59"', '  until: "25:00"', "objection.until", "16:00"),
        ('  opens: "2025-02-26 10:00"', '  opens: "+1d"', "calendar.opens", "exact moment"),
        ('  opens: "2025-02-26 10:00"', '  opens: "2025-02-30 10:00"', "calendar.opens", "KST moment"),
        ("            weight: 0.6", "            weight: 0.5", "evaluation.stages.0.rule", "sum to 1"),
        (
            "            quorum: 3",
            "            quorum: 9",
            "evaluation.stages.0.rule.bodies.0",
            "at most its seats",
        ),
        ("        by: lottery", "        by: dice", "evaluation.selection.tie_breaks.3", "lottery"),
        ('        comparison: "<="', '        comparison: ">="', "fields.0.criteria.0", "comparison: '<='"),
        ('        comparison: "<="', '        comparison: "<"', "fields.0.criteria.0.comparison", "<=, >="),
    ],
)
def test_a_wrong_value_says_what_is_allowed(before: str, after: str, path: str, words: str) -> None:
    if before.startswith("        by: lottery"):
        before, after = before.replace("        by", "- by"), after.replace("        by", "- by")
    source = changed(before, after)
    found = [problem for problem in problems(source) if problem.path == path]
    assert found, problems(source)
    assert words in (found[0].allowed.en or ""), found[0]
    assert found[0].line > 1 and found[0].what.ko and found[0].allowed.ko


def test_a_missing_key_points_at_what_encloses_it() -> None:
    source = changed("  min_window_days: 20\n", "").replace("  purpose:\n", "  purpos:\n", 1)
    found = problems(source)
    assert {problem.path for problem in found} == {"notice.purpose", "notice.purpos"}
    assert next(p for p in found if p.path == "notice.purpose").line == line_of("\nnotice:", source) + 1


@pytest.mark.parametrize(
    ("source", "words", "line"),
    [
        ("", "not a mapping", 1),
        ("- a\n", "not a mapping", 1),
        ("just words", "not a mapping", 1),
        ("schema: 1\nschema: 1\n", "appears twice (first in line 1)", 2),
        ("schema: 1\nname:\n\tko: x\n", "tab", 3),
        ("schema: 1\n---\nschema: 1\n", "more than one document", 2),
        ("schema: [1\n", "syntax error", 2),
        ("schema: 'x\n", "syntax error", 2),
        ("schema: !!python/object:os.system {}\n", "tag", 1),
        ("a: &x 1\n<<: *x\n", "merge key", 2),
        ("a: *x\n", "no value", 1),
        ("a: &x [*x]\n", "no value", 1),
        ("? [a]\n: 1\n", "key must be plain text", 1),
        ('a: "\\0"\n', "no character", 1),
        ('a: "\\ud800"\n', "", 1),
        ("a: \x07\n", "control character", 1),
        ("a: " + "[" * 500 + "]" * 500, "too deep", 1),
        ("a: &x 1\nb: [" + ",".join(["*x"] * 60) + "]", "too many aliases", 2),
        ("x: " + "y" * 1_000_001, "too large", 1),
        ("x: [" + "1," * 50_000 + "]", "too many values", 1),
    ],
)
def test_bad_yaml_is_a_problem_and_never_a_stack_trace(source: str, words: str, line: int) -> None:
    found = only_problem(source)
    assert words in (found.what.en or "")
    assert found.line == line or words in ("", "syntax error", "too deep"), found
    assert found.allowed.ko and found.allowed.en


def test_an_alias_bomb_does_not_grow() -> None:
    lines = ["a0: &a0 [x,x,x,x,x,x,x,x,x,x]"]
    lines += [f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)]
    assert "too many" in (only_problem("\n".join(lines)).what.en or "")


def test_yaml_is_1_2_and_numbers_are_exact() -> None:
    tree = read_tree(
        "a: no\nb: 16:00\nc: 2025-02-26\nd: 0.10\ne: 12\nf: true\ng: ~\nh: '1'\ni: 0777\nj: 1_000\nk: &k [1]\nl: *k\n"
    ).plain()
    assert tree == {
        "a": "no", "b": "16:00", "c": "2025-02-26", "d": Decimal("0.10"), "e": 12, "f": True, "g": None,
        "h": "1", "i": 777, "j": "1_000", "k": [1], "l": [1],
    }  # fmt: skip


def test_crlf_a_byte_order_mark_and_comments_change_nothing() -> None:
    source = "\ufeff" + text_of().replace("\n", "\r\n")
    assert parse(source).digest == preset().digest


def test_key_order_changes_nothing() -> None:
    head, _, rest = text_of().partition("\n# The programme this")
    schema = "schema: 1\n"
    assert parse("# The programme this" + rest + "\n" + head).digest == preset().digest
    assert schema in head


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet=st.sampled_from(list("ab:-[]{}&*!|>%@`'\"#,? \n\t\\<=~0.é가\x00\ud800")), max_size=60))
@example("%YAML 9.9\n---\na: 1")
@example("a: !<x")
@example("&")
@example("? ")
def test_no_text_raises_anything_else(source: str) -> None:
    try:
        read_tree(source)
    except TreeProblem as problem:
        assert problem.line >= 1 and problem.column >= 1
    with pytest.raises(RulebookInvalid):
        parse(source)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_a_preset_with_a_line_spoilt_is_accepted_or_explained(data: st.DataObject) -> None:
    lines = text_of().splitlines()
    place = data.draw(st.integers(0, len(lines) - 1))
    how = data.draw(st.sampled_from(["drop", "empty", "junk", "twice"]))
    line = lines[place]
    spoilt = {"drop": [], "empty": [line.split(":")[0] + ":"], "junk": [line + " }"], "twice": [line, line]}[how]
    try:
        parse("\n".join([*lines[:place], *spoilt, *lines[place + 1 :]]), "c.yaml")
    except RulebookInvalid as error:
        assert all(p.line >= 1 and p.what.en and p.allowed.en for p in error.problems)
        assert render_problems(error.problems, "ko")
