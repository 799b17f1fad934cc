"""How much of an order is luck, told before the call: from the rulebook alone, in the report, terminal and pages."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from didimdol.people.enums import OrganisationKind, Role
from didimdol.programmes.rulebook import parse, resolve_calendar
from didimdol.rehearsal import chance, chance_chart, foresight, keeping
from didimdol.rehearsal.panels import loads
from didimdol.rehearsal.printing import Screen
from server.tests import worlds
from server.tests.rehearsal.conftest import world_of
from server.tests.rehearsal.test_pages import sample, visitor
from server.tests.worlds import small_rulebook

Change = Callable[[Any], None]


def seats(experts: int, demand: int) -> Change:
    def change(book: Any) -> None:
        stage = book["evaluation"]["stages"][0]
        stage["panel"]["seats"] = experts + demand
        for body, count in zip(stage["rule"]["bodies"], (experts, demand), strict=True):
            body["seats"] = count

    return change


def entries(
    change: Change | None = None, applications: int = 60, stages: int = 1, **given: int
) -> list[dict[str, Any]]:
    book = parse(small_rulebook(change=change, stages=stages), "small.yaml").rulebook
    return chance.chances(book, loads(book, resolve_calendar(book), applications), **given)


def test_every_stage_that_selects_has_its_figures() -> None:
    paper, final = entries(stages=2)
    assert (paper["applications"], paper["places"], paper["final"]) == (60, 6, False)
    assert (final["applications"], final["places"], final["final"]) == (6, 3, True)
    assert paper["luck"] == 0.1 and final["luck"] == 0.5
    for entry in (paper, final):
        for world in range(3):
            held = [share for _, share in chance_chart.shares(entry, world)]
            assert entry["luck"] < held[0] < held[-1] < 1
    assert entries(stages=2) == [paper, final]  # the same every time


def test_a_stage_in_which_all_may_go_on_decides_nothing() -> None:
    assert entries(applications=3) == []


def test_a_small_panel_is_warned_of_and_a_large_one_is_not() -> None:
    (small,), (large,) = entries(seats(1, 1)), entries(seats(9, 6))
    (warning,) = chance.found([small])
    assert warning.severity == "warning" and warning.rule == "evaluation.stages.paper.panel.seats"
    more = chance.enough(small)
    assert more is not None and more > 2
    assert f"위원 {more}명이면" in warning.change["ko"] and f"With {more} evaluators" in warning.change["en"]
    assert "신청 60건 가운데 3건" in warning.what["ko"]
    assert list(chance.found([large])) == []


def test_the_same_people_for_everybody_take_the_luck_of_severity_away() -> None:
    """Where all applications are judged by the same two people, who is harsh is harsh to all."""
    (same,) = entries(seats(1, 1), experts=1, judges=1)
    (various,) = entries(seats(1, 1), experts=30, judges=30)
    strict = 1  # severity differs as much as quality
    assert dict(chance_chart.shares(same, strict))[2] > dict(chance_chart.shares(various, strict))[2] + 0.1


def test_it_is_in_the_report_the_terminal_and_on_its_page(make_person: Any, make_organisation: Any, grant: Any, signed_in: Any, db: None) -> None:  # fmt: skip
    world = world_of(seats(1, 1), applicants=40)
    assert any(found.subject == "chance" for found in foresight.foreseen(world))
    report = sample() | {"figures": {**sample()["figures"], "chance": world.figures["chance"]}}
    for lang, words in (("ko", "다른 위원이 평가하였어도"), ("en", "other evaluators")):
        out = io.StringIO()
        Screen(lang, out).report(report)
        assert words in out.getvalue() and "2*" in out.getvalue()
    operator = make_organisation(OrganisationKind.OPERATOR, "모의 운영기관", "Rehearsing agency")
    manager = visitor(make_person, grant, signed_in, operator, Role.MANAGER)
    page = manager.get(keeping.store(report, operator).get_absolute_url()).content.decode()
    assert page.count("<polyline") == 3 and "2 (계획)" in page
    assert "위원이 몇 명이어야 운이 아닙니까" in page


@pytest.fixture
def address(world: worlds.World) -> str:
    return reverse("rehearsal:evaluators", args=[world.challenge.slug])


@pytest.fixture
def world(db: None) -> worlds.World:
    return worlds.open_challenge(experts=1, judges=1)


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_a_manager_asks_before_the_notice(world: worlds.World, address: str, signed_in: Any, lang: str) -> None:
    client: Client = signed_in(world.manager)
    client.cookies["django_language"] = lang
    assert address in client.get(world.challenge.manage_url).content.decode()
    page = client.get(address, {"applicants": "60", "experts": "", "judges": "2"})
    words = page.content.decode()
    assert page.status_code == 200 and words.count("<polyline") == 3
    assert {"ko": "3 (계획)", "en": "3 (planned)"}[lang] in words
    assert ("style=" in words) is False
    few = client.get(address, {"applicants": "3"})
    assert few.status_code == 200 and "<polyline" not in few.content.decode()
    wrong = client.get(address, {"applicants": "0"})
    assert wrong.status_code == 422 and "<polyline" not in wrong.content.decode()


def test_it_is_the_operators_business(world: worlds.World, address: str, signed_in: Any, queries: Any) -> None:
    assert signed_in(world.experts[0]).get(address).status_code == 403
    assert Client().get(address).status_code in (302, 403)
    manager: Client = signed_in(world.manager)
    with queries(5):
        assert manager.get(address).status_code == 200
