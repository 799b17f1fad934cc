"""The demo of ``make run``, with made-up measurements: the challenge in its PoC and the open call, beside the cast."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from didimdol.funding.models import Disbursement
from didimdol.kernel import clock
from didimdol.people import actions as people
from didimdol.people.enums import Role
from didimdol.people.queries import actor_of
from didimdol.programmes.models import Challenge
from didimdol.programmes.queries import phase
from didimdol.projects.models import Milestone, Project
from didimdol.rehearsal import cast, demo, filled
from server.tests.rehearsal.canned import canned
from server.tests.worlds import kst

NOW = kst("2026-11-27 10:00")


@pytest.fixture
def story(db: None) -> demo.Story:
    """With everybody of the challenge in evaluation, so that no address and no business number is taken twice."""
    clock.move_to(NOW)
    for part in (*cast.STAFF, *cast.COMPANY, cast.SPONSOR, *cast.EXPERTS, cast.STARTUP_STAFF):
        cast.person(part)
    operator = cast.organisation("operator")
    for part in cast.STAFF:
        cast.take_role(part, operator)
    for startup in cast.STARTUPS:
        ceo = cast.person(cast.Part(startup.key, startup.ceo, Role.CEO, startup.key))
        people.register_startup(
            actor=actor_of(ceo),
            name=startup.name,
            business_number=filled.business_number(startup.serial),
            founded_on=date.fromisoformat(startup.founded),
        )
    return demo.Story(lambda line: None, operator, measure=canned)


def test_a_challenge_in_its_poc(story: demo.Story) -> None:
    story.in_poc(demo.opened(demo.IN_POC, NOW, demo.POC_OPENED), NOW)
    challenge = Challenge.objects.within(slug="vertical-2025").get()
    assert challenge.example
    projects = Project.objects.within(challenge=challenge)
    assert projects.count() == 4
    assert set(projects.values_list("state", flat=True)) == {"active"}
    firsts = Milestone.objects.within(project__in=projects, position=1)
    assert set(firsts.values_list("state", flat=True)) == {"approved"}
    paid = Disbursement.objects.within(project__in=projects, state="released")
    assert {payment.milestone.position for payment in paid.select_related("milestone")} == {1}
    seconds = Milestone.objects.within(project__in=projects, position=2)
    in_order = seconds.order_by("project__number").values_list("state", flat=True)
    assert list(in_order) == ["delivered", "accepted", "approved", "planned"]
    assert Disbursement.objects.within(project__in=projects, state="requested").count() == 1
    shown = {email for email, role, _ in demo.accounts() if role.startswith("PoC")}
    assert len(shown) == 3  # a startup, its company's lead and its budget owner
    assert shown <= {account["email"] for account in demo.accounts_that_exist()}


def test_a_call_that_is_open_now(story: demo.Story) -> None:
    story.open_call(NOW - timedelta(days=6))
    challenge = Challenge.objects.within(slug="fabless-2026").get()
    assert phase(challenge) == "open"
    assert challenge.example


@pytest.mark.parametrize("days", range(7))
def test_its_events_keep_their_day_of_the_week(days: int) -> None:
    now = NOW + timedelta(days=days)
    opened = demo.opened(demo.ON_DEVICE, now, 26)
    assert opened.strftime("%A") == "Wednesday"  # as 2025-02-26 in the file
    assert 26 <= (now - opened).days <= 32


def test_it_is_made_once(story: demo.Story) -> None:
    story.open_call(NOW - timedelta(days=6))
    said: list[str] = []
    demo.play(said.append)
    assert said == []
