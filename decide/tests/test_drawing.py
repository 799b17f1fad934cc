"""The draw against brute force: every admissible outcome once, nobody can choose, nothing can be changed."""

from __future__ import annotations

import copy
import hashlib
import itertools
import json
import random
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from didimdol_decide.drawing import (
    Counting,
    DrawInputs,
    NoWay,
    Pool,
    Reveal,
    compute,
    draw,
    explain,
    new_reveal,
    procedure,
    recompute_draw,
    seal_draw,
    verify,
)
from didimdol_decide.drawing.opening import OpenDraw
from didimdol_decide.drawing.stream import below, stream
from didimdol_decide.record.report import NotARecord
from didimdol_decide.sealing import public_hex
from samples import KEY

EXPERTS = {"attribute": "kind", "values": ["x"], "minimum_share": "0.5"}


def pool(people: str, panels: list[dict[str, Any]], **rules: Any) -> Pool:
    """`pool("a:x:o1 b:y", ...)`: id, kind, organisation."""
    rows = []
    for entry in people.split():
        key, kind, organisation = [*entry.split(":"), ""][:3]
        rows.append({"id": key, "groups": {"kind": kind}, "organisation": organisation or None})
    return Pool.model_validate({"people": rows, "panels": panels, **rules})


def brute(given: Pool) -> set[tuple[tuple[str, ...], ...]]:
    """Every admissible outcome, by trying all."""
    ids = sorted(person.id for person in given.people)
    panels = sorted(given.panels, key=lambda panel: panel.id)
    every = itertools.product(*(itertools.combinations(ids, panel.seats) for panel in panels))
    return {
        seats
        for seats in every
        if not verify(given, {panel.id: chosen for panel, chosen in zip(panels, seats, strict=True)})
    }


def inputs(given: Pool, recusals: list[dict[str, Any]] | None = None, secret: str = "s") -> DrawInputs:
    reveals = [Reveal(body=body, secret=secret + body, salt="0" * 64) for body in ("agency", "company")]
    return DrawInputs.model_validate(
        {
            "pool": given,
            "commitments": [reveal.commitment(given.digest()) for reveal in reveals],
            "reveals": reveals,
            "recusals": recusals or [],
        }
    )


@st.composite
def pools(make: st.DrawFn) -> Pool:
    count = make(st.integers(1, 6))
    ids = [f"p{number}" for number in range(count)]
    kinds, orgs = st.sampled_from("xy"), st.sampled_from([None, "o", "q"])
    quota = st.fixed_dictionaries(
        {"attribute": st.sampled_from(["kind", "gender"]), "values": st.just(["x"])},
        optional={
            "minimum": st.integers(0, 2),
            "maximum_share": st.sampled_from(["0.3", "0.5", "0.67"]),
        },
    ).filter(lambda entry: len(entry) > 2)
    panel = st.fixed_dictionaries(
        {
            "seats": st.integers(1, 3),
            "quotas": st.lists(quota, max_size=2),
            "conflicts": st.lists(
                st.sampled_from(ids).map(lambda key: {"person": key, "reason": "kin"}), max_size=2
            ),
        }
    )
    panels = make(st.lists(panel, min_size=1, max_size=2))
    return Pool.model_validate(
        {
            "people": [
                {
                    "id": key,
                    "organisation": make(orgs),
                    "groups": {"kind": make(kinds), "gender": make(kinds)},
                    "served": make(st.integers(0, 2)),
                }
                for key in ids
            ],
            "panels": [{"id": f"b{place}", **entry} for place, entry in enumerate(panels)],
            "annual_cap": make(st.sampled_from([None, 2, 3])),
            "panels_each": make(st.sampled_from([None, 1])),
            "max_per_organisation": make(st.sampled_from([None, 1, 2])),
        }
    )


@given(pools())
def test_every_admissible_outcome_has_exactly_one_number(given: Pool) -> None:
    keys = sorted(panel.id for panel in given.panels)
    counting, right = Counting(given, keys), brute(given)
    assert counting.total == len(right)
    ways = [counting.way(number) for number in range(counting.total)]
    assert {tuple(way[key] for key in keys) for way in ways} == right
    thin = Counting(given, keys, thin=True)
    assert (thin.total > 0) == bool(right)
    if thin.total:
        assert not verify(given, thin.way(thin.total - 1))


