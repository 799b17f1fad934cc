import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from didimdol_decide.canonical import canonical_json, digest
from didimdol_decide.record import (
    FORMAT,
    NotARecord,
    Report,
    check_own,
    own_view,
    public_view,
    recompute,
    seal_selection,
)
from didimdol_decide.sealing import public_hex, signature_hex
from samples import KEY, inputs

KEYS = {"2025-1": public_hex(KEY)}
FULL = seal_selection(inputs(), KEY, "2025-1", salt="5a" * 32)
PUBLIC = public_view(FULL)
OWN = own_view(FULL, "a1")
TIERS = {"full": FULL, "public": PUBLIC, "own": OWN}


def checks(report: Report) -> dict[str, bool | None]:
    return {check.key: check.ok for check in report.checks}


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, dict):
        for key in value:
            yield from leaves(value[key], (*path, key))
    elif isinstance(value, list) and value:
        for place, item in enumerate(value):
            yield from leaves(item, (*path, place))
    else:
        yield path


PATHS = {tier: list(leaves(record)) for tier, record in TIERS.items()}
LEAF = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(),
    st.just([]),
    st.just({}),
    st.just("1E+999999999"),
)


def put(record: Any, path: tuple[Any, ...], value: Any) -> Any:
    changed = copy.deepcopy(record)
    inner = changed
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    return changed


