"""Presentations by their actions: planned, absences asked for, a timetable made, published, changed with the least change."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

import pytest

from didimdol.applications.actions import withdraw_application
from didimdol.evaluation import actions
from didimdol.evaluation.actions.sessions import end_all_held
from didimdol.evaluation.models import Ballot, PanelSession, SessionAbsence, SessionPlan, SessionRoom
from didimdol.evaluation.session_problem import panels_of
from didimdol.kernel import clock
from didimdol.kernel.problems import AccessDenied, BadInput, WrongState
from didimdol.notices.models import Message, Todo
from didimdol.records.models import AuditEvent
from server.tests import worlds
from server.tests.evaluation import presenting as of
from server.tests.evaluation.presenting import SLOTS, Presenting


def code(problem: pytest.ExceptionInfo[Any]) -> str:
    return str(problem.value.code)


def waiting(of: Presenting) -> set[tuple[str, str]]:
    """(role or "person", what) of the open to-dos of the timetable, without the challenge's name."""
    found = Todo.objects.unscoped(why="test").filter(closed_at=None, subject_id=of.id)
    return {(row.role or "person", row.what["en"].partition(" · ")[0]) for row in found}


def told(subject: str) -> set[Any]:
    return {row.person for row in Message.objects.unscoped(why="test").filter(subject__contains=subject)}


def at_slot(of: Presenting, application: Any) -> str:
    return of.where()[application.pk][0]


# --- planning ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"ends": time(10)}, "ends"),
        ({"lunch_from": time(11)}, "lunch_from"),
        ({"days": (date(2025, 3, 1),)}, "day_1"),
        ({"days": (of.DAY, of.DAY)}, "day_1"),
        ({"minutes": 20}, "minutes"),  # the rulebook promises 25
        ({"minutes": 200}, "minutes"),
        ({"longest": 0}, "longest"),
        ({"days": (date(2025, 6, 2),)}, "ends"),  # after the round's closing time
        ({"answers_until": worlds.kst("2025-03-31 10:00")}, "answers_until"),
        ({"answers_until": worlds.kst("2025-02-01 10:00")}, "answers_until"),
    ],
)
def test_hours_that_cannot_be_are_refused_at_their_field(
    presenting: Presenting, changed: dict[str, Any], field: str
) -> None:
    with pytest.raises(BadInput) as refused:
        presenting.plan(**changed)
    assert field in refused.value.fields
    assert not SessionPlan.objects.within(round=presenting.round_id).exists()


def test_who_may_plan_and_once_a_round(presenting: Presenting) -> None:
    world = presenting.world
    for person in (world.ceos[0], world.experts[0], world.auditor):
        with pytest.raises(AccessDenied):
            actions.plan_sessions(actor=world.actor(person), round=presenting.round, plan=of.hours())
    presenting.plan()
    assert waiting(presenting) == {
        ("coordinator", "Prepare the timetable of the presentations"),
        ("manager", "Prepare the timetable of the presentations"),
    }
    with pytest.raises(AccessDenied) as refused:
        actions.plan_sessions(actor=presenting.runs, round=presenting.round, plan=of.hours())
    assert code(refused) == "sessions_under_way"
    actions.cancel_sessions(actor=presenting.runs, sessions=presenting.row, reason="날을 잘못 잡음")
    presenting.plan()  # another


@pytest.mark.django_db
def test_only_where_applicants_present_and_before_the_assignment_without_a_timetable() -> None:
    world = worlds.closed_challenge(applications=2)
    with pytest.raises(AccessDenied) as refused:
        actions.plan_sessions(actor=world.runs, round=worlds.open_round(world), plan=of.hours())
    assert code(refused) == "stage_without_presentations"
    other = worlds.closed_challenge(applications=2, rulebook=of.rulebook().replace("key: small", "key: other", 1))
    early = Presenting(other, worlds.declaring_round(other).pk).plan().ask()
    with pytest.raises(AccessDenied) as refused:
        early.make()
    assert code(refused) == "sessions_before_assignment"
    assert waiting(early) == {
        (who, "Say when you cannot come to the presentations") for who in ("expert", "demand_evaluator", "ceo", "staff")
    }
    for seat in early.round.seats.all():
        worlds.declare(seat)
    actions.assign_ballots(actor=other.runs, round=early.round)
    assert ("coordinator", "Make the timetable of the presentations") in waiting(early)
    early.all_answer().make().publish()
    assert len(early.where()) == 2 and not early.clashes()


