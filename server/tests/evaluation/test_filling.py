"""Seats that become empty while a round is scored: filled with the least change, by who conducts it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from didimdol.applications.actions import withdraw_application
from didimdol.evaluation import actions, queries
from didimdol.evaluation.filling import propose
from didimdol.evaluation.guards import empty_seats
from didimdol.evaluation.models import AssignmentRecord, Ballot, Round, Seat
from didimdol.kernel.action import writing
from didimdol.kernel.problems import AccessDenied, BadInput, Invisible, Problem, WrongState
from didimdol.notices.models import Message, Todo
from didimdol.people.enums import Role
from didimdol.records.models import AuditEvent
from didimdol_decide.assignment import Assignment, AssignmentProblem, verify
from didimdol_decide.cli import main
from server.tests import worlds
from server.tests.evaluation.standing import standing
from server.tests.together import together

SignedIn = Callable[[Any], Client]
Four = tuple[worlds.World, Round]


def page(name: str, id: Any) -> str:
    return reverse(f"evaluation:{name}", args=[id])


def four_of(experts: int = 4) -> Four:
    """Four applications, two seats each, four experts: two ballots each."""
    world = worlds.closed_challenge(applications=4, experts=experts)
    return world, worlds.scoring_round(world)


@standing.world
def four() -> Four:
    return four_of()


def ballots(round: Round, **more: Any) -> list[Ballot]:
    found = Ballot.objects.within(seat__round=round, **more).select_related(
        "seat__person", "seat__round", "application"
    )
    return list(found.order_by("application__number", "pk"))


def pairs_of(round: Round) -> set[tuple[Any, Any]]:
    return {(b.application_id, b.seat_id) for b in ballots(round) if b.state in ("draft", "locked")}


def recuse(world: worlds.World, ballot: Ballot) -> None:
    actions.recuse(actor=world.actor(ballot.seat.person), ballot=ballot, ground="paid", reason="자문을 받았습니다")


def seat_of(round: Round, person: Any) -> Seat:
    found = round.seats.select_related("person", "organisation").exclude(state="vacated").get(person=person)
    found.round = round
    return found


def newest(round: Round) -> AssignmentRecord:
    found = queries.assignment_records(round).first()
    assert found is not None
    return found


def todos(round: Round) -> Any:
    return Todo.objects.unscoped(why="test").filter(closed_at=None, subject_id=round.pk)


# --- after a recusal -----------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_recused_seat_is_filled_from_the_page_and_nobody_else_moves(
    four: Four, signed_in: SignedIn, tmp_path: Path
) -> None:
    world, round = four
    client, url = signed_in(world.coordinator), page("fill", round.pk)
    assert "빈자리가 없습니다" in client.get(url).content.decode()
    gone = ballots(round, seat__body="expert")[0]
    recuse(world, gone)
    before = pairs_of(round)
    assert empty_seats(round) == {gone.application_id: {"expert": 1}}
    assert "빈자리를 채워" in todos(round).get().what["ko"]
    assert "빈자리가 1석" in client.get(round.get_absolute_url()).content.decode()
    answer = client.get(url)
    (row,) = answer.context["came"]
    assert not answer.context["went"] and gone.application.number in row["application"]
    assert pairs_of(round) == before and queries.assignment_records(round).count() == 1  # nothing stored
    told = Message.objects.unscoped(why="test").filter(subject__contains="배정되었습니다").count()
    shown = re.search(r'name="previewed" value="([0-9a-f]{64})"', answer.content.decode())
    assert shown is not None and client.post(url, {"previewed": shown[1]}).status_code == 302
    (new,) = pairs_of(round) - before
    assert new[0] == gone.application_id and new[1] != gone.seat_id and before < pairs_of(round)
    assert Message.objects.unscoped(why="test").filter(subject__contains="배정되었습니다").count() == told + 1
    assert not todos(round).exists() and not empty_seats(round)
    record = newest(round)
    assert record.revision == 2 and record.content["assignment"]["objective"] == "least_change"
    facts = AuditEvent.objects.unscoped(why="test").get(type="round.seats_filled").facts
    assert (facts["revision"], facts["filled"], facts["moved"], facts["left_empty"]) == (2, 1, 0, 0)
    # the new holder sees and scores it, and the round closes
    holder = Ballot.objects.within(application=new[0], seat=new[1]).select_related("seat__person").get()
    assert signed_in(holder.seat.person).get(holder.get_absolute_url()).status_code == 200
    # both revisions can be read and checked
    for revision in (1, 2):
        text = client.get(page("assignment-record", round.pk), {"revision": revision}).content.decode()
        file = tmp_path / f"{revision}.json"
        file.write_text(text)
        assert main(["verify-assignment", str(file)]) == 0
    assert client.get(page("assignment-record", round.pk), {"revision": 3}).status_code == 404
    explained = client.get(page("assignment", round.pk)).content.decode()
    assert "빈자리를 채운 배정입니다" in explained and "1판" in explained
    assert "이전 판입니다" in client.get(page("assignment", round.pk), {"revision": 1}).content.decode()
    worlds.lock_all(world, round)
    assert worlds.close(world, round).state == "closed"


@pytest.mark.django_db
def test_what_was_begun_stays_where_it_is() -> None:
    """The only way to fill the seat would move a ballot that has been begun: it stays empty."""
    world = worlds.closed_challenge(applications=2, experts=3)
    barred = world.applications[1]
    third = world.experts[2]
    round = worlds.scoring_round(world, conflicts=lambda s: (barred,) if s.person_id == third.pk else ())
    for ballot in ballots(round, seat__body="expert"):
        if ballot.application_id != barred.pk or ballot.seat.person_id == world.experts[0].pk:
            actions.save_ballot(
                actor=world.actor(ballot.seat.person), ballot=ballot, points={"technology": "10"}, comments={}
            )
    gone = next(b for b in ballots(round, seat__body="expert", application=barred) if b.seat.person_id == world.experts[1].pk)  # fmt: skip
    recuse(world, gone)
    found = propose(round)
    assert not found.came and not found.went and found.left == [(str(barred.pk), "expert", 1)]
    with pytest.raises(WrongState) as problem:
        actions.fill_seats(actor=world.runs, round=round)
    assert problem.value.code == "nothing_to_fill"


@pytest.mark.django_db
def test_what_was_not_begun_makes_room_where_it_must(signed_in: SignedIn) -> None:
    """Everybody takes one application. Who recuses from the first can only take over on the second what another gives up."""
    world = worlds.closed_challenge(applications=2, experts=4)
    first, second = world.applications
    round = worlds.declaring_round(world)
    for seat in round.seats.all():
        worlds.declare(seat)
        actions.change_seat(actor=world.runs, seat=seat, most=1)
    round = actions.assign_ballots(actor=world.runs, round=round)
    gone = ballots(round, seat__body="expert", application=first)[0]
    recuse(world, gone)
    found = propose(round)
    ((given_up, why),) = found.went.items()
    assert given_up[0] == str(second.pk) and why == "makes_room" and not found.left
    assert set(found.came) == {(str(first.pk), given_up[1]), (str(second.pk), str(gone.seat_id))}
    shown = signed_in(world.coordinator).get(page("fill", round.pk)).content.decode()
    assert "다른 위원에게 넘어가는 평가표" in shown
    moved = Ballot.objects.within(seat=given_up[1], application=second).select_related("seat__person").get()
    worlds.lock(Ballot.objects.within(pk=moved.pk).select_related("seat__person", "seat__round").get())
    assert given_up not in propose(round).went  # begun by now: somebody else makes room
    actions.fill_seats(actor=world.runs, round=round)
    assert AuditEvent.objects.unscoped(why="test").get(type="round.seats_filled").facts["moved"] == 1
    assert Message.objects.unscoped(why="test").filter(subject__contains="배정이 바뀌었습니다").count() == 1
    assert not empty_seats(round)


@pytest.mark.django_db
def test_a_seat_nobody_can_take_is_explained_and_another_evaluator_fills_it(signed_in: SignedIn) -> None:
    world = worlds.closed_challenge(applications=2, experts=2)
    round = worlds.scoring_round(world)
    recuse(world, ballots(round, seat__body="expert")[0])
    client, url = signed_in(world.coordinator), page("fill", round.pk)
    answer = client.get(url)
    body = answer.content.decode()
    assert "채울 수 없는 자리" in body and "채울 수 없는 까닭" in body and "previewed" not in body
    more = next(r for r in answer.context["clash"].remedies if r.kind["en"] == "Seat more evaluators")
    assert [step.what["en"] for step in more.steps] == ["1 of “Experts”, up to 2 each"]
    assert client.post(url).status_code == 409
    late = worlds.add_expert(world, "늦은 전문가")
    held = late.assignments.get()
    data = {"body": "expert", "person": held.pk, "most": 5}
    assert client.post(page("seat", round.pk), data).status_code == 302
    newcomer = signed_in(late)
    assert "이해충돌 신고" in newcomer.get(reverse("evaluation:list")).content.decode()
    assert "먼저 신고해 주십시오" in newcomer.get(round.get_absolute_url()).content.decode()
    assert "previewed" not in client.get(url).content.decode()  # not before they declared
    standings = {str(a.pk): "none" for a in world.applications}
    assert newcomer.post(page("conflicts", round.pk), standings).status_code == 302
    assert newcomer.post(page("conflicts", round.pk), standings).status_code == 409  # once
    assert client.post(url).status_code == 302
    assert Ballot.objects.within(seat__person=late, state="draft").count() == 1


@pytest.mark.django_db
def test_a_maximum_is_raised_while_scoring_but_fields_stay(four: Four, signed_in: SignedIn) -> None:
    world, round = four
    client, seat = signed_in(world.coordinator), seat_of(round, world.experts[0])
    form = client.get(page("seat-change", seat.pk)).content.decode()
    assert "최대 배정 건수" in form and "담당 분야" not in form
    assert client.post(page("seat-change", seat.pk), {"most": "9"}).status_code == 302
    with pytest.raises(BadInput) as problem:
        actions.change_seat(actor=world.runs, seat=seat, most=9, fields=["robot"])
    assert problem.value.code == "fields_settled"


@pytest.mark.django_db
def test_a_relation_found_late_takes_the_open_ballot_away(four: Four) -> None:
    world, round = four
    mine = ballots(round, seat__person=world.experts[0])[0]
    startup = mine.application.startup
    worlds.people.end_role(actor=worlds.SYSTEM, assignment=world.experts[0].assignments.get())
    worlds.give(world.experts[0], startup, Role.STAFF)
    found = propose(round)
    pair = (str(mine.application_id), str(mine.seat_id))
    assert found.went == {pair: "conflict"} and len(found.came) == 1
    actions.fill_seats(actor=world.runs, round=round)
    mine.refresh_from_db()
    assert mine.state == "moved"


@pytest.mark.django_db
def test_a_locked_ballot_in_conflict_stays_and_is_pointed_out(four: Four, signed_in: SignedIn) -> None:
    world, round = four
    mine = ballots(round, seat__person=world.experts[0])[0]
    worlds.lock(mine)
    recuse(world, ballots(round, seat__person=world.experts[1])[0])
    worlds.people.end_role(actor=worlds.SYSTEM, assignment=world.experts[0].assignments.get())
    worlds.give(world.experts[0], mine.application.startup, Role.STAFF)
    found = propose(round)
    assert found.disputed == {(str(mine.application_id), str(mine.seat_id))}
    assert (str(mine.application_id), str(mine.seat_id)) in found.pinned
    assert "이해충돌이 알려진" in signed_in(world.coordinator).get(page("fill", round.pk)).content.decode()


@pytest.mark.django_db
def test_the_seats_of_a_withdrawn_application_are_not_filled(four: Four) -> None:
    world, round = four
    gone = ballots(round, seat__body="expert")[0]
    recuse(world, gone)
    index = world.applications.index(gone.application)
    withdraw_application(actor=world.actor(world.ceos[index]), application=gone.application, reason="접었습니다")
    assert not empty_seats(round) and not propose(round).came


# --- an evaluator leaves -------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_an_evaluator_leaves_what_is_locked_counts_and_drafts_go_to_others(four: Four, signed_in: SignedIn) -> None:
    world, round = four
    leaver = world.experts[0]
    seat = seat_of(round, leaver)
    first, second = ballots(round, seat=seat)
    worlds.lock(first)
    secret = "아무에게도 보이지 않을 의견"
    actions.save_ballot(
        actor=world.actor(leaver), ballot=second, points={"technology": "11"}, comments={"growth": secret}
    )
    client, vacate = signed_in(world.coordinator), page("seat-vacate", seat.pk)
    body = client.get(vacate).content.decode()
    assert "제출한 평가표 1개" in body and "작성 중인 평가표 1개" in body and "새로 배정되는 위원" in body
    assert client.post(vacate, {"reason": " "}).status_code == 422
    answer = client.post(vacate, {"reason": "입원"})
    assert answer.status_code == 302 and answer.url == page("fill", round.pk)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == ("locked", "moved")
    assert signed_in(leaver).get(second.get_absolute_url()).status_code == 404
    assert signed_in(leaver).get(first.get_absolute_url()).status_code == 404
    assert not queries.own_ballots(world.actor(leaver)).exists()
    assert Message.objects.unscoped(why="test").filter(person=leaver, subject__contains="해촉").count() == 1
    assert client.post(answer.url).status_code == 302
    new = Ballot.objects.within(application=second.application, seat__body="expert", state="draft").exclude(
        pk__in=[b.pk for b in ballots(round, seat=seat)]
    )
    heir = new.order_by("-created_at").select_related("seat__person").first()
    assert heir is not None and heir.points == {} and heir.comments == {}
    for person in (world.coordinator, heir.seat.person, world.auditor):
        for ballot in (second, heir):
            assert secret not in signed_in(person).get(ballot.get_absolute_url()).content.decode()
    # the locked one counts, and cannot be reopened for somebody who is gone
    with pytest.raises(AccessDenied) as refused:
        actions.reopen_ballot(actor=world.runs, ballot=first, reason="고칠 것")
    assert refused.value.code == "evaluator_left"
    line = next(line for line in queries.progress(round) if line.seat.pk == seat.pk)
    assert (line.assigned, line.locked, line.left) == (1, 1, 1)
    worlds.lock_all(world, round)
    assert worlds.close(world, round).state == "closed"


@pytest.mark.django_db
def test_who_left_and_came_back_sits_on_no_panel_twice(four: Four) -> None:
    world, round = four
    leaver = world.experts[0]
    seat = seat_of(round, leaver)
    locked = ballots(round, seat=seat)[0]
    worlds.lock(locked)
    actions.vacate_seat(actor=world.runs, seat=seat, reason="출장")
    actions.seat_evaluator(actor=world.runs, round=round, person=leaver, organisation=world.institute, body="expert")
    again = seat_of(round, leaver)
    worlds.declare(again)
    assert (str(locked.application_id), str(again.pk)) not in {
        (pair.application, pair.evaluator) for pair in propose(round).after.pairs
    }
    actions.fill_seats(actor=world.runs, round=round)
    assert not Ballot.objects.within(seat=again, application=locked.application).exists()


# --- who, when, at once --------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_only_who_conducts_fills_and_only_while_scored(four: Four) -> None:
    world, round = four
    recuse(world, ballots(round, seat__body="expert")[0])
    for person in (world.auditor, world.experts[0], world.ceos[0]):
        with pytest.raises(AccessDenied):
            actions.fill_seats(actor=world.actor(person), round=round)
        with pytest.raises(AccessDenied):
            actions.change_seat(actor=world.actor(person), seat=seat_of(round, world.experts[0]), most=3)
    actions.fill_seats(actor=world.actor(world.manager), round=round)
    worlds.lock_all(world, round)
    closed = worlds.close(world, round)
    with pytest.raises(WrongState):
        actions.fill_seats(actor=world.runs, round=closed)


@pytest.mark.django_db
def test_a_proposal_that_is_no_longer_true_is_not_carried_out(four: Four, signed_in: SignedIn) -> None:
    world, round = four
    recuse(world, ballots(round, seat__body="expert")[0])
    old = propose(round).fingerprint
    recuse(world, ballots(round, seat__body="expert", state="draft")[-1])
    answer = signed_in(world.coordinator).post(page("fill", round.pk), {"previewed": old})
    assert answer.status_code == 422 and "바뀌어 배정이 달라졌습니다" in answer.content.decode()
    assert queries.assignment_records(round).count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_coordinators_confirm_at_once(four: Four) -> None:
    world, round = four
    recuse(world, ballots(round, seat__body="expert")[0])
    shown = propose(round).fingerprint
    other = world.actor(world.manager)
    results = together(
        lambda: actions.fill_seats(actor=world.runs, round=round, previewed=shown),
        lambda: actions.fill_seats(actor=other, round=round, previewed=shown),
    )
    assert sorted(type(result).__name__ for result in results) == ["BadInput", "Round"]
    assert next(r.code for r in results if isinstance(r, Problem)) == "inputs_changed"
    assert queries.assignment_records(round).count() == 2 and not empty_seats(round)


@pytest.mark.django_db(transaction=True)
def test_two_coordinators_assign_at_once() -> None:
    world = worlds.closed_challenge(applications=2)
    round = worlds.declaring_round(world)
    for seat in round.seats.all():
        worlds.declare(seat)
    other = world.actor(world.manager)
    results = together(
        lambda: actions.assign_ballots(actor=world.runs, round=round),
        lambda: actions.assign_ballots(actor=other, round=round),
    )
    assert [type(result) for result in results] == [Round, Round]
    assert queries.assignment_records(round).count() == 1 and len(pairs_of(round)) == 6


# --- whatever happens ----------------------------------------------------------------------------------------------


class _TakenBack(Exception):
    pass


@standing.world
def scored() -> Four:
    return four_of(experts=5)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])  # fmt: skip
@given(data=st.data())
def test_whatever_becomes_empty_what_stands_stays_and_every_rule_holds(
    data: st.DataObject, scored: tuple[worlds.World, Round]
) -> None:
    _, round = scored
    rows = ballots(round, seat__body="expert")
    gone = data.draw(st.lists(st.sampled_from(range(len(rows))), max_size=4, unique=True))
    begun = data.draw(st.lists(st.sampled_from(range(len(rows))), max_size=4, unique=True))
    try:
        with writing("test.taken_back", worlds.SYSTEM):
            for n in begun:
                Ballot.objects.within(pk=rows[n].pk).update(points={"growth": "1"})
            for n in gone:
                Ballot.objects.within(pk=rows[n].pk).update(state="recused")
            before = {(str(a), str(s)) for a, s in pairs_of(round)}
            found = propose(round)
            after = {(pair.application, pair.evaluator) for pair in found.after.pairs}
            pinned = {(str(rows[n].application_id), str(rows[n].seat_id)) for n in begun if n not in gone}
            recused = {(str(rows[n].application_id), str(rows[n].seat_id)) for n in gone}
            assert pinned <= after and not recused & after
            assert len(found.came) + sum(count for _, _, count in found.left) == len(gone) + len(found.went)
            if not found.left:
                assert len(after) == len(before) + len(gone)
            problem = AssignmentProblem.model_validate(found.content()["problem"])
            assert not verify(problem, Assignment.model_validate(found.content()["assignment"]))
            raise _TakenBack
    except _TakenBack:
        pass


@pytest.mark.django_db
def test_an_invisible_round_stays_invisible(four: Four, signed_in: SignedIn) -> None:
    world, round = four
    stranger = worlds.person("낯선 사람")
    assert signed_in(stranger).get(page("fill", round.pk)).status_code == 404
    with pytest.raises(Invisible):
        queries.conducted_round(world.actor(stranger), round.pk)
