"""A drawn evaluator leaves while the round is scored: the same draw says who follows, and only then the seats are filled."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from didimdol.evaluation import actions
from didimdol.evaluation.guards import empty_seats
from didimdol.evaluation.models import Ballot, Draw, DrawPerson, Round
from didimdol.kernel.problems import AccessDenied
from didimdol.notices.models import Todo
from didimdol.people import actions as people
from didimdol.people.enums import Role
from didimdol.records.models import AuditEvent
from didimdol_decide.drawing import recompute_draw
from server.tests import worlds
from server.tests.evaluation.drawing import Scene, SignedIn, page, scene

pytestmark = pytest.mark.django_db


def scored(experts: int = 9, seats: int = 3, **panel: Any) -> tuple[Scene, Draw, Round]:
    """Drawn, declared and assigned: two applications, two experts each."""
    drawing = scene(experts=experts, **panel)
    draw = drawing.drawn(seats)
    for company, judges in drawing.world.judges.items():
        actions.seat_evaluator(
            actor=drawing.runs, round=drawing.round, person=judges[0],
            organisation=drawing.world.companies[company], body="demand",
        )  # fmt: skip
    round = actions.start_declarations(actor=drawing.runs, round=drawing.round)
    for seat in round.seats.all():
        worlds.declare(seat)
    return drawing, Draw.objects.within(pk=draw.pk).get(), actions.assign_ballots(actor=drawing.runs, round=round)


def leaver(draw: Draw, **more: Any) -> DrawPerson:
    """Somebody drawn who holds an open ballot."""
    rows = draw.people.filter(standing="drawn", seat__ballots__state="draft", **more).select_related("seat", "person")
    found = rows.order_by("code").first()
    assert found is not None and found.seat is not None
    return found


def test_the_draw_goes_on_for_who_leaves_while_scoring(signed_in: SignedIn) -> None:
    drawing, draw, round = scored()
    coordinator, manager = signed_in(drawing.world.coordinator), signed_in(drawing.world.manager)
    gone = leaver(draw)
    assert gone.seat is not None
    stay = set(draw.people.filter(standing="drawn").exclude(pk=gone.pk).values_list("code", flat=True))
    early = coordinator.get(page("draw-replace", gone.pk))
    assert early.status_code == 403 and "먼저 해촉하여" in early.content.decode()
    vacate = coordinator.get(page("seat-vacate", gone.seat.pk)).content.decode()
    assert "같은 추첨을 이어 후임을 뽑습니다" in vacate and "해촉하면 이렇게 채울 수 있습니다" not in vacate
    assert coordinator.post(page("seat-vacate", gone.seat.pk), {"reason": "입원"}).url == page("fill", round.pk)

    # nobody among the seated takes over while the draw can go on
    for url in (round.get_absolute_url(), page("fill", round.pk)):
        told = coordinator.get(url).content.decode()
        assert page("draw-replace", gone.pk) in told and "추첨 이어 뽑기" in told, url
    assert 'name="previewed"' not in coordinator.get(page("fill", round.pk)).content.decode()
    refused = coordinator.post(page("fill", round.pk))
    assert refused.status_code == 403 and "같은 추첨을 이어" in refused.content.decode()

    # asked by one, accepted by another
    asking = coordinator.get(page("draw-replace", gone.pk)).content.decode()
    assert "비어 있는 이 자리의 후임을 뽑습니다" in asking
    asked = coordinator.post(page("draw-replace", gone.pk), {"ground": "unavailable", "note": ""})
    assert asked.status_code == 302
    assert "다른 담당자가 추첨 화면에서 승인합니다" in coordinator.get(page("fill", round.pk)).content.decode()
    replacement = draw.replacements.get()
    assert page("draw-accept", replacement.pk) not in coordinator.get(page("draw", draw.pk)).content.decode()
    assert page("draw-accept", replacement.pk) in manager.get(page("draw", draw.pk)).content.decode()
    assert coordinator.post(page("draw-accept", replacement.pk)).status_code == 403
    assert manager.post(page("draw-accept", replacement.pk)).status_code == 302
    draw.refresh_from_db()
    heir = draw.people.filter(standing="drawn").exclude(code__in=stay).select_related("seat", "person").get()
    assert heir.code != gone.code and heir.seat is not None and heir.seat.state == "invited"
    assert draw.record is not None and recompute_draw(draw.record.document).ok

    # who follows declares before the seats are filled
    waiting = coordinator.get(page("fill", round.pk)).content.decode()
    assert f"추첨을 이어 {heir.person.name} 위원을 뽑았습니다" in waiting and 'name="previewed"' not in waiting
    with pytest.raises(AccessDenied) as refused_too:
        actions.fill_seats(actor=drawing.runs, round=round)
    assert refused_too.value.code == "successor_declares"
    standings = {str(a.pk): "none" for a in drawing.world.applications}
    assert signed_in(heir.person).post(page("conflicts", round.pk), standings).status_code == 302
    ready = coordinator.get(page("fill", round.pk)).content.decode()
    assert 'name="previewed"' in ready and heir.person.name in ready and "추첨 이어 뽑기" not in ready
    assert coordinator.post(page("fill", round.pk)).status_code == 302
    assert not empty_seats(round)
    taken = Ballot.objects.within(seat=heir.seat, state="draft").values_list("application_id", flat=True)
    left = Ballot.objects.within(seat=gone.seat, state="moved").values_list("application_id", flat=True)
    assert set(taken) == set(left), "who follows takes over all that was left, and nothing else"


def test_of_what_was_left_a_successor_in_conflict_takes_the_rest() -> None:
    drawing, draw, round = scored()
    drawn = [row.seat for row in draw.people.filter(standing="drawn").select_related("seat")]
    # four ballots of three people: one of them has two
    seat = next(seat for seat in drawn if seat is not None and seat.ballots.count() == 2)
    conflict, rest = (ballot.application for ballot in seat.ballots.order_by("pk"))
    actions.vacate_seat(actor=drawing.runs, seat=seat, reason="입원")
    replacement = actions.ask_replacement(actor=drawing.runs, leaving=seat.drawn_as, ground="unavailable")
    heir = actions.accept_replacement(actor=drawing.acts(drawing.world.manager), replacement=replacement).arrived
    assert heir is not None and heir.seat is not None
    worlds.declare(heir.seat, conflicts=(conflict,))
    actions.fill_seats(actor=drawing.runs, round=round)
    assert not empty_seats(round)
    assert [ballot.application for ballot in Ballot.objects.within(seat=heir.seat, state="draft")] == [rest]


def test_a_draw_that_is_used_up_says_so_and_the_others_take_over_at_once(signed_in: SignedIn) -> None:
    drawing, draw, round = scored(experts=3)
    coordinator = signed_in(drawing.world.coordinator)
    gone = leaver(draw)
    actions.vacate_seat(actor=drawing.runs, seat=gone.seat, reason="입원")
    # nobody has to ask first, and nobody can
    for url in (round.get_absolute_url(), page("fill", round.pk)):
        told = coordinator.get(url).content.decode()
        assert "규칙대로 이을 사람이 없습니다" in told and page("draw-replace", gone.pk) not in told, url
    assert 'name="previewed"' in coordinator.get(page("fill", round.pk)).content.decode()
    told = coordinator.get(page("draw", draw.pk)).content.decode()
    assert "남은 위원으로 바로 채우십시오" in told and page("draw-replace", gone.pk) not in told
    refused = coordinator.get(page("draw-replace", gone.pk))
    assert refused.status_code == 403 and "빈자리 채우기 화면에서" in refused.content.decode()
    with pytest.raises(AccessDenied) as asked:
        actions.ask_replacement(actor=drawing.runs, leaving=gone, ground="unavailable")
    assert asked.value.code == "draw_used_up" and not draw.replacements.exists()

    # it is recorded when the others take over
    assert coordinator.post(page("fill", round.pk)).status_code == 302
    assert not empty_seats(round)
    noted = draw.replacements.get()
    assert (noted.state, noted.ground, noted.leaving_id) == ("unfilled", "vacated", gone.pk)
    assert noted.asked_by == drawing.world.coordinator and noted.answered_by is None and noted.arrived is None
    event = AuditEvent.objects.unscoped(why="test").get(type="draw_replacement.note_used_up")
    assert event.subject_id == noted.pk
    gone.refresh_from_db()
    assert gone.standing == "left"
    assert "규칙대로 이을 사람이 없습니다" not in coordinator.get(page("fill", round.pk)).content.decode()
    assert "남은 위원으로 빈자리를 채우거나" in coordinator.get(page("draw", draw.pk)).content.decode()


def test_a_request_that_another_one_used_up_holds_nobody_back(signed_in: SignedIn) -> None:
    """Two leave and one could follow: who is accepted first is followed, the others take the other place over."""
    drawing, draw, round = scored(experts=4, market_experts_percent=0, women_percent=0)
    manager = drawing.acts(drawing.world.manager)
    coordinator = signed_in(drawing.world.coordinator)
    asked = []
    for _ in range(2):
        gone = leaver(draw)
        actions.vacate_seat(actor=drawing.runs, seat=gone.seat, reason="입원")
        asked.append(actions.ask_replacement(actor=drawing.runs, leaving=gone, ground="unavailable"))
    told = coordinator.get(page("fill", round.pk)).content.decode()
    assert told.count("후임을 뽑아 달라고 요청했습니다") == 2 and "규칙대로 이을 사람이 없습니다" not in told
    heir = actions.accept_replacement(actor=manager, replacement=asked[0]).arrived
    assert heir is not None and heir.seat is not None
    told = coordinator.get(page("fill", round.pk)).content.decode()
    assert told.count("규칙대로 이을 사람이 없습니다") == 1 and 'name="previewed"' not in told
    worlds.declare(heir.seat)
    assert coordinator.post(page("fill", round.pk)).status_code == 302
    states = dict(draw.replacements.values_list("pk", "state"))
    assert states == {asked[0].pk: "accepted", asked[1].pk: "unfilled"}
    assert not empty_seats(round)
    todos = Todo.objects.unscoped(why="test").filter(closed_at=None, subject_id=asked[1].pk)
    assert not todos.exists()


def test_a_successor_who_cannot_come_is_followed_by_the_next(signed_in: SignedIn) -> None:
    """The one named has lost the role meanwhile and gets no seat; the draw is asked once more."""
    drawing, draw, round = scored()
    coordinator, manager = signed_in(drawing.world.coordinator), drawing.acts(drawing.world.manager)
    gone = leaver(draw)
    drawn = set(draw.people.filter(standing="drawn").values_list("person_id", flat=True))
    for person in drawing.experts:
        if person.pk not in drawn:
            people.end_role(actor=worlds.SYSTEM, assignment=person.assignments.get())
    actions.vacate_seat(actor=drawing.runs, seat=gone.seat, reason="입원")
    replacement = actions.ask_replacement(actor=drawing.runs, leaving=gone, ground="unavailable")
    first = actions.accept_replacement(actor=manager, replacement=replacement).arrived
    assert first is not None and first.seat is None
    assert page("draw-replace", first.pk) in coordinator.get(page("fill", round.pk)).content.decode()
    for row in draw.people.exclude(standing="drawn").select_related("person", "organisation"):
        worlds.give(row.person, row.organisation, Role.EXPERT, drawing.world.challenge)
    replacement = actions.ask_replacement(actor=drawing.runs, leaving=first, ground="role_ended")
    second = actions.accept_replacement(actor=manager, replacement=replacement).arrived
    assert second is not None and second.seat is not None and second.seat.state == "invited"


def test_an_evaluator_who_was_named_leaves_as_ever_and_a_closed_round_asks_nobody(signed_in: SignedIn) -> None:
    drawing, draw, round = scored()
    coordinator = signed_in(drawing.world.coordinator)
    judge = round.seats.filter(body="demand").order_by("pk").first()
    assert judge is not None
    actions.vacate_seat(actor=drawing.runs, seat=judge, reason="출장")
    assert "추첨 이어 뽑기" not in coordinator.get(page("fill", round.pk)).content.decode()
    gone = leaver(draw)
    actions.vacate_seat(actor=drawing.runs, seat=gone.seat, reason="입원")
    replacement = actions.ask_replacement(actor=drawing.runs, leaving=gone, ground="unavailable")
    worlds.lock_all(drawing.world, round)
    worlds.close(drawing.world, round)
    open_todos = Todo.objects.unscoped(why="test").filter(closed_at=None, subject_id=replacement.pk)
    assert not open_todos.exists()
    with pytest.raises(AccessDenied) as late:
        actions.accept_replacement(actor=drawing.acts(drawing.world.manager), replacement=replacement)
    assert late.value.code == "draw_round_closed"
    assert (
        reverse("evaluation:draw-accept", args=[replacement.pk])
        not in coordinator.get(page("draw", draw.pk)).content.decode()
    )
