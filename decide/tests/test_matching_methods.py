"""The exact methods and least change against brute force: optimal, feasible, stable where promised, explained."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from didimdol_decide.canonical import digest
from didimdol_decide.matching import (
    Infeasible,
    MatchingInputs,
    Pair,
    blocking_pairs,
    compute,
    match,
    recompute_matching,
    seal_matching,
    verify,
)
from didimdol_decide.matching.bounds import counted
from didimdol_decide.matching.change import change
from didimdol_decide.matching.clash import explain
from didimdol_decide.matching.cutoffs import stability_proof
from didimdol_decide.matching.market import Market
from didimdol_decide.matching.rules import rules_of
from didimdol_decide.matching.values import values_of
from didimdol_decide.sealing import public_hex, signature_hex
from markets import every_matching, market, markets, whole
from samples import KEY

FEW = settings(max_examples=40, deadline=None)


def some_groups(draw: st.DrawFn, names: str) -> list[Any]:
    """A permutation of some of the names with equals grouped here and there."""
    order = draw(st.permutations(list(names)))[: draw(st.integers(0, len(names)))]
    groups: list[list[str]] = []
    for name in order:
        if groups and draw(st.booleans()):
            groups[-1].append(name)
        else:
            groups.append([name])
    return [group[0] if len(group) == 1 else group for group in groups]


@st.composite
def tied(draw: st.DrawFn, method: str = "stable_most") -> MatchingInputs:
    """Up to five startups and three demands with equals on both sides, nested quotas, and sometimes scores."""
    startups, demands = "abcde"[: draw(st.integers(1, 5))], "xyz"[: draw(st.integers(1, 3))]
    raw: dict[str, Any] = {
        "rulebook_digest": "ab" * 32,
        "method": method,
        "startups": [
            {
                "id": key,
                "order": some_groups(draw, demands),
                "standing": place,
                "cost": draw(st.integers(0, 3)),
            }
            for place, key in enumerate(draw(st.permutations(list(startups))), start=1)
        ],
        "demands": [
            {"id": key, "order": some_groups(draw, startups), "capacity": draw(st.integers(0, 2))}
            for key in demands
        ],
        "quotas": [
            {"key": "left", "demands": list(demands[:2]), "places": draw(st.integers(0, 3))},
            {"key": "all", "demands": list(demands), "places": draw(st.integers(0, 4))},
        ],
    }
    if draw(st.booleans()):
        raw["scores"] = [
            {"startup": s, "demand": d, "value": str(Decimal(draw(st.integers(0, 30))) / 10)}
            for s in startups
            for d in demands
        ]
        if draw(st.booleans()):
            raw["demands"] = [{key: row[key] for key in ("id", "capacity")} for row in raw["demands"]]
    if method == "best_value":
        raw["budgets"] = [{"key": "money", "demands": list(demands), "amount": draw(st.integers(0, 9))}]
        raw["reserves"] = [
            {"key": "least", "demands": [demands[0]], "at_least": draw(st.integers(1, 2))},
            {"key": "some", "demands": list(demands), "startups": list(startups[:2]), "at_most": 1},
            {"key": "also", "demands": [demands[-1]], "at_least": draw(st.integers(1, 2))},
        ][: draw(st.integers(0, 3))]
    return MatchingInputs.model_validate(raw)


def worth(inputs: MatchingInputs, found: Any) -> tuple[Decimal, Decimal]:
    """What the method maximises, in its order."""
    seen = Market(inputs)
    seats = Decimal(len(found))
    total = sum((seen.value_of(pair.startup, pair.demand) for pair in found), Decimal(0))
    return (seats, total) if inputs.method == "stable_most" else (total, seats)


def allowed(inputs: MatchingInputs) -> list[list[Pair]]:
    return [found for found in every_matching(inputs) if not verify(inputs, found)]


@given(tied())
@FEW
def test_most_seats_then_score_among_the_stable(inputs: MatchingInputs) -> None:
    outcome = compute(inputs)
    assert verify(inputs, outcome.pairs) == []
    stable = allowed(inputs)
    assert worth(inputs, outcome.pairs) == max(worth(inputs, found) for found in stable)
    assert outcome.optimum is not None
    assert outcome.optimum.finished
    assert outcome.optimum.blocking == ()
    assert len(outcome.pairs) >= len(match(inputs)), (
        "never fewer than deferred acceptance with equals told apart"
    )


@given(tied("best_value"))
@FEW
def test_the_highest_value_within_budgets_and_reserves_or_a_clash(inputs: MatchingInputs) -> None:
    possible = allowed(inputs)
    try:
        outcome = compute(inputs)
    except Infeasible:
        assert possible == []
        check_clash(inputs)
        return
    assert verify(inputs, outcome.pairs) == []
    assert worth(inputs, outcome.pairs) == max(worth(inputs, found) for found in possible)
    assert outcome.optimum is not None
    assert list(outcome.optimum.blocking) == blocking_pairs(inputs, outcome.pairs)
    told = {
        (line.startup, row.demand)
        for line in outcome.lines
        for row in line.passed_over
        if row.reason == "blocking"
    }
    assert told == {(pair.startup, pair.demand) for pair in outcome.optimum.blocking}


def check_clash(inputs: MatchingInputs) -> None:
    """The named rules clash, none can be left out, and every repair does it while one step less does not."""
    clash = explain(inputs)
    assert clash is not None
    assert any(rule.kind == "at_least" for rule in clash.rules)
    named = {(rule.kind, rule.key) for rule in clash.rules}
    assert not possible_with(inputs, named)
    for rule in named:
        assert possible_with(inputs, named - {rule})
    for repair in clash.repairs:
        assert allowed(changed(inputs, repair.key, int(repair.after)))
        step = 1 if repair.kind == "at_least" else -1
        assert not allowed(changed(inputs, repair.key, int(repair.after) + step))
    lowered = inputs
    for repair in clash.together:
        lowered = changed(lowered, repair.key, int(repair.after))
    assert allowed(lowered)
    minima = [rule for rule in rules_of(Market(inputs)) if rule.kind == "at_least"]
    short = (
        sum(max(0, rule.used({p.startup: p.demand for p in found}) - rule.most) for rule in minima)
        for found in allowed(changed(changed(inputs, "least", 0), "also", 0))
    )
    assert sum(repair.before - repair.after for repair in clash.together) == min(short)


def possible_with(inputs: MatchingInputs, named: set[tuple[str, str]]) -> bool:
    """Brute force with the named rules alone."""
    kept = [rule for rule in rules_of(Market(inputs)) if (rule.kind, rule.key) in named]
    ranks = Market(inputs).ranks
    return any(
        all((pair.startup, pair.demand) in ranks for pair in found)
        and all(rule.used({p.startup: p.demand for p in found}) <= rule.most for rule in kept)
        for found in every_matching(inputs)
    )


def changed(inputs: MatchingInputs, key: str, number: int) -> MatchingInputs:
    raw: Any = inputs.as_json()
    for rows, names in (
        ("demands", ("capacity",)), ("quotas", ("places",)), ("budgets", ("amount",)), ("reserves", ("at_least", "at_most")),
    ):  # fmt: skip
        for row in raw.get(rows, []):
            if row.get("key", row.get("id")) == key:
                name = next(name for name in names if row.get(name)) if rows == "reserves" else names[0]
                row[name] = number
    raw["reserves"] = [
        row for row in raw.get("reserves", []) if row.get("at_least") or row.get("at_most") is not None
    ]
    return MatchingInputs.model_validate(raw)


@given(tied(), st.randoms(use_true_random=False))
@FEW
def test_equal_optima_are_chosen_by_standing_whatever_the_order_of_the_inputs(
    inputs: MatchingInputs, random: Any
) -> None:
    outcome = compute(inputs)
    assert outcome.optimum is not None
    assert outcome.optimum.tie_rule == "standing"
    seen = Market(inputs)
    best = max(worth(inputs, found) for found in allowed(inputs))

    def choices(found: Any) -> list[int]:
        """In the order of the standing: how far down its own list each startup gets."""
        has = {pair.startup: pair.demand for pair in found}
        order = sorted(inputs.startups, key=lambda startup: startup.standing)
        return [seen.orders[s.id].index(has[s.id]) if s.id in has else len(seen.orders[s.id]) for s in order]

    equals = [found for found in allowed(inputs) if worth(inputs, found) == best]
    assert choices(outcome.pairs) == min(choices(found) for found in equals)
    shuffled = {
        name: tuple(random.sample(rows, len(rows)))
        for name in ("startups", "demands", "quotas", "scores")
        for rows in [getattr(inputs, name)]
    }
    assert compute(inputs.model_copy(update=shuffled)) == outcome


@given(tied("best_value"), st.data())
@FEW
def test_any_prices_bound_every_matching(inputs: MatchingInputs, data: st.DataObject) -> None:
    """The proof's arithmetic alone, without the solver that finds good prices."""
    from didimdol_decide.matching.bounds import Price

    seen = Market(inputs)
    rules, values = rules_of(seen), values_of(seen)
    prices = tuple(
        Price(kind=rule.kind, key=rule.key, price=price)
        for rule in rules
        if (price := data.draw(st.integers(0, 40)))
    )
    bound = counted(seen, rules, values.units, 10, prices)
    for found in allowed(inputs):
        assert values.of({pair.startup: pair.demand for pair in found}) <= bound