def test_rooms(presenting: Presenting) -> None:
    presenting.plan()
    last = SessionRoom.objects.within(plan=presenting.id).get()
    with pytest.raises(AccessDenied) as refused:
        actions.remove_session_room(actor=presenting.runs, room=last)
    assert code(refused) == "last_session_room"
    more = actions.add_session_room(
        actor=presenting.runs, sessions=presenting.row, name=" 나 ", link="https://meet.example.kr/2"
    )
    assert (more.name, more.link) == ("나", "https://meet.example.kr/2")
    for wrong in ({"name": "1"}, {"name": " "}, {"name": "다", "link": "javascript:alert(1)"}):
        with pytest.raises(BadInput):
            actions.change_session_room(actor=presenting.runs, room=more, **wrong)
    actions.remove_session_room(actor=presenting.runs, room=last)
    presenting.make().publish()
    actions.change_session_room(actor=presenting.runs, room=more, name="다")
    assert told("발표장이 바뀌었습니다") >= {*presenting.world.ceos, *presenting.world.experts}
    with pytest.raises(AccessDenied) as refused:
        actions.add_session_room(actor=presenting.runs, sessions=presenting.row, name="라")
    assert code(refused) == "session_plan_is_fixed"


# --- absences ------------------------------------------------------------------------------------------------------


def test_everybody_is_asked_and_answers_for_themselves_only(presenting: Presenting) -> None:
    presenting.plan()
    with pytest.raises(AccessDenied) as refused:
        presenting.absent(1, SLOTS[0])
    assert code(refused) == "sessions_not_open"
    presenting.ask()
    assert told("언제 참석할 수 없습니까") >= {*presenting.world.ceos, *presenting.world.experts}
    with pytest.raises(AccessDenied):
        actions.tell_session_absence(
            actor=presenting.ceo(2), sessions=presenting.row, application=presenting.application(1), away=()
        )
    with pytest.raises(AccessDenied):
        actions.tell_session_absence(actor=presenting.ceo(1), sessions=presenting.row, seat=presenting.seat(1), away=())
    with pytest.raises(BadInput):
        presenting.absent(1, "2025-03-31T09:00")
    presenting.make()
    with pytest.raises(AccessDenied) as refused:
        presenting.publish()
    assert code(refused) == "session_answers_missing"
    # written down by the coordinator it counts, but is no answer
    actions.tell_session_absence(
        actor=presenting.runs, sessions=presenting.row, application=presenting.application(1), away=SLOTS[:4]
    )
    assert SessionAbsence.objects.within(plan=presenting.id).get().given_at is None
    clock.move_to(of.UNTIL + timedelta(minutes=1))
    with pytest.raises(AccessDenied) as refused:
        presenting.publish()
    assert code(refused) == "timetable_changed"
    presenting.make().publish()
    assert at_slot(presenting, presenting.application(1)) == SLOTS[4]


# --- the timetable -------------------------------------------------------------------------------------------------


def test_every_panel_sits_without_a_clash_and_is_told_at_once(published: Presenting) -> None:
    assert len(published.where()) == 4 and not published.clashes()
    assert published.checked() == []
    schedule = published.row.schedule
    assert schedule["worth"] == schedule["bound"] == 4
    assert told("발표 시간표가 나왔습니다") >= {*published.world.ceos, *published.world.experts}
    parties = {row["id"]: set(row["parties"]) for row in published.row.problem["meetings"]}
    panels = {str(key): {str(key), *map(str, seats)} for key, seats in panels_of(published.round).items()}
    assert parties == panels and all(len(each) == 4 for each in panels.values())
    assert not waiting(published)


def test_what_another_coordinator_made_meanwhile_is_not_published_unseen(presenting: Presenting) -> None:
    seen = presenting.plan().make().digest
    actions.change_sessions(actor=presenting.runs, sessions=presenting.row, plan=of.hours(minutes=25))
    presenting.make()
    with pytest.raises(WrongState) as refused:
        actions.publish_sessions(actor=presenting.runs, sessions=presenting.row, digest=seen)
    assert code(refused) == "other_timetable"
    presenting.publish()
    before = presenting.where()
    actions.publish_sessions(actor=presenting.runs, sessions=presenting.row, digest=seen)  # twice is once
    assert presenting.where() == before


def test_what_helps_is_solved_before_it_is_told(presenting: Presenting) -> None:
    presenting.plan(ends=time(11, 30))  # three slots in one room for four applicants
    presenting.make()
    proposal = presenting.row.proposal
    assert len(proposal["schedule"]["placed"]) == 3
    ways = {(way["key"], way["value"]): way["placed"] for way in proposal["ways"]}
    # two panels of two experts out of three share one: a second room helps nobody
    assert ways == {("day", "2025-04-01"): 4, ("hour", ""): 4}
    actions.change_sessions(actor=presenting.runs, sessions=presenting.row, plan=of.hours(longest=1))
    presenting.make()
    assert ("longest", "") in {(way["key"], way["value"]) for way in presenting.row.proposal["ways"]}


@pytest.mark.django_db
def test_panels_that_share_nobody_sit_side_by_side() -> None:
    two = of.made(applications=2, experts=4)  # one application a field, so two panels without a common evaluator
    two.plan(ends=time(10, 30)).make()
    assert {way["key"]: way["placed"] for way in two.row.proposal["ways"]} == {"day": 2, "hour": 2, "room": 2}
    actions.add_session_room(actor=two.runs, sessions=two.row, name="2")
    two.make().publish()
    assert len(two.where()) == 2 and not two.clashes() and {room for _, room in two.where().values()} == {"1", "2"}


