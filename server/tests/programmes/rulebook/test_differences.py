from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from didimdol.programmes.rulebook import (
    Change,
    Rulebook,
    affects_submissions,
    beyond_loosening,
    diff,
    export,
    from_canonical,
    parse,
)

from .presets import NAMES, changed, preset


def between(before: str, after: str) -> list[Change]:
    return diff(preset().rulebook, parse(changed(before, after)).rulebook)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_differs_from_itself(name: str) -> None:
    assert diff(preset(name).rulebook, preset(name).rulebook) == []


def test_a_changed_rule_is_named_by_its_key_and_affects_submissions() -> None:
    changes = between("  page_limit: 15", "  page_limit: 20")
    assert changes == [Change("notice.page_limit", "15", "20", "rule")]
    assert affects_submissions(changes)
    assert changes[0].sentence().ko == "notice.page_limit: '15' → '20'"


def test_a_moved_band_of_the_final_grades_is_a_rule() -> None:
    changes = between("  best_projects: 3\n", "  best_projects: 3\n  final:\n    grades:\n      good: 85\n")
    assert changes == [Change("outcomes.final.grades.good", "80", "85", "rule")]


def test_wording_does_not_affect_submissions() -> None:
    changes = between("      ko: 노트북\n", "      ko: 휴대용 컴퓨터\n")
    assert changes == [Change("fields.laptop.name.ko", "노트북", "휴대용 컴퓨터", "wording")]
    assert not affects_submissions(changes)


@pytest.mark.parametrize(
    "words", ["휴업 또는 폐업 중인 기업", "신청 접수, 자격 검토", "Is the chief executive applying in person"]
)
def test_words_that_bind_are_rules(words: str) -> None:
    assert [change.severity for change in between(words, words + "!")] == ["rule"]


def test_added_removed_and_reordered_entries() -> None:
    data = preset().canonical
    fields = data["fields"]
    a, b = preset().rulebook, from_canonical({**data, "support": [*reversed(data["support"])]})
    assert [(change.path, change.severity) for change in diff(a, b)] == [("support.(order)", "wording")]
    fewer = from_canonical({**data, "support": data["support"][1:]})
    assert [(c.path, c.after, c.severity) for c in diff(a, fewer)] == [("support.business-unit", None, "rule")]
    assert diff(fewer, a)[0].before is None
    assert "삭제" in diff(a, fewer)[0].sentence().ko and "added" in (diff(fewer, a)[0].sentence().en or "")
    assert [change.path for change in diff(a, from_canonical({**data, "fields": fields[1:]}))] == ["fields.laptop"]


def shuffled(value: Any, order: st.DataObject) -> Any:
    if isinstance(value, dict):
        return {key: shuffled(value[key], order) for key in order.draw(st.permutations(sorted(value)))}
    if isinstance(value, list):
        return [shuffled(item, order) for item in value]
    return value


@settings(max_examples=5, deadline=None)
@given(st.data())
def test_the_order_of_keys_means_nothing(data: st.DataObject) -> None:
    loaded = preset("2025-vertical.yaml")
    part = {key: loaded.canonical[key] for key in ("calendar", "grant", "notice", "objection", "demands", "name")}
    again = from_canonical({**dict(reversed(loaded.canonical.items())), **shuffled(part, data)})
    assert again.digest() == loaded.digest
    assert diff(loaded.rulebook, again) == []


def limited(amount: int = 500_000_000, least: int = 1, most: int | None = 2, more: str = "") -> Rulebook:
    top = f"      at_most: {most}\n" if most is not None else ""
    return parse(
        changed(
            "  preferences: 3\n",
            f"""  preferences: 3
  method: best_value
  budgets:
    - key: year
      name: {{ko: 올해 협력자금, en: This year}}
      amount: {amount}
{more}  reserves:
    - key: early
      name: {{ko: 초기 기술}}
      companies: [lg-electronics]
      of: {{question: stage, options: [idea, prototype]}}
      at_least: {least}
{top}""",
        )
    ).rulebook


MORE = "    - key: laptops\n      name: {ko: 노트북}\n      fields: [laptop]\n      amount: 300000000\n"


def test_limits_of_a_matching_survive_export_and_storage_and_are_rules() -> None:
    book = limited(more=MORE)
    again = parse(export(book)).rulebook
    assert again == book
    assert again.digest() == book.digest() != preset().digest
    assert from_canonical(book.canonical()) == book
    assert [
        (change.path, change.before, change.after, change.severity) for change in diff(limited(), limited(600_000_000))
    ] == [("matching.budgets.year.amount", "500,000,000", "600,000,000", "rule")]
    assert [change.path for change in diff(book, limited())] == ["matching.budgets.laptops"]
    assert affects_submissions(diff(preset().rulebook, book))


@pytest.mark.parametrize(
    ("after", "beyond"),
    [
        (limited(600_000_000), []),
        (limited(least=0), []),
        (limited(most=3), []),
        (limited(most=None), []),
        (limited(400_000_000), ["matching.budgets.year"]),
        (limited(least=2), ["matching.reserves.early"]),
        (limited(most=1), ["matching.reserves.early"]),
        (limited(more=MORE), ["matching.budgets.laptops"]),
    ],
)
def test_only_what_makes_more_possible_is_a_loosening(after: Rulebook, beyond: list[str]) -> None:
    assert beyond_loosening(limited(), after) == beyond


def test_a_loosening_touches_nothing_else() -> None:
    before = limited()
    data = before.canonical()
    gone = from_canonical({**data, "matching": {**data["matching"], "budgets": [], "reserves": []}})
    assert beyond_loosening(before, gone) == []
    assert beyond_loosening(gone, before) == ["matching.budgets.year", "matching.reserves.early"]
    other = from_canonical({**data, "matching": {**data["matching"], "preferences": 4}})
    assert beyond_loosening(before, other) == ["matching.preferences"]
    (reserve,) = data["matching"]["reserves"]
    everybody = from_canonical({**data, "matching": {**data["matching"], "reserves": [{**reserve, "of": None}]}})
    assert beyond_loosening(before, everybody) == ["matching.reserves.early"]


WORDS = st.text(
    st.characters(exclude_categories=("Cs", "Cc")) | st.sampled_from("\n\t #:'\"\\-&*[]{}\u2028\x85"),
    min_size=1,
)


@settings(max_examples=25, deadline=None)
@given(WORDS.filter(lambda words: bool(words.strip())))
def test_any_words_survive_export(words: str) -> None:
    book = with_words(words)
    again = parse(export(book)).rulebook
    assert again.digest() == book.digest()


def with_words(words: str) -> Rulebook:
    data = preset("2025-vertical.yaml").canonical
    return from_canonical({**data, "summary": {"ko": words, "en": words}})
