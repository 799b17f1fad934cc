"""The rulebook's method and equal ranks, from the company's form to the sealed record; reasons; what giving up changes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from didimdol.kernel import clock
from didimdol.kernel.action import audit, save, writing
from didimdol.kernel.actor import SYSTEM
from didimdol.kernel.problems import BadInput
from didimdol.notices.models import Message
from didimdol.people.models import Person
from didimdol.records import keys
from didimdol.selection import actions
from didimdol.selection.matching_market import inputs_of
from didimdol.selection.models import Matching, Place, Preference
from didimdol_decide.matching import MatchingInputs, compute, recompute_matching
from server.tests import worlds
from server.tests.selection.market import Market, make
from server.tests.selection.standing import standing

SignedIn = Callable[[Person], Client]


def ruled(**rules: Any) -> Market:
    def change(book: Any) -> None:
        book["matching"] = rules

    return make(change)


def opened(market: Market) -> Matching:
    market.confirm("01", "02", "03")
    return market.open()


def order(market: Market, matching: Matching, number: str, *demands: Any) -> None:
    actions.give_preference(
        actor=market.ceo(number), matching=matching, place=market.place(number), order=list(demands)
    )


def later(market: Market, matching: Matching) -> Matching:
    assert matching.closes_at is not None
    clock.move_to(matching.closes_at + timedelta(hours=1))
    return actions.compute_matching(actor=market.manager, matching=matching)


@standing.world
def tied() -> Market:
    return ruled(method="stable_most", ties="scores")


def test_equal_ranks_from_the_form_to_the_record(tied: Market, signed_in: SignedIn) -> None:
    """The company wants both startups equally; told apart by the panel, one would be left at its second choice."""
    matching = opened(tied)
    first, second, _ = tied.demands
    order(tied, matching, "01", second, first)
    order(tied, matching, "03", second, first)
    company = signed_in(tied.person_of(second))
    url = f"/selection/matchings/{matching.pk}/demands/{second.pk}/"
    assert "같은 순위를 주십시오" in company.get(url).content.decode()
    ranks = {f"place_{tied.place(number).pk.hex}": "1" for number in ("01", "03")}
    assert company.post(url, {**ranks, "capacity": "1"}).status_code == 302
    given = Preference.objects.within(matching=matching, demand=second).get()
    assert [sorted(level) for level in given.order] == [sorted(str(tied.place(n).pk) for n in ("01", "03"))]
    again = company.get(url).content.decode()
    assert again.count('value="1"') >= 3, "both ranks and the capacity come back as they were given"
    inputs = inputs_of(matching)
    assert inputs.method == "stable_most"
    matching = later(tied, matching)
    page = signed_in(tied.world.manager).get(matching.get_absolute_url()).content.decode()
    for words in (
        "안정 매칭 가운데 최다 자리",
        "서로를 더 원하는 기업과 수요가 없습니다",
        "마지막 기업",
        "더 채울 수 없음이 확인됩니다",
        " = ",
    ):
        assert words in page
    actions.release_matching(actor=tied.releaser, matching=matching)
    matching = Matching.objects.within(pk=matching.pk).select_related("record").get()
    assert matching.record is not None
    report = recompute_matching(matching.record.document, keys=keys.published())
    assert report.ok, report.checks
    assert matching.record.document["payload"]["outcome"] == matching.outcome, "sealed as it was decided"


def test_startups_of_one_score_are_equal_where_a_company_says_nothing(db: None) -> None:
    def level(application: Any, seat: Any, criterion: Any) -> Decimal:
        return Decimal(criterion.max_points) * 9 / 10

    def change(book: Any) -> None:
        book["matching"] = {"method": "stable_most", "ties": "scores"}

    world = worlds.open_challenge(rulebook=worlds.small_rulebook(change=change))
    river = next(iter(world.companies))
    demand, _ = (worlds.published_demand(world, river) for _ in range(2))
    for _ in range(2):
        worlds.apply(world, "laptop")
    clock.move_to(worlds.CLOSED)
    selection = actions.compute_selection(actor=world.runs, round=worlds.closed_round(world, points=level))
    manager = world.actor(world.manager)
    actions.decide_selection(actor=manager, selection=selection)
    actions.release_selection(actor=manager, selection=selection)
    places = list(Place.objects.within(challenge=world.challenge).order_by("application__number"))
    for ceo, place in zip(world.ceos, places, strict=False):
        actions.confirm_place(actor=world.actor(ceo), place=place)
    matching = actions.open_matching(
        actor=manager, challenge=world.challenge, closes_at=clock.now() + timedelta(days=1)
    )
    wanted = next(row for row in inputs_of(matching).demands if row.id == str(demand.pk))
    assert wanted.order == (tuple(sorted(str(place.pk) for place in places)),)


def test_equals_are_refused_where_the_rulebook_takes_none(market: Market) -> None:
    matching = opened(market)
    first = market.demands[0]
    both = [[market.place("01"), market.place("03")]]
    with pytest.raises(BadInput) as refused:
        actions.give_preference(actor=market.of_company(first), matching=matching, demand=first, order=both)
    assert refused.value.code == "equals_not_taken"


def test_a_startup_may_not_put_demands_equal(tied: Market) -> None:
    matching = opened(tied)
    with pytest.raises(BadInput) as refused:
        order(tied, matching, "01", [tied.demands[0], tied.demands[1]])
    assert refused.value.code == "equals_not_taken"


@pytest.mark.parametrize(
    ("method", "always"), [("deferred_acceptance", True), ("stable_most", False), ("best_value", False)]
)
def test_honesty_is_promised_only_where_it_holds(db: None, method: str, always: bool, signed_in: SignedIn) -> None:
    market = ruled(method=method)
    matching = opened(market)
    url = f"/selection/matchings/{matching.pk}/places/{market.place('01').pk}/"
    page = signed_in(market.world.ceos[0]).get(url, headers={"accept-language": "en"}).content.decode()
    assert ("To tell your true order is always best." in page) == always
    assert ("cannot promise that it is always best" in page) == (not always)
    sent = Message.objects.unscoped(why="sent").filter(subject__startswith="매칭 순위")
    startup = sent.filter(person=market.world.ceos[0]).get()
    assert ("언제나 가장 유리합니다" in startup.body) == always
    company = sent.filter(person=market.person_of(market.demands[0])).first()
    assert company is not None
    assert "유리" not in company.body, "the promise is to the side that proposes"


def test_pairs_that_would_rather_have_each_other_are_listed(db: None, signed_in: SignedIn) -> None:
    market = ruled(method="best_value")
    matching = later(market, opened(market))
    manager = signed_in(market.world.manager)
    page = manager.get(matching.get_absolute_url(), headers={"accept-language": "en"}).content.decode()
    assert "Highest total" in page
    # A value that stability forbids: 01 and its first choice would rather have each other.
    first, second, third = (str(demand.pk) for demand in market.demands)
    one, two, three = (str(market.place(number).pk) for number in ("01", "02", "03"))
    worth = [(one, first, 5), (one, second, 4), (three, first, 4), (three, second, 1), (two, third, 1)]
    raw: dict[str, Any] = {**matching.inputs, "scores": [{"startup": s, "demand": d, "value": v} for s, d, v in worth]}
    for row in raw["demands"]:
        row["capacity"] = 1
    inputs = MatchingInputs.model_validate(raw).in_order()
    with writing("test.matching", SYSTEM):
        matching.inputs, matching.outcome = inputs.as_json(), compute(inputs).as_json()
        save(matching, "inputs", "outcome")
        audit("test.matching", matching)
    page = manager.get(matching.get_absolute_url(), headers={"accept-language": "en"}).content.decode()
    assert "Pairs that would both rather have each other: 1" in page
    assert "both would rather have each other, but the highest total is without them" in page
    assert "No startup and demand would both rather" not in page


def test_a_startup_reads_why_without_a_name(market: Market, signed_in: SignedIn) -> None:
    matching = opened(market)
    first, second, _ = market.demands
    for number in ("01", "03"):
        order(market, matching, number, second, first)
    actions.give_preference(
        actor=market.of_company(second), matching=matching, demand=second,
        order=[market.place("03"), market.place("01")], capacity=1,
    )  # fmt: skip
    matching = later(market, matching)
    actions.release_matching(actor=market.releaser, matching=matching)
    place = market.place("01")
    own = signed_in(market.world.ceos[0]).get(place.get_absolute_url()).content.decode()
    assert "그 수요의 순위에서 앞선 기업으로 자리가 찼습니다" in own
    assert "새싹03" not in own
    company = signed_in(market.person_of(first)).get(place.get_absolute_url()).content.decode()
    assert "더 원한 수요와 까닭" not in company, "whom it would rather have had is not the company's business"
    page = signed_in(market.world.manager).get(matching.get_absolute_url()).content.decode()
    assert "자리가 앞선 기업으로 찼습니다 (수요의 2순위" in page
    assert "새싹03" in page


def test_giving_up_shows_its_change_to_those_who_run_it(market: Market, signed_in: SignedIn) -> None:
    market.released()
    url = f"{market.place('01').get_absolute_url()}give-up/"
    before = market.pairs()
    page = signed_in(market.world.manager).get(url).content.decode()
    for words in (
        "자리를 비우면 바뀌는 것",
        "다른 짝 2쌍은 그대로",
        "다음 예비 기업은 새싹05",
        "자리를 비움",
        "새로 매칭",
        "나빠집니다",
    ):
        assert words in page
    assert market.pairs() == before, "nothing is stored"
    own = signed_in(market.world.ceos[0]).get(url).content.decode()
    assert "자리를 비우면 바뀌는 것" not in own
    assert "새싹05" not in own
    assert signed_in(market.world.manager).post(url, {"reason": "사유"}).status_code == 302
    assert set(market.pairs()) == {"02", "03"}


def test_a_place_without_a_match_has_nothing_to_preview(market: Market, signed_in: SignedIn) -> None:
    market.confirm("01")
    page = signed_in(market.world.manager).get(f"{market.place('01').get_absolute_url()}give-up/")
    assert page.status_code == 200
    assert "자리를 비우면 바뀌는 것" not in page.content.decode()
