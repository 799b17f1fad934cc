"""Ballots: saving, locking, reopening, recusing; late, twice, stale, by the wrong person."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from didimdol.applications.queries import applications_visible_to
from didimdol.evaluation import actions, queries, rules
from didimdol.evaluation.guards import point_problem
from didimdol.evaluation.models import Ballot, Conflict, Round
from didimdol.kernel import clock
from didimdol.kernel.problems import AccessDenied, BadInput, Invisible, Stale, WrongState
from didimdol.notices.models import Message
from didimdol.people import actions as people
from didimdol.records.models import AuditEvent
from didimdol_decide.rules import CriterionRule
from server.tests import worlds

pytestmark = pytest.mark.django_db
BallotOf = Callable[..., Ballot]
FULL = {"technology": "55", "growth": "30.5"}


def save(
    world: worlds.World, ballot: Ballot, person: Any = None, points: dict[str, str] | None = None, **more: Any
) -> Ballot:
    return actions.save_ballot(
        actor=world.actor(person or ballot.seat.person),
        ballot=ballot,
        points=FULL if points is None else points,
        comments=more.pop("comments", {}),
        **more,
    )


def others(world: worlds.World, ballot: Ballot) -> list[Any]:
    return [
        world.coordinator, world.manager, world.auditor, world.ceos[0],
        *(e for e in world.experts if e.pk != ballot.seat.person_id), *world.judges["hill"],
    ]  # fmt: skip


@pytest.fixture
def mine(world: worlds.World, scoring: Round, ballot_of: BallotOf) -> Ballot:
    return ballot_of(scoring, world.experts[0])


# --- saving --------------------------------------------------------------------------------------------------------


def test_scores_are_kept_in_one_spelling(world: worlds.World, mine: Ballot) -> None:
    saved = save(world, mine, points={"technology": " 55.50 ", "growth": ""}, comments={"growth": " 좋음 "})
    assert (saved.points, saved.comments) == ({"technology": "55.5"}, {"growth": "좋음"})
    assert save(world, saved, points={"technology": "-0"}).points == {"technology": "0"}


@pytest.mark.parametrize("value", ["60.01", "61", "-1", "1.234", "NaN", "Infinity", "1e9", "많음", "9" * 400])
def test_points_out_of_range_name_the_criterion_and_its_maximum(world: worlds.World, mine: Ballot, value: str) -> None:
    with pytest.raises(BadInput) as problem:
        save(world, mine, points={"technology": value, "growth": "10"})
    assert set(problem.value.fields) == {"technology"}
    said = problem.value.fields["technology"]
    assert "기술성" in said["ko"] and "60점" in said["ko"] and "Technology" in said["en"] and "60 points" in said["en"]
    mine.refresh_from_db()
    assert mine.points == {}


@given(st.text(max_size=12) | st.decimals(allow_nan=True).map(str) | st.integers(-5, 200).map(str))
def test_whatever_is_typed_is_refused_or_within_the_maximum(value: str) -> None:
    criterion = CriterionRule(key="fit", max_points=100)
    if point_problem(value, criterion) is None:
        number = Decimal(value.strip())
        assert 0 <= number <= 100 and number == round(number, 2)
    else:
        try:
            number = Decimal(value.strip())
        except InvalidOperation:
            return
        assert not number.is_finite() or not 0 <= number <= 100 or int(number.as_tuple().exponent) < -2


def test_unknown_criteria_and_long_comments_are_refused(world: worlds.World, mine: Ballot) -> None:
    with pytest.raises(BadInput) as unknown:
        save(world, mine, points={"fit": "10"})  # the demand company's criterion
    assert "fit" in unknown.value.fields
    with pytest.raises(BadInput) as long:
        save(world, mine, comments={"growth": "가" * 4001})
    assert "growth-comment" in long.value.fields


def test_nobody_else_writes_a_ballot(world: worlds.World, mine: Ballot) -> None:
    for person in others(world, mine):
        with pytest.raises(AccessDenied) as problem:
            save(world, mine, person)
        assert problem.value.code == "not_your_ballot"
        with pytest.raises(AccessDenied):
            actions.lock_ballot(actor=world.actor(person), ballot=mine)
        with pytest.raises(AccessDenied):
            actions.recuse(actor=world.actor(person), ballot=mine, ground="paid", reason="자문")


def test_what_was_changed_elsewhere_is_not_overwritten(world: worlds.World, mine: Ballot) -> None:
    read = mine.row_version
    save(world, mine, version=read)
    with pytest.raises(Stale):
        save(world, mine, points={"technology": "1"}, version=read)
    assert save(world, mine, points=FULL).row_version == read + 1  # the same again changes nothing


# --- locking -------------------------------------------------------------------------------------------------------


def test_a_ballot_with_gaps_names_each(world: worlds.World, mine: Ballot) -> None:
    save(world, mine, points={"growth": "10"})
    with pytest.raises(BadInput) as problem:
        actions.lock_ballot(actor=world.actor(world.experts[0]), ballot=mine)
    assert set(problem.value.fields) == {"technology"}
    mine.refresh_from_db()
    assert mine.state == "draft"


def test_comments_that_are_owed_are_asked_for(db: None, ballot_of: BallotOf) -> None:
    world = worlds.closed_challenge(rulebook=worlds.small_rulebook(comment=10))
    ballot = ballot_of(worlds.scoring_round(world), world.experts[0])
    save(world, ballot, comments={"technology": "열 글자가 넘는 의견입니다", "growth": "짧음"})
    with pytest.raises(BadInput) as problem:
        actions.lock_ballot(actor=world.actor(world.experts[0]), ballot=ballot)
    assert set(problem.value.fields) == {"growth-comment"}


def test_locked_twice_is_locked_once(world: worlds.World, mine: Ballot) -> None:
    worlds.lock(mine)
    again = actions.lock_ballot(actor=world.actor(world.experts[0]), ballot=mine, version=1)
    assert again.state == "locked" and again.locked_at is not None
    assert AuditEvent.objects.unscoped(why="test").filter(type="ballot.lock", subject_id=mine.pk).count() == 1
    with pytest.raises(WrongState) as problem:
        save(world, mine)
    assert problem.value.code == "ballot_locked"


def test_what_one_confirmed_is_what_is_locked(world: worlds.World, mine: Ballot) -> None:
    read = save(world, mine).row_version
    save(world, mine, points={"technology": "1", "growth": "1"})
    with pytest.raises(Stale):
        actions.lock_ballot(actor=world.actor(world.experts[0]), ballot=mine, version=read)


def test_strictly_before_the_closing_time(world: worlds.World, scoring: Round, mine: Ballot) -> None:
    with clock.moved(scoring.closes_at - timedelta(seconds=5)):
        save(world, mine)
    clock.move_to(scoring.closes_at)
    actor = world.actor(world.experts[0])
    for attempt in (lambda: save(world, mine), lambda: actions.lock_ballot(actor=actor, ballot=mine)):
        with pytest.raises(AccessDenied) as late:
            attempt()
        assert late.value.code == "round_overdue"
    actions.extend_round(
        actor=world.runs, round=scoring, closes_at=scoring.closes_at + timedelta(days=1), reason="장애"
    )
    assert actions.lock_ballot(actor=actor, ballot=mine).state == "locked"


def test_nothing_moves_in_a_closed_round(world: worlds.World, scoring: Round, mine: Ballot) -> None:
    locked = worlds.lock(mine)
    left = Ballot.objects.within(seat__round=scoring, state="draft").first()
    assert left is not None
    save(world, left, points={})
    clock.move_to(scoring.closes_at)
    worlds.close(world, scoring)
    for attempt in (
        lambda: save(world, left, points={}),
        lambda: actions.lock_ballot(actor=world.actor(left.seat.person), ballot=left),
        lambda: actions.recuse(actor=world.actor(left.seat.person), ballot=left, ground="paid", reason="자문"),
        lambda: actions.reopen_ballot(actor=world.runs, ballot=locked, reason="고칠 것"),
    ):
        with pytest.raises(AccessDenied) as problem:
            attempt()
        assert problem.value.code == "round_not_scoring"


# --- reopening -----------------------------------------------------------------------------------------------------


def test_only_the_coordinator_reopens_with_a_reason(world: worlds.World, mine: Ballot) -> None:
    worlds.lock(mine)
    for person in (world.experts[0], world.manager, world.auditor, world.experts[1]):
        with pytest.raises(AccessDenied):
            actions.reopen_ballot(actor=world.actor(person), ballot=mine, reason="고칠 것이 있음")
    with pytest.raises(BadInput):
        actions.reopen_ballot(actor=world.runs, ballot=mine, reason=" ")
    opened = actions.reopen_ballot(actor=world.runs, ballot=mine, reason="항목을 잘못 읽음")
    assert (opened.state, opened.locked_at, opened.points) == ("draft", None, {"technology": "60", "growth": "40"})
    assert (
        Message.objects.unscoped(why="test").filter(person=world.experts[0], body__contains="항목을 잘못 읽음").exists()
    )
    assert actions.reopen_ballot(actor=world.runs, ballot=mine, reason="항목을 잘못 읽음").state == "draft"
    assert AuditEvent.objects.unscoped(why="test").filter(type="ballot.reopen", subject_id=mine.pk).count() == 1


# --- what is seen --------------------------------------------------------------------------------------------------


def test_who_sees_which_ballot_and_what_is_in_it(world: worlds.World, scoring: Round, mine: Ballot) -> None:
    def seen(person: Any) -> set[Any]:
        return {b.pk for b in queries.ballots_visible_to(world.actor(person))}

    everything = set(Ballot.objects.within(seat__round=scoring).values_list("pk", flat=True))
    own = set(Ballot.objects.within(seat__person=world.experts[0]).values_list("pk", flat=True))
    assert seen(world.experts[0]) == own and mine.pk in own
    assert seen(world.coordinator) == seen(world.auditor) == everything
    for nobody in (world.manager, world.ceos[0]):
        assert seen(nobody) == set()
    contents = lambda person, ballot: queries.contents_visible(world.actor(person), ballot)  # noqa: E731
    assert contents(world.experts[0], mine)
    assert not contents(world.coordinator, mine) and not contents(world.auditor, mine)
    locked = worlds.lock(mine)
    assert contents(world.coordinator, locked) and contents(world.auditor, locked)
    assert not contents(world.manager, locked) and not contents(world.experts[1], locked)


def test_an_ended_role_closes_everything(world: worlds.World, mine: Ballot) -> None:
    people.end_role(actor=worlds.SYSTEM, assignment=world.experts[0].assignments.get())
    actor = world.actor(world.experts[0])
    assert not queries.ballots_visible_to(actor).exists()
    with pytest.raises(AccessDenied) as problem:
        save(world, mine)
    assert problem.value.code == "evaluator_role_ended"
    assert not rules.evaluator_may_open(actor, mine.application)


def test_documents_end_with_the_round(world: worlds.World, scoring: Round, mine: Ballot) -> None:
    actor = world.actor(world.experts[0])
    assert rules.evaluator_may_open(actor, mine.application)
    assert applications_visible_to(actor).filter(pk=mine.application_id).exists()
    worlds.lock_all(world, scoring)
    worlds.close(world, scoring)
    assert rules.evaluator_may_open(actor, mine.application).reason == "not_assigned"
    assert not applications_visible_to(actor).exists()
    assert queries.access_ballot(actor, mine.pk).pk == mine.pk  # one's own scores stay


# --- recusal -------------------------------------------------------------------------------------------------------


def test_a_recusal_closes_the_application_at_once(world: worlds.World, scoring: Round, mine: Ballot) -> None:
    actor, application = world.actor(world.experts[0]), mine.application
    with pytest.raises(BadInput) as ground:
        actions.recuse(actor=actor, ballot=mine, ground="mood", reason="싫음")
    assert "ground" in ground.value.fields
    with pytest.raises(BadInput):
        actions.recuse(actor=actor, ballot=mine, ground="paid", reason=" ")
    assert queries.access_ballot(actor, mine.pk)
    assert actions.recuse(actor=actor, ballot=mine, ground="paid", reason="작년에 자문함").state == "recused"
    assert Conflict.objects.within(person=world.experts[0], application=application).get().standing == "conflict"
    with pytest.raises(Invisible):
        queries.access_ballot(actor, mine.pk)
    assert rules.evaluator_may_open(actor, application).reason == "in_conflict"
    assert not applications_visible_to(actor).filter(pk=application.pk).exists()
    with pytest.raises(AccessDenied):
        save(world, mine)
    for ballot in Ballot.objects.within(seat__round=scoring, state="draft"):
        worlds.lock(ballot)
    assert worlds.close(world, scoring).state == "closed"  # nobody waits for the recused one


def test_a_locked_ballot_is_not_recused(world: worlds.World, mine: Ballot) -> None:
    worlds.lock(mine)
    with pytest.raises(WrongState):
        actions.recuse(actor=world.actor(world.experts[0]), ballot=mine, ground="paid", reason="자문")
