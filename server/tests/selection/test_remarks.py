"""What evaluators are told about their own ballots: when, how much, and their right of reply."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from didimdol.applications import actions as applications
from didimdol.applications.models import Application
from didimdol.evaluation import actions as evaluation
from didimdol.evaluation.models import Ballot, Round, Seat
from didimdol.kernel import clock
from didimdol.kernel.actor import SYSTEM
from didimdol.kernel.problems import AccessDenied
from didimdol.notices.models import Message, Todo
from didimdol.people import actions as people
from didimdol.people.enums import Role
from didimdol.people.models import Person
from didimdol.programmes.rulebook import HowSureRules
from didimdol.records.models import AuditEvent
from didimdol.selection import actions, sureness_rules
from didimdol.selection.actions.remarks import field_of
from didimdol.selection.models import Remark
from didimdol.selection.tasks import lapse_remarks
from server.tests import todos, worlds
from server.tests.selection import sure
from server.tests.selection.standing import standing

SignedIn = Callable[[Person], Client]


@standing.world
def world() -> worlds.World:
    return sure.make(applications=2)


@standing.world
def round(world: worlds.World) -> Round:
    return worlds.scoring_round(world)


def remarks(round: Round, **more: Any) -> list[Remark]:
    found = Remark.objects.within(seat__round=round, **more)
    return list(found.select_related("seat__person", "application").order_by("application__number", "pk"))


def url(round: Round, what: str = "remarks") -> str:
    return f"/selection/rounds/{round.pk}/{what}/"


def waiting(person: Person, number: str) -> int:
    return (
        Todo.objects.within(person=person, closed_at=None, what__ko__icontains="사유를 적어")
        .filter(what__ko__endswith=number)
        .count()
    )


def far(application: Application, seat: Seat, criterion: Any) -> Decimal:
    """One of the two experts gives twice what the others give."""
    share = 80 if seat.body == "expert" and seat == first_of(seat, application) else 40
    return Decimal(criterion.max_points) * share / 100


def first_of(seat: Seat, application: Application) -> Seat:
    found = Ballot.objects.within(application=application, seat__round=seat.round_id, seat__body=seat.body)
    return found.order_by("seat__person__name").select_related("seat").first().seat  # type: ignore[union-attr]


# --- when and what -------------------------------------------------------------------------------------------------


def test_a_reason_is_asked_for_once_all_ballots_of_the_application_are_locked(
    world: worlds.World, round: Round, signed_in: SignedIn
) -> None:
    application = world.applications[0]
    *before, last = sure.ballots_of(round, application)
    for ballot in before:
        worlds.lock(ballot, far)
        assert remarks(round) == []
    worlds.lock(last, far)
    found = remarks(round)
    assert {(r.seat_id, r.application_id, r.kind, r.state) for r in found} == {
        (b.seat_id, application.pk, "deviation", "open") for b in (*before, last) if b.seat.body == "expert"
    }
    assert all(waiting(r.seat.person, application.number) == 1 for r in found)
    assert {m.person_id for m in Message.objects.unscoped(why="all").filter(url=url(round))} == {
        r.seat.person_id for r in found
    }


def test_an_item_at_the_limit_needs_no_reason_and_one_beyond_does(world: worlds.World, round: Round) -> None:
    """10 percent of 60 points is 6: of 48 and 36 the mean is 42; of 49 and 36 it is 42.5."""
    for application, high, told in ((world.applications[0], 48, 0), (world.applications[1], 49, 2)):

        def points(a: Application, seat: Seat, criterion: Any, high: int = high) -> Decimal:
            if criterion.key == "technology":
                return Decimal(high if seat == first_of(seat, a) else 36)
            return Decimal(criterion.max_points)

        for ballot in sure.ballots_of(round, application):
            worlds.lock(ballot, points)
        assert len(remarks(round, application=application)) == told
    assert [[i["criterion"] for i in r.content["items"]] for r in remarks(round)] == [["technology"]] * 2
    assert sorted(r.content["items"][0]["difference"] for r in remarks(round)) == ["-6.5", "6.5"]


def test_a_corrected_ballot_takes_it_back_or_asks_anew(world: worlds.World, round: Round) -> None:
    application = world.applications[0]
    ballots = sure.ballots_of(round, application)
    for ballot in ballots:
        worlds.lock(ballot, far)
    told = {r.seat_id: r for r in remarks(round)}
    assert len(told) == 2
    mine = next(b for b in ballots if b.seat.body == "expert")
    answer(world, round, mine.seat, "측정 결과를 보았습니다.")
    assert Remark.objects.within(pk=told[mine.seat_id].pk).get().state == "answered"

    ballot = evaluation.reopen_ballot(actor=world.runs, ballot=mine, reason="오기")
    assert Remark.objects.within(pk=told[mine.seat_id].pk).get().state == "answered", "nothing is settled yet"
    worlds.lock(ballot, lambda a, s, c: far(a, s, c) - (1 if c.key == "technology" else 0))
    anew = Remark.objects.within(pk=told[mine.seat_id].pk).get()
    assert (anew.state, anew.reply, anew.replied_at) == ("open", "측정 결과를 보았습니다.", None)

    ballot = evaluation.reopen_ballot(actor=world.runs, ballot=mine, reason="오기")
    worlds.lock(ballot, lambda a, s, c: Decimal(c.max_points) * 40 / 100)
    assert {r.state for r in remarks(round)} == {"lifted"}
    assert waiting(mine.seat.person, application.number) == 0


def answer(world: worlds.World, round: Round, seat: Seat, words: str) -> None:
    own = next(r for r in remarks(round) if r.seat_id == seat.pk)
    actions.answer_remarks(actor=world.actor(seat.person), seat=seat, replies={own.pk: words})


def test_a_withdrawn_application_and_a_late_ballot(world: worlds.World, round: Round) -> None:
    first, second = world.applications
    for ballot in sure.ballots_of(round, first):
        worlds.lock(ballot, far)
    assert {r.state for r in remarks(round)} == {"open"}
    applications.withdraw_application(actor=world.actor(world.ceos[0]), application=first, reason="사정")
    assert {r.state for r in remarks(round)} == {"lifted"}
    # One ballot of the second is never locked: what is there is looked at when the round closes.
    _, *others = sure.ballots_of(round, second)
    for ballot in others:
        worlds.lock(ballot, lambda a, s, c: Decimal(c.max_points) * (90 if s == others[-1].seat else 40) / 100)
    assert remarks(round, application=second) == []
    clock.move_to(round.closes_at)
    worlds.close(world, round)
    assert {r.seat_id for r in remarks(round, application=second)} == {
        b.seat_id for b in others if b.seat.body == "expert"
    }


def test_with_the_release_nobody_is_asked_any_more(world: worlds.World, round: Round, signed_in: SignedIn) -> None:
    """No committee reads a reply to a released result: what waits is closed, what was replied stays as it is."""
    for application in world.applications:
        for ballot in sure.ballots_of(round, application):
            worlds.lock(ballot, far)
    worlds.close(world, round)
    one, *others = remarks(round, state="open")
    assert len(others) == 3
    answer(world, round, one.seat, "측정 결과를 보았습니다.")
    selection = actions.compute_selection(actor=world.runs, round=round)
    manager = world.actor(world.manager)
    actions.decide_selection(actor=manager, selection=selection)
    assert len(todos.open_todos(subject_model="selection.Remark")) == 3
    selection = actions.release_selection(actor=manager, selection=selection)
    assert {r.state for r in remarks(round)} == {"answered", "lapsed"}
    assert todos.open_todos(subject_model="selection.Remark") == []
    assert clock.now() < one.reply_until
    shown = signed_in(one.seat.person).get(url(round)).content.decode()
    assert "측정 결과를 보았습니다." in shown and "<textarea" not in shown
    for remark in (one, others[-1]):
        with pytest.raises(AccessDenied) as over:
            actions.answer_remarks(
                actor=world.actor(remark.seat.person), seat=remark.seat, replies={remark.pk: "더 말씀드립니다."}
            )
        assert over.value.code == "reply_is_over"
    # an estimate that is made only now marks nobody either
    sure.estimated(selection)
    lapse_remarks(0)
    assert {r.state for r in remarks(round)} == {"answered", "lapsed"}


def test_the_last_open_ballot_leaves_with_its_evaluator(world: worlds.World, round: Round, signed_in: SignedIn) -> None:
    application = world.applications[0]
    *before, last = [b for b in sure.ballots_of(round, application) if b.seat.body == "demand"]
    rest = [b for b in sure.ballots_of(round, application) if b.seat.body == "expert"]
    for ballot in (*rest, *before):
        worlds.lock(ballot, far)
    assert remarks(round) == []
    coordinator = signed_in(world.coordinator)
    left = coordinator.post(reverse("evaluation:seat-vacate", args=[last.seat_id]), {"reason": "입원"})
    assert left.status_code == 302
    asked = remarks(round, state="open")
    assert {r.seat_id for r in asked} == {b.seat_id for b in rest}
    assert all(waiting(r.seat.person, application.number) == 1 for r in asked)
    # who leaves after being asked has nothing to do any more; the committee still reads that their item is far
    gone = asked[0].seat
    assert coordinator.post(reverse("evaluation:seat-vacate", args=[gone.pk]), {"reason": "출장"}).status_code == 302
    assert waiting(gone.person, application.number) == 0 and waiting(asked[1].seat.person, application.number) == 1
    assert {r.seat_id for r in remarks(round, state="open")} >= {b.seat_id for b in rest}
    assert coordinator.get(url(round, "deviations")).status_code == 200


def test_filling_takes_the_last_open_ballot_away(world: worlds.World, signed_in: SignedIn) -> None:
    """Two experts are left who may judge the first application; one of them turns out to have joined the startup."""
    worlds.add_expert(world, "전문가4")
    first, second = world.applications
    able = {world.experts[0].pk, world.experts[1].pk}
    round = worlds.scoring_round(
        world, conflicts=lambda s: (first,) if s.body == "expert" and s.person_id not in able else ()
    )
    joined = next(b for b in sure.ballots_of(round, first) if b.seat.person_id == world.experts[1].pk)
    judges = [b.seat for b in sure.ballots_of(round, first) if b.seat.body == "demand"]
    for ballot in sure.ballots_of(round, first):
        if ballot.pk != joined.pk:
            share = 80 if ballot.seat == judges[0] else 40
            worlds.lock(ballot, lambda a, s, c, share=share: Decimal(c.max_points) * share / 100)  # type: ignore[misc]
    people.end_role(actor=SYSTEM, assignment=joined.seat.person.assignments.get())
    worlds.give(joined.seat.person, world.startups[0], Role.STAFF)
    gone = next(b for b in sure.ballots_of(round, second) if b.seat.body == "expert" and b.seat_id != joined.seat_id)
    evaluation.recuse(actor=world.actor(gone.seat.person), ballot=gone, ground="paid", reason="자문")
    assert remarks(round, application=first) == []
    assert signed_in(world.coordinator).post(reverse("evaluation:fill", args=[round.pk])).status_code == 302
    assert Ballot.objects.within(pk=joined.pk).get().state == "moved"
    assert {r.seat_id for r in remarks(round, application=first)} == {seat.pk for seat in judges}


# --- who reads what ------------------------------------------------------------------------------------------------


def test_an_evaluator_replies_and_never_reads_a_colleagues_score(
    world: worlds.World, round: Round, signed_in: SignedIn
) -> None:
    application = world.applications[0]

    def points(a: Application, seat: Seat, criterion: Any) -> Decimal:
        if criterion.key == "technology":
            return Decimal("51.25") if seat == first_of(seat, a) else Decimal("37.75")
        return Decimal(criterion.max_points)

    for ballot in sure.ballots_of(round, application):
        worlds.lock(ballot, points)
    high, low = sorted(remarks(round), key=lambda r: r.content["items"][0]["points"], reverse=True)
    assert [r.content["items"][0]["mean"] for r in (high, low)] == ["44.5", "44.5"]
    client = signed_in(high.seat.person)
    assert url(round) in client.get(f"/evaluation/{round.pk}/").content.decode()
    page = client.get(url(round)).content.decode()
    assert application.number in page and "내 점수 51.25 / 60점, 위원단 평균보다 높음" in page
    for hidden in ("44.5", "37.75", "6.75", low.seat.person.name):
        assert hidden not in page

    name = field_of(high)
    assert client.post(url(round), {name: "가" * 2001}).status_code == 422
    logged = AuditEvent.objects.within(subject_id=high.seat_id).count()
    empty = client.post(url(round), {name: " "})
    assert empty.status_code == 422 and "적은 답변이 없어" in empty.content.decode()
    assert Remark.objects.within(pk=high.pk).get().state == "open", "an empty field changes nothing"
    assert AuditEvent.objects.within(subject_id=high.seat_id).count() == logged
    assert client.post(url(round), {name: "측정 결과가 <b>뛰어났습니다."}).status_code == 302
    kept = Remark.objects.within(pk=high.pk).get()
    assert (kept.state, kept.reply) == ("answered", "측정 결과가 <b>뛰어났습니다.")
    assert waiting(high.seat.person, application.number) == 0
    events = AuditEvent.objects.within(subject_id__in=[high.pk, high.seat_id])
    assert all("뛰어" not in str(event.facts) for event in events)
    assert client.post(url(round), {name: "고쳐 적습니다."}).status_code == 302
    assert Remark.objects.within(pk=high.pk).get().reply == "고쳐 적습니다."
    # A colleague answers for themselves only, whatever they send.
    rival = signed_in(low.seat.person)
    assert rival.post(url(round), {name: "남의 사유"}).status_code == 422
    assert Remark.objects.within(pk=high.pk).get().reply == "고쳐 적습니다."
    assert "고쳐 적습니다" not in rival.get(url(round)).content.decode()

    # Those who conduct the round read it: with names and points where they read ballots.
    listed = {
        p: signed_in(p).get(url(round, "deviations")).content.decode() for p in (world.coordinator, world.manager)
    }
    for text in listed.values():
        assert "고쳐 적습니다." in text and application.number in text and "기술성" in text
    assert high.seat.person.name in listed[world.coordinator] and "51.25 / 60 (평균 44.5)" in listed[world.coordinator]
    assert high.seat.person.name not in listed[world.manager] and "51.25" not in listed[world.manager]
    found = signed_in(world.coordinator).get(url(round, "deviations") + "?state=open").content.decode()
    assert "고쳐 적습니다." not in found and "답변 대기" in found
    assert url(round, "deviations") in signed_in(world.coordinator).get(f"/evaluation/{round.pk}/").content.decode()
    for person, status in ((world.experts[0], 404), (world.ceos[0], 404)):
        assert signed_in(person).get(url(round, "deviations")).status_code == status
    for person in (world.coordinator, world.manager, world.ceos[0]):
        assert signed_in(person).get(url(round)).status_code == 404

    # The time is over: who has not answered waits no more, and nothing can be added.
    clock.move_to(low.reply_until - timedelta(minutes=1))
    lapse_remarks(0)
    assert Remark.objects.within(pk=low.pk).get().state == "open"
    clock.move_to(low.reply_until + timedelta(minutes=1))
    lapse_remarks(0)
    assert Remark.objects.within(pk=low.pk).get().state == "lapsed"
    assert waiting(low.seat.person, application.number) == 0
    late = client.get(url(round)).content.decode()
    assert "답변 기한이 지났습니다" in late and f'name="{name}"' not in late
    with pytest.raises(AccessDenied) as refused:
        actions.answer_remarks(actor=world.actor(low.seat.person), seat=low.seat, replies={low.pk: "늦은 말"})
    assert refused.value.code == "reply_is_over"


def test_a_harsh_evaluator_is_told_and_the_committee_reads_the_reply(
    db: None, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = sure.make()
    selection = sure.computed(world)
    estimate = sure.estimated(selection)
    seat = sure.seat_of(selection.round, sure.HARSH)
    line = next(j for j in estimate.content["judges"] if j["evaluator"] == str(seat.pk))
    assert line["leaning"] == "harsh"
    own = Remark.objects.within(seat=seat, kind="leaning").get()
    client, page = signed_in(seat.person), f"/selection/{selection.pk}/how-sure/"
    text = client.get(url(selection.round)).content.decode()
    points = f"{abs(Decimal(line['offset'])):.1f}점 낮게"
    assert points in text
    monkeypatch.setattr(sureness_rules, "settings_of", lambda challenge: HowSureRules(evaluator_sees_own=False))
    told = client.get(url(selection.round)).content.decode()
    assert points not in told and "대체로 낮게" in told, "which way is told always: else nobody could reply"
    monkeypatch.undo()
    assert client.post(url(selection.round), {field_of(own): "기준을 엄격히 보았습니다."}).status_code == 302
    assert "기준을 엄격히 보았습니다." in signed_in(world.manager).get(page).content.decode()
    before = Remark.objects.within(pk=own.pk).get()
    sure.estimated(selection)
    again = Remark.objects.within(pk=own.pk).get()
    assert (again.state, again.reply) == ("answered", before.reply), "the same mark asks nobody again"


# --- cost ----------------------------------------------------------------------------------------------------------


def test_the_lists_cost_the_same_with_fifty_more(
    world: worlds.World, round: Round, signed_in: SignedIn, queries: Any
) -> None:
    application = world.applications[0]
    for ballot in sure.ballots_of(round, application):
        worlds.lock(ballot, far)
    seat = remarks(round)[0].seat
    coordinator, evaluator = signed_in(world.coordinator), signed_in(seat.person)
    for client, what, cost in (
        (coordinator, "deviations", DEVIATIONS_QUERIES),
        (evaluator, "remarks", REMARKS_QUERIES),
    ):
        client.get(url(round, what))
        with queries(cost):
            client.get(url(round, what))
    sure.add_remarks(world, seat, 50)
    for client, what, cost in (
        (coordinator, "deviations", DEVIATIONS_QUERIES),
        (evaluator, "remarks", REMARKS_QUERIES),
    ):
        with queries(cost):
            text = client.get(url(round, what)).content.decode()
        assert text.count("small-1") >= 48


DEVIATIONS_QUERIES, REMARKS_QUERIES = 14, 11
