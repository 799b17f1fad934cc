"""Opening, seating, declaring, assigning, closing: who may, when, and what is said where it cannot be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from didimdol.applications.actions import withdraw_application
from didimdol.evaluation import actions
from didimdol.evaluation.models import AssignmentRecord, Ballot, Conflict, Round, Seat
from didimdol.kernel import clock
from didimdol.kernel.action import writing
from didimdol.kernel.problems import AccessDenied, BadInput, Invisible, WrongState
from didimdol.notices.models import Message, Todo
from didimdol.people import actions as people
from didimdol.people.enums import Role
from didimdol.people.models import RoleAssignment
from didimdol.records.models import AuditEvent
from server.tests import worlds

pytestmark = pytest.mark.django_db


def events(type: str, row: Any = None) -> int:
    found = AuditEvent.objects.unscoped(why="test").filter(type=type)
    return (found.filter(subject_id=row.pk) if row is not None else found).count()


def outsiders(world: worlds.World) -> list[Any]:
    """Everybody who conducts nothing: an applicant, an expert, a demand evaluator, the auditor."""
    return [world.ceos[0], world.experts[0], world.judges["river"][0], world.auditor]


# --- open ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["coordinator", "manager"])
def test_the_operator_opens_a_round_and_the_challenge_is_under_evaluation(world: worlds.World, who: str) -> None:
    actor = world.actor(getattr(world, who))
    round = actions.open_round(
        actor=actor, challenge=world.challenge, stage="paper", closes_at=clock.now() + timedelta(days=3)
    )
    world.challenge.refresh_from_db()
    assert (round.state, world.challenge.state) == ("preparing", "evaluating")
    assert len(round.lottery_seed) == 64 and round.lottery_seed != round.lottery_commitment
    stored = AuditEvent.objects.unscoped(why="test").get(type="round.created")
    assert stored.facts["lottery_commitment"] == round.lottery_commitment
    assert round.lottery_seed not in str(stored.facts)


def test_nobody_else_opens_one(world: worlds.World) -> None:
    for person in outsiders(world):
        with pytest.raises(AccessDenied):
            actions.open_round(
                actor=world.actor(person),
                challenge=world.challenge,
                stage="paper",
                closes_at=clock.now() + timedelta(days=3),
            )
    assert not Round.objects.within(challenge=world.challenge).exists()


def test_not_while_applications_come_in(db: None) -> None:
    world = worlds.open_challenge()
    worlds.apply(world)
    with pytest.raises(WrongState) as problem:
        worlds.open_round(world)
    assert problem.value.code == "call_not_closed"


def test_not_twice_not_in_the_past_not_an_unknown_stage(world: worlds.World) -> None:
    with pytest.raises(BadInput) as unknown:
        worlds.open_round(world, "interview")
    assert "paper" in unknown.value.remedy["en"]
    with pytest.raises(BadInput) as past:
        actions.open_round(
            actor=world.runs, challenge=world.challenge, stage="paper", closes_at=clock.now() - timedelta(seconds=1)
        )
    assert "closes_at" in past.value.fields
    worlds.open_round(world)
    with pytest.raises(WrongState) as twice:
        worlds.open_round(world)
    assert twice.value.code == "round_exists"


def test_nothing_to_evaluate(db: None) -> None:
    world = worlds.closed_challenge(applications=0)
    with pytest.raises(WrongState) as problem:
        worlds.open_round(world)
    assert problem.value.code == "nothing_to_evaluate"


# --- seats ---------------------------------------------------------------------------------------------------------


def seat(world: worlds.World, round: Round, person: Any, organisation: Any, body: str, **more: Any) -> Seat:
    return actions.seat_evaluator(
        actor=world.runs, round=round, person=person, organisation=organisation, body=body, **more
    )


def test_a_demand_evaluator_gets_their_companys_fields_only(world: worlds.World) -> None:
    round = worlds.open_round(world)
    judge, river = world.judges["river"][0], world.companies["river"]
    with pytest.raises(BadInput) as foreign:
        seat(world, round, judge, river, "demand", fields=["robot"])
    assert foreign.value.code == "foreign_field"
    assert seat(world, round, judge, river, "demand").fields == ["laptop"]


def test_who_cannot_sit(world: worlds.World) -> None:
    round = worlds.open_round(world)
    expert, institute = world.experts[0], world.institute
    refused = {
        "no_evaluator_role": lambda: seat(world, round, world.ceos[0], institute, "expert"),
        "unknown_body": lambda: seat(world, round, expert, institute, "market"),
        "most_out_of_range": lambda: seat(world, round, expert, institute, "expert", most=0),
    }
    for code, attempt in refused.items():
        with pytest.raises(BadInput) as problem:
            attempt()
        assert problem.value.code == code
    with pytest.raises(BadInput) as wrong_body:
        seat(world, round, expert, institute, "demand")
    assert wrong_body.value.code == "no_evaluator_role"
    seat(world, round, expert, institute, "expert")
    with pytest.raises(BadInput) as twice:
        seat(world, round, expert, institute, "expert")
    assert twice.value.code == "seated_already"
    for person in outsiders(world):
        with pytest.raises(AccessDenied):
            actions.seat_evaluator(
                actor=world.actor(person), round=round, person=world.experts[1], organisation=institute, body="expert"
            )


def test_an_ended_role_gives_no_seat(world: worlds.World) -> None:
    round = worlds.open_round(world)
    expert = world.experts[0]
    people.end_role(actor=worlds.SYSTEM, assignment=expert.assignments.get())
    with pytest.raises(BadInput) as problem:
        seat(world, round, expert, world.institute, "expert")
    assert problem.value.code == "no_evaluator_role"


def test_a_seat_is_vacated_with_a_reason_and_can_be_filled_again(world: worlds.World) -> None:
    round = worlds.open_round(world)
    expert = world.experts[0]
    first = seat(world, round, expert, world.institute, "expert")
    with pytest.raises(AccessDenied):
        actions.vacate_seat(actor=world.actor(expert), seat=first, reason="바쁨")
    with pytest.raises(BadInput):
        actions.vacate_seat(actor=world.runs, seat=first, reason=" ")
    for _ in range(2):
        actions.vacate_seat(actor=world.runs, seat=first, reason="일정이 맞지 않음")
    assert events("seat.vacate", first) == 1
    assert seat(world, round, expert, world.institute, "expert").state == "invited"


# --- declarations --------------------------------------------------------------------------------------------------


def test_declarations_start_when_every_body_is_filled(world: worlds.World) -> None:
    round = worlds.open_round(world)
    seat(world, round, world.experts[0], world.institute, "expert")
    with pytest.raises(AccessDenied) as missing:
        actions.start_declarations(actor=world.runs, round=round)
    assert missing.value.code == "seats_missing" and "Experts" in missing.value.message["en"]
    seat(world, round, world.experts[1], world.institute, "expert")
    seat(world, round, world.judges["river"][0], world.companies["river"], "demand")
    for person in outsiders(world):
        with pytest.raises(AccessDenied):
            actions.start_declarations(actor=world.actor(person), round=round)
    assert actions.start_declarations(actor=world.runs, round=round).state == "declaring"
    told = Message.objects.unscoped(why="test").filter(url__endswith=f"{round.pk}/conflicts/")
    assert {m.person_id for m in told} == {world.experts[0].pk, world.experts[1].pk, world.judges["river"][0].pk}
    waits = Todo.objects.unscoped(why="test").filter(closed_at=None, person=world.experts[0])
    assert [t.url for t in waits] == [f"/evaluation/{round.pk}/conflicts/"]


def test_an_incomplete_declaration_changes_nothing_and_names_each_gap(world: worlds.World) -> None:
    round = worlds.declaring_round(world)
    actor = world.actor(world.experts[0])
    first, second, third, fourth = world.applications
    standings = {first.pk: ("none", "", ""), second.pk: ("conflict", "", ""), third.pk: ("maybe", "", "")}
    with pytest.raises(BadInput) as problem:
        actions.declare_conflicts(actor=actor, round=round, standings=standings)
    assert set(problem.value.fields) == {f"{second.pk}-ground", str(third.pk), str(fourth.pk)}
    assert not Conflict.objects.within(round=round).exists()
    assert round.seats.get(person=world.experts[0]).state == "invited"


def test_declared_until_the_assignment_and_then_only_by_recusal(world: worlds.World) -> None:
    round = worlds.declaring_round(world)
    seats = list(round.seats.all())
    for row in seats:
        worlds.declare(row)
    mine = next(s for s in seats if s.person_id == world.experts[0].pk)
    worlds.declare(mine, (world.applications[0],))  # remembered later
    assert (
        Conflict.objects.within(round=round, person=mine.person, application=world.applications[0]).get().standing
        == "conflict"
    )
    actions.assign_ballots(actor=world.runs, round=round)
    assert not Ballot.objects.within(seat=mine, application=world.applications[0]).exists()
    with pytest.raises(WrongState):
        worlds.declare(mine)  # taking the conflict back would open the documents
    assert (
        Conflict.objects.within(round=round, person=mine.person, application=world.applications[0]).get().standing
        == "conflict"
    )


def test_only_who_holds_a_seat_declares_and_not_before_asked(world: worlds.World) -> None:
    round = worlds.open_round(world)
    worlds.seat_all(world, round)
    with pytest.raises(WrongState):
        actions.declare_conflicts(actor=world.actor(world.experts[0]), round=round, standings={})
    actions.start_declarations(actor=world.runs, round=round)
    for person in (world.ceos[0], world.coordinator, world.manager, world.auditor):
        with pytest.raises(Invisible):
            actions.declare_conflicts(actor=world.actor(person), round=round, standings={})


def test_the_platform_finds_who_belongs_to_an_applicant(world: worlds.World) -> None:
    round = worlds.open_round(world)
    expert = world.experts[0]
    startup = world.startups[0]
    # The expert worked there once: the role has ended, the relation has not.
    past = RoleAssignment(
        person=expert, organisation=startup, role=Role.STAFF.value,
        valid_from=clock.now() - timedelta(days=400), valid_until=clock.now() - timedelta(days=30),
    )  # fmt: skip
    with writing("test.past_role", worlds.SYSTEM):
        past.save(force_insert=True)
    worlds.seat_all(world, round)
    found = Conflict.objects.within(round=round).get()
    assert (found.person_id, found.application_id, found.standing) == (expert.pk, world.applications[0].pk, "found")
    round = actions.start_declarations(actor=world.runs, round=round)
    for row in round.seats.all():
        worlds.declare(row)  # "none" cannot take back what was found
    actions.assign_ballots(actor=world.runs, round=round)
    assert (
        Conflict.objects.within(round=round, person=expert, application=world.applications[0]).get().standing == "found"
    )
    assert not Ballot.objects.within(seat__person=expert, application=world.applications[0]).exists()


# --- the assignment ------------------------------------------------------------------------------------------------


def test_the_assignment_fills_every_seat_evenly_and_keeps_its_record(world: worlds.World) -> None:
    round = worlds.scoring_round(world)
    ballots = list(Ballot.objects.within(seat__round=round).select_related("seat", "application__field"))
    panels = Counter((b.application_id, b.seat.body) for b in ballots)
    assert panels == {(a.pk, body): n for a in world.applications for body, n in (("expert", 2), ("demand", 1))}
    loads = Counter(b.seat_id for b in ballots if b.seat.body == "expert")
    assert sorted(loads.values()) == [2, 3, 3]
    assert all(b.application.field.key in b.seat.fields for b in ballots if b.seat.body == "demand")
    record = AssignmentRecord.objects.within(round=round).get().content
    assert len(record["assignment"]["pairs"]) == 12
    assert record["problem_digest"] == record["assignment"]["instance_digest"]


def test_loads_stay_even_around_conflicts(db: None) -> None:
    """Six applications, four experts, one of them barred from four: the others share what is left alike."""
    world = worlds.closed_challenge(applications=6, experts=4)
    barred = tuple(world.applications[:4])
    expert = world.experts[0]
    round = worlds.scoring_round(world, conflicts=lambda seat: barred if seat.person_id == expert.pk else ())
    ballots = Ballot.objects.within(seat__round=round, seat__body="expert")
    loads = Counter(ballots.values_list("seat__person", flat=True))
    assert sum(loads.values()) == 12 and loads[expert.pk] in (1, 2)
    assert {n for person, n in loads.items() if person != expert.pk} <= {3, 4}


def test_the_coordinator_waits_for_the_ballots_once_assigned(world: worlds.World) -> None:
    """The to-do “every ballot is locked: close” must not stand before a ballot exists."""
    round = worlds.scoring_round(world)
    open_todos = Todo.objects.unscoped(why="test").filter(closed_at=None)
    assert not open_todos.filter(url=round.get_absolute_url()).exists()
    assert open_todos.filter(url__startswith="/evaluation/ballots/").count() == 12
    worlds.lock_all(world, round)
    assert open_todos.filter(url=round.get_absolute_url(), role="coordinator").count() == 1


def test_assigned_twice_is_assigned_once(world: worlds.World) -> None:
    round = worlds.scoring_round(world)
    actions.assign_ballots(actor=world.runs, round=round)
    assert Ballot.objects.within(seat__round=round).count() == 12
    assert events("round.start_scoring", round) == 1


def test_not_before_everybody_declared(world: worlds.World) -> None:
    round = worlds.declaring_round(world)
    worlds.declare(round.seats.first())
    with pytest.raises(AccessDenied) as problem:
        actions.assign_ballots(actor=world.runs, round=round)
    assert problem.value.code == "declarations_missing"


def test_what_cannot_be_assigned_names_the_cause_and_changes_nothing(world: worlds.World) -> None:
    robot = tuple(world.in_field("robot"))
    round = worlds.declaring_round(world)
    for row in round.seats.select_related("person"):
        worlds.declare(row, robot if row.body == "demand" and "robot" in row.fields else ())
    with pytest.raises(BadInput) as problem:
        actions.assign_ballots(actor=world.runs, round=round)
    said = problem.value.message
    assert "수요기업" in said["ko"] and "Demand company" in said["en"] and world.judges["hill"][0].name in said["ko"]
    # one of the two proves it already; what would help names both
    assert sum(a.number in said["ko"] for a in robot) == 1 and "모두 더하면 2석" in said["ko"]
    assert all(a.number in problem.value.remedy["ko"] for a in robot)
    round.refresh_from_db()
    assert round.state == "declaring" and not Ballot.objects.within(seat__round=round).exists()


def test_a_limit_that_is_too_low_names_the_evaluators(db: None) -> None:
    world = worlds.closed_challenge(applications=4, experts=2)
    round = worlds.open_round(world)
    for number, expert in enumerate(world.experts):
        seat(world, round, expert, world.institute, "expert", most=4 if number else 2)
    for key, (judge,) in world.judges.items():
        seat(world, round, judge, world.companies[key], "demand")
    actions.start_declarations(actor=world.runs, round=round)
    for row in round.seats.all():
        worlds.declare(row)
    with pytest.raises(BadInput) as problem:
        actions.assign_ballots(actor=world.runs, round=round)
    assert world.experts[0].name in problem.value.message["ko"]
    assert problem.value.detail["certificate"]["short"] == 2


def test_no_seat_is_added_changed_or_vacated_once_the_round_is_closed(world: worlds.World, scoring: Round) -> None:
    worlds.lock_all(world, scoring)
    closed = worlds.close(world, scoring)
    late, one = worlds.add_expert(world, "늦은 전문가"), closed.seats.first()
    with pytest.raises(WrongState) as problem:
        seat(world, closed, late, world.institute, "expert")
    assert problem.value.code == "too_late_to_seat"
    with pytest.raises(WrongState):
        actions.change_seat(actor=world.runs, seat=one, most=3)
    with pytest.raises(AccessDenied) as kept:
        actions.vacate_seat(actor=world.runs, seat=one, reason="사정")
    assert kept.value.code == "seat_kept"


# --- closing -------------------------------------------------------------------------------------------------------


def test_closed_once_every_ballot_is_locked_or_time_is_over(world: worlds.World, scoring: Round) -> None:
    with pytest.raises(AccessDenied) as early:
        worlds.close(world, scoring)
    assert early.value.code == "ballots_open"
    clock.move_to(scoring.closes_at)
    for person in outsiders(world):
        with pytest.raises(AccessDenied):
            actions.close_round(actor=world.actor(person), round=scoring)
    assert worlds.close(world, scoring).state == "closed"
    assert worlds.close(world, scoring).state == "closed"
    assert events("round.close", scoring) == 1
    assert not Todo.objects.unscoped(why="test").filter(closed_at=None, url__startswith="/evaluation/").exists()


def test_a_withdrawn_application_holds_nobody_up(
    world: worlds.World, scoring: Round, ballot_of: Callable[..., Ballot]
) -> None:
    gone = world.applications[0]
    open_ballots = Todo.objects.unscoped(why="test").filter(closed_at=None, url__startswith="/evaluation/ballots/")
    theirs = Ballot.objects.within(seat__round=scoring, application=gone)
    assert open_ballots.filter(subject_id__in=theirs.values("pk")).exists()
    withdraw_application(actor=world.actor(world.ceos[0]), application=gone, reason="사업을 접었습니다")
    assert not open_ballots.filter(subject_id__in=theirs.values("pk")).exists()
    assert open_ballots.exists()  # those of the others still wait
    for ballot in Ballot.objects.within(seat__round=scoring).exclude(application=gone):
        worlds.lock(ballot)
    assert worlds.close(world, scoring).state == "closed"


def test_the_last_open_ballot_withdrawn_lets_the_coordinator_close(
    world: worlds.World, scoring: Round, ballot_of: Callable[..., Ballot]
) -> None:
    gone = world.applications[0]
    for ballot in Ballot.objects.within(seat__round=scoring).exclude(application=gone):
        worlds.lock(ballot)
    of_round = Todo.objects.unscoped(why="test").filter(closed_at=None, subject_id=scoring.pk)
    assert not of_round.exists()
    withdraw_application(actor=world.actor(world.ceos[0]), application=gone, reason="사업을 접었습니다")
    assert of_round.get().role == "coordinator"


def test_extended_with_a_reason_everybody_is_told(world: worlds.World, scoring: Round) -> None:
    before = scoring.closes_at
    with pytest.raises(BadInput):
        actions.extend_round(actor=world.runs, round=scoring, closes_at=before - timedelta(hours=1), reason="사정")
    with pytest.raises(BadInput):
        actions.extend_round(actor=world.runs, round=scoring, closes_at=before + timedelta(days=1), reason=" ")
    with pytest.raises(AccessDenied):
        actions.extend_round(
            actor=world.actor(world.experts[0]),
            round=scoring,
            closes_at=before + timedelta(days=1),
            reason="시간이 더 필요합니다",
        )
    actions.extend_round(
        actor=world.runs, round=scoring, closes_at=before + timedelta(days=1), reason="위원이 아픕니다"
    )
    told = Message.objects.unscoped(why="test").filter(url=scoring.get_absolute_url(), body__contains="위원이 아픕니다")
    assert told.count() == 5
    todo = Todo.objects.unscoped(why="test").filter(closed_at=None, url__startswith="/evaluation/ballots/").first()
    assert todo is not None and todo.until == before + timedelta(days=1)
