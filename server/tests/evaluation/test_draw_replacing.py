"""Somebody drawn steps back before the scoring: the same draw says who follows, or that nobody can."""

from __future__ import annotations

import json

import pytest

from didimdol.evaluation import actions
from didimdol.evaluation.models import Seat
from didimdol.kernel.actor import SYSTEM
from didimdol.kernel.problems import WrongState
from didimdol.people import actions as people
from didimdol.records.models import SealedRecord
from didimdol_decide.drawing import recompute_draw
from server.tests.evaluation.drawing import RIVER, Scene, SignedIn, file_of, fresh, page, scene
from server.tests.evaluation.standing import standing

pytestmark = pytest.mark.django_db


@standing.world
def drawing() -> Scene:
    return scene()


def test_a_replacement_continues_the_same_draw(drawing: Scene, signed_in: SignedIn) -> None:
    draw = drawing.drawn()
    coordinator, manager = signed_in(drawing.world.coordinator), signed_in(drawing.world.manager)
    leaving = draw.people.filter(standing="drawn").order_by("code").first()
    assert leaving is not None and leaving.seat is not None
    stay = set(draw.people.filter(standing="drawn").values_list("code", flat=True)) - {leaving.code}
    # a drawn seat is not simply vacated
    vacated = coordinator.post(page("seat-vacate", leaving.seat.pk), {"reason": "다른 분을 모시려고"})
    assert vacated.status_code == 403 and "추첨으로 뽑힌 위원입니다" in vacated.content.decode()
    assert page("draw-replace", leaving.pk) in coordinator.get(drawing.round.get_absolute_url()).content.decode()

    asked = {"ground": "declined", "note": "해외 출장"}
    assert coordinator.post(page("draw-replace", leaving.pk), asked).status_code == 302
    replacement = draw.replacements.get()
    own = coordinator.post(page("draw-accept", replacement.pk))
    assert own.status_code == 403  # who asked does not accept
    with pytest.raises(WrongState):
        actions.ask_replacement(actor=drawing.runs, leaving=leaving, ground="declined")
    first = fresh(draw).record
    assert first is not None
    assert manager.post(page("draw-accept", replacement.pk)).status_code == 302
    draw, now = fresh(draw), set(draw.people.filter(standing="drawn").values_list("code", flat=True))
    assert stay < now and len(now) == 3 and leaving.code not in now
    assert Seat.objects.within(pk=leaving.seat.pk).get().state == "vacated"
    assert drawing.round.seats.exclude(state="vacated").count() == 3
    assert draw.record is not None and draw.record.pk != first.pk
    outcome = draw.record.document["payload"]["outcome"]
    assert (
        set(outcome["panels"][0]["members"]) == now
        and outcome["drawn"] == first.document["payload"]["outcome"]["drawn"]
    )
    assert recompute_draw(draw.record.document).ok
    assert "해외 출장" not in json.dumps(draw.record.document, ensure_ascii=False)
    body = coordinator.get(page("draw", draw.pk)).content.decode()
    assert "해외 출장" in body and "위촉을 사양함" in body
    assert SealedRecord.objects.within(subject_id=draw.pk).count() == 2


def test_where_nobody_can_follow_the_seat_stays_empty_until_it_is_drawn_for_again(db: None) -> None:
    drawing = scene(experts=3)
    draw = drawing.drawn()
    leaving = draw.people.filter(standing="drawn", gender="m").get()  # the only technical expert of three
    replacement = actions.ask_replacement(actor=drawing.runs, leaving=leaving, ground="unavailable")
    replacement = actions.accept_replacement(actor=drawing.acts(drawing.world.manager), replacement=replacement)
    assert replacement.state == "unfilled" and replacement.arrived is None
    assert drawing.round.seats.exclude(state="vacated").count() == 2
    drawing.expert("뒤에 온 이")
    again = actions.open_draw(actor=drawing.runs, round=drawing.round, body="expert", seats=1, witness=RIVER)
    barred = dict(again.people.values_list("person__name", "barred"))
    assert (
        again.number == 2 and barred["뒤에 온 이"] == "" and sorted(barred.values())[1:] == ["left", "seated", "seated"]
    )


def test_who_lost_the_role_since_the_seal_gets_no_seat_and_is_replaced(drawing: Scene) -> None:
    draw, mine, theirs = drawing.committed(seats=9)
    gone = drawing.experts[0]
    people.end_role(actor=SYSTEM, assignment=gone.assignments.get())
    actions.reveal_secret(actor=drawing.runs, draw=draw, secret=file_of(mine))
    draw = actions.reveal_secret(actor=drawing.acts(drawing.lead), draw=draw, secret=file_of(theirs))
    row = draw.people.get(person=gone)
    assert draw.state == "drawn" and row.standing == "drawn" and row.seat is None
    assert drawing.round.seats.count() == 8
    replacement = actions.ask_replacement(actor=drawing.runs, leaving=row, ground="role_ended")
    replacement = actions.accept_replacement(actor=drawing.acts(drawing.world.manager), replacement=replacement)
    assert replacement.state == "unfilled"  # all nine had been drawn


@pytest.mark.parametrize(("experts", "used_up"), [(3, True), (9, False)])
def test_the_page_says_before_asking_that_nobody_could_follow(
    db: None, signed_in: SignedIn, experts: int, used_up: bool
) -> None:
    """Whether anybody could, and nothing of who it would be."""
    drawing = scene(experts=experts)
    draw = drawing.drawn()
    leaving = draw.people.filter(standing="drawn").order_by("code").first()
    assert leaving is not None
    shown = signed_in(drawing.world.coordinator).get(page("draw-replace", leaving.pk))
    body = shown.content.decode()
    assert shown.status_code == 200 and ("뒤를 이을 사람이 없습니다" in body) == used_up
    assert not any(expert.name in body for expert in drawing.experts if expert.pk != leaving.person_id)
