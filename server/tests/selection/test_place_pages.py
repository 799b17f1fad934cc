"""Pages of places and matchings for everybody, in both languages; forms; constant cost."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from didimdol.applications.models import Application
from didimdol.kernel import clock
from didimdol.kernel.action import audit, save, writing
from didimdol.kernel.actor import SYSTEM
from didimdol.people.enums import OrganisationKind, Role
from didimdol.people.models import Organisation, Person
from didimdol.records.models import AccessEntry, AuditEvent
from didimdol.selection import actions
from didimdol.selection.models import Matching, Place, Preference
from server.tests import worlds
from server.tests.selection.market import Market

PERSONAS = ("manager", "coordinator", "auditor", "own", "rival", "company", "other", "judge", "foreign", "nobody", "visitor")  # fmt: skip
#: page → what each persona gets, while preferences are taken. "own" is 01 (laptop), "company" laptop's, "other" robot's
OPEN = {
    "places":       (200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 302),
    "export":       (200, 200, 200, 403, 403, 403, 403, 403, 403, 403, 302),
    "place":        (200, 200, 200, 200, 404, 404, 404, 404, 404, 404, 302),
    "confirm":      (403, 403, 403, 403, 404, 404, 404, 404, 404, 404, 302),
    "decline":      (403, 403, 403, 403, 404, 404, 404, 404, 404, 404, 302),
    "lapse":        (403, 403, 403, 403, 404, 404, 404, 404, 404, 404, 302),
    "give-up":      (200, 403, 403, 200, 404, 404, 404, 404, 404, 404, 302),
    "close":        (403, 403, 403, 403, 404, 404, 404, 404, 404, 404, 302),
    "promote":      (403, 403, 403, 403, 404, 404, 404, 404, 404, 404, 302),
    "matchings":    (200, 200, 200, 403, 403, 403, 403, 403, 200, 403, 302),
    "open":         (403, 403, 403, 403, 403, 403, 403, 403, 403, 403, 302),
    "matching":     (200, 200, 200, 404, 404, 404, 404, 404, 404, 404, 302),
    "compute":      (403, 403, 403, 404, 404, 404, 404, 404, 404, 404, 302),
    "release":      (403, 403, 403, 404, 404, 404, 404, 404, 404, 404, 302),
    "cancel":       (200, 403, 403, 404, 404, 404, 404, 404, 404, 404, 302),
    "record":       (404, 403, 404, 404, 404, 404, 404, 404, 404, 404, 302),
    "as_place":     (404, 404, 404, 200, 404, 404, 404, 404, 404, 404, 302),
    "as_demand":    (404, 404, 404, 404, 404, 200, 404, 404, 404, 404, 302),
}  # fmt: skip
RELEASED = OPEN | {
    "place":        (200, 200, 200, 200, 404, 200, 404, 404, 404, 404, 302),
    "confirm":      (403, 403, 403, 403, 404, 403, 404, 404, 404, 404, 302),
    "decline":      (403, 403, 403, 403, 404, 403, 404, 404, 404, 404, 302),
    "lapse":        (403, 403, 403, 403, 404, 403, 404, 404, 404, 404, 302),
    "give-up":      (200, 403, 403, 200, 404, 403, 404, 404, 404, 404, 302),
    "close":        (403, 403, 403, 403, 404, 403, 404, 404, 404, 404, 302),
    "promote":      (403, 403, 403, 403, 404, 403, 404, 404, 404, 404, 302),
    "cancel":       (403, 403, 403, 404, 404, 404, 404, 404, 404, 404, 302),
    "record":       (200, 403, 200, 404, 404, 404, 404, 404, 404, 404, 302),
}  # fmt: skip


@pytest.fixture
def clients(market: Market, signed_in: Callable[[Person], Client]) -> dict[str, Client]:
    from didimdol.people import actions as people

    other = people.create_organisation(
        actor=SYSTEM, kind=OrganisationKind.OPERATOR, name={"ko": "다른기관", "en": "Another"}
    )
    foreign = worlds.person("타기관")
    worlds.give(foreign, other, Role.MANAGER)
    world = market.world
    who = {
        "manager": world.manager, "coordinator": world.coordinator, "auditor": world.auditor, "own": world.ceos[0],
        "rival": world.ceos[1], "company": market.person_of(market.demands[0]), "other": market.person_of(market.demands[2]),
        "judge": world.judges[next(iter(world.judges))][0], "foreign": foreign, "nobody": worlds.person("새사람"),
    }  # fmt: skip
    return {name: signed_in(person) for name, person in who.items()} | {"visitor": Client()}


def addresses(market: Market, matching: Matching) -> dict[str, str]:
    place, slug = market.place("01"), market.world.challenge.slug
    at, run = f"/selection/places/{place.pk}/", f"/selection/matchings/{matching.pk}/"
    return {
        "places": "/selection/places/",
        "export": f"/selection/places/export/{slug}/",
        "place": at,
        **{name: f"{at}{name}/" for name in ("confirm", "decline", "lapse", "give-up", "close", "promote")},
        "matchings": "/selection/matchings/",
        "open": f"/selection/matchings/open/{slug}/",
        "matching": run,
        **{name: f"{run}{name}/" for name in ("compute", "release", "cancel", "record")},
        "as_place": f"{run}places/{place.pk}/",
        "as_demand": f"{run}demands/{market.demands[0].pk}/",
    }


def statuses(clients: dict[str, Client], pages: dict[str, str], language: str) -> dict[str, tuple[int, ...]]:
    return {
        page: tuple(clients[name].get(url, headers={"accept-language": language}).status_code for name in PERSONAS)
        for page, url in pages.items()
    }


@pytest.mark.parametrize("language", ["ko", "en"])
def test_while_preferences_are_taken(market: Market, clients: dict[str, Client], language: str) -> None:
    market.confirm("01", "02", "03")
    assert statuses(clients, addresses(market, market.open()), language) == OPEN


@pytest.mark.parametrize("language", ["ko", "en"])
def test_after_the_release(market: Market, clients: dict[str, Client], language: str) -> None:
    assert statuses(clients, addresses(market, market.released()), language) == RELEASED


def test_a_post_is_refused_like_its_page(market: Market, clients: dict[str, Client]) -> None:
    matching = market.released()
    before = [(p.pk, p.row_version) for p in Place.objects.within(challenge=market.world.challenge).order_by("pk")]
    for page, url in addresses(market, matching).items():
        if page in ("places", "place", "matchings", "matching", "record"):
            continue
        for name, status in zip(PERSONAS, RELEASED[page], strict=True):
            if status != 200:
                answer = clients[name].post(url, {"reason": "사유"})
                # One who may do it, but not now: 409 or 403 says so; what is so already stays so.
                wanted = {403, 404} if name == "visitor" else {404} if status == 404 else {302, 403, 409}
                assert answer.status_code in wanted, (page, name)
    after = [(p.pk, p.row_version) for p in Place.objects.within(challenge=market.world.challenge).order_by("pk")]
    assert after == before
    assert Matching.objects.within(challenge=market.world.challenge).count() == 1


def test_confirming_on_the_page(market: Market, clients: dict[str, Client]) -> None:
    place = market.place("01")
    url = f"/selection/places/{place.pk}/"
    page = clients["own"].get(url).content.decode()
    assert "대표자가 기한까지 참여를 확정해" in page
    assert f"{url}confirm/" in page and f"{url}lapse/" not in page
    answer = clients["own"].post(f"{url}confirm/")
    assert (answer.status_code, answer["Location"]) == (302, url)
    assert market.place("01").state == "confirmed"
    english = clients["own"].get(url, headers={"accept-language": "en"}).content.decode()
    assert "Waiting to be matched with a demand." in english


def test_declining_without_a_reason_comes_back(market: Market, clients: dict[str, Client]) -> None:
    url = f"/selection/places/{market.place('01').pk}/decline/"
    assert clients["own"].post(url, {"reason": ""}).status_code == 422
    assert market.place("01").state == "offered"
    assert clients["own"].post(url, {"reason": "다른 사업"}).status_code == 302
    place = f"/selection/places/{market.place('01').pk}/"
    page = clients["manager"].get(place).content.decode()
    assert f"{place}promote/" in page
    asked = clients["manager"].get(f"{place}promote/").content.decode()
    assert "새싹05" in asked, "who is next is said before it is offered"
    assert clients["manager"].post(f"{place}promote/").status_code == 302
    assert market.place("05").state == "offered"


def test_too_late_says_so_on_the_page(market: Market, clients: dict[str, Client]) -> None:
    place = market.place("01")
    assert place.confirm_by is not None
    clock.move_to(place.confirm_by + timedelta(minutes=1))
    page = clients["own"].get(f"/selection/places/{place.pk}/", headers={"accept-language": "en"}).content.decode()
    assert "The time to confirm ended on" in page
    assert clients["own"].get(f"/selection/places/{place.pk}/confirm/").status_code == 403


def test_a_company_reads_no_line_and_no_reason(market: Market, clients: dict[str, Client]) -> None:
    """Of a matched startup the company sees whom it works with; not its standing, its reasons or its log."""
    market.released()
    place = market.place("01")
    text = clients["company"].get(f"/selection/places/{place.pk}/").content.decode()
    assert "노트북 소음 제거" in text
    assert "지나온 일" not in text and "예비 순번" not in text
    assert place.application.get_absolute_url() not in text
    actions.give_up_place(actor=market.ceo("01"), place=place, reason="내부 사정으로 접습니다")
    assert "내부 사정" not in clients["company"].get(f"/selection/places/{place.pk}/").content.decode()
    assert "내부 사정" in clients["own"].get(f"/selection/places/{place.pk}/").content.decode()


def test_the_list_filters(market: Market, clients: dict[str, Client]) -> None:
    def numbers(query: str) -> set[str]:
        page = clients["manager"].get(f"/selection/places/{query}").content.decode()
        return {p.application.number[-2:] for p in places if p.application.number in page}

    places = list(Place.objects.within(challenge=market.world.challenge).select_related("application"))
    assert numbers("") == {"01", "02", "03", "04", "05"}
    assert numbers("?state=reserve") == {"04", "05"}
    assert numbers("?q=새싹03") == {"03"}
    assert numbers(f"?q={market.place('04').application.number}") == {"04"}
    assert clients["manager"].get("/selection/places/?challenge=nothing").status_code == 404
    own = clients["own"].get("/selection/places/").content.decode()
    assert market.place("01").application.number in own
    assert market.place("03").application.number not in own


# --- preferences ---------------------------------------------------------------------------------------------------


def test_giving_an_order_on_the_page(market: Market, clients: dict[str, Client]) -> None:
    market.confirm("01", "02", "03")
    matching = market.open()
    first, second, third = market.demands
    urls = addresses(market, matching)
    own = clients["own"].get(f"/selection/places/{market.place('01').pk}/").content.decode()
    assert urls["as_place"] in own
    page = clients["own"].get(urls["as_place"]).content.decode()
    assert str(first.pk) in page and str(third.pk) not in page
    same = {"choice_1": str(first.pk), "choice_2": str(first.pk)}
    assert clients["own"].post(urls["as_place"], same).status_code == 422
    assert clients["own"].post(urls["as_place"], {"choice_1": str(third.pk)}).status_code == 422
    chosen = {"choice_1": str(second.pk), "choice_2": str(first.pk)}
    assert clients["own"].post(urls["as_place"], chosen).status_code == 302
    given = Preference.objects.within(matching=matching, place=market.place("01")).get()
    assert given.order == [str(second.pk), str(first.pk)]
    company = clients["company"].get(urls["as_demand"]).content.decode()
    assert "새싹01" in company and "새싹02" not in company
    rank = {f"place_{market.place(n).pk.hex}": str(r) for n, r in (("01", 2), ("03", 1))}
    assert clients["company"].post(urls["as_demand"], {**rank, "capacity": "-1"}).status_code == 422
    twice = dict.fromkeys(rank, "1")
    assert clients["company"].post(urls["as_demand"], {**twice, "capacity": "1"}).status_code == 422
    assert clients["company"].post(urls["as_demand"], {**rank, "capacity": "1"}).status_code == 302
    given = Preference.objects.within(matching=matching, demand=first).get()
    assert (given.order, given.capacity) == ([str(market.place(n).pk) for n in ("03", "01")], 1)
    again = clients["company"].get(urls["as_demand"]).content.decode()
    assert re.search(rf'name="place_{market.place("01").pk.hex}"[^>]*value="2"', again)


def test_after_the_end_the_page_says_so(market: Market, clients: dict[str, Client]) -> None:
    market.confirm("01", "02", "03")
    matching = market.open()
    clock.move_to(clock.now() + timedelta(days=3))
    url = addresses(market, matching)["as_place"]
    page = clients["own"].get(url, headers={"accept-language": "en"})
    assert page.status_code == 200
    assert "Preferences were taken until" in page.content.decode()
    assert clients["own"].post(url, {"choice_1": str(market.demands[0].pk)}).status_code == 403


def test_the_whole_matching_on_the_pages(market: Market, clients: dict[str, Client], signed_in: Any) -> None:
    slug = market.world.challenge.slug
    listed = f"/selection/matchings/?challenge={slug}"
    assert "아직 매칭이 없습니다" in clients["manager"].get(listed).content.decode()
    assert "참여 확정을 기다리는 기업이 3곳" in clients["manager"].get(listed).content.decode()
    market.confirm("01", "02", "03")
    url = f"/selection/matchings/open/{slug}/"
    assert clients["manager"].post(url, {"closes_at": "2020-01-01T10:00"}).status_code == 422
    closes = (clock.now() + timedelta(days=2)).astimezone(clock.KST).strftime("%Y-%m-%dT%H:%M")
    answer = clients["manager"].post(url, {"closes_at": closes})
    assert answer.status_code == 302
    matching = Matching.objects.within(challenge=market.world.challenge).get()
    assert answer["Location"] == matching.get_absolute_url()
    assert "순위를 기다리는 곳: 4" in clients["manager"].get(matching.get_absolute_url()).content.decode()
    clock.move_to(clock.now() + timedelta(days=3))
    assert clients["coordinator"].post(f"{matching.get_absolute_url()}compute/").status_code == 302
    page = clients["manager"].get(matching.get_absolute_url()).content.decode()
    assert "새싹01" in page and "노트북 소음 제거" in page
    assert clients["manager"].post(f"{matching.get_absolute_url()}release/").status_code == 302
    assert AccessEntry.objects.unscoped(why="test").filter(what="matching", subject_id=matching.pk).exists()
    record = clients["auditor"].get(f"{matching.get_absolute_url()}record/")
    assert record.json()["format"] == "didimdol.matching/1"
    assert f"{slug}.matching-1.json" in record["Content-Disposition"]


def test_the_export_leaves_its_reason(market: Market, clients: dict[str, Client]) -> None:
    market.released()
    url = addresses(market, Matching.objects.within(challenge=market.world.challenge).get())["export"]
    assert clients["manager"].post(url, {"reason": ""}).status_code == 422
    answer = clients["manager"].post(url, {"reason": "협약 준비"})
    assert answer.status_code == 200
    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        strings = book.read("xl/sharedStrings.xml").decode()
    assert "새싹01" in strings and "노트북 소음 제거" in strings and "참여 확정" in strings
    assert AuditEvent.objects.unscoped(why="test").filter(type="selection_places.exported").count() == 1


# --- constant cost -------------------------------------------------------------------------------------------------


def crowd(market: Market, count: int) -> None:
    """More places as they would come from the release, without the evaluation of each."""
    first = market.place("01")
    with writing("test.crowd", SYSTEM):
        for number in range(count):
            startup = Organisation(
                kind=OrganisationKind.STARTUP, name={"ko": f"떼{number:02}", "en": f"Crowd {number}"}
            )
            save(startup)
            application = Application.objects.within(pk=first.application_id).get()
            application.pk, application.startup, application.number = (
                UUID(int=number + 1),
                startup,
                f"crowd-{number:04}x",
            )
            application._state.adding = True
            save(application)
            place = Place.objects.within(pk=first.pk).get()
            place.pk, place.application, place.startup = UUID(int=number + 1), application, startup
            place._state.adding = True
            save(place)
        audit("test.crowded", first)


def test_the_list_costs_the_same_with_fifty_more(market: Market, clients: dict[str, Client], queries: Any) -> None:
    page = addresses(market, market.released())["places"]
    clients["manager"].get(page)
    with queries(LIST_QUERIES):
        assert clients["manager"].get(page).status_code == 200
    crowd(market, 50)
    with queries(LIST_QUERIES):
        assert clients["manager"].get(page).status_code == 200


def test_a_matching_costs_the_same_with_fifty_more(market: Market, clients: dict[str, Client], queries: Any) -> None:
    matching = market.computed()
    page = addresses(market, matching)["matching"]
    clients["manager"].get(page)
    with queries(MATCHING_QUERIES):
        assert clients["manager"].get(page).status_code == 200
    crowd(market, 50)
    matching = actions.compute_matching(actor=market.manager, matching=matching)
    assert len(matching.outcome["lines"]) == 53
    with queries(MATCHING_QUERIES):
        assert clients["manager"].get(page).status_code == 200


LIST_QUERIES = 6
MATCHING_QUERIES = 19
