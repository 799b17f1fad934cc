"""The homes after the selection: own projects with their next step, money and adoption, by role; never others'."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from didimdol.kernel import clock
from didimdol.kernel.action import audit, wait, writing
from didimdol.kernel.actor import SYSTEM
from didimdol.outcomes import actions
from didimdol.people.enums import Role
from didimdol.projects.models import Milestone
from didimdol.projects.states.milestone import MILESTONE
from server.tests import worlds
from server.tests.outcomes.worlds import Signed, make_project, signed_project
from server.tests.site.standing import standing

KO = {"accept-language": "ko"}


@standing.world
def signed() -> Signed:
    return signed_project()


def milestone(signed: Signed, state: str, *, due: date = date(2025, 8, 1)) -> Milestone:
    """A milestone of the project, with the to-dos of its state."""
    row = Milestone(
        project=signed.project, position=1, title="비밀 단계", due_on=due, amount=1, gate="witnessed", state=state
    )
    with writing("tests.milestone", SYSTEM):
        row.save()
        waits = MILESTONE.states[state].waits
        assert waits is not None
        wait(row, list(waits(row)))
        audit("tests.milestone", row)
    return row


def home(signed_in: Any, person: Any, **headers: str) -> str:
    return str(signed_in(person).get("/home/", headers=headers or KO).content.decode())


def test_the_startup_reads_its_next_step_its_money_and_its_adoption(signed: Signed, signed_in: Any) -> None:
    milestone(signed, "planned")
    page = home(signed_in, signed.ceo)
    for words in (
        "우리 회사의 과제",
        signed.project.number,
        "내가 할 일",
        "단계 결과물을 제출해 주십시오",
        "100,000,000원",
        "도입 검토 중",
    ):
        assert words in page
    # what waits for the company's budget owner is told, without a link into somebody else's work
    assert "다른 사람을 기다리는 일" in page
    assert "도입 여부를 결정해 주십시오" in page


def test_the_company_sees_no_money_and_waits_for_the_startup(signed: Signed, signed_in: Any) -> None:
    milestone(signed, "planned")
    page = home(signed_in, signed.lead)
    assert signed.project.number in page
    assert "단계 결과물을 제출해 주십시오" in page
    assert "내가 할 일" not in page
    assert "100,000,000원" not in page
    milestone_page = home(signed_in, signed.owner)
    assert "내가 할 일" in milestone_page  # the budget owner's: the decision


def test_an_overdue_decision_stands_first_and_says_since_when(signed: Signed, signed_in: Any) -> None:
    clock.move_to(worlds.kst("2026-07-03 10:00"))
    assert "214일째 답 없음" in home(signed_in, signed.ceo)
    assert "no answer for 214 days" in home(signed_in, signed.lead, **{"accept-language": "en"})


def test_rivals_and_strangers_see_nothing_of_it(signed: Signed, signed_in: Any) -> None:
    milestone(signed, "planned")
    for person in (signed.rival, signed.rival_ceo, signed.world.experts[0]):
        assert signed.project.number not in home(signed_in, person)


def test_the_sponsor_sees_whom_to_introduce_and_no_to_do_of_the_project(signed: Signed, signed_in: Any) -> None:
    milestone(signed, "planned")
    actions.record_introduction(
        actor=signed.acts("sponsor_person"), case=signed.case, to_name="Pacific", country="US", kind="customer"
    )
    page = home(signed_in, signed.sponsor_person)
    for words in ("후원하는 과제", signed.project.number, "소개 1", "고객·협력사에 소개하기"):
        assert words in page
    assert "단계 결과물" not in page
    assert "도입 검토 중" not in page


@pytest.mark.parametrize("who", ["manager", "coordinator", "auditor"])
def test_the_operator_reads_the_figures_of_its_challenge(signed: Signed, signed_in: Any, who: str) -> None:
    milestone(signed, "planned")
    clock.move_to(worlds.kst("2025-12-03 10:00"))
    page = home(signed_in, getattr(signed.world, who))
    for label, number in (("늦은 단계", 1), ("수행 중", 1), ("도입 답 없음", 1)):
        after = page.split(label, 1)[1][:80]
        assert f'<dd class="n">{number}</dd>' in after, label


def test_a_home_costs_the_same_with_one_project_and_ten(signed: Signed, signed_in: Any) -> None:
    def cost(client: Client) -> int:
        client.get("/home/")
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/home/").status_code == 200
        return len(captured)

    milestone(signed, "planned")
    clients = [signed_in(person) for person in (signed.lead, signed.world.manager, signed.sponsor_person)]
    before = [cost(client) for client in clients]
    clock.move_to(worlds.OPEN)
    applications = [worlds.apply(signed.world, "laptop") for _ in range(9)]
    clock.move_to(worlds.kst("2025-06-02 10:00"))
    for number, application in enumerate(applications):
        make_project(signed.world, signed.demand, application, date(2025, 12, 1) + timedelta(days=number), signed.owner)
    assert [cost(client) for client in clients] == before


def test_a_newcomer_to_a_company_has_an_empty_home_that_says_what_comes(signed: Signed, signed_in: Any) -> None:
    person = worlds.person("새실무")
    worlds.give(person, signed.world.companies["river"], Role.DEMAND_LEAD, signed.world.challenge, field="robot")
    page = home(signed_in, person)
    assert "아직 과제가 없습니다" in page
    assert signed.project.number not in page