@given(pools(), st.integers(0, 2**32))
def test_a_draw_obeys_or_is_refused(given: Pool, number: int) -> None:
    right = brute(given)
    try:
        outcome = compute(inputs(given, secret=str(number)))
    except NoWay as problem:
        assert not right
        explanation = explain(given, problem)
        assert explanation.certain
        assert explanation.clash
    else:
        assert tuple(seated.members for seated in outcome.panels) in right


@given(pools(), st.sampled_from([1, 1000]))
def test_drawn_in_turn_no_later_panel_is_starved(given: Pool, tries: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(procedure, "TOGETHER", 0)
        patch.setattr(procedure, "TRIES", tries)
        try:
            steps, seats = draw(given.in_order(), "seed")
        except (NoWay, procedure.CannotTell) as problem:
            assert not isinstance(problem, NoWay) or not brute(given)
        else:
            assert not verify(given, seats)
            assert all(step.how != "together" for step in steps)


@pytest.mark.parametrize("limit", range(1, 40))
def test_numbers_are_unbiased(limit: int) -> None:
    length = (limit - 1).bit_length()
    found: Counter[int] = Counter()
    for pattern in range(2**length):
        tape = iter([pattern, 0])
        number = below(limit, lambda n, tape=tape: next(tape))  # type: ignore[misc]
        if pattern < limit:
            assert number == pattern
            found[number] += 1
        else:
            # Refused, and the next number of the tape taken.
            assert next(tape, None) is None
            assert number == 0
    assert found == dict.fromkeys(range(limit), 1)
    with pytest.raises(ValueError, match="nothing"):
        below(0, lambda n: 0)


def test_the_stream_is_what_the_docs_say() -> None:
    blocks = [
        int(hashlib.sha256(f'didimdol.draw.stream/1\n["ab",["panels","p"],{i}]'.encode()).hexdigest(), 16)
        for i in range(3)
    ]
    bits = stream("ab", ["panels", "p"])
    assert bits(5) == blocks[0] >> 251
    assert bits(300) == (blocks[1] << 256 | blocks[2]) >> 212


def test_seeds_spread_evenly() -> None:
    given = pool("a:x b:x c:y d:y e:y", [{"id": "p", "seats": 2}], quotas=[EXPERTS]).in_order()
    found = Counter(draw(given, f"{number:064x}")[1]["p"] for number in range(2800))
    assert len(found) == 7 == len(brute(given))
    # 400 each on average; fixed seeds, so this never wavers (standard deviation 18.5).
    assert all(abs(times - 400) < 74 for times in found.values())


def test_shares_round_for_the_rule() -> None:
    given = pool("a:x b:x c:y d:y e:y", [{"id": "p", "seats": 3}], quotas=[EXPERTS])
    assert given.quotas[0].bounds(3) == (2, 3)
    most = {"attribute": "kind", "values": ["x"], "maximum_share": "0.5"}
    assert pool("a:x", [{"id": "p", "seats": 3}], quotas=[most]).quotas[0].bounds(3) == (0, 1)
    half = {"attribute": "kind", "values": ["x"], "minimum_share": 0.5}
    with pytest.raises(ValidationError, match="floats"):
        pool("a:x", [{"id": "p", "seats": 3}], quotas=[half])


def test_order_of_the_input_changes_nothing() -> None:
    people = "a:x:o b:x:o c:y d:y:q e:x f:y:q"
    panels = [
        {
            "id": "p",
            "seats": 2,
            "conflicts": [{"person": "a", "reason": "r"}, {"person": "b", "reason": "r"}],
        },
        {
            "id": "q",
            "seats": 3,
            "quotas": [{"attribute": "kind", "values": ["y", "x"], "minimum": 2}, EXPERTS],
        },
    ]
    one = compute(inputs(pool(people, panels, panels_each=1)))
    rows = people.split()
    for number in range(5):
        random.Random(number).shuffle(rows)
        turned = [
            {**entry, **{k: v[::-1] for k, v in entry.items() if k != "id" and k != "seats"}}
            for entry in panels
        ]
        other = compute(inputs(pool(" ".join(rows), turned[::-1], panels_each=1)))
        assert other == one


def test_nobody_reveals_first_or_changes_their_mind() -> None:
    given = pool("a:x b:x c:y", [{"id": "p", "seats": 1}])
    agency, company = new_reveal("agency"), new_reveal("company", "dice 4 2 6")
    start = OpenDraw.of(given, ("company", "agency"))
    half = start.with_commitment(agency.commitment(start.pool_digest))
    with pytest.raises(ValueError, match="before every body"):
        half.with_reveal(agency)
    with pytest.raises(ValueError, match="committed already"):
        half.with_commitment(new_reveal("agency").commitment(start.pool_digest))
    ready = half.with_commitment(company.commitment(start.pool_digest)).with_reveal(agency)
    with pytest.raises(ValueError, match="does not open"):
        ready.with_reveal(company.model_copy(update={"secret": "dice 6 6 6"}))
    with pytest.raises(ValueError, match="does not open"):
        ready.with_reveal(company.model_copy(update={"salt": "1" * 64}))
    with pytest.raises(ValueError, match="did not both"):
        ready.inputs()
    done = ready.with_reveal(company).inputs()
    assert compute(done).panels
    with pytest.raises(ValueError, match="no body of this draw"):
        start.with_commitment(new_reveal("third").commitment(start.pool_digest))
    with pytest.raises(ValueError, match="different bodies"):
        OpenDraw.of(given, ("agency", "agency"))


def test_a_commitment_binds_pool_body_and_secret() -> None:
    reveal = Reveal(body="agency", secret="s", salt="0" * 64)
    own = reveal.commitment("a" * 64).commitment
    text = 'didimdol.draw.commitment/1\n["' + "a" * 64 + '","agency","s","' + "0" * 64 + '"]'
    assert own == hashlib.sha256(text.encode()).hexdigest()
    others = [
        reveal.commitment("b" * 64),
        reveal.model_copy(update={"body": "company"}).commitment("a" * 64),
        reveal.model_copy(update={"secret": "t"}).commitment("a" * 64),
    ]
    assert own not in {other.commitment for other in others}
    given = pool("a:x b:x", [{"id": "p", "seats": 1}])
    changed = pool("a:x b:x c:x", [{"id": "p", "seats": 1}])
    with pytest.raises(ValidationError, match="does not open"):
        DrawInputs.model_validate({**dict(inputs(given)), "pool": changed})
    with pytest.raises(ValidationError, match="changed after it was sealed"):
        OpenDraw.model_validate({**dict(OpenDraw.of(given, ("a", "b"))), "pool": changed})


def test_both_secrets_and_the_pool_make_the_seed() -> None:
    given = pool("a:x b:x", [{"id": "p", "seats": 1}])
    seeds = {compute(inputs(given, secret=secret)).seed for secret in "stuv"}
    seeds.add(compute(inputs(pool("a:x b:y", [{"id": "p", "seats": 1}]))).seed)
    assert len(seeds) == 5


@given(pools(), st.data())
def test_a_replacement_moves_nobody_else(given: Pool, data: st.DataObject) -> None:
    try:
        before = compute(inputs(given))
    except NoWay:
        return
    panel = data.draw(st.sampled_from(before.panels))
    gone = data.draw(st.sampled_from(panel.members))
    recusal = {"panel": panel.panel, "people": [gone], "reason": "kin"}
    stay = {
        seated.panel: set(seated.members) - ({gone} if seated is panel else set()) for seated in before.panels
    }
    keys = sorted(stay)
    possible = {
        seats
        for seats in brute(given)
        if all(stay[key] <= set(seats[place]) for place, key in enumerate(keys))
        and gone not in seats[keys.index(panel.panel)]
    }
    try:
        after = compute(inputs(given, [recusal]))
    except NoWay as problem:
        assert not possible
        assert explain(given, problem).clash
        return
    assert tuple(seated.members for seated in after.panels) in possible
    assert int(after.replacements[0].step.ways) == len(possible)
    assert (after.seed, after.steps, after.drawn) == (before.seed, before.steps, before.drawn)


def test_who_left_does_not_come_back() -> None:
    given = pool("a:x b:x c:x d:x", [{"id": "p", "seats": 1}, {"id": "q", "seats": 1}])
    recusals: list[dict[str, Any]] = []
    seen = []
    for _ in range(3):
        panel = compute(inputs(given, recusals)).panels[0]
        seen.append(panel.members[0])
        recusals.append({"panel": "p", "people": panel.members, "reason": "kin", "everywhere": True})
    last = compute(inputs(given, recusals))
    assert sorted([*seen, last.panels[0].members[0]]) == ["a", "b", "c", "d"]
    away = last.panels[1].members
    rest = {"panel": "q", "people": away, "reason": "ill"}
    arrived = compute(inputs(given, [*recusals, rest])).panels[1].members
    assert not set(arrived) & {*seen, *away}
    with pytest.raises(ValueError, match="does not sit on panel"):
        compute(inputs(given, [{"panel": "p", "people": ["nobody"], "reason": "r"}]))
    with pytest.raises(ValueError, match="does not sit on panel"):
        compute(inputs(given, [{"panel": "none", "people": ["a"], "reason": "r"}]))


def sample() -> DrawInputs:
    people = "a:x:o b:x:o c:y d:y:q e:x f:y:q g:x h:y"
    panels = [
        {"id": "p", "seats": 2},
        {"id": "q", "seats": 3, "conflicts": [{"person": "a", "reason": "kin"}]},
    ]
    given = pool(people, panels, quotas=[EXPERTS], panels_each=1)
    first = compute(inputs(given)).panels[0].members[0]
    return inputs(given, [{"panel": "p", "people": [first], "reason": "kin"}])


def test_a_record_is_genuine_and_every_change_is_found() -> None:
    record = seal_draw(sample(), KEY, "k")
    keys = {"k": public_hex(KEY)}
    assert recompute_draw(record, keys=keys).ok
    assert recompute_draw(json.loads(json.dumps(record)), keys=keys).ok
    assert not recompute_draw(record, keys={"k": "0" * 64}).ok
    paths: list[tuple[Any, ...]] = []

    def walk(value: Any, path: tuple[Any, ...]) -> None:
        entries = (
            value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        )
        for key, entry in entries:
            walk(entry, (*path, key))
        if not isinstance(value, dict | list):
            paths.append(path)

    walk(record, ())
    assert len(paths) > 60
    for path in paths:
        changed = copy.deepcopy(record)
        place: Any = changed
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = "other" if path[-1] != "format" else "didimdol.draw/9"
        assert not recompute_draw(changed, keys=keys).ok, path


def test_who_holds_the_key_cannot_seal_another_result() -> None:
    from didimdol_decide.canonical import digest
    from didimdol_decide.drawing.record import FORMAT
    from didimdol_decide.record.whole import TIERED
    from didimdol_decide.sealing import signature_hex

    record: dict[str, Any] = copy.deepcopy(seal_draw(sample(), KEY, "k"))
    panel = record["payload"]["outcome"]["panels"][1]
    panel["members"] = [*panel["members"][:-1], "zz"]
    record["digest"] = record["heads"]["full"] = digest(record["payload"])
    record["signature"] = signature_hex(KEY, FORMAT, {name: record[name] for name in TIERED})
    report = recompute_draw(record, keys={"k": public_hex(KEY)})
    assert [entry.key for entry in report.checks if entry.ok is False] == ["draw"]


def test_what_is_no_record() -> None:
    with pytest.raises(NotARecord):
        recompute_draw({"format": "didimdol.matching/1"})
    assert not recompute_draw({"format": "didimdol.draw/1"}).ok


@pytest.mark.parametrize(
    ("people", "panels", "words"),
    [
        ("a:x a:y", [{"id": "p", "seats": 1}], "appears twice"),
        ("a:x", [{"id": "p", "seats": 1}, {"id": "p", "seats": 1}], "appears twice"),
        ("a:x", [{"id": "p", "seats": 1, "conflicts": [{"person": "z", "reason": "r"}]}], "not in the pool"),
        (
            "a:x",
            [{"id": "p", "seats": 1, "quotas": [{"attribute": "region", "values": ["s"], "minimum": 1}]}],
            "no 'region'",
        ),
        (
            "a:x",
            [{"id": "p", "seats": 1, "quotas": [{"attribute": "kind", "values": ["x"]}]}],
            "a minimum or a maximum",
        ),
        ("a:x", [{"id": "p", "seats": 1, "quotas": [{**EXPERTS, "minimum": 1}]}], "keep one"),
    ],
)
def test_a_wrong_pool_is_refused(people: str, panels: list[dict[str, Any]], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        pool(people, panels)
