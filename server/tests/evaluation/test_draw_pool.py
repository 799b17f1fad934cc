"""The pool of a draw: who is in it, what it knows, and what it says when it is too small."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from typing import Any

import pytest
from openpyxl import load_workbook

from didimdol.evaluation import actions
from didimdol.evaluation.drawing import code_of, served_by
from didimdol.evaluation.models import Draw
from didimdol.kernel import clock
from didimdol.kernel.actor import SYSTEM
from didimdol.kernel.problems import BadInput, WrongState
from didimdol.people import actions as people
from didimdol.people.enums import Role
from didimdol.people.models import RoleAssignment
from server.tests import worlds
from server.tests.evaluation.drawing import RIVER, Scene, SignedIn, page, scene
from server.tests.evaluation.standing import standing

pytestmark = pytest.mark.django_db


@standing.world
def drawing() -> Scene:
    return scene()


def test_the_pool_knows_conflicts_seats_of_this_year_and_what_was_stated_before(db: None) -> None:
    drawing = scene(annual_cap=1, outside_capital_percent=20)
    joined = worlds.person("새싹에 다녔던 이")
    until = clock.now() + timedelta(hours=1)
    worlds.give(joined, drawing.world.startups[0], Role.STAFF, drawing.world.challenge, valid_until=until)
    clock.move_to(until)
    drawing.expert("", joined)
    draw = drawing.opened()
    assert draw.people.get(person=joined).barred == "conflict"
    actions.give_up_draw(actor=drawing.runs, draw=draw, reason="다시 확인")
    draw = actions.open_draw(actor=drawing.runs, round=drawing.round, body="expert", seats=3, witness="auditor")
    assert draw.people.get(person=drawing.experts[1]).kind == "technical"  # nobody states it twice
    stated = {p: (True, kind, gender, "outside") for p, (_, kind, gender, _) in drawing.stated().items()}
    stated[drawing.experts[2].pk] = (False, "market", "f", "")
    draw = actions.change_pool(actor=drawing.runs, draw=draw, stated=stated)
    draw = actions.seal_pool(actor=drawing.runs, draw=draw, reveal_by=clock.now() + timedelta(days=1))
    pool = draw.pool
    assert len(pool["people"]) == 9 and len(pool["panels"][0]["conflicts"]) == 1
    assert {q["attribute"] for q in pool["quotas"]} == {"kind", "gender", "region"} and pool["annual_cap"] == 1
    text = json.dumps(pool, ensure_ascii=False)
    assert not any(e.name in text or str(e.pk) in text for e in drawing.experts)


def test_panels_of_this_year_count_towards_the_cap(db: None) -> None:
    drawing = scene(annual_cap=1)
    drawing.drawn()
    seated = [seat.person_id for seat in drawing.round.seats.all()]
    other = worlds.open_round(worlds.closed_challenge(applications=1, experts=0, key="later"))
    assert served_by(other, seated) == {}  # another operator's
    other.challenge.programme.operator = drawing.world.operator
    assert served_by(other, seated) == dict.fromkeys(seated, 1)
    assert served_by(drawing.round, seated) == {}  # the panel that is being drawn does not count itself
    clock.move_to(clock.now() + timedelta(days=366))
    assert served_by(other, seated) == {}  # another year


def test_only_bodies_of_external_experts_are_drawn(drawing: Scene) -> None:
    def opened(**change: Any) -> Draw:
        given = {"body": "expert", "seats": 3, "witness": RIVER} | change
        return actions.open_draw(actor=drawing.runs, round=drawing.round, **given)

    for change, code in (
        ({"body": "demand"}, "body_not_drawn"),
        ({"seats": 0}, "seats_out_of_range"),
        ({"witness": "party-hill"}, "unknown_witness"),  # nobody acts for it
    ):
        with pytest.raises(BadInput) as refused:
            opened(**change)
        assert refused.value.code == code
    opened()
    with pytest.raises(WrongState):
        opened()


def test_the_excel_list_opens_every_pseudonym(drawing: Scene, signed_in: SignedIn) -> None:
    draw = drawing.sealed()
    auditor = signed_in(drawing.world.auditor)
    assert auditor.post(page("draw-export", draw.pk), {"reason": ""}).status_code == 422
    answer = auditor.post(page("draw-export", draw.pk), {"reason": "명부 점검"})
    sheet = load_workbook(io.BytesIO(answer.content)).active
    rows = list(sheet.iter_rows(min_row=2, values_only=True))
    assert {row[1] for row in rows} == {e.name for e in drawing.experts}
    assert all(row[0] == code_of(row[-2], row[-1]) for row in rows)
    assert {row[0] for row in rows} == {p["id"] for p in draw.pool["people"]}


def test_a_pool_that_is_too_small_says_what_is_missing_instead_of_offering_the_seal(
    db: None, signed_in: SignedIn
) -> None:
    drawing = scene(experts=3)
    draw, coordinator = drawing.opened(), signed_in(drawing.world.coordinator)
    seal = page("draw-seal", draw.pk)
    assert seal in coordinator.get(page("draw", draw.pk)).content.decode()
    assert coordinator.get(seal).status_code == 200
    for change, told in (
        ({drawing.experts[0].pk: (True, "technical", "f", "")}, "‘시장 전문가’은(는) 2명이 필요한데"),
        ({drawing.experts[0].pk: (False, "market", "f", "")}, "뽑을 수 있는 사람이 2명이어서 3명을 뽑을 수 없습니다"),
    ):
        actions.change_pool(actor=drawing.runs, draw=draw, stated=drawing.stated() | change)
        shown = coordinator.get(page("draw", draw.pk)).content.decode()
        assert told in shown and seal not in shown and "평가위원으로 초대하여" in shown
        refused = coordinator.get(seal)
        assert refused.status_code == 403 and told in refused.content.decode()
    for role in RoleAssignment.objects.within(person__in=drawing.experts):
        people.end_role(actor=SYSTEM, assignment=role)
    actions.change_pool(actor=drawing.runs, draw=draw, stated={})
    assert "뽑을 수 있는 사람이 0명이어서" in coordinator.get(page("draw", draw.pk)).content.decode()
