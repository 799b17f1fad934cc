"""A list of fifty costs the queries of a list of one. Whole pages over HTTP, the frame among them."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from didimdol.demands.models import Demand
from didimdol.evaluation.models import Round
from didimdol.kernel import clock
from didimdol.kernel.action import writing
from didimdol.kernel.actor import SYSTEM
from didimdol.notices.models import Message, Todo
from didimdol.people.enums import Role
from didimdol.people.models import Organisation, Person, RoleAssignment
from didimdol.programmes.models import Challenge
from didimdol.records.models import SignedHead
from server.tests import worlds
from server.tests.house.standing import standing

TESTS = Path(__file__).resolve().parents[1]
#: lists whose room has the test: list → file and function
IN_ROOMS = {
    "applications:list": ("applications/test_list.py", "test_the_same_queries_at_1_and_50_rows"),
    "people:organisation": ("people/test_pages.py", "test_the_page_of_an_organisation_costs_the_same"),
    "people:profile": ("people/test_pages.py", "test_the_profile_costs_the_same"),
    "records:log": ("records/test_pages.py", "test_the_lists_cost_the_same_with_one_row_and_fifty"),
    "records:access": ("records/test_pages.py", "test_the_lists_cost_the_same_with_one_row_and_fifty"),
    "verification:devices": ("verification/test_pages.py", "test_the_page_costs_the_same_with_one_row_and_fifty"),
    "verification:device": ("verification/test_device_page.py", "test_the_page_costs_the_same_with_one_row_and_fifty"),
    "selection:list": ("selection/test_pages.py", "test_the_list_costs_the_same_with_fifty_more"),
    "selection:selection": ("selection/test_pages.py", "test_the_ranking_costs_the_same_with_fifty_more"),
    "selection:how_sure": ("selection/test_how_sure.py", "test_the_page_costs_the_same_with_fifty_more"),
    "selection:deviations": ("selection/test_remarks.py", "test_the_lists_cost_the_same_with_fifty_more"),
    "selection:remarks": ("selection/test_remarks.py", "test_the_lists_cost_the_same_with_fifty_more"),
    "selection:meet_ups": ("selection/test_meeting_pages.py", "test_the_pages_cost_the_same_with_one_row_and_fifty"),
    "selection:meet_up": ("selection/test_meeting_pages.py", "test_the_pages_cost_the_same_with_one_row_and_fifty"),
    "evaluation:sessions": ("evaluation/test_session_pages.py", "test_the_pages_cost_the_same_with_one_row_and_fifty"),
    "outcomes:list": ("outcomes/test_pages.py", "test_the_lists_cost_the_same_with_one_row_and_fifty"),
    "outcomes:introductions": ("outcomes/test_pages.py", "test_the_lists_cost_the_same_with_one_row_and_fifty"),
    "outcomes:case": ("outcomes/test_pages.py", "test_the_lists_cost_the_same_with_one_row_and_fifty"),
    "webhooks:list": ("api/test_webhook_pages.py", "test_the_lists_cost_the_same_with_one_row_and_fifty"),
    "webhooks:webhook": ("api/test_webhook_pages.py", "test_the_lists_cost_the_same_with_one_row_and_fifty"),
    "programmes:challenge": ("demands/test_pages.py", "test_the_notice_costs_the_same_with_one_demand_and_with_fifty"),
}

Fill = Callable[[worlds.World, int], object]


def _challenges(world: worlds.World, rows: int) -> list[Challenge]:
    old = Challenge.objects.within(pk=world.challenge.pk).get()
    return Challenge.objects.bulk_create(
        Challenge(
            programme=old.programme, slug=f"more-{n}", name={"ko": f"더 {n}", "en": f"More {n}"}, rulebook=old.rulebook,
            state="announced", announced_at=old.announced_at, opens_at=old.opens_at, closes_at=old.closes_at,
        )
        for n in range(rows)
    )  # fmt: skip


def _demands(world: worlds.World, rows: int) -> None:
    Demand.objects.bulk_create(
        Demand(
            challenge=world.challenge, field=world.challenge.fields.get(key="laptop"), company=world.companies["river"],
            written_by=world.manager, title={"ko": f"수요 {n}", "en": f"Demand {n}"}, decision_on=date(2025, 12, 1),
            state="published", published_at=clock.now(),
        )
        for n in range(rows)
    )  # fmt: skip


def _messages(world: worlds.World, rows: int) -> None:
    Message.objects.bulk_create(
        Message(person=world.manager, address="a@example.kr", subject=f"알림 {n}", body="내용", url="/")
        for n in range(rows)
    )


def _organisations(world: worlds.World, rows: int) -> None:
    more = Organisation.objects.bulk_create(
        Organisation(kind="operator", name={"ko": f"기관 {n}", "en": f"Body {n}"}) for n in range(rows)
    )
    RoleAssignment.objects.bulk_create(
        RoleAssignment(person=world.manager, organisation=one, role=Role.MANAGER.value, valid_from=clock.now())
        for one in more
    )


def _rounds(world: worlds.World, rows: int) -> None:
    Round.objects.bulk_create(
        Round(
            challenge=challenge, stage="paper", position=0, closes_at=clock.now() + timedelta(days=3), state="preparing"
        )
        for challenge in _challenges(world, rows)
    )


def _todos(world: worlds.World, rows: int) -> None:
    Todo.objects.bulk_create(
        Todo(
            subject_model="evaluation.Ballot", subject_id=uuid.uuid4(), challenge=world.challenge.pk, url="/", person=person,
            what={"ko": f"할 일 {n}", "en": f"To do {n}"}, since=clock.now(), until=clock.now() + timedelta(days=n + 1),
        )
        for n in range(rows)
        for person in (world.manager, world.auditor)
    )  # fmt: skip


def _heads(world: worlds.World, rows: int) -> None:
    SignedHead.objects.bulk_create(
        SignedHead(
            chain="site", day=date(2025, 1, 1) + timedelta(days=n), sequence=n, hash="0" * 64, key_id="k", signature="s"
        )
        for n in range(rows)
    )


#: list → what fills it, how many queries the page takes, and what each row shows
LISTS: dict[str, tuple[Fill, int, str]] = {
    "programmes:list": (_challenges, 7, "더 "),
    "demands:list": (_demands, 6, "수요 "),
    "notices:list": (_messages, 6, "알림 "),
    "people:organisations": (_organisations, 5, "기관 "),
    "evaluation:list": (_rounds, 6, "더 "),
    "site:home": (_todos, 12, "할 일 "),
    "records:heads": (_heads, 6, "2025"),
}


@standing.world
def world() -> worlds.World:
    return worlds.open_challenge(experts=0, judges=0)


@pytest.mark.django_db
@pytest.mark.parametrize("rows", [1, 50])
@pytest.mark.parametrize("name", sorted(LISTS))
def test_the_list_costs_the_same_with_one_row_and_with_fifty(
    name: str, rows: int, world: worlds.World, signed_in: Callable[[Person], Client], queries: Any
) -> None:
    fill, cost, row = LISTS[name]
    with writing("tests.fill", SYSTEM):
        fill(world, rows)
    client = signed_in(world.manager)
    client.get(reverse(name))
    with queries(cost):
        page = client.get(reverse(name))
    assert page.status_code == 200
    assert page.content.decode().count(row) >= min(rows, 6)


@pytest.mark.parametrize("name", sorted(IN_ROOMS))
def test_the_room_has_its_test(name: str) -> None:
    file, function = IN_ROOMS[name]
    source = (TESTS / file).read_text()
    assert f"def {function}(" in source and "50" in source
