"""The exact methods on small markets whose answer is worked out by hand: reasons, clashes and repairs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from didimdol_decide.matching import (
    Infeasible,
    MatchingInputs,
    compute,
    match,
    recompute_matching,
    seal_matching,
)
from didimdol_decide.matching.clash import explain
from didimdol_decide.matching.market import Market
from markets import market, whole
from samples import KEY


def test_equals_fill_a_seat_that_a_lottery_leaves_empty() -> None:
    """x takes one of a and b, equally well; b alone would go to y. Told apart by standing, y stays empty."""
    inputs = whole(
        {"a": ["x"], "b": ["x", "y"]}, {"x": ([["a", "b"]], 1), "y": (["b"], 1)}, standings={"b": 1, "a": 2}
    )
    assert [(p.startup, p.demand) for p in match(inputs)] == [("b", "x")]
    most = compute(inputs.model_copy(update={"method": "stable_most"}))
    assert [(p.startup, p.demand) for p in most.pairs] == [("a", "x"), ("b", "y")]
    assert most.of("b").passed_over[0].as_json() == {"demand": "x", "reason": "demand_full", "limit": None}


def test_without_scores_both_sides_liking_counts() -> None:
    seen = Market(
        whole(
            {"a": [["x", "y"], "z"]},
            {"x": (["a"], 1), "y": (["a"], 1), "z": (["a"], 1)},
            method="stable_most",
        )
    )
    assert {d: int(seen.value_of("a", d)) for d in "xyz"} == {"x": 200, "y": 200, "z": 133}
    assert [seen.choice("a", d) for d in "xyz"] == [1, 1, 3]


def test_a_value_that_stability_forbids_is_listed_as_a_blocking_pair() -> None:
    inputs = market({"a": "xy", "b": "xy"}, {"x": ("ab", 1), "y": ("ab", 1)})
    scores = [("a", "x", 5), ("a", "y", 4), ("b", "x", 4), ("b", "y", 1)]
    raw = {
        **inputs.as_json(),
        "method": "best_value",
        "scores": [{"startup": s, "demand": d, "value": v} for s, d, v in scores],
    }
    outcome = compute(MatchingInputs.model_validate(raw))
    assert [(p.startup, p.demand) for p in outcome.pairs] == [("a", "y"), ("b", "x")]
    assert outcome.optimum is not None
    assert [(p.startup, p.demand) for p in outcome.optimum.blocking] == [("a", "x")]
    assert outcome.of("a").passed_over[0].reason == "blocking"
    assert (outcome.optimum.total, outcome.optimum.total_proved) == (Decimal(8), True)


def test_an_unreachable_minimum_is_told_with_its_figures() -> None:
    raw = {
        **market({"a": "x", "b": "x"}, {"x": ("ab", 3), "y": ("b", 1)}).as_json(),
        "method": "best_value",
        "reserves": [{"key": "y-least", "demands": ["y"], "at_least": 1}],
    }
    inputs = MatchingInputs.model_validate(raw)
    with pytest.raises(Infeasible):
        compute(inputs)
    clash = explain(inputs)
    assert clash is not None
    assert clash.smallest
    assert [rule.message.en for rule in clash.rules] == [
        "y-least: at least 1 (0 startups chosen by both sides)"
    ]
    assert [repair.message.ko for repair in clash.repairs] == ["y-least: 1 → 0 (낮춤)"]
    assert explain(market({"a": "x"}, {"x": ("a", 1)})) is None


def test_a_repair_is_told_as_the_inputs_have_it_with_the_frozen_pairs() -> None:
    """Of three places for young startups one stands already, one can be filled: two, not one."""
    raw: Any = market({"a": "x", "b": "x", "c": "x"}, {"x": ("abc", 3)}).as_json()
    raw |= {
        "method": "best_value",
        "frozen": [{"startup": "a", "demand": "x"}],
        "budgets": [{"key": "money", "demands": ["x"], "amount": 70}],
        "reserves": [{"key": "young", "demands": ["x"], "at_least": 3}],
    }
    for row in raw["startups"]:
        row["cost"] = 30
    clash = explain(MatchingInputs.model_validate(raw))
    assert clash is not None
    assert [(repair.key, int(repair.before), int(repair.after)) for repair in clash.repairs] == [
        ("young", 3, 2),
        ("money", 70, 90),
    ]


def test_a_minimum_that_forbids_a_move_within_a_full_quota_is_the_reason() -> None:
    """Both want x, which would take both; the quota of two is full, and y must have one."""
    raw: Any = market({"a": "xy", "b": "xy"}, {"x": ("ab", 2), "y": ("ab", 2)}).as_json()
    raw |= {
        "method": "best_value",
        "quotas": [{"key": "both", "demands": ["x", "y"], "places": 2}],
        "reserves": [{"key": "y-least", "demands": ["y"], "at_least": 1}],
    }
    inputs = MatchingInputs.model_validate(raw)
    outcome = compute(inputs)
    assert [(pair.startup, pair.demand) for pair in outcome.pairs] == [("a", "x"), ("b", "y")]
    (passed,) = outcome.of("b").passed_over
    assert (passed.demand, passed.reason, passed.limit) == ("x", "rule", "y-least")
    assert recompute_matching(seal_matching(inputs, KEY, "k", outcome)).ok


def test_where_no_single_change_is_enough_the_minima_are_lowered_together() -> None:
    raw: Any = market({"a": "x"}, {"x": ("a", 1), "y": ("", 1), "z": ("", 1)}).as_json()
    raw |= {
        "method": "best_value",
        "reserves": [{"key": f"{d}-least", "demands": [d], "at_least": 1} for d in "xyz"],
    }
    clash = explain(MatchingInputs.model_validate(raw))
    assert clash is not None
    assert len(clash.rules) == 1
    assert clash.repairs == ()
    assert [repair.message.en for repair in clash.together] == [
        "y-least: lower 1 to 0",
        "z-least: lower 1 to 0",
    ]


@pytest.mark.parametrize(
    ("change_", "words"),
    [
        ({"budgets": [{"key": "b", "demands": ["x"], "amount": 1}]}, "go with best_value alone"),
        ({"method": "stable_most", "reserves": [{"key": "r", "demands": ["x"], "at_least": 1}]}, "go with best_value"),
        ({"method": "best_value", "reserves": [{"key": "r", "demands": ["x"]}]}, "needs at_least or at_most"),
        ({"method": "best_value", "reserves": [{"key": "r", "demands": ["x"], "at_least": 2, "at_most": 1}]}, "above at_most"),
        ({"scores": [{"startup": "a", "demand": "x", "value": 0.5}]}, "never floats"),
        ({"scores": [{"startup": "a", "demand": "q", "value": 1}]}, "not among startups and demands"),
        ({"startups": [{"id": "a", "order": [["x", "y"], "x"], "standing": 1}]}, "names 'x' twice"),
        ({"startups": [{"id": "a", "order": [[]], "standing": 1}]}, "at least 1 item"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(change_: dict[str, Any], words: str) -> None:
    base = market({"a": "x"}, dict.fromkeys("xyz", ("a", 1))).as_json()
    with pytest.raises(ValidationError, match=words):
        MatchingInputs.model_validate({**base, **change_})


def test_crossing_quotas_are_for_best_value() -> None:
    raw: Any = market({"a": "x", "b": "y", "c": "z"}, dict.fromkeys("xyz", ("abc", 1))).as_json()
    raw["quotas"] = [
        {"key": "one", "demands": ["x", "y"], "places": 1},
        {"key": "two", "demands": ["y", "z"], "places": 1},
    ]
    found = compute(MatchingInputs.model_validate({**raw, "method": "best_value"}))
    assert [pair.startup for pair in found.pairs] == ["a", "c"]
