"""Meet-ups by their actions: planned, wishes taken, a timetable made, published, changed with the least change."""

from __future__ import annotations

from datetime import date, time
from functools import partial
from typing import Any

import pytest

from didimdol.demands.actions import withdraw_demand
from didimdol.kernel import clock
from didimdol.kernel.problems import AccessDenied, BadInput, WrongState
from didimdol.notices.models import Message, Todo
from didimdol.records.models import AuditEvent
from didimdol.selection import actions, meeting_rules
from didimdol.selection.actions.meetings import end_all_held
from didimdol.selection.models import Meeting, MeetingTable, MeetingWish, MeetUp
from didimdol.selection.tasks import timetable
from didimdol_decide.scheduling import Schedule, ScheduleProblem, verify
from server.tests import worlds
from server.tests.evaluation.test_concurrency import together
from server.tests.selection import meeting
from server.tests.selection.market import Market, make, waiting
from server.tests.selection.meeting import SLOTS, MeetUpOf
from server.tests.selection.standing import standing


@standing.world
def meet_up(market: Market) -> MeetUpOf:
    return meeting.opened(market)


@standing.world
def published(market: Market) -> MeetUpOf:
    return meeting.published(market)


def code(problem: pytest.ExceptionInfo[Any]) -> str:
    return str(problem.value.code)


# --- planning ------------------------------------------------------------------------------------------------------


