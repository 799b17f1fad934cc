"""The front page, the homes, and what the machines ask."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from didimdol.kernel.actor import SYSTEM
from didimdol.people import actions as people
from didimdol.people.enums import Role
from server.tests import worlds

pytestmark = pytest.mark.django_db


def test_an_empty_front_page_says_so(client: Any) -> None:
    page = client.get("/", headers={"accept-language": "ko"}).content.decode()
    assert "지금 접수 중인 챌린지가 없습니다" in page


def test_the_front_page_speaks_english(client: Any) -> None:
    page = client.get("/", headers={"accept-language": "en"}).content.decode()
    assert "From a company's demand to an AI that ships" in page


@pytest.mark.parametrize("address", ["/healthz", "/readyz", "/metrics"])
def test_machines_are_answered(client: Any, address: str) -> None:
    assert client.get(address).status_code == 200


def test_metrics_are_for_this_machine_only(client: Any) -> None:
    assert client.get("/metrics", REMOTE_ADDR="203.0.113.9").status_code == 404


def test_a_home_wants_a_sign_in(client: Any) -> None:
    response = client.get("/home/")
    assert (response.status_code, response["Location"]) == (302, "/account/login/?next=/home/")


def test_somebody_without_a_role_is_told_how_to_begin(make_person: Any, signed_in: Any) -> None:
    page = signed_in(make_person()).get("/home/", headers={"accept-language": "ko"}).content.decode()
    assert "창업기업 등록" in page and "지금 기다리는 일이 없습니다" in page


def test_each_role_sees_what_waits_and_where_to_go_on(signed_in: Any) -> None:
    world = worlds.closed_challenge(applications=2)
    worlds.scoring_round(world)
    for person, words in (
        (world.manager, ("다른 사람을 기다리는 일", "운영 화면")),
        (world.coordinator, ("다른 사람을 기다리는 일",)),
        (world.experts[0], ("평가표를 작성해 제출해 주십시오", "평가 목록 열기")),
        (world.ceos[0], ("우리 회사의 신청", "평가 중")),
    ):
        page = signed_in(person).get("/home/", headers={"accept-language": "ko"}).content.decode()
        for word in words:
            assert word in page, (person.name, word)


def test_the_home_costs_the_same_however_much_waits(signed_in: Any) -> None:
    """Eight applications to score cost no more queries than one."""
    counts = []
    for number, applications in enumerate((1, 8)):
        world = worlds.closed_challenge(applications=applications, key=f"small-{number}")
        worlds.scoring_round(world)
        client = signed_in(world.experts[0])
        client.get("/home/")
        with CaptureQueriesContext(connection) as captured:
            client.get("/home/")
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_platform_staff_have_no_power_without_a_session(
    make_person: Any, make_organisation: Any, signed_in: Any
) -> None:
    person, operator = make_person(), make_organisation("operator")
    people.assign_role(actor=SYSTEM, person=person, organisation=operator, role=Role.PLATFORM)
    assert signed_in(person).get("/records/").status_code == 403
