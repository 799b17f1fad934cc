"""kill -9 in the middle of a draw and of an assignment: before the commit nothing has happened, after it everything has,
and dying never gives anybody a second draw."""

from __future__ import annotations

import pytest

from didimdol.evaluation import actions
from didimdol.evaluation.models import AssignmentRecord, Ballot, Draw, DrawReveal, Round, Seat
from didimdol.records.models import SealedRecord
from didimdol.records.verifying import verify
from didimdol_decide.drawing import Pool
from didimdol_decide.drawing.commitment import seed_of
from didimdol_decide.drawing.procedure import draw as drawn_from
from server.tests import worlds
from server.tests.dying import dying
from server.tests.evaluation.drawing import file_of, scene

pytestmark = pytest.mark.django_db(transaction=True)

#: Reveals the last secret, so that the evaluators are drawn and seated.
REVEALING = """
from didimdol.evaluation.actions import drawing
from didimdol.evaluation.models import Draw

def act(moment, draw, person, secret):
    if moment == "before_the_record":
        drawing.seal_record = die
    elif moment == "before_the_seats":
        drawing.seat_drawn = die
    elif moment == "after_the_seats":
        drawing.notify = die
    drawing.reveal_secret(
        actor=actor_of(Person.objects.get(pk=person)), draw=Draw.objects.within(pk=draw).get(), secret=secret
    )
"""
ASSIGNING = """
from didimdol.evaluation.actions import assignment
from didimdol.evaluation.models import Round

def act(moment, round, person):
    if moment == "before_the_ballots":
        assignment._enter = die
    assignment.assign_ballots(
        actor=actor_of(Person.objects.get(pk=person)), round=Round.objects.within(pk=round).get()
    )
"""


def test_a_draw_that_dies_is_drawn_once_and_as_its_secrets_say() -> None:
    drawing = scene(experts=6, applications=1)
    draw, mine, theirs = drawing.committed()
    actions.reveal_secret(actor=drawing.runs, draw=draw, secret=file_of(mine))
    told = (draw.pk, drawing.lead.pk, file_of(theirs))
    with dying(REVEALING) as die:
        for moment in ("before_the_record", "before_the_seats", "after_the_seats", "before_the_commit"):
            die(moment, *told)
            assert Draw.objects.within(pk=draw.pk).get().state == "committed", moment
            assert DrawReveal.objects.within(draw=draw).count() == 1, moment
            assert not Seat.objects.within(round=drawing.round).exists(), moment
            assert not SealedRecord.objects.within(subject_id=draw.pk).exists(), moment
        die("after_the_commit", *told)
    draw = Draw.objects.within(pk=draw.pk).get()
    assert draw.state == "drawn"
    pool = Pool.model_validate(draw.pool)
    _, seats = drawn_from(pool, seed_of(draw.pool_digest, (mine, theirs)))
    assert set(draw.people.filter(standing="drawn").values_list("code", flat=True)) == set(seats["expert"])
    assert Seat.objects.within(round=drawing.round).count() == 3
    assert verify().holds


def test_an_assignment_that_dies_left_nothing() -> None:
    world = worlds.closed_challenge(applications=2)
    round = worlds.declaring_round(world)
    for seat in round.seats.filter(state="invited"):
        worlds.declare(seat)
    told = (round.pk, world.runs.person)
    with dying(ASSIGNING) as die:
        for moment in ("before_the_ballots", "before_the_commit"):
            die(moment, *told)
            assert Round.objects.within(pk=round.pk).get().state == "declaring", moment
            assert not AssignmentRecord.objects.within(round=round).exists(), moment
            assert not Ballot.objects.within(seat__round=round).exists(), moment
        die("after_the_commit", *told)
    assert Round.objects.within(pk=round.pk).get().state == "scoring"
    assert Ballot.objects.within(seat__round=round).count() > 0
    assert verify().holds
