"""The matching against brute force: feasible, stable, best for startups, honest, calm at a withdrawal."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from didimdol_decide import cli
from didimdol_decide.canonical import digest
from didimdol_decide.matching import (
    MatchingInputs,
    blocking_pairs,
    compute,
    match,
    recompute_matching,
    seal_matching,
    verify,
)
from didimdol_decide.record.report import NotARecord
from didimdol_decide.sealing import public_hex, signature_hex
from markets import DIGEST, every_matching, liking, market, markets, of, pairs
from samples import KEY

# --- by hand ---------------------------------------------------------------------------------------------


def test_both_sides_are_heard() -> None:
    # Both want x; x prefers b. a falls to its second choice.
    inputs = market({"a": "xy", "b": "xy"}, {"x": ("ba", 1), "y": ("ab", 1)})
    assert pairs(inputs) == "ay bx"
    line = compute(inputs).of("a")
    assert (line.demand, line.rank) == ("y", 2)
    assert [entry.as_json() for entry in line.passed_over] == [
        {"demand": "x", "reason": "demand_full", "limit": None}
    ]
    with pytest.raises(KeyError):
        compute(inputs).of("z")


def test_who_is_named_by_one_side_only_is_not_matched() -> None:
    inputs = market({"a": "xy", "b": "y"}, {"x": ("b", 1), "y": ("b", 1)})
    assert pairs(inputs) == "by"
    outcome = compute(inputs)
    assert outcome.of("a").demand is None
    assert {entry.reason for entry in outcome.of("a").passed_over} == {"not_taken"}


def test_a_quota_binds_over_its_demands() -> None:
    startups = {"a": "x", "b": "y", "c": "z"}
    demands = dict.fromkeys("xyz", ("abc", 2))
    inputs = market(startups, demands, {"field": ("xy", 1), "all": ("xyz", 2)})
    # Each of x and y ranks everybody alike, so the standing decides: a stays, b meets a full field.
    assert pairs(inputs) == "ax cz"
    assert compute(inputs).of("b").passed_over[0].as_json() == {
        "demand": "y",
        "reason": "quota_full",
        "limit": "field",
    }


def test_an_own_place_in_a_full_quota_is_told_apart() -> None:
    # b ranks lower at x than a, holds y; x has room, but the field (2) is full, b's own place counted.
    inputs = market(
        {"a": "x", "b": "xy"}, {"x": ("ab", 2), "y": ("b", 1)}, {"field": ("xy", 1), "all": ("xy", 1)}
    )
    assert pairs(inputs) == "ax"
    inputs = market({"a": "y", "b": "xy", "c": "x"}, {"x": ("acb", 3), "y": ("bac", 3)}, {"field": ("xy", 2)})
    outcome = compute(inputs)
    found = {line.startup: (line.demand, [e.reason for e in line.passed_over]) for line in outcome.lines}
    assert found == {"a": ("y", []), "b": ("y", ["own_quota"]), "c": (None, ["quota_full"])}
    assert verify(inputs, outcome.pairs) == []


def test_frozen_pairs_stand_and_use_up_their_places() -> None:
    inputs = market(
        {"a": "xy", "b": "xy", "c": "y"}, {"x": ("ba", 1), "y": ("abc", 1)}, {"all": ("xy", 2)}, "ax"
    )
    assert pairs(inputs) == "ax by"
    line = compute(inputs).of("a")
    assert (line.frozen, line.passed_over) == (True, ())
    # More than there are places now (a capacity that shrank): they stand all the same, and nobody joins them.
    crowded = market({"a": "x", "b": "x", "c": "x"}, {"x": ("abc", 1)}, frozen="ax bx")
    assert pairs(crowded) == "ax bx"
    assert verify(crowded, match(crowded)) == []


@pytest.mark.parametrize(
    ("found", "broken"),
    [
        ("ax bx", {"capacity"}),
        ("ax ay", {"twice", "blocking_pair"}),
        ("ay", {"blocking_pair"}),
        ("ax by cx", {"unacceptable", "capacity"}),
        ("ax by", set()),
        ("ax qq", {"unknown"}),
    ],
)
def test_verify_names_what_is_broken(found: str, broken: set[str]) -> None:
    inputs = market({"a": "xy", "b": "xy", "c": ""}, {"x": ("ab", 1), "y": ("ab", 1)})
    assert {violation.key for violation in verify(inputs, of(found))} >= broken
    assert bool(verify(inputs, of(found))) == bool(broken)


def test_verify_misses_no_frozen_pair_and_no_quota() -> None:
    inputs = market({"a": "x", "b": "y"}, {"x": ("a", 1), "y": ("b", 1)}, {"all": ("xy", 1)}, "by")
    assert {violation.key for violation in verify(inputs, of("ax"))} == {"frozen", "quota"}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"startups": [{"id": "a", "order": ["q"], "standing": 1}]}, "names 'q', which does not exist"),
        ({"startups": [{"id": "a", "order": ["x", "x"], "standing": 1}]}, "names 'x' twice"),
        ({"demands": [{"id": "x", "order": [], "capacity": 1}] * 2}, "demand 'x' appears twice"),
        ({"demands": [{"id": "x", "order": [], "capacity": -1}]}, "greater than or equal to 0"),
        (
            {"frozen": [{"startup": "a", "demand": "q"}]},
            "frozen pair 'a'–'q': not among startups and demands",
        ),
        ({"frozen": [{"startup": "a", "demand": "x"}] * 2}, "frozen startup 'a' appears twice"),
        (
            {
                "quotas": [
                    {"key": "one", "demands": ["x", "y"], "places": 1},
                    {"key": "two", "demands": ["y", "z"], "places": 1},
                ]
            },
            "'one' and 'two' cross",
        ),
    ],
)
def test_what_does_not_fit_together_is_refused(change: dict[str, Any], words: str) -> None:
    whole = market({"a": "x"}, dict.fromkeys("xyz", ("a", 1))).as_json()
    with pytest.raises(ValidationError, match=words.replace("(", r"\(")):
        MatchingInputs.model_validate({**whole, **change})


# --- any market ------------------------------------------------------------------------------------------


@given(markets(most=6, frozen=True))
@settings(max_examples=400, deadline=None)
def test_always_feasible_and_stable(inputs: MatchingInputs) -> None:
    outcome = compute(inputs)
    assert verify(inputs, outcome.pairs) == []
    assert blocking_pairs(inputs, outcome.pairs) == []
    assert set(inputs.frozen) <= set(outcome.pairs)
    assert [line.startup for line in outcome.lines] == sorted(entry.id for entry in inputs.startups)


@given(markets(most=4))
@settings(max_examples=150, deadline=None)
def test_no_stable_matching_is_better_for_any_startup(inputs: MatchingInputs) -> None:
    mine = match(inputs)
    stable = [found for found in every_matching(inputs) if not verify(inputs, found)]
    assert any(set(found) == set(mine) for found in stable)
    for found in stable:
        for startup in inputs.startups:
            assert liking(inputs, mine, startup.id) <= liking(inputs, found, startup.id)


@given(markets(most=5), st.data())
@settings(max_examples=120, deadline=None)
def test_no_startup_gains_by_telling_another_order(inputs: MatchingInputs, data: st.DataObject) -> None:
    honest = match(inputs)
    liar = data.draw(st.sampled_from(inputs.startups))
    demands = [demand.id for demand in inputs.demands]
    for length in range(len(demands) + 1):
        for told in itertools.permutations(demands, length):
            startups = tuple(
                entry.model_copy(update={"order": told}) if entry.id == liar.id else entry
                for entry in inputs.startups
            )
            lied = match(inputs.model_copy(update={"startups": startups}))
            assert liking(inputs, lied, liar.id) >= liking(inputs, honest, liar.id)


@given(markets(most=6), st.randoms(use_true_random=False))
@settings(max_examples=150, deadline=None)
def test_the_order_of_the_inputs_does_not_matter(inputs: MatchingInputs, random: Any) -> None:
    shuffled = {
        name: tuple(random.sample(rows, len(rows)))
        for name in ("startups", "demands", "quotas")
        for rows in [getattr(inputs, name)]
    }
    again = inputs.model_copy(update=shuffled)
    assert compute(again) == compute(inputs)
    assert again.in_order() == inputs.in_order()


@given(markets(most=6), st.data())
@settings(max_examples=250, deadline=None)
def test_a_withdrawal_makes_nobody_else_worse_off(inputs: MatchingInputs, data: st.DataObject) -> None:
    before = match(inputs)
    leaver = data.draw(st.sampled_from(inputs.startups)).id
    rest = inputs.without([leaver])
    after = match(rest)
    for startup in rest.startups:
        if startup.id == leaver:
            continue
        assert liking(inputs, after, startup.id) <= liking(inputs, before, startup.id)
    # With the standing pairs frozen nothing moves but for those who had nothing.
    kept = tuple(pair for pair in before if pair.startup != leaver)
    calm = match(rest.model_copy(update={"frozen": kept}))
    assert set(kept) <= set(calm)


@given(markets(most=5), st.data())
@settings(max_examples=150, deadline=None)
def test_one_place_more_helps_every_startup(inputs: MatchingInputs, data: st.DataObject) -> None:
    # With every quota around it: a place more in a full quota is taken from somebody.
    grown = data.draw(st.sampled_from(inputs.demands)).id
    demands = tuple(
        entry.model_copy(update={"capacity": entry.capacity + 1}) if entry.id == grown else entry
        for entry in inputs.demands
    )
    quotas = tuple(
        quota.model_copy(update={"places": quota.places + 1}) if grown in quota.demands else quota
        for quota in inputs.quotas
    )
    before = match(inputs)
    after = match(inputs.model_copy(update={"demands": demands, "quotas": quotas}))
    for startup in inputs.startups:
        assert liking(inputs, after, startup.id) <= liking(inputs, before, startup.id)


# --- records ---------------------------------------------------------------------------------------------

SMALL = market(
    {"a": "xy", "b": "xy", "c": "y"}, {"x": ("ba", 1), "y": ("abc", 2)}, {"field": ("xy", 3)}, "cy"
)


def test_a_record_is_computed_anew_to_the_byte() -> None:
    record = seal_matching(SMALL.as_json(), KEY, "2025-1")
    assert record == seal_matching(SMALL, KEY, "2025-1")
    report = recompute_matching(json.loads(json.dumps(record)), keys={"2025-1": public_hex(KEY)})
    assert report.ok, report.checks
    assert {check.key for check in report.checks} == {
        "format", "digest", "signature", "key", "inputs", "matching", "stable",
    }  # fmt: skip


def test_another_key_is_told() -> None:
    record = seal_matching(SMALL, KEY, "2025-1")
    for keys in ({"2025-1": "00" * 32}, {"other": public_hex(KEY)}):
        report = recompute_matching(record, keys=keys)
        assert [check.key for check in report.checks if check.ok is False] == ["key"]
    assert recompute_matching(record).ok  # whole, its signer not checked
    assert [check.key for check in recompute_matching(record).checks if check.ok is None] == ["key"]


def resealed(record: dict[str, Any]) -> dict[str, Any]:
    """What somebody who holds the key would make of changed content."""
    record["digest"] = digest(record["payload"])
    signed = {name: record[name] for name in ("format", "key_id", "public_key", "digest")}
    record["signature"] = signature_hex(KEY, record["format"], signed)
    return record


@pytest.mark.parametrize("by_the_key_holder", [False, True])
def test_a_changed_pair_is_found(by_the_key_holder: bool) -> None:
    record: Any = json.loads(json.dumps(seal_matching(SMALL, KEY, "k")))
    record["payload"]["outcome"]["pairs"][0]["demand"] = "x"
    if by_the_key_holder:
        record = resealed(record)
    failed = {check.key for check in recompute_matching(record).checks if check.ok is False}
    assert failed == ({"matching"} if by_the_key_holder else {"digest", "matching"})


def test_inputs_that_mean_nothing_are_told_not_raised() -> None:
    record: Any = json.loads(json.dumps(seal_matching(SMALL, KEY, "k")))
    record["payload"]["inputs"]["startups"][0]["order"] = ["q"]
    failed = {check.key for check in recompute_matching(resealed(record)).checks if check.ok is False}
    assert failed == {"inputs"}
    record["payload"] = None
    assert not recompute_matching(record).ok
    for thing in ({}, {"format": "didimdol.selection/1"}):
        with pytest.raises(NotARecord):
            recompute_matching(thing)


def test_the_command_checks_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record: Any = seal_matching(SMALL, KEY, "2025-1")
    file, keys = tmp_path / "record.json", tmp_path / "keys.json"
    file.write_text(json.dumps(record), encoding="utf-8")
    keys.write_text(json.dumps({"2025-1": public_hex(KEY)}), encoding="utf-8")
    assert cli.main(["recompute", str(file), "--keys", str(keys), "--lang", "en"]) == 0
    said = capsys.readouterr().out
    for words in ("Genuine.", "kept", "startup  demand"):
        assert words in said
    record["payload"]["outcome"]["pairs"] = []
    file.write_text(json.dumps(record), encoding="utf-8")
    assert cli.main(["recompute", str(file), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["ok"] is False


def test_two_thousand_startups() -> None:
    """Too many for brute force: the quota is filled to its last place."""
    demands = [f"d{n:03}" for n in range(100)]
    startups = [f"s{n:05}" for n in range(2000)]
    orders = {s: [demands[(7 * n + 13 * k) % 100] for k in range(10)] for n, s in enumerate(startups)}
    wanted: dict[str, list[str]] = {d: [] for d in demands}
    for n, s in enumerate(startups):
        for d in orders[s]:
            wanted[d].insert((n * 31) % (len(wanted[d]) + 1), s)
    inputs = MatchingInputs.model_validate(
        {
            "rulebook_digest": DIGEST,
            "startups": [{"id": s, "order": orders[s], "standing": n + 1} for n, s in enumerate(startups)],
            "demands": [{"id": d, "order": wanted[d], "capacity": 10} for d in demands],
            "quotas": [{"key": "all", "demands": demands, "places": 900}],
        }
    )
    assert len(match(inputs)) == 900