def at(record: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        record = record[step]
    return record


@pytest.mark.parametrize("tier", TIERS)
def test_genuine(tier: str) -> None:
    report = recompute(TIERS[tier], keys=KEYS)
    assert report.ok
    assert report.tier == tier
    assert False not in checks(report).values()
    assert (None in checks(report).values()) == (tier != "full")
    assert recompute(json.loads(json.dumps(TIERS[tier])), keys=KEYS) == report


@settings(max_examples=250)
@given(st.data())
def test_changing_any_single_leaf_makes_a_record_not_genuine(data: Any) -> None:
    tier = data.draw(st.sampled_from(sorted(TIERS)))
    path = data.draw(st.sampled_from(PATHS[tier]))
    old = at(TIERS[tier], path)
    new = data.draw(
        LEAF if not isinstance(old, str) else st.one_of(LEAF, st.just(old + "0"), st.just(old.upper()))
    )
    if json.dumps(new) != json.dumps(old):
        assert not recompute(put(TIERS[tier], path, new)).ok


@pytest.mark.parametrize("tier", TIERS)
def test_changing_each_leaf_in_turn(tier: str) -> None:
    # Every leaf outside the rules and every tenth inside: the property above draws from all of them.
    for place, path in enumerate(PATHS[tier]):
        if place % 10 == 0 or "stages" not in path:
            old = at(TIERS[tier], path)
            new = old + 1 if type(old) is int else not old if type(old) is bool else f"{old}x"
            assert not recompute(put(TIERS[tier], path, new)).ok, path


@given(st.data())
def test_removing_or_adding_a_part_makes_a_record_not_genuine(data: Any) -> None:
    path = data.draw(st.sampled_from([path for path in PATHS["full"] if isinstance(path[-1], str)]))
    changed = copy.deepcopy(FULL)
    del at(changed, path[:-1])[path[-1]]
    assert not recompute(changed).ok
    assert not recompute(put(FULL, (*path[:-1], "surprise"), 1)).ok


def test_respelling_text_is_a_change() -> None:
    import unicodedata

    title = FULL["payload"]["inputs"]["title"]["ko"]  # type: ignore[index]
    path = ("payload", "inputs", "title", "ko")
    assert not recompute(put(FULL, path, unicodedata.normalize("NFD", title))).ok


def resealed(payload: Any, key: Ed25519PrivateKey = KEY) -> dict[str, Any]:
    """A record by someone who holds the key and signs a wrong result."""
    head = {
        "format": FORMAT,
        "key_id": "2025-1",
        "public_key": public_hex(key),
        "heads": {"full": digest(payload), "public": FULL["heads"]["public"]},  # type: ignore[index]
    }
    signature = signature_hex(key, FORMAT, head)
    return {**head, "tier": "full", "payload": payload, "digest": digest(payload), "signature": signature}


def test_a_signed_wrong_result_is_still_found() -> None:
    wrong = put(FULL["payload"], ("outcome", "ranking", "applications", 0, "outcome"), "reserve")
    found = checks(recompute(resealed(wrong), keys=KEYS))
    assert [key for key, ok in found.items() if ok is False] == ["ranking"]
    wrong = put(FULL["payload"], ("outcome", "scores", "paper", "a1", "bonus"), "1")
    assert checks(recompute(resealed(wrong)))["scores"] is False
    wrong = put(FULL["payload"], ("inputs", "ballots", "paper", 0, "points", "team"), "61")
    report = recompute(resealed(wrong))
    assert checks(report)["inputs"] is False
    assert any("team" in check.message.ko for check in report.checks)
    wrong = put(FULL["payload"], ("inputs", "lottery", "seed"), "another")
    assert checks(recompute(resealed(wrong)))["lottery"] is False


def test_another_key_is_found_only_with_the_published_keys() -> None:
    other = seal_selection(inputs(), Ed25519PrivateKey.generate(), "2025-1")
    assert recompute(other).ok
    assert checks(recompute(other))["key"] is None
    assert checks(recompute(other, keys=KEYS))["key"] is False


def test_order_of_the_input_does_not_matter() -> None:
    given_inputs = inputs()
    given_inputs["applications"].reverse()
    given_inputs["ballots"] = {
        key: list(reversed(sheets)) for key, sheets in reversed(given_inputs["ballots"].items())
    }
    assert canonical_json(seal_selection(given_inputs, KEY, "2025-1", salt="5a" * 32)) == canonical_json(FULL)


def test_the_public_tier_gives_away_nobody() -> None:
    text = json.dumps(PUBLIC["payload"])
    payload: Any = PUBLIC["payload"]
    assert [entry["id"] for entry in payload["selected"]] == sorted(
        entry["id"] for entry in payload["selected"]
    )
    assert all(set(entry) == {"id", "field"} for entry in payload["selected"])
    assert len(payload["commitments"]) == 7
    for hidden in ("a4", "b2", "b3", "expert0", "demand0", "e0", "5a5a5a"):
        assert f'"{hidden}' not in text
    entries = FULL["payload"]["outcome"]["ranking"]["applications"]  # type: ignore[index]
    for entry in entries:
        assert not entry["final"] or f'"{entry["final"]}"' not in text


def test_the_own_tier_names_no_other_unselected_application_and_no_judge() -> None:
    line: Any = OWN["payload"]["line"]  # type: ignore[index]
    text = json.dumps(line)
    assert line["stages"]["pitch"]["total"] == "84.3333"
    for hidden in ("a2", "a3", "a4", "expert0", "demand0", "5a5a5a"):
        assert f'"{hidden}' not in text


@pytest.mark.parametrize(
    ("disclosure", "names"), [("selected_totals", {"id", "field", "rank", "final"}), ("all_totals", None)]
)
def test_wider_disclosure(disclosure: str, names: set[str] | None) -> None:
    full = seal_selection(inputs(disclosure=disclosure), KEY, "2025-1")
    public = public_view(full)
    payload: Any = public["payload"]
    assert recompute(public, keys=KEYS).ok
    assert set(payload["selected"][0]) == {"id", "field", "rank", "final"}
    assert ("applications" in payload) == (names is None)


def test_own_against_public() -> None:
    assert check_own(PUBLIC, OWN, keys=KEYS).ok
    other = seal_selection(inputs(), KEY, "2025-1")
    found = checks(check_own(public_view(other), OWN, keys=KEYS))
    assert found["same_record"] is False
    assert not check_own(put(PUBLIC, ("payload", "commitments", 0), "00" * 32), OWN).ok
    forged = put(OWN, ("payload", "line", "final"), "99")
    forged["digest"] = digest(forged["payload"])
    assert checks(check_own(PUBLIC, forged))["commitment"] is False


def test_a_record_holds_no_sentences_of_ours() -> None:
    # Improving a sentence in a later version must not make old records "not genuine".
    assert "message" not in json.dumps(FULL)
    assert "explanation" not in json.dumps(FULL)


def test_wrong_use() -> None:
    with pytest.raises(NotARecord):
        recompute({"hello": 1})
    with pytest.raises(ValueError, match="only a full record"):
        public_view(PUBLIC)
    with pytest.raises(KeyError):
        own_view(FULL, "nobody")
    broken = inputs()
    broken["lottery"]["seed"] = "x"
    with pytest.raises(ValueError, match="does not open"):
        seal_selection(broken, KEY, "2025-1")
