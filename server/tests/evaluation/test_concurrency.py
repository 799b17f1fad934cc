"""Real connections beside each other: a save against a lock, two locks, a lock against the closing of the round."""

from __future__ import annotations

from collections import Counter

import pytest

from didimdol.evaluation import actions
from didimdol.evaluation.models import Ballot, Round
from didimdol.kernel.problems import AccessDenied, BadInput, Problem, WrongState
from didimdol.programmes import actions as programmes
from didimdol.records.models import AuditEvent
from server.tests import worlds
from server.tests.evaluation.test_assignment import declared
from server.tests.evaluation.test_open_seats import rulebook
from server.tests.together import together

pytestmark = pytest.mark.django_db(transaction=True)


def draft(world: worlds.World, round: Round) -> Ballot:
    ballot = (
        Ballot.objects.within(seat__round=round, seat__person=world.experts[0]).select_related("seat__person").first()
    )
    assert ballot is not None
    actor = world.actor(ballot.seat.person)
    return actions.save_ballot(actor=actor, ballot=ballot, points={"technology": "30", "growth": "20"}, comments={})


def test_a_save_beside_a_lock_never_changes_what_was_locked() -> None:
    world = worlds.closed_challenge(applications=2)
    ballot = draft(world, worlds.scoring_round(world))
    actor = world.actor(world.experts[0])
    version = ballot.row_version
    saved, locked = together(
        lambda: actions.save_ballot(
            actor=actor, ballot=ballot, points={"technology": "60", "growth": "40"}, comments={}, version=version
        ),
        lambda: actions.lock_ballot(actor=actor, ballot=ballot, version=version),
    )
    ballot = Ballot.objects.within(pk=ballot.pk).get()
    if ballot.state == "locked":  # the lock came first: the save was refused
        assert isinstance(saved, WrongState) and saved.code == "ballot_locked"
        assert ballot.points == {"technology": "30", "growth": "20"}
    else:  # the save came first: what had been confirmed was no longer there
        assert isinstance(locked, Problem) and locked.code == "stale_version"
        assert ballot.points == {"technology": "60", "growth": "40"}


def test_two_locks_are_one() -> None:
    world = worlds.closed_challenge(applications=2)
    ballot = draft(world, worlds.scoring_round(world))
    actor = world.actor(world.experts[0])
    results = together(*[lambda: actions.lock_ballot(actor=actor, ballot=ballot)] * 2)
    assert [type(result) for result in results] == [Ballot, Ballot]
    assert AuditEvent.objects.unscoped(why="test").filter(type="ballot.lock", subject_id=ballot.pk).count() == 1


def test_no_ballot_is_open_in_a_closed_round() -> None:
    """A reopening beside the closing: one of them is refused."""
    world = worlds.closed_challenge(applications=2)
    round = worlds.scoring_round(world)
    worlds.lock_all(world, round)
    ballot = Ballot.objects.within(seat__round=round).first()
    assert ballot is not None
    runs = world.runs
    reopened, closed = together(
        lambda: actions.reopen_ballot(actor=runs, ballot=ballot, reason="고칠 것이 있음"),
        lambda: actions.close_round(actor=runs, round=round),
    )
    states = (Round.objects.within(pk=round.pk).get().state, Ballot.objects.within(pk=ballot.pk).get().state)
    assert states in (("closed", "locked"), ("scoring", "draft"))
    assert isinstance(reopened if states[0] == "closed" else closed, AccessDenied)


def test_panels_amended_beside_the_assignment_are_those_of_the_assignment_or_stay() -> None:
    world = worlds.closed_challenge(rulebook=rulebook(open_seats=0), experts=3, judges=1)
    round = declared(world)
    assigned, amended = together(
        lambda: actions.assign_ballots(actor=world.runs, round=round),
        lambda: programmes.amend_challenge(
            actor=world.actor(world.manager),
            challenge=world.challenge,
            text=rulebook(open_seats=1),
            filename="small.yaml",
            reason="위원 보강",
        ),
    )
    assert isinstance(assigned, Round) and assigned.state == "scoring"
    seats = set(Counter(Ballot.objects.within(seat__round=round).values_list("application")).values())
    if isinstance(amended, BadInput):
        assert amended.code == "amend_panels_only" and seats == {3}
    else:
        assert seats == {4}
