"""The matching: opened when all have answered, both sides heard, computed, released by another, sealed."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from didimdol.demands import actions as demands
from didimdol.kernel import clock
from didimdol.kernel.problems import AccessDenied, BadInput, WrongState
from didimdol.notices.models import Message
from didimdol.people.enums import Role
from didimdol.records import keys
from didimdol.records.models import SealedRecord
from didimdol.selection import actions, queries
from didimdol.selection.matching_market import inputs_of
from didimdol.selection.models import Match, Matching
from didimdol.selection.signals import place_matched
from didimdol_decide import cli
from didimdol_decide.matching import recompute_matching
from server.tests import todos, worlds
from server.tests.selection.market import Market, make, waiting

BOTH = ("01", "03")


def opened(market: Market) -> Matching:
    market.confirm("01", "02", "03")
    return market.open()


def demand_of(market: Market, number: str) -> Any:
    match = queries.match_of(market.place(number))
    return match.demand if match else None


# --- opening -------------------------------------------------------------------------------------------------------


def test_it_opens_when_all_have_answered(market: Market) -> None:
    with pytest.raises(AccessDenied) as waiting_for:
        market.open()
    assert waiting_for.value.code == "places_unanswered"
    market.confirm("01", "02")
    assert (Role.MANAGER, "All have answered: open the matching") not in waiting(market)
    market.confirm("03")
    assert (Role.MANAGER, "All have answered: open the matching") in waiting(market, market.selection)
    with pytest.raises(AccessDenied):
        actions.open_matching(
            actor=market.world.runs, challenge=market.world.challenge, closes_at=clock.now() + timedelta(days=1)
        )
    for past in (None, clock.now()):
        with pytest.raises(BadInput):
            actions.open_matching(actor=market.manager, challenge=market.world.challenge, closes_at=past)
    matching = market.open()
    assert (matching.state, matching.number) == ("open", 1)
    assert waiting(market, market.selection) == set()
    with pytest.raises(AccessDenied) as twice:
        market.open()
    assert twice.value.code == "matching_under_way"


def test_only_those_with_a_choice_are_asked(market: Market) -> None:
    """Robot has one demand: neither its startup nor its company is troubled."""
    matching = opened(market)
    asked = {
        (Role.CEO, "Put the demands in your order"), (Role.STAFF, "Put the demands in your order"),
        (Role.DEMAND_LEAD, "Put the startups in your order"), (Role.BUDGET_OWNER, "Put the startups in your order"),
        (Role.MANAGER, "Compute the matching once preferences are in"),
        (Role.COORDINATOR, "Compute the matching once preferences are in"),
    }  # fmt: skip
    assert waiting(market, matching) == asked
    told = Message.objects.unscoped(why="sent").filter(subject__startswith="매칭 순위")
    robots = {market.world.ceos[1].pk, market.person_of(market.demands[2]).pk}
    assert told.count() > 0
    assert not {message.person_id for message in told} & robots


def test_nobody_is_asked_where_nobody_has_a_choice(db: None) -> None:
    def none(book: Any) -> None:
        book["matching"] = {"with_whom": "none"}

    market = make(none)
    market.confirm("01", "02", "03")
    matching = actions.open_matching(actor=market.manager, challenge=market.world.challenge)
    assert matching.closes_at is None
    assert waiting(market, matching) == {
        (Role.MANAGER, "Compute the matching"), (Role.COORDINATOR, "Compute the matching"),
    }  # fmt: skip
    matching = actions.compute_matching(actor=market.world.runs, matching=matching)
    assert actions.release_matching(actor=market.manager, matching=matching).state == "released"


# --- preferences ---------------------------------------------------------------------------------------------------


def test_both_sides_are_heard(market: Market) -> None:
    """Both laptops want the second demand; it takes one and prefers the one the panel ranked lower."""
    matching = opened(market)
    first, second, _ = market.demands
    for number in BOTH:
        actions.give_preference(
            actor=market.ceo(number), matching=matching, place=market.place(number), order=[second.pk, str(first.pk)]
        )
    actions.give_preference(
        actor=market.of_company(second), matching=matching, demand=second,
        order=[market.place("03"), market.place("01")], capacity=1,
    )  # fmt: skip
    with pytest.raises(AccessDenied) as early:
        actions.compute_matching(actor=market.manager, matching=matching)
    assert early.value.code == "preferences_missing"
    actions.give_preference(
        actor=market.of_company(first, Role.BUDGET_OWNER), matching=matching, demand=first, order=[]
    )
    assert waiting(market, matching) == {
        (Role.MANAGER, "Compute the matching"), (Role.COORDINATOR, "Compute the matching"),
    }  # fmt: skip
    matching = actions.compute_matching(actor=market.manager, matching=matching)
    actions.release_matching(actor=market.releaser, matching=matching)
    assert (demand_of(market, "03"), demand_of(market, "01")) == (second, first)
    line = next(row for row in matching.outcome["lines"] if row["startup"] == str(market.place("01").pk))
    assert line["passed_over"] == [{"demand": str(second.pk), "reason": "demand_full", "limit": None}]


def test_an_order_may_be_changed_until_the_end(market: Market) -> None:
    matching = opened(market)
    first, second, _ = market.demands
    place = market.place("01")
    one = actions.give_preference(actor=market.ceo("01"), matching=matching, place=place, order=[first])
    two = actions.give_preference(actor=market.ceo("01"), matching=matching, place=place, order=[second])
    assert (one.pk, two.order) == (two.pk, [str(second.pk)])
    assert matching.closes_at is not None
    clock.move_to(matching.closes_at + timedelta(seconds=1))
    with pytest.raises(AccessDenied) as late:
        actions.give_preference(actor=market.ceo("01"), matching=matching, place=place, order=[first])
    assert late.value.code == "preferences_ended"
    actions.compute_matching(actor=market.manager, matching=matching)
    with pytest.raises(AccessDenied) as closed:
        actions.give_preference(actor=market.ceo("01"), matching=matching, place=place, order=[first])
    assert closed.value.code == "preferences_are_closed"


def test_nobody_orders_for_others(market: Market) -> None:
    matching = opened(market)
    first, _, third = market.demands
    place = market.place("01")
    for actor in (market.ceo("03"), market.manager, market.of_company(first)):
        with pytest.raises(AccessDenied):
            actions.give_preference(actor=actor, matching=matching, place=place, order=[first])
    for actor in (market.of_company(third), market.manager, market.ceo("01")):
        with pytest.raises(AccessDenied):
            actions.give_preference(actor=actor, matching=matching, demand=first, order=[place])


def test_what_is_no_order_is_refused(market: Market) -> None:
    matching = opened(market)
    first, _, third = market.demands
    place, company = market.place("01"), market.of_company(first)

    def give(**more: Any) -> str:
        with pytest.raises(BadInput) as refused:
            actions.give_preference(actor=more.pop("actor"), matching=matching, **more)
        return refused.value.code

    assert give(actor=market.ceo("01"), place=place, order=[first, first]) == "named_twice"
    assert give(actor=market.ceo("01"), place=place, order=[third]) == "out_of_reach"
    assert give(actor=market.ceo("01"), place=place, order=[uuid4()]) == "out_of_reach"
    assert give(actor=company, demand=first, order=[market.place("02")]) == "out_of_reach"
    assert give(actor=company, demand=first, order=[market.place("05")]) == "out_of_reach", "a reserve is no candidate"
    assert give(actor=company, demand=first, order=[], capacity=-1) == "bad_capacity"


def test_more_choices_than_the_notice_gives_are_refused(db: None) -> None:
    def one(book: Any) -> None:
        book["matching"] = {"preferences": 1}

    market = make(one)
    matching = opened(market)
    with pytest.raises(BadInput) as refused:
        actions.give_preference(
            actor=market.ceo("01"), matching=matching, place=market.place("01"), order=market.demands[:2]
        )
    assert refused.value.code == "too_many_choices"


def test_without_a_word_claims_and_the_panel_decide(db: None) -> None:
    """The default order: the demands it claimed, then the others; of a demand the order of the panel."""
    market = make()
    first, second, _ = market.demands
    matching = opened(market)
    inputs = inputs_of(matching)
    startups = {s.id: s for s in inputs.startups}
    assert startups[str(market.place("01").pk)].order == (str(first.pk), str(second.pk)), "no claim: as published"
    demands = {d.id: d for d in inputs.demands}
    assert demands[str(first.pk)].order == (str(market.place("01").pk), str(market.place("03").pk))
    assert demands[str(first.pk)].capacity == 2, "the places of its field"
    assert {quota.key: quota.places for quota in inputs.quotas} == {"laptop": 2, "robot": 1, "all.fields": 3}
    assert str(market.world.startups[0].name["ko"]) not in json.dumps(inputs.as_json(), ensure_ascii=False)


def test_claims_come_first_in_the_default_order(db: None) -> None:
    world = worlds.open_challenge()
    river = next(iter(world.companies))
    first, second = (worlds.published_demand(world, river) for _ in range(2))
    worlds.apply(world, "laptop", claims={second: {"p99": "12"}})
    clock.move_to(worlds.CLOSED)
    round = worlds.closed_round(world)
    manager = world.actor(world.manager)
    selection = actions.compute_selection(actor=world.runs, round=round)
    actions.decide_selection(actor=manager, selection=selection)
    actions.release_selection(actor=manager, selection=selection)
    place = queries.places_visible_to(manager).get()
    actions.confirm_place(actor=world.actor(world.ceos[0]), place=place)
    matching = actions.open_matching(
        actor=manager, challenge=world.challenge, closes_at=clock.now() + timedelta(days=1)
    )
    assert inputs_of(matching).startups[0].order == (str(second.pk), str(first.pk))


# --- computing and releasing ---------------------------------------------------------------------------------------


def test_whoever_computed_does_not_release(market: Market) -> None:
    matching = market.computed()
    assert waiting(market, matching) == {(Role.MANAGER, "Review the matching and release it")}
    for actor in (market.manager, market.world.runs, market.ceo("01")):
        with pytest.raises(AccessDenied):
            actions.release_matching(actor=actor, matching=matching)
    released = actions.release_matching(actor=market.releaser, matching=matching)
    assert released.state == "released"
    with pytest.raises(AccessDenied):
        actions.compute_matching(actor=market.world.actor(market.world.auditor), matching=matching)


def test_the_release_makes_matches_and_tells_the_room_above(market: Market) -> None:
    heard: list[Match] = []

    def listen(sender: Any, match: Match, **kwargs: Any) -> None:
        heard.append(match)

    matching = market.computed()
    assert not Match.objects.within(matching=matching).exists()
    place_matched.connect(listen)
    try:
        matching = actions.release_matching(actor=market.releaser, matching=matching)
        actions.release_matching(actor=market.releaser, matching=matching)
    finally:
        place_matched.disconnect(listen)
    assert {match.place.application.number[-2:] for match in heard} == {"01", "02", "03"}
    assert {match.pk for match in heard} == set(Match.objects.within(matching=matching).values_list("pk", flat=True))
    third = market.demands[2]
    assert demand_of(market, "02") == third
    told = Message.objects.unscoped(why="sent").filter(subject__startswith="매칭이 확정")
    assert {market.world.ceos[1].pk, market.person_of(third).pk} <= {message.person_id for message in told}
    assert queries.matching_of(market.world.challenge) == matching


def test_the_record_is_checked_without_the_server(market: Market, tmp_path: Path) -> None:
    matching = market.released()
    record = SealedRecord.objects.within(kind="matching", subject_id=matching.pk).get()
    assert (matching.record_id, record.tier) == (record.pk, "full")
    published = keys.published()
    assert recompute_matching(record.document, keys=published).ok
    file, known = tmp_path / "record.json", tmp_path / "keys.json"
    file.write_text(json.dumps(record.document), encoding="utf-8")
    known.write_text(json.dumps(published), encoding="utf-8")
    assert cli.main(["recompute", str(file), "--keys", str(known)]) == 0
    assert record.document["payload"]["outcome"] == matching.outcome


def test_what_changed_since_is_not_released(market: Market) -> None:
    matching = market.computed()
    actions.give_up_place(actor=market.ceo("01"), place=market.place("01"), reason="사유")
    with pytest.raises(AccessDenied) as changed:
        actions.release_matching(actor=market.releaser, matching=matching)
    assert changed.value.code == "matching_changed"
    matching = actions.compute_matching(actor=market.manager, matching=matching)
    actions.release_matching(actor=market.releaser, matching=matching)
    assert set(market.pairs()) == {"02", "03"}


def test_after_a_withdrawal_the_standing_pairs_stay(market: Market) -> None:
    market.released()
    before = {number: demand_of(market, number) for number in ("02", "03")}
    actions.give_up_place(actor=market.ceo("01"), place=market.place("01"), reason="대표자 변경")
    with pytest.raises(AccessDenied) as none:
        market.open()
    assert none.value.code == "nobody_to_match"
    actions.promote_reserve(actor=market.manager, place=market.place("01"))
    market.confirm("05")
    assert (Role.MANAGER, "All have answered: open the matching") in waiting(market, market.selection)
    matching = market.open()
    assert matching.number == 2
    clock.move_to(clock.now() + timedelta(days=3))
    matching = actions.compute_matching(actor=market.manager, matching=matching)
    assert sum(line["frozen"] for line in matching.outcome["lines"]) == 2
    actions.release_matching(actor=market.releaser, matching=matching)
    assert {number: demand_of(market, number) for number in ("02", "03")} == before
    assert set(market.pairs()) == {"02", "03", "05"}
    assert Match.objects.within(matching=matching).count() == 1, "the kept are not made again"


def test_who_is_asked_no_more_has_no_todo(market: Market) -> None:
    """A place that is given up, a demand that is withdrawn: their pages open no more while the matching is open."""
    matching = opened(market)
    clients: dict[Any, Client] = {}
    assert todos.refused(clients) == []
    startup = (Role.CEO, "Put the demands in your order")
    company = (Role.DEMAND_LEAD, "Put the startups in your order")
    assert {startup, company} <= waiting(market, matching)
    actions.give_up_place(actor=market.ceo("01"), place=market.place("01"), reason="대표자 변경")
    assert startup in waiting(market, matching) and todos.refused(clients) == []
    demands.withdraw_demand(actor=market.manager, demand=market.demands[0], reason="사업 중단")
    assert todos.refused(clients) == []
    assert not {todo.url for todo in todos.open_todos()} & {
        reverse("selection:prefer_as_place", args=[matching.pk, market.place("01").pk]),
        reverse("selection:prefer_as_demand", args=[matching.pk, market.demands[0].pk]),
    }


def test_a_matching_called_off_makes_room_for_another(market: Market) -> None:
    matching = opened(market)
    with pytest.raises(AccessDenied):
        actions.cancel_matching(actor=market.world.runs, matching=matching, reason="사유")
    with pytest.raises(BadInput):
        actions.cancel_matching(actor=market.manager, matching=matching, reason="")
    actions.cancel_matching(actor=market.manager, matching=matching, reason="마감을 잘못 정했습니다.")
    assert waiting(market, matching) == set()
    assert (Role.MANAGER, "All have answered: open the matching") in waiting(market, market.selection)
    assert market.open().number == 2
    with pytest.raises(WrongState):
        actions.cancel_matching(actor=market.manager, matching=_released(market), reason="사유")


def _released(market: Market) -> Matching:
    clock.move_to(clock.now() + timedelta(days=3))
    matching = queries.matching_of(market.world.challenge)
    assert matching is not None
    matching = actions.compute_matching(actor=market.manager, matching=matching)
    return actions.release_matching(actor=market.releaser, matching=matching)


def test_a_field_without_a_demand_leaves_its_startup_unmatched(db: None) -> None:
    market = make()
    demands.withdraw_demand(actor=market.manager, demand=market.demands[2], reason="사업 중단")
    matching = market.computed()
    line = next(row for row in matching.outcome["lines"] if row["startup"] == str(market.place("02").pk))
    assert line["demand"] is None
    actions.release_matching(actor=market.releaser, matching=matching)
    assert set(market.pairs()) == {"01", "03"}
