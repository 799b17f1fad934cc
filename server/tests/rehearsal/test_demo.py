"""The demo of ``make run``, with made-up measurements: the challenge in its PoC and the open call, beside the cast."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from didimdol.evaluation.models import Draw, SessionPlan
from didimdol.funding.models import Disbursement
from didimdol.kernel import clock
from didimdol.people import actions as people
from didimdol.people.enums import Role
from didimdol.people.models import Person
from didimdol.people.queries import actor_of
from didimdol.programmes.models import Challenge
from didimdol.programmes.queries import phase
from didimdol.projects.models import Milestone, Project
from didimdol.rehearsal import cast, demo, filled
from didimdol.selection.models import MeetUp
from didimdol_decide.cli import main
from didimdol_decide.drawing import new_reveal
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


def written(folder: Path, content: object) -> Path:
    file = folder / f"{uuid4()}.json"
    file.write_text(json.dumps(content))
    return file


def test_a_challenge_in_its_poc(story: demo.Story, client: Client, tmp_path: Path) -> None:
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
    draws = Draw.objects.within(round__challenge=challenge).order_by("round__position")
    assert [(draw.state, draw.witness, draw.seats) for draw in draws] == [("drawn", "party-qualcomm", 6)] * 2
    for draw in draws:
        assert draw.people.filter(included=True, barred="").count() >= 2 * draw.seats
        drawn = draw.people.filter(standing="drawn").values_list("seat", flat=True)
        experts = draw.round.seats.filter(body="expert")
        assert set(drawn) == set(experts.values_list("pk", flat=True)) and drawn.count() == 6
        assert draw.people.filter(standing="drawn", kind="market").count() >= 3
        page = client.get(f"{draw.get_absolute_url()}public/")
        assert page.status_code == 200 and page.context["released"] and page.context["named"] == 0
        record, keys = (
            written(tmp_path, draw.record.document),
            written(tmp_path, client.get(reverse("records:keys")).json()),
        )
        assert main(["recompute", str(record), "--keys", str(keys)]) == 0
    plan = SessionPlan.objects.within(round__challenge=challenge).get()
    presented = plan.sessions.filter(ended_at__isnull=True).count()
    assert plan.state == "published" and presented == len(plan.problem["meetings"]) > 0
    meet_up = MeetUp.objects.within(challenge=challenge).get()
    assert meet_up.state == "published" and meet_up.meetings.filter(ended_at__isnull=True).count() == 4
    shown = {email for email, role, _ in demo.accounts() if role.startswith("PoC")}
    assert len(shown) == 3  # a startup, its company's lead and its budget owner
    assert shown <= {account["email"] for account in demo.accounts_that_exist()}


def test_a_draw_that_waits_for_two_bodies(story: demo.Story, signed_in: Callable[[Person], Client]) -> None:
    """Whoever signs in with the accounts that are shown finishes it."""
    story.to_be_drawn(demo.opened(demo.TO_BE_DRAWN, NOW, demo.DRAW_OPENED), NOW)
    draw = Draw.objects.within(round__challenge__slug="mid-size-2026").get()
    assert draw.state == "sealed" and draw.reveal_by is not None and draw.reveal_by > NOW
    assert draw.people.filter(included=True, barred="").count() >= 2 * draw.seats
    assert draw.people.filter(person__email=f"expert@{cast.DOMAIN}", included=True).exists()
    assert draw.round.seats.filter(body="demand").exists() and not draw.round.seats.filter(body="expert").exists()
    shown = {part.login for part in cast.STAFF if part.shown}
    secrets = {"coordinator": new_reveal("operator"), "auditor": new_reveal("auditor")}
    assert secrets.keys() <= shown
    here = draw.get_absolute_url()
    clients = {login: signed_in(Person.objects.get(email=f"{login}@{cast.DOMAIN}")) for login in secrets}
    for login, client in clients.items():
        assert here in client.get("/home/").content.decode()
        given = {"commitment": secrets[login].commitment(draw.pool_digest).commitment}
        assert client.post(f"{here}commit/", given).status_code == 302
    for login, client in clients.items():
        given = {"secret": json.dumps(secrets[login].as_json())}
        assert client.post(f"{here}reveal/", given).status_code == 302
    draw.refresh_from_db()
    assert draw.state == "drawn" and draw.round.seats.filter(body="expert").count() == draw.seats


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
