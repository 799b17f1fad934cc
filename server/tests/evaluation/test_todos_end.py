"""To-dos of an evaluation end with what makes them pointless: the call, the closing, the role, the challenge."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from didimdol.applications import actions as applications
from didimdol.applications.actions import withdraw_application
from didimdol.evaluation import actions
from didimdol.evaluation.models import Ballot
from didimdol.evaluation.rules import evaluator_may_open
from didimdol.kernel import clock
from didimdol.kernel.actor import SYSTEM
from didimdol.kernel.problems import AccessDenied
from didimdol.notices.queries import todos_for
from didimdol.people import actions as people
from didimdol.people.enums import Role
from didimdol.programmes.actions import cancel_challenge
from server.tests import todos, worlds
from server.tests.evaluation.drawing import SignedIn, page

pytestmark = pytest.mark.django_db


def seat_late(world: worlds.World, round: Any) -> Any:
    """An evaluator who is seated while the round is scored: they still have to declare."""
    expert = worlds.add_expert(world, "늦은 전문가")
    return actions.seat_evaluator(
        actor=world.runs, round=round, person=expert, organisation=world.institute, body="expert"
    )


def test_a_draft_waits_until_the_evaluation_begins(db: None) -> None:
    world = worlds.open_challenge()
    worlds.apply(world)
    startup = worlds.add_startup(world)
    ceo = world.actor(world.ceos[-1])
    draft = applications.start_application(actor=ceo, challenge=world.challenge, startup=startup)
    demand = worlds.drafted_demand(world, "river")
    assert {todo.subject_id for todo in todos.open_todos()} == {draft.pk, demand.pk}
    clock.move_to(worlds.CLOSED)
    worlds.open_round(world)
    assert {todo.subject_model for todo in todos.open_todos()} == {"evaluation.Round"}
    assert not todos_for(ceo).exists()


def test_who_was_seated_late_owes_no_declaration_once_the_round_is_closed(db: None) -> None:
    world = worlds.closed_challenge(applications=2, experts=2)
    round = worlds.scoring_round(world)
    seat = seat_late(world, round)
    assert [todo.subject_id for todo in todos.open_todos(person=seat.person)] == [seat.pk]
    clock.move_to(round.closes_at)
    worlds.close(world, round)
    assert todos.open_todos(person__isnull=False) == []


def test_a_todo_is_an_evaluators_while_they_hold_the_role(signed_in: SignedIn) -> None:
    world = worlds.closed_challenge(applications=2, experts=2)
    worlds.scoring_round(world)
    gone, other = world.experts
    client = signed_in(gone)
    before = list(todos_for(world.actor(gone)))
    assert len(before) == 2 and client.get(before[0].url).status_code == 200
    people.end_role(actor=SYSTEM, assignment=gone.assignments.get())
    assert client.get(before[0].url).status_code == 404
    assert not todos_for(world.actor(gone)).exists() and todos_for(world.actor(other)).count() == 2
    assert gone.name in signed_in(world.coordinator).get("/home/").content.decode(), "it still waits for them"
    worlds.give(gone, world.institute, Role.EXPERT, world.challenge)
    assert list(todos_for(world.actor(gone))) == before
    assert todos.refused({}) == []


def test_in_a_cancelled_challenge_nothing_waits_and_nothing_goes_on(signed_in: SignedIn) -> None:
    world = worlds.closed_challenge(applications=2, experts=2)
    round = worlds.scoring_round(world)
    seat_late(world, round)
    ballot = Ballot.objects.within(seat__round=round, seat__person=world.experts[0]).order_by("application__number")[0]
    expert, coordinator = world.actor(world.experts[0]), signed_in(world.coordinator)
    assert evaluator_may_open(expert, ballot.application)
    assert len(todos.open_todos()) > 4
    cancel_challenge(actor=world.actor(world.manager), challenge=world.challenge, reason="예산이 없어졌습니다")
    assert todos.open_todos() == []
    assert not evaluator_may_open(expert, ballot.application)
    with pytest.raises(AccessDenied) as refused:
        worlds.lock(Ballot.objects.within(pk=ballot.pk).select_related("seat__person", "application").get())
    assert refused.value.code == "challenge_cancelled"
    round.refresh_from_db()
    clock.move_to(round.closes_at + timedelta(hours=1))
    answer = coordinator.post(page("close", round.pk))
    assert answer.status_code == 403 and "취소된 챌린지" in answer.content.decode()
    assert coordinator.get(round.get_absolute_url()).status_code == 200
    for ceo, application in zip(world.ceos, world.applications, strict=True):
        withdraw_application(actor=world.actor(ceo), application=application, reason="사정")
    assert todos.open_todos() == [], "what is taken back afterwards asks nobody either"
