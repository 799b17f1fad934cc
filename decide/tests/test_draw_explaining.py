"""Why a pool cannot be drawn: the smallest clash and the least changes, by sums as by counting."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from didimdol_decide.drawing import (
    CannotTell,
    Counting,
    NoWay,
    Pool,
    Recusal,
    check,
    compute,
    could_follow,
    explain,
)
from didimdol_decide.drawing import reach as sums
from test_drawing import EXPERTS, brute, inputs, pool, pools


def test_the_smallest_clash_and_the_least_change() -> None:
    conflicts = [{"person": key, "reason": "kin"} for key in "ab"]
    panel = {"id": "p", "seats": 4, "quotas": [EXPERTS], "conflicts": conflicts}
    given = pool("a:x b:x c:x d:y e:y f:y g:y", [panel])
    with pytest.raises(NoWay) as caught:
        check(given)
    found = explain(given, caught.value)
    assert [entry.kind for entry in found.clash] == ["seats", "minimum", "conflicts"]
    assert found.smallest
    assert "at least 2 of kind x (3 in the pool, 1 can be drawn now)" in str(found.clash[1].message.en)
    assert {(repair.kind, repair.by) for repair in found.repairs} == {("minimum", 1), ("people", 1)}
    assert "1 more in the pool (kind x)" in [repair.message.en for repair in found.repairs]
    fellows = pool("a:x:o b:x:o c:y:o", [{"id": "p", "seats": 2}])
    with pytest.raises(NoWay) as caught:
        check(fellows)
    found = explain(fellows, caught.value)
    assert [entry.kind for entry in found.clash] == ["seats", "organisation"]
    assert {(repair.kind, repair.by) for repair in found.repairs} == {
        ("organisation", 1),
        ("people", 1),
        ("seats", 1),
    }


@given(pools())
def test_least_changes_are_enough_and_least(given: Pool) -> None:
    try:
        check(given)
    except NoWay as problem:
        found = explain(given, problem)
    else:
        return
    scoped = given.model_copy(update={"panels": tuple(p for p in given.panels if p.id in found.panels)})
    if given.panels != scoped.panels and given.cap(given.people[0]) != scoped.cap(given.people[0]):
        return
    for repair in found.repairs:
        for by, enough in ((repair.by, True), (repair.by - 1, False)):
            if repair.kind == "seats":
                panels = tuple(
                    p.model_copy(update={"seats": p.seats - by}) if p.id == repair.panel else p
                    for p in scoped.panels
                )
                if any(q.maximum_share is not None for p in panels for q in scoped.quotas_of(p)):
                    continue
                changed = scoped.model_copy(update={"panels": panels})
            elif repair.kind == "organisation":
                assert scoped.max_per_organisation is not None
                changed = scoped.model_copy(update={"max_per_organisation": scoped.max_per_organisation + by})
            else:
                continue
            assert bool(brute(changed)) == enough


@given(pools(), st.data())
def test_sums_tell_what_counting_tells(given: Pool, data: st.DataObject) -> None:
    """For one panel, while some stay, some are out and some sit elsewhere already."""
    panel, ids = given.panels[0], [person.id for person in given.people]
    stay = set(data.draw(st.lists(st.sampled_from(ids), max_size=2)))
    out = set(data.draw(st.lists(st.sampled_from(ids), max_size=2)))
    used = dict.fromkeys(data.draw(st.lists(st.sampled_from(ids), max_size=2)), 1)
    barred = {(panel.id, key) for key in out}
    counting = Counting(given, [panel.id], seated={panel.id: stay}, barred=barred, used=used)
    found = sums.sums_of(panel, sums.asked_of(given, panel))
    assert found is not None
    assert found.fillable(given, panel, stay, out, used) == (counting.total > 0)


def told(given: Pool, problem: NoWay | CannotTell, *, slowly: bool = False) -> dict[str, object]:
    with pytest.MonkeyPatch.context() as patch:
        if slowly:  # each question by counting, as for panels with too many sums
            patch.setattr(sums, "MOST_BITS", 0)
        return explain(given, problem).as_json()


def crowd(draw: random.Random) -> Pool:
    """Up to 24 people of 8 organisations for a panel that is short of something."""
    people = [
        {
            "id": f"p{number:02}",
            "organisation": draw.choice([None, *(f"o{n}" for n in range(8))]),
            "served": draw.choice([0, 0, 1, 2]),
            "groups": {name: draw.choice("xyz") for name in ("kind", "gender", "region")},
        }
        for number in range(draw.randrange(6, 25))
    ]
    quotas = []
    for name in ("kind", "gender", "region"):
        bound = {draw.choice(["minimum", "maximum"]): draw.randrange(1, 5)}
        quotas.append({"attribute": name, "values": draw.choice([["x"], ["x", "y"]]), **bound})
    away = draw.sample([person["id"] for person in people], len(people) // 3)
    panel = {"id": "p", "seats": draw.randrange(4, 8), "quotas": quotas}
    panel["conflicts"] = [{"person": key, "reason": "kin"} for key in away]
    rules = {"annual_cap": draw.choice([None, 2]), "max_per_organisation": draw.choice([None, 1, 2])}
    return Pool.model_validate({"people": people, "panels": [panel], **rules})


@pytest.mark.parametrize("number", range(30))
def test_the_explanation_is_the_one_that_counting_gives(number: int) -> None:
    draw, compared = random.Random(number), 0
    while not compared:
        given = crowd(draw)
        try:
            check(given)
        except NoWay as problem:
            assert told(given, problem) == told(given, problem, slowly=True)
            compared += 1


@given(pools())
def test_the_explanation_of_a_small_pool_is_the_one_that_counting_gives(given: Pool) -> None:
    try:
        check(given)
    except (NoWay, CannotTell) as problem:
        assert told(given, problem) == told(given, problem, slowly=True)


def test_who_stays_counts_for_quotas_and_organisations() -> None:
    """A replacement that nobody can make: the explanation is by sums, too."""
    given = pool("a:x:o b:x:o c:y d:y", [{"id": "p", "seats": 2}], quotas=[EXPERTS])
    stays = NoWay(["p"], {"p": {"a"}}, {("p", "c"), ("p", "d")}, {"a": 1})
    found = told(given, stays)
    assert found == told(given, stays, slowly=True)
    assert [entry["kind"] for entry in found["clash"]] == ["seats", "organisation"]  # type: ignore[attr-defined]


def test_a_pool_that_is_too_large_to_count_is_still_explained() -> None:
    """Five quotas: more ways than are counted, but no woman is left."""
    groups = [{"gender": "m", **{f"g{n}": "xy"[(number >> n) % 2] for n in range(4)}} for number in range(64)]
    people = [{"id": f"p{number:02}", "groups": entry} for number, entry in enumerate(groups)]
    quotas: list[dict[str, Any]] = [{"attribute": "gender", "values": ["f"], "minimum": 1}]
    quotas += [{"attribute": f"g{n}", "values": ["x"], "minimum_share": "0.4"} for n in range(4)]
    given = Pool.model_validate({"people": people, "panels": [{"id": "p", "seats": 12}], "quotas": quotas})
    with pytest.raises(NoWay) as caught:
        check(given)
    found = explain(given, caught.value)
    assert found.smallest
    assert [entry.kind for entry in found.clash] == ["seats", "minimum"]
    assert ("people", 1) in {(repair.kind, repair.by) for repair in found.repairs}


@given(pools(), st.data())
def test_whether_anybody_could_follow_is_what_the_replacement_finds(given: Pool, data: st.DataObject) -> None:
    """After a first recusal, everywhere or not, for one or two who leave together."""
    first: list[dict[str, Any]] = []
    try:
        outcome = compute(inputs(given))
        panel = data.draw(st.sampled_from(outcome.panels))
        gone = data.draw(st.sampled_from(panel.members))
        first = [
            {"panel": panel.panel, "people": [gone], "reason": "ill", "everywhere": data.draw(st.booleans())}
        ]
        outcome = compute(inputs(given, first))
    except (NoWay, CannotTell):
        if not first:
            return
        first = []
        outcome = compute(inputs(given))
    panel = data.draw(st.sampled_from(outcome.panels))
    people = data.draw(st.lists(st.sampled_from(panel.members), min_size=1, max_size=2, unique=True))
    leaving = {
        "panel": panel.panel,
        "people": people,
        "reason": "kin",
        "everywhere": data.draw(st.booleans()),
    }
    told = could_follow(inputs(given, first), outcome.panels, Recusal.model_validate(leaving))
    try:
        compute(inputs(given, [*first, leaving]))
    except NoWay:
        assert not told
    else:
        assert told
    with pytest.raises(ValueError, match="only members"):
        could_follow(
            inputs(given, first), outcome.panels, Recusal(panel=panel.panel, people=("none",), reason="r")
        )