# --- changes -------------------------------------------------------------------------------------------------------


def test_an_absence_moves_its_session_and_no_other(published: Presenting) -> None:
    first = published.sessions()[0].application
    before, slot = published.where(), at_slot(published, published.sessions()[0].application)
    number = published.world.applications.index(first) + 1
    published.absent(number, slot)
    assert waiting(published) == {
        (role, "Some presentations cannot be held as they stand: change the timetable")
        for role in ("coordinator", "manager")
    }
    assert published.where() == before  # nothing moves by itself
    published.make().change()
    after = published.where()
    assert after[first.pk][0] != slot and {k: v for k, v in after.items() if k != first.pk} == {
        k: v for k, v in before.items() if k != first.pk
    }
    assert published.checked() == [] and not published.clashes() and not waiting(published)
    others = {published.world.ceos[published.world.applications.index(row)] for row in published.world.applications if row != first}  # fmt: skip
    moved = told("발표 시간이 바뀌었습니다")
    assert published.world.ceos[number - 1] in moved and not others & moved
    assert AuditEvent.objects.unscoped(why="test").filter(type="panel_session.moved").count() == 1


def test_a_session_without_a_slot_left_ends_and_may_come_back(published: Presenting) -> None:
    published.absent(1, *SLOTS)
    published.make().change()
    assert [row.why for row in published.sessions(ended=True)] == ["no_slot"]
    assert published.application(1).pk not in published.where()
    published.absent(1)
    published.make().change()
    assert published.application(1).pk in published.where() and not published.clashes()
    assert published.checked() == []


@pytest.mark.django_db
def test_a_new_evaluator_who_sits_elsewhere_then_moves_the_session_of_the_changed_panel() -> None:
    """Four experts, two panels at a time; whoever fills a seat may have to be in both rooms."""
    four = of.made(applications=4, experts=4).plan(ends=time(13))  # as many slots as any panel needs
    actions.add_session_room(actor=four.runs, sessions=four.row, name="2")
    four.make().publish()
    assert len(four.where()) == 4 and not four.clashes()
    before = four.where()
    ballot = (
        Ballot.objects.within(seat__round=four.round_id, seat__body="expert")
        .select_related("seat__person", "seat__round", "application")
        .order_by("application__number", "seat__person__name")[0]
    )
    actions.recuse(actor=four.world.actor(ballot.seat.person), ballot=ballot, ground="paid", reason="자문")
    assert four.where() == before and not waiting(four)  # it is held without them
    actions.fill_seats(actor=four.runs, round=four.round)
    clashed = bool(four.clashes())
    assert bool(waiting(four)) == clashed
    four.make().change()
    after = four.where()
    assert not four.clashes() and four.checked() == [] and len(after) == 4
    assert {key for key in after if after[key] != before[key]} == ({ballot.application_id} if clashed else set())


def test_what_has_begun_is_never_moved(published: Presenting) -> None:
    first, second = published.sessions()[:2]
    before = published.where()
    clock.move_to(first.starts_at + timedelta(minutes=5))
    shared = next(
        seat
        for seat in published.round.seats.select_related("round", "person").order_by("person__name")
        if all(seat.pk in panels_of(published.round)[row.application_id] for row in (first, second))
    )
    published.evaluator_absent(shared, *[before[row.application_id][0] for row in (first, second)])
    published.make().change()
    after = published.where()
    assert after[first.application_id] == before[first.application_id]
    assert after.get(second.application_id) != before[second.application_id]
    assert published.checked() == []


def test_a_withdrawn_application_presents_no_more(published: Presenting) -> None:
    gone = published.application(2)
    withdraw_application(actor=published.ceo(2), application=gone, reason="사정")
    assert gone.pk not in published.where() and len(published.where()) == 3
    assert [row.why for row in published.sessions(ended=True)] == ["withdrawn"]
    panel = {seat.person for seat in published.round.seats.all() if seat.pk in panels_of(published.round)[gone.pk]}
    assert told("신청이 철회되어") >= {*panel, published.world.coordinator}
    published.make().change()
    assert published.checked() == [] and len(published.where()) == 3


def test_over_after_the_last_slot_and_called_off_before(published: Presenting) -> None:
    end_all_held()
    assert published.row.state == "published"
    clock.move_to(worlds.kst("2025-03-31 12:30"))
    end_all_held()
    assert published.row.state == "over" and not waiting(published)
    with pytest.raises(AccessDenied) as refused:
        published.absent(1, SLOTS[0])
    assert code(refused) == "sessions_not_open"


def test_the_database_refuses_two_in_one_room(published: Presenting) -> None:
    from django.db import IntegrityError, transaction

    from didimdol.kernel.action import writing
    from didimdol.kernel.actor import SYSTEM

    first, second = published.sessions()[:2]
    with pytest.raises(IntegrityError), writing("test", SYSTEM), transaction.atomic():
        PanelSession.objects.within(pk=second.pk).update(starts_at=first.starts_at)
