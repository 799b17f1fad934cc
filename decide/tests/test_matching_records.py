"""Records of the exact methods: sealed, checked without solving, and every change in them found."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from didimdol_decide.canonical import digest
from didimdol_decide.matching import (
    MatchingInputs,
    compute,
    recompute_matching,
    seal_matching,
)
from didimdol_decide.sealing import public_hex, signature_hex
from markets import market, whole
from samples import KEY


def test_what_says_nothing_new_is_not_written() -> None:
    """The bytes of a record of before this: no method, no scores, no cost."""
    written = market({"a": "x"}, {"x": ("a", 1)}).as_json()
    assert set(written) == {
        "rulebook_digest", "startups", "demands", "quotas", "frozen", "title", "sealed_at", "versions",
    }  # fmt: skip
    assert written["startups"] == [{"id": "a", "order": ["x"], "standing": 1}]
    assert set(compute(market({"a": "x"}, {"x": ("a", 1)})).as_json()) == {"pairs", "lines"}


def sealed(method: str) -> dict[str, Any]:
    inputs = whole(
        {"a": ["x"], "b": ["x", "y"], "c": ["y"]},
        {"x": ([["a", "b"]], 1), "y": (["b", "c"], 1)},
        method=method,
    )
    record: dict[str, Any] = json.loads(json.dumps(seal_matching(inputs, KEY, "k")))
    return record


@pytest.mark.parametrize("method", ["stable_most", "best_value"])
def test_a_record_of_an_exact_method_is_checked_without_solving(
    method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = sealed(method)
    monkeypatch.setattr("didimdol_decide.matching.exact.Model", None)
    report = recompute_matching(record, keys={"k": public_hex(KEY)})
    assert report.ok, report.checks
    found = {check.key: check.ok for check in report.checks}
    assert found["figures"] is True
    assert found["best"] is True, "the bounds are reached here, so nothing better exists"
    assert ("stable" in found) == (method == "stable_most")


def changes(record: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    optimum = record["payload"]["outcome"]["optimum"]
    yield "figures", lambda: optimum.update(seats=3)
    yield "figures", lambda: optimum.update(total_proved=not optimum["total_proved"])
    yield "figures", lambda: optimum["seats_bound"].update(at_most=9)
    yield "figures", lambda: optimum["seats_bound"].update(prices=[{"kind": "quota", "key": "q", "price": 1}])
    yield "matching", lambda: record["payload"]["outcome"]["lines"].pop()
    yield "stable", lambda: record["payload"]["outcome"]["pairs"].pop()
    yield "figures", lambda: record["payload"]["outcome"].pop("optimum")


@pytest.mark.parametrize("number", range(7))
def test_a_changed_record_of_an_exact_method_is_found(number: int) -> None:
    record = sealed("stable_most")
    key, alter = list(changes(record))[number]
    alter()
    record["digest"] = digest(record["payload"])
    signed = {name: record[name] for name in ("format", "key_id", "public_key", "digest")}
    record["signature"] = signature_hex(KEY, record["format"], signed)
    assert key in {check.key for check in recompute_matching(record).checks if check.ok is False}


def test_what_was_not_solved_again_is_said() -> None:
    """Stability costs some of the total: the bound is not reached, and the check says whose word it is."""
    raw = {
        **market({"a": "xy", "b": "xy"}, {"x": ("ab", 1), "y": ("ab", 1)}).as_json(),
        "method": "stable_most",
        "scores": [
            {"startup": s, "demand": d, "value": v}
            for s, d, v in (("a", "x", 5), ("a", "y", 4), ("b", "x", 4), ("b", "y", 1))
        ],
    }
    report = recompute_matching(seal_matching(MatchingInputs.model_validate(raw), KEY, "k"))
    best = next(check for check in report.checks if check.key == "best")
    assert (report.ok, best.ok) == (True, None)
    assert best.message.en is not None
    assert "Not solved again" in best.message.en
    assert "total 8" in best.message.en


def test_an_outcome_found_before_is_sealed_as_it_is_or_refused() -> None:
    inputs = whole({"a": ["x"], "b": ["x"]}, {"x": (["a", "b"], 1)}, method="stable_most")
    found = compute(inputs)
    assert seal_matching(inputs, KEY, "k", found) == seal_matching(inputs, KEY, "k")
    for wrong in (inputs, inputs.model_copy(update={"method": "deferred_acceptance"})):
        with pytest.raises(ValueError, match="not of these inputs"):
            seal_matching(wrong, KEY, "k", found.model_copy(update={"pairs": ()}))


def test_a_record_with_figures_beyond_all_bounds_is_told_not_raised() -> None:
    record = sealed("best_value")
    record["payload"]["inputs"]["scores"] = [
        {"startup": s, "demand": d, "value": "9999999999999999"}
        for s, d in (("a", "x"), ("b", "y"), ("c", "y"))
    ]
    assert not recompute_matching(record).ok
    with pytest.raises(OverflowError):
        compute(MatchingInputs.model_validate(record["payload"]["inputs"]))
