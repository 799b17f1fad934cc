"""An evaluator's role ends while they hold a seat: no application comes to them, and the pages say what to do."""

from __future__ import annotations

from typing import Any

import pytest

from didimdol.evaluation import actions
from didimdol.evaluation.filling import propose
from didimdol.evaluation.guards import empty_seats
from didimdol.evaluation.models import Ballot
from didimdol.kernel.actor import SYSTEM
from didimdol.people import actions as people
from didimdol.people.enums import Role
from server.tests import worlds
from server.tests.evaluation.drawing import SignedIn, page, scene
from server.tests.evaluation.test_filling import ballots, four_of, recuse, seat_of

pytestmark = pytest.mark.django_db


def end_role(person: Any) -> None:
    people.end_role(actor=SYSTEM, assignment=person.assignments.get())


def test_applications_are_not_assigned_to_somebody_without_the_role(signed_in: SignedIn) -> None:
    world = worlds.closed_challenge(applications=2, experts=3)
    round = worlds.declaring_round(world)
    for seat in round.seats.all():
        worlds.declare(seat)
    client, gone = signed_in(world.coordinator), world.experts[0]
    assert "평가위원 역할이 끝난" not in client.get(round.get_absolute_url()).content.decode()
    end_role(gone)
    told = f"평가위원 역할이 끝난 사람이 있습니다: {gone.name}."
    assert told in client.get(round.get_absolute_url()).content.decode()
    assert told in client.get(page("assign", round.pk)).content.decode()
    refused = client.post(page("assign", round.pk))
    assert refused.status_code == 403 and told in refused.content.decode()
    assert not Ballot.objects.within(seat__round=round).exists()
    # either way out
    vacate = client.post(page("seat-vacate", seat_of(round, gone).pk), {"reason": "역할이 끝남"})
    assert vacate.status_code == 302
    assert told not in client.get(round.get_absolute_url()).content.decode()
    other = world.experts[1]
    end_role(other)
    assert client.post(page("assign", round.pk)).status_code == 403
    worlds.give(other, world.institute, Role.EXPERT, world.challenge)
    assert client.post(page("assign", round.pk)).status_code == 302
    assert not Ballot.objects.within(seat__person=gone).exists()
    assert Ballot.objects.within(seat__person=other).count() == 2


def test_empty_seats_are_not_filled_with_somebody_without_the_role(signed_in: SignedIn) -> None:
    world, round = four_of()
    client, gone = signed_in(world.coordinator), world.experts[0]
    held = {ballot.pk for ballot in ballots(round, seat__person=gone)}
    assert len(held) == 2
    end_role(gone)
    told = f"평가위원 역할이 끝난 사람이 있습니다: {gone.name}."
    assert told in client.get(round.get_absolute_url()).content.decode()
    own = {ballot.application_id for ballot in ballots(round, seat__person=gone)}
    for empty in [b for b in ballots(round, seat__body="expert") if b.application_id not in own][:1]:
        recuse(world, empty)
    mine = str(seat_of(round, gone).pk)
    found = propose(round)
    assert found.came and mine not in {seat for _, seat in found.came} and not found.went
    assert told in client.get(page("fill", round.pk)).content.decode()
    assert client.post(page("fill", round.pk)).status_code == 302
    assert {b.pk for b in ballots(round, seat__person=gone)} == held
    # once their seat is vacated, what they held goes to others
    assert client.post(page("seat-vacate", mine), {"reason": "역할이 끝남"}).status_code == 302
    assert client.post(page("fill", round.pk)).status_code == 302
    assert not empty_seats(round) and told not in client.get(round.get_absolute_url()).content.decode()


def test_who_was_drawn_and_lost_the_role_is_replaced(signed_in: SignedIn) -> None:
    drawing = scene()
    draw = drawing.drawn()
    coordinator = signed_in(drawing.world.coordinator)
    assert "평가위원 역할이 끝났습니다" not in coordinator.get(page("draw", draw.pk)).content.decode()
    gone = draw.people.filter(standing="drawn").select_related("person").order_by("code")[0]
    end_role(gone.person)
    assert "평가위원 역할이 끝났습니다" in coordinator.get(page("draw", draw.pk)).content.decode()
    replacement = actions.ask_replacement(actor=drawing.runs, leaving=gone, ground="role_ended")
    actions.accept_replacement(actor=drawing.acts(drawing.world.manager), replacement=replacement)
    assert "평가위원 역할이 끝났습니다" not in coordinator.get(page("draw", draw.pk)).content.decode()