@given(markets(most=6, frozen=True))
@FEW
def test_the_cut_offs_are_the_whole_proof(inputs: MatchingInputs) -> None:
    """A reader needs nothing but the table: who wanted more stands behind the last holder of a full limit."""
    proof = stability_proof(inputs, compute(inputs))
    seen = Market(inputs)
    for refusal in proof.refusals:
        if refusal.reason == "not_taken":
            assert refusal.stands is None
            continue
        cutoff, stands = proof.cutoff(refusal), refusal.stands
        assert cutoff is not None
        assert stands is not None
        assert cutoff.full
        if cutoff.last is None:
            assert cutoff.places == 0
        else:
            rank = seen.ranks[cutoff.last.startup, cutoff.last.demand]
            assert rank <= seen.ranks[stands.startup, stands.demand]
            assert (cutoff.last.level, cutoff.last.standing) <= (stands.level, stands.standing)


# --- least change ----------------------------------------------------------------------------------------


@given(tied(), st.data())
@FEW
def test_as_many_earlier_pairs_stay_as_any_stable_matching_keeps(
    inputs: MatchingInputs, data: st.DataObject
) -> None:
    before = compute(inputs).pairs
    leaver = data.draw(st.sampled_from(inputs.startups)).id
    rest = inputs.without([leaver]).model_copy(
        update={"earlier": tuple(pair for pair in before if pair.startup != leaver)}
    )
    outcome = compute(rest)
    told = change(rest, outcome, before)
    kept = max(len(set(found) & set(rest.earlier)) for found in allowed(rest))
    assert outcome.optimum is not None
    assert told.kept == kept
    assert outcome.optimum.kept == (kept if rest.earlier else None)
    assert {row.startup for row in told.moved} == {
        s.id for s in inputs.startups if has(before, s.id) != has(outcome.pairs, s.id)
    }


def has(pairs: Any, startup: str) -> str | None:
    return next((pair.demand for pair in pairs if pair.startup == startup), None)


@given(markets(most=6), st.data())
@settings(max_examples=150, deadline=None)
def test_after_a_withdrawal_signed_pairs_stay_and_nobody_is_worse(
    inputs: MatchingInputs, data: st.DataObject
) -> None:
    before = match(inputs)
    leaver = data.draw(st.sampled_from(inputs.startups)).id
    rest = inputs.without([leaver])
    free = change(rest, compute(rest), before)
    assert free.worse == ()
    assert {row.reason for row in free.moved} <= {"left", "moved_up", "placed"}
    signed = tuple(pair for pair in before if pair.startup != leaver and data.draw(st.booleans()))
    calm = rest.model_copy(update={"frozen": signed})
    outcome = compute(calm)
    assert set(signed) <= set(outcome.pairs)
    assert change(calm, outcome, before).signed_broken == 0


# --- by hand ---------------------------------------------------------------------------------------------


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
        ({"scores": [{"startup": "a", "demand": "q", "value": 1}]}, "does not stand"),
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


# --- records ---------------------------------------------------------------------------------------------


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
