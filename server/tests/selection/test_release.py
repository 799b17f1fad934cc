"""Decided by another than who computed; released once, all at once; nobody hears of it before."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from didimdol.evaluation.models import Round
from didimdol.kernel.access import REASONS
from didimdol.kernel.problems import AccessDenied, WrongState
from didimdol.notices.models import Message
from didimdol.people.models import Person
from didimdol.programmes.models import Challenge
from didimdol.records.models import SealedRecord
from didimdol.selection import actions, queries
from didimdol.selection.models import Selection
from didimdol.selection.states import SELECTION
from server.tests import worlds


def told(selection: Selection) -> list[Message]:
    return list(Message.objects.unscoped(why="what was sent").filter(url__startswith="/selection/own/"))


def test_whoever_computed_does_not_decide(world: worlds.World, closed: Round, second_manager: Person) -> None:
    manager = world.actor(world.manager)
    selection = actions.compute_selection(actor=manager, round=closed)
    assert SELECTION.may("decide", manager, selection).reason == "own_work"
    with pytest.raises(AccessDenied) as refused:
        actions.decide_selection(actor=manager, selection=selection)
    assert (refused.value.code, refused.value.message) == ("own_work", REASONS["own_work"])
    assert actions.decide_selection(actor=world.actor(second_manager), selection=selection).state == "decided"


@pytest.mark.parametrize("who", ["coordinator", "auditor"])
def test_only_a_manager_decides_and_releases(world: worlds.World, computed: Selection, who: str) -> None:
    actor = world.actor(getattr(world, who))
    with pytest.raises(AccessDenied):
        actions.decide_selection(actor=actor, selection=computed)
    actions.decide_selection(actor=world.actor(world.manager), selection=computed)
    with pytest.raises(AccessDenied):
        actions.release_selection(actor=actor, selection=computed)
    with pytest.raises(AccessDenied):
        actions.reconsider_selection(actor=actor, selection=computed, reason="사유")


def test_nothing_is_released_that_was_not_decided(world: worlds.World, computed: Selection) -> None:
    with pytest.raises(WrongState):
        actions.release_selection(actor=world.actor(world.manager), selection=computed)
    assert not SealedRecord.objects.within(kind="selection").exists()


def test_until_the_release_nobody_hears_anything(world: worlds.World, decided: Selection) -> None:
    assert told(decided) == []
    for application, ceo in zip(world.applications, world.ceos, strict=True):
        assert queries.standing(application, world.actor(ceo)) == queries.UNDER_EVALUATION
    released = actions.release_selection(actor=world.actor(world.manager), selection=decided)
    messages = told(released)
    assert sorted(m.url for m in messages) == sorted(f"/selection/own/{a.pk}/" for a in world.applications)
    assert {m.person_id for m in messages} == {ceo.pk for ceo in world.ceos}
    by_number = {a.number: queries.standing(a, world.runs) for a in world.applications}
    assert by_number[world.applications[0].number] == {"ko": "선정", "en": "Selected"}
    assert by_number[world.applications[5].number] == {"ko": "기준 점수 미달", "en": "Below the cut-off"}


def test_the_release_seals_three_tiers_and_closes_the_challenge(world: worlds.World, released: Selection) -> None:
    records = SealedRecord.objects.within(kind="selection", challenge=world.challenge.pk)
    tiers = sorted(records.values_list("tier", flat=True))
    assert tiers == ["full", *["own"] * 6, "public"]
    assert Challenge.objects.within(pk=world.challenge.pk).get().state == "closed"
    own = {r.organisation for r in records.filter(tier="own")}
    assert own == {a.startup_id for a in world.applications}


def test_released_twice_is_released_once(world: worlds.World, released: Selection) -> None:
    before = (released.record_id, released.released_at, len(told(released)))
    again = actions.release_selection(actor=world.actor(world.manager), selection=released)
    assert (again.record_id, again.released_at, len(told(again))) == before
    assert SealedRecord.objects.within(kind="selection").count() == 8
    with pytest.raises(WrongState):
        actions.reconsider_selection(actor=world.actor(world.manager), selection=released, reason="늦음")


def test_a_failing_release_leaves_nothing_behind(
    world: worlds.World, decided: Selection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_: object) -> None:
        raise RuntimeError("the challenge cannot be closed")

    monkeypatch.setattr("didimdol.programmes.actions.close_challenge", broken)
    with pytest.raises(RuntimeError):
        actions.release_selection(actor=world.actor(world.manager), selection=decided)
    decided.refresh_from_db()
    assert (decided.state, decided.released_at, decided.record_id) == ("decided", None, None)
    assert told(decided) == []
    assert not SealedRecord.objects.within(kind="selection").exists()


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_make_one_set_of_records(transactional_db: None) -> None:
    world = worlds.closed_challenge(applications=3)
    selection = actions.compute_selection(actor=world.runs, round=worlds.closed_round(world))
    manager = world.actor(world.manager)
    actions.decide_selection(actor=manager, selection=selection)

    def click(_: int) -> str:
        try:
            return actions.release_selection(actor=manager, selection=selection).state
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(click, range(4))) == ["released"] * 4
    records = SealedRecord.objects.within(kind="selection")
    assert sorted(records.values_list("tier", flat=True)) == ["full", "own", "own", "own", "public"]
    assert len(told(selection)) == 3


@pytest.mark.django_db(transaction=True)
def test_a_hold_and_a_release_at_once_never_both_happen(transactional_db: None) -> None:
    world = worlds.closed_challenge(applications=2)
    selection = actions.compute_selection(actor=world.runs, round=worlds.closed_round(world))
    manager = world.actor(world.manager)
    actions.decide_selection(actor=manager, selection=selection)
    line = selection.lines.first()

    def act(which: str) -> bool:
        try:
            if which == "hold":
                actions.hold_line(actor=manager, line=line, reason="확인")
            else:
                actions.release_selection(actor=manager, selection=selection)
        except (AccessDenied, WrongState):
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(act, ["hold", "release"]))
    assert sorted(done) == [False, True]
    selection.refresh_from_db()
    line.refresh_from_db()
    assert (selection.state == "released") != line.held