def test_each_company_gets_a_table_and_nobody_hears_of_it_yet(market: Market, meet_up: MeetUpOf) -> None:
    tables = MeetingTable.objects.within(meet_up=meet_up.id)
    assert sorted(table.company_id for table in tables) == sorted({d.company_id for d in market.demands})
    assert {table.name for table in tables} == {"1", "2"}
    assert waiting(market, meet_up.row) == {
        ("coordinator", "Open the wishes of the meet-up"), ("manager", "Open the wishes of the meet-up"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"ends": time(10)}, "ends"),
        ({"lunch_from": time(9), "lunch_to": time(11)}, "lunch_from"),
        ({"lunch_from": time(11)}, "lunch_from"),
        ({"lunch_from": time(11, 30), "lunch_to": time(11)}, "lunch_from"),
        ({"days": (date(2025, 3, 1),)}, "day_1"),
        ({"days": ()}, "day_1"),
        ({"days": (meeting.DAY, meeting.DAY)}, "day_1"),
        ({"days": tuple(date(2025, 5, day) for day in range(12, 18))}, "day_1"),
        ({"minutes": 121}, "minutes"),
        ({"minutes": 4}, "minutes"),
        ({"minutes": 5, "starts": time(0), "ends": time(23), "days": (meeting.DAY, date(2025, 5, 13))}, "minutes"),
        ({"wishes_until": worlds.kst("2025-05-12 10:00")}, "wishes_until"),
        ({"wishes_until": worlds.kst("2025-02-01 10:00")}, "wishes_until"),
        ({"longest": 0}, "longest"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_at_its_field(market: Market, changed: dict[str, Any], field: str) -> None:
    with pytest.raises(BadInput) as refused:
        meeting.opened(market, **changed)
    assert field in refused.value.fields
    assert not MeetUp.objects.within(challenge=market.world.challenge).exists()


def test_lunch_leaves_a_slot_out_and_is_a_break(market: Market) -> None:
    found = meeting.opened(market, ends=time(14), lunch_from=time(11, 15), lunch_to=time(13), longest=2)
    found.collect().all_wish().close().make()
    slots = found.row.proposal["problem"]["slots"]
    assert [slot["id"][-5:] for slot in slots] == ["10:00", "10:30", "13:00", "13:30"]
    assert [slot["number"] for slot in slots] == [0, 1, 3, 4]


def test_only_after_the_release_and_one_at_a_time(market: Market) -> None:
    other = worlds.open_challenge(experts=0, judges=0, rulebook=worlds.small_rulebook(key="another"))
    with pytest.raises(AccessDenied) as refused:
        actions.open_meet_up(actor=other.runs, challenge=other.challenge, plan=meeting.plan())
    assert code(refused) == "meet_up_before_release"
    meeting.opened(market)
    with pytest.raises(AccessDenied) as refused:
        meeting.opened(market)
    assert code(refused) == "meet_up_under_way"


def test_who_may_plan(market: Market) -> None:
    for actor in (market.ceo("01"), market.of_company(market.demands[0]), market.world.actor(market.world.auditor)):
        with pytest.raises(AccessDenied):
            actions.open_meet_up(actor=actor, challenge=market.world.challenge, plan=meeting.plan())


def test_tables_are_added_renamed_and_removed_but_never_the_last(market: Market, meet_up: MeetUpOf) -> None:
    company = market.demands[0].company
    more = actions.add_table(
        actor=meet_up.runs, meet_up=meet_up.row, company=company, name=" 온라인 ", link="https://meet.example.kr/1"
    )
    assert (more.name, more.link) == ("온라인", "https://meet.example.kr/1")
    for wrong in ({"name": "1"}, {"name": " "}, {"name": "셋", "link": "javascript:alert(1)"}):
        with pytest.raises(BadInput):
            actions.change_table(actor=meet_up.runs, table=more, **wrong)
    with pytest.raises(BadInput):
        actions.add_table(actor=meet_up.runs, meet_up=meet_up.row, company=market.world.startups[0], name="넷")
    actions.remove_table(actor=meet_up.runs, table=more)
    last = MeetingTable.objects.within(meet_up=meet_up.id, company=company).get()
    with pytest.raises(WrongState) as refused:
        actions.remove_table(actor=meet_up.runs, table=last)
    assert code(refused) == "last_table"


def test_other_hours_are_told_while_wishes_are_taken(market: Market, meet_up: MeetUpOf) -> None:
    meet_up.collect()
    before = Message.objects.unscoped(why="test").filter(subject__contains="일정이 바뀌").count()
    actions.change_meet_up(actor=meet_up.runs, meet_up=meet_up.row, plan=meeting.plan(longest=3))
    assert Message.objects.unscoped(why="test").filter(subject__contains="일정이 바뀌").count() == before == 0
    actions.change_meet_up(actor=meet_up.runs, meet_up=meet_up.row, plan=meeting.plan(minutes=20))
    told = Message.objects.unscoped(why="test").filter(subject__contains="일정이 바뀌")
    assert set(market.world.ceos[:3]) <= {row.person for row in told}


# --- wishes --------------------------------------------------------------------------------------------------------


def test_both_sides_are_asked_until_they_answer(market: Market, meet_up: MeetUpOf) -> None:
    meet_up.collect()
    asked = {(role, what) for role, what in waiting(market, meet_up.row) if role not in ("coordinator", "manager")}
    assert asked == {
        (role, what)
        for roles, what in (
            (("ceo", "staff"), "Say which demands you wish to meet"),
            (("demand_lead", "budget_owner"), "Say which startups you wish to meet"),
        )
        for role in roles
    }
    meet_up.all_wish()
    assert waiting(market, meet_up.row) == {
        ("coordinator", "Make the timetable of the meet-up"), ("manager", "Make the timetable of the meet-up"),
    }  # fmt: skip


def test_wishes_are_refused_out_of_reach_and_after_the_closing(market: Market, meet_up: MeetUpOf) -> None:
    with pytest.raises(AccessDenied) as refused:
        meet_up.wish("01", "yes")
    assert code(refused) == "wishes_are_closed"
    meet_up.collect()
    laptop, robot = market.place("01"), market.demands[2]
    for words, away in (({str(robot.pk): "yes"}, ()), ({str(market.demands[0].pk): "please"}, ()), ({}, ["2025-05-12T09:00"])):  # fmt: skip
        with pytest.raises(BadInput):
            actions.give_meeting_wishes(
                actor=market.ceo("01"), meet_up=meet_up.row, place=laptop, words=words, away=away
            )
    with pytest.raises(AccessDenied):
        actions.give_meeting_wishes(actor=market.ceo("03"), meet_up=meet_up.row, place=laptop, words={})
    with pytest.raises(AccessDenied):
        actions.give_meeting_wishes(actor=market.of_company(robot), meet_up=meet_up.row, demand=market.demands[0], words={})  # fmt: skip
    meet_up.close()
    with pytest.raises(AccessDenied) as refused:
        meet_up.wish("01", "yes")
    assert code(refused) == "wishes_ended"
    assert not MeetingWish.objects.within(meet_up=meet_up.id).exists()


def test_a_no_is_kept_and_a_wish_of_one_side_is_enough(market: Market, meet_up: MeetUpOf) -> None:
    first, second, robot = market.demands
    meet_up.collect()
    meet_up.wish("01", "gladly", "no")
    meet_up.wish_of_demand(second, n01="gladly", n03="yes")  # 01 says no; 03 says nothing
    meet_up.wish_of_demand(robot, n02="no")
    meet_up.wish("02", "gladly")
    meet_up.close().make().publish()
    assert set(meet_up.where()) == {("01", str(first.pk)), ("03", str(second.pk))}


def test_reserves_take_part_where_it_is_set(market: Market) -> None:
    found = meeting.opened(market, with_reserves=True).collect()
    found.wish("05", "yes")
    found.close().make().publish()
    assert {number for number, _ in found.where()} == {"05"}


# --- the timetable -------------------------------------------------------------------------------------------------


def test_everything_fits_without_a_clash_and_is_told_at_once(market: Market, meet_up: MeetUpOf) -> None:
    meet_up.collect().all_wish().make()
    assert not meet_up.meetings()
    meet_up.publish()  # all have answered: nobody waits for the closing
    assert len(meet_up.where()) == 5
    assert meet_up.row.state == "published"
    told = Message.objects.unscoped(why="test").filter(subject__contains="시간표가 나왔습니다")
    assert set(market.world.ceos[:3]) <= {row.person for row in told}
    schedule = Schedule.model_validate(meet_up.row.schedule)
    assert verify(ScheduleProblem.model_validate(meet_up.row.problem), schedule) == []
    assert schedule.worth == schedule.bound


def test_nothing_is_published_before_wishes_are_in_or_after_they_change(market: Market, meet_up: MeetUpOf) -> None:
    meet_up.collect()
    meet_up.wish("01", "yes", "yes")
    meet_up.make()
    with pytest.raises(AccessDenied) as refused:
        meet_up.publish()
    assert code(refused) == "wishes_missing"
    meet_up.wish("01", "no", "yes")
    meet_up.close()
    with pytest.raises(AccessDenied) as refused:
        meet_up.publish()
    assert code(refused) == "timetable_changed"
    meet_up.make().publish()
    assert set(meet_up.where()) == {("01", str(market.demands[1].pk))}


def test_what_another_coordinator_made_meanwhile_is_not_published_unseen(market: Market, meet_up: MeetUpOf) -> None:
    meet_up.collect().all_wish().make()
    seen = meet_up.digest
    actions.change_meet_up(actor=meet_up.runs, meet_up=meet_up.row, plan=meeting.plan(minutes=20))
    meet_up.make()
    with pytest.raises(WrongState) as refused:
        actions.publish_timetable(actor=market.manager, meet_up=meet_up.row, digest=seen)
    assert code(refused) == "other_timetable"
    meet_up.publish()
    before = meet_up.where()
    actions.publish_timetable(actor=market.manager, meet_up=meet_up.row, digest=seen)  # made twice is made once
    assert meet_up.where() == before


@pytest.mark.parametrize(
    ("changed", "ways"),
    [
        # two slots, and the two laptop demands wait for one another at the company's table
        ({"ends": time(11)}, {("day", "2025-05-13", 5), ("shorter", "15", 5), ("table", "river", 5)}),
        ({"startup_most": 1}, {("most", "", 5)}),
        (
            {"longest": 1, "ends": time(11, 30)},
            {("day", "2025-05-13", 5), ("shorter", "20", 4), ("table", "river", 5), ("longest", "", 4)},
        ),
    ],
)
def test_ways_out_are_solved_before_they_are_told(market: Market, changed: dict[str, Any], ways: Any) -> None:
    found = meeting.opened(market, **changed).collect().all_wish().close().make()
    proposal = found.row.proposal
    assert len(proposal["schedule"]["placed"]) == 3
    river = str(market.demands[0].company_id)
    assert {(w["key"], "river" if w["value"] == river else w["value"], w["placed"]) for w in proposal["ways"]} == ways


def test_everybody_one_meeting_first_and_what_it_costs(market: Market) -> None:
    found = meeting.contended(market).make()
    most = {"placed": 3, "mutual": 3, "worth": 24, "alone": 1}
    every = {"placed": 3, "mutual": 2, "worth": 17, "alone": 0}
    assert found.row.proposal["choices"] == {"worth": most, "parties": every}
    assert {pair.partition(".")[0] for pair in placed(found)} == {str(market.place(n).pk) for n in ("01", "02")}
    with pytest.raises(BadInput):
        found.make("fairness")
    found.make("parties")
    assert found.row.proposal["choices"] == {"worth": most, "parties": every}
    found.publish()
    assert {number for number, _ in found.where()} == {"01", "02", "03"}
    problem, result = (ScheduleProblem.model_validate(found.row.problem), Schedule.model_validate(found.row.schedule))
    assert (problem.first, result.met, result.met_bound, verify(problem, result)) == ("parties", 6, 6, [])
    with pytest.raises(BadInput):
        found.make("worth")  # a published timetable changes least
    found.make("parties").change()
    assert found.row.problem.get("first", "worth") == "worth"


def placed(found: MeetUpOf) -> list[str]:
    return [row["meeting"] for row in found.row.proposal["schedule"]["placed"]]


def test_where_everybody_has_a_meeting_there_is_nothing_to_choose(market: Market, meet_up: MeetUpOf) -> None:
    assert meet_up.collect().all_wish().make().row.proposal["choices"] == {}


def test_more_than_can_be_solved_is_said_before_it_is_asked_for(
    market: Market, meet_up: MeetUpOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    meet_up.collect().all_wish()
    actions.ask_for_timetable(actor=meet_up.runs, meet_up=meet_up.row)
    monkeypatch.setattr(meeting_rules, "LARGEST", 19)  # five pairs times four slots
    timetable(str(meet_up.id))
    assert (meet_up.row.asked_at, meet_up.row.proposal) == (None, {})  # as if the wishes had come meanwhile
    with pytest.raises(AccessDenied) as refused:
        meet_up.make()
    assert code(refused) == "timetable_too_large"
    monkeypatch.setattr(meeting_rules, "LARGEST", 20)
    meet_up.make()
    monkeypatch.setattr(meeting_rules, "LARGEST", 19)
    with pytest.raises(AccessDenied) as refused:
        meet_up.publish()
    assert code(refused) == "timetable_too_large"


def test_the_result_does_not_depend_on_who_answered_first(market: Market, meet_up: MeetUpOf) -> None:
    meet_up.collect().all_wish().make()
    first = meet_up.digest
    meet_up.wish("03", "yes", "yes")
    meet_up.wish("01", "yes", "yes")
    meet_up.make()
    assert meet_up.digest == first


# --- changes -------------------------------------------------------------------------------------------------------


def test_an_absence_moves_the_meetings_it_concerns_and_no_other(market: Market) -> None:
    published = meeting.published(market, ends=time(13))  # two slots more than meetings at the company's table
    before = published.where()
    (slot, _), key = next((where, key) for key, where in before.items() if key[0] == "01")
    published.absent("01", slot)
    assert ("coordinator", "Some meetings cannot be held: change the timetable") in waiting(market, published.row)
    assert published.where() == before  # nothing moves by itself
    count = Message.objects.unscoped(why="test").count()
    published.make().change()
    after = published.where()
    assert after[key][0] != slot and set(after) == set(before)
    assert {k: w for k, w in after.items() if k != key} == {k: w for k, w in before.items() if k != key}
    told = Message.objects.unscoped(why="test").order_by("-created_at")[: Message.objects.unscoped(why="t").count() - count]  # fmt: skip
    others = {market.world.ceos[1], market.world.ceos[2], market.person_of(market.demands[2])}
    assert told and not others & {row.person for row in told}
    assert not waiting(market, published.row)
    assert verify(
        ScheduleProblem.model_validate(published.row.problem), Schedule.model_validate(published.row.schedule)
    ) == []  # fmt: skip
    events = AuditEvent.objects.unscoped(why="test").filter(type="selection_meeting.moved")
    assert events.count() == 1


def test_a_meeting_without_a_slot_left_ends_and_may_come_back(market: Market, published: MeetUpOf) -> None:
    place = market.place("02")
    published.absent("02", *SLOTS)
    published.make().change()
    assert [row.why for row in published.meetings(ended=True)] == ["no_slot"]
    published.absent("02")
    published.make().change()
    assert ("02", str(market.demands[2].pk)) in published.where()
    assert Meeting.objects.within(meet_up=published.id, place=place).count() == 2


def test_a_cancelled_meeting_frees_its_slot_and_does_not_come_back(market: Market, published: MeetUpOf) -> None:
    row = next(one for one in published.meetings() if one.place.application.number.endswith("01"))
    with pytest.raises(BadInput):
        actions.cancel_meeting(actor=market.ceo("01"), meeting=row, reason=" ")
    with pytest.raises(AccessDenied):
        actions.cancel_meeting(actor=market.ceo("03"), meeting=row, reason="사정")
    actions.cancel_meeting(actor=market.ceo("01"), meeting=row, reason="사정")
    actions.cancel_meeting(actor=market.ceo("01"), meeting=row, reason="사정")
    assert len(published.where()) == 4
    told = {message.person for message in Message.objects.unscoped(why="t").filter(subject__contains="취소되었습니다")}
    assert {market.person_of(row.demand), market.world.coordinator} <= told
    published.make().change()
    assert len(published.where()) == 4
    ended = Meeting.objects.within(pk=row.pk).get()
    assert (ended.why, ended.reason) == ("cancelled", "사정")


def test_a_startup_that_leaves_frees_its_slots_at_once(market: Market, published: MeetUpOf) -> None:
    actions.decline_place(actor=market.ceo("01"), place=market.place("01"), reason="사정")
    assert {number for number, _ in published.where()} == {"02", "03"}
    assert {row.why for row in published.meetings(ended=True)} == {"withdrawn"}
    told = {message.person for message in Message.objects.unscoped(why="t").filter(subject__contains="기업이 빠져")}
    assert market.person_of(market.demands[0]) in told and market.person_of(market.demands[2]) not in told


def promoted(market: Market) -> None:
    """01 leaves, and 05 moves up."""
    actions.decline_place(actor=market.ceo("01"), place=market.place("01"), reason="사정")
    actions.promote_reserve(actor=market.manager, place=market.place("01"))


def test_a_promoted_reserve_says_its_wishes_and_is_given_free_slots(market: Market, published: MeetUpOf) -> None:
    promoted(market)
    before, (first, second, robot) = published.where(), market.demands
    own, about = "Say which demands you wish to meet", "Say which startups you wish to meet"
    both = {("ceo", own), ("staff", own), ("demand_lead", about), ("budget_owner", about)}
    assert waiting(market, published.row) == both
    published.make().change()
    assert published.where() == before  # nobody wished it yet
    published.wish("05", "gladly", "yes")
    changes = "A new startup's wishes are in: change the timetable to place them"
    assert waiting(market, published.row) == (both | {("coordinator", changes), ("manager", changes)}) - {
        ("ceo", own), ("staff", own),
    }  # fmt: skip
    said = MeetingWish.objects.within(meet_up=published.id, demand=first).get().words
    published.wish_of_demand(first, n05="no")
    published.wish_of_demand(second)
    for late in (first, second):
        kept = MeetingWish.objects.within(meet_up=published.id, demand=late).get().words
        assert {key: word for key, word in kept.items() if key in said} == said  # what was said of others stays
    with pytest.raises(BadInput):
        published.wish_of_demand(first, n03="no")  # of those who were asked in time it is too late
    for number, demand in (("03", None), ("02", robot)):
        with pytest.raises(AccessDenied) as refused:
            if demand is None:
                published.wish(number, "no")
            else:
                published.wish_of_demand(demand, n02="no")
        assert code(refused) == "wishes_are_closed"
    published.make().change()
    assert {key: where for key, where in published.where().items() if key[0] != "05"} == before
    assert {key for key in published.where() if key[0] == "05"} == {("05", str(second.pk))}
    assert not waiting(market, published.row)
    clock.move_to(worlds.kst("2025-05-12 12:00"))
    with pytest.raises(AccessDenied):
        published.wish("05", "yes", "yes")


def test_who_moves_up_between_the_closing_and_the_timetable_is_heard_too(market: Market, meet_up: MeetUpOf) -> None:
    meet_up.collect().all_wish().close()
    promoted(market)
    asked = {role for role, what in waiting(market, meet_up.row) if what.startswith("Say which")}
    assert asked == {"ceo", "staff", "demand_lead", "budget_owner"}
    with pytest.raises(AccessDenied) as refused:
        meet_up.wish("03", "no", "no")
    assert code(refused) == "wishes_ended"
    meet_up.wish("05", "gladly", "gladly")
    meet_up.make().publish()
    assert {number for number, _ in meet_up.where()} == {"02", "03", "05"}


def test_a_reserve_that_was_asked_in_time_has_no_second_time(market: Market) -> None:
    found = meeting.published(market, with_reserves=True)
    promoted(market)
    with pytest.raises(AccessDenied) as refused:
        found.wish("05", "yes")
    assert code(refused) == "wishes_are_closed"


def test_a_demand_that_is_withdrawn_frees_its_slots_and_waits_for_nobody(market: Market, published: MeetUpOf) -> None:
    demand, other = market.demands[0], market.demands[1]
    withdraw_demand(actor=market.of_company(demand), demand=demand, reason="사정")
    assert {row.why for row in published.meetings(ended=True)} == {"demand_withdrawn"}
    assert {key for key in published.where() if key[1] == str(demand.pk)} == set()
    assert {number for number, key in published.where() if key == str(other.pk)} == {"01", "03"}
    told = {row.person for row in Message.objects.unscoped(why="t").filter(subject__contains="수요가 철회되어 만남")}
    assert {market.world.ceos[0], market.world.ceos[2], market.world.coordinator} <= told
    assert market.world.ceos[1] not in told
    assert not waiting(market, published.row)


def test_a_demand_withdrawn_while_wishes_are_taken_is_asked_for_none(market: Market, meet_up: MeetUpOf) -> None:
    meet_up.collect()
    robot = market.demands[2]
    withdraw_demand(actor=market.of_company(robot), demand=robot, reason="사정")
    left = Todo.objects.unscoped(why="t").filter(subject_id=meet_up.id, closed_at=None)
    assert left.filter(organisation=market.demands[0].company_id).exists()
    assert not left.filter(organisation=robot.company_id).exists()
    assert not left.filter(organisation=market.place("02").startup_id).exists()  # whom nobody is left to meet


def test_what_has_begun_is_neither_moved_nor_cancelled(market: Market, published: MeetUpOf) -> None:
    before = published.where()
    clock.move_to(worlds.kst("2025-05-12 10:45"))
    begun = [row for row in published.meetings() if row.starts_at <= clock.now()]
    assert begun
    with pytest.raises(AccessDenied) as refused:
        actions.cancel_meeting(actor=published.runs, meeting=begun[0], reason="늦음")
    assert code(refused) == "meeting_has_begun"
    published.absent("01", *SLOTS)
    published.make().change()
    after = published.where()
    for key, (slot, table) in before.items():
        if slot <= "2025-05-12T10:30":
            assert after[key] == (slot, table)
        elif key[0] == "01":
            assert key not in after


def test_it_is_over_when_the_last_slot_has_passed(market: Market, published: MeetUpOf) -> None:
    end_all_held()
    assert published.row.state == "published"
    clock.move_to(worlds.kst("2025-05-12 12:00"))
    end_all_held()
    assert published.row.state == "over"
    with pytest.raises(AccessDenied):
        published.make()
    meeting.opened(market, days=(date(2025, 5, 20),), wishes_until=worlds.kst("2025-05-15 18:00"))


def test_calling_it_off_is_told(market: Market, published: MeetUpOf) -> None:
    actions.cancel_meet_up(actor=published.runs, meet_up=published.row, reason="사정")
    told = {message.person for message in Message.objects.unscoped(why="t").filter(subject__contains="밋업이 취소")}
    assert set(market.world.ceos[:3]) <= told
    assert not Todo.objects.unscoped(why="t").filter(subject_id=published.id, closed_at=None).exists()
    with pytest.raises(AccessDenied):
        published.absent("01", SLOTS[0])


def test_the_log_holds_no_name_and_no_wish(market: Market, published: MeetUpOf) -> None:
    published.absent("01", SLOTS[0])
    events = AuditEvent.objects.unscoped(why="t").filter(type__contains="meet")
    written = str([event.facts for event in events])
    assert events.count() > 10
    for word in ("gladly", "yes", *(ceo.name for ceo in market.world.ceos[:3])):
        assert word not in written


# --- at once -------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_coordinators_at_once_and_a_startup_that_leaves_meanwhile() -> None:
    market = make()
    found = meeting.opened(market).collect().all_wish().make()
    row, digest = found.row, found.digest
    actors = [market.world.runs, market.manager]
    calls = [partial(actions.publish_timetable, actor=actor, meet_up=row, digest=digest) for actor in actors]
    calls.append(partial(actions.decline_place, actor=market.ceo("01"), place=market.place("01"), reason="사정"))
    results = together(*calls)
    assert None not in results
    published = found.row.state == "published"
    if published:
        assert {number for number, _ in found.where()} == {"02", "03"}
        events = AuditEvent.objects.unscoped(why="t").filter(type="meet_up.publish")
        assert events.count() == 1
    else:  # the startup was first, and what was looked at is not so any more
        assert {result.code for result in results[:2]} == {"timetable_changed"}
        assert not found.where()
