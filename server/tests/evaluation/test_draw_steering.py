"""Everybody who tries to steer a draw, and a body that does not go on."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from didimdol.evaluation import actions
from didimdol.evaluation.models import DrawCommitment, DrawPerson
from didimdol.kernel import clock
from didimdol.kernel.action import writing
from didimdol.kernel.actor import SYSTEM
from didimdol.kernel.problems import AccessDenied, BadInput, Problem, WrongState
from didimdol.people import actions as people
from didimdol.people.enums import Role
from didimdol.people.models import RoleAssignment
from didimdol.records.models import AuditEvent
from didimdol_decide.drawing import new_reveal
from server.tests import worlds
from server.tests.evaluation.drawing import RIVER, Scene, SignedIn, file_of, fresh, page, scene
from server.tests.evaluation.standing import standing

pytestmark = pytest.mark.django_db


@standing.world
def drawing() -> Scene:
    return scene()


def test_a_copied_commitment_is_refused_and_would_open_nothing(drawing: Scene) -> None:
    draw = drawing.sealed()
    theirs = new_reveal(RIVER)
    digits = theirs.commitment(draw.pool_digest).commitment
    actions.commit_secret(actor=drawing.acts(drawing.lead), draw=draw, commitment=digits)
    with pytest.raises(BadInput) as refused:
        actions.commit_secret(actor=drawing.runs, draw=draw, commitment=digits.upper())
    assert refused.value.code == "copied_commitment"
    # nor can the company's secret be handed in as the operator's own
    mine = new_reveal("operator")
    draw = actions.commit_secret(actor=drawing.runs, draw=draw, commitment=mine.commitment(draw.pool_digest).commitment)
    with pytest.raises(BadInput) as refused:
        actions.reveal_secret(actor=drawing.runs, draw=draw, secret=file_of(theirs))
    assert refused.value.code == "other_bodys_secret"


def test_nobody_acts_for_both_bodies(drawing: Scene) -> None:
    draw = drawing.sealed()
    lead = drawing.acts(drawing.lead)
    mine = new_reveal("operator").commitment(draw.pool_digest).commitment
    actions.commit_secret(actor=drawing.runs, draw=draw, commitment=mine)
    # the coordinator becomes the company's person as well: still the operator's
    worlds.give(drawing.world.coordinator, drawing.world.companies["river"], Role.BUDGET_OWNER, drawing.world.challenge)
    with pytest.raises(WrongState) as twice:
        actions.commit_secret(actor=drawing.runs, draw=draw, commitment="a" * 64)
    assert twice.value.code == "committed_already"
    # and without the operator's role, somebody who has acted for the other body and made the pool
    for role in RoleAssignment.objects.within(person=drawing.world.coordinator, role=Role.COORDINATOR):
        people.end_role(actor=SYSTEM, assignment=role)
    with pytest.raises(AccessDenied) as other:
        actions.commit_secret(actor=drawing.acts(drawing.world.coordinator), draw=draw, commitment="a" * 64)
    assert other.value.code == "draw_same_person"
    assert actions.commit_secret(actor=lead, draw=draw, commitment="b" * 64).state == "committed"


def test_a_commitment_is_64_digits_and_is_never_changed(drawing: Scene) -> None:
    draw = drawing.sealed()
    for wrong in ("", "a" * 63, "g" * 64, "6 2 5"):
        with pytest.raises(BadInput):
            actions.commit_secret(actor=drawing.runs, draw=draw, commitment=wrong)
    actions.commit_secret(actor=drawing.runs, draw=draw, commitment="a" * 64)
    with pytest.raises(WrongState):
        actions.commit_secret(actor=drawing.runs, draw=draw, commitment="b" * 64)
    assert DrawCommitment.objects.within(draw=draw).get().commitment == "a" * 64


def test_the_wrong_roles(drawing: Scene, signed_in: SignedIn) -> None:
    draw = drawing.sealed()
    rival = worlds.person("이웃수요")
    worlds.give(rival, drawing.world.companies["hill"], Role.DEMAND_LEAD, drawing.world.challenge)
    for who in (rival, drawing.experts[0], drawing.world.ceos[0]):
        client = signed_in(who)
        for name in ("draw", "draw-commit", "draw-reveal", "draw-pool", "draw-file", "draw-record", "draw-export"):
            assert client.get(page(name, draw.pk)).status_code == 404, (who.name, name)
        with pytest.raises(AccessDenied):
            actions.commit_secret(actor=drawing.acts(who), draw=draw, commitment="a" * 64)
    company, auditor = signed_in(drawing.lead), signed_in(drawing.world.auditor)
    for name in ("draw-pool", "draw-seal", "draw-give-up", "draw-export"):
        assert company.get(page(name, draw.pk)).status_code == 404, name
    # the auditor reads all of it, and is no body of this draw
    assert auditor.get(page("draw", draw.pk)).status_code == 200
    for name in ("draw-pool", "draw-seal", "draw-give-up", "draw-commit", "draw-reveal"):
        assert auditor.get(page(name, draw.pk)).status_code == 403, name
    with pytest.raises(AccessDenied):
        actions.seal_pool(actor=drawing.acts(drawing.lead), draw=draw, reveal_by=clock.now() + timedelta(days=1))


def test_the_pool_is_not_changed_after_the_seal(drawing: Scene) -> None:
    draw, mine, theirs = drawing.committed()
    with pytest.raises(WrongState) as late:
        actions.change_pool(actor=drawing.runs, draw=draw, stated=drawing.stated())
    assert late.value.code == "pool_sealed"
    # nor is anybody named for the body meanwhile
    held = drawing.experts[0].assignments.get()
    with pytest.raises(BadInput) as named:
        actions.seat_evaluator(
            actor=drawing.runs, round=drawing.round, person=held.person, organisation=held.organisation, body="expert"
        )
    assert named.value.code == "draw_under_way"
    # whoever writes to the database: the commitments no longer fit, and nothing is drawn
    actions.reveal_secret(actor=drawing.runs, draw=draw, secret=file_of(mine))
    changed = fresh(draw)
    changed.pool["people"][0]["served"] = 1
    with writing("test", SYSTEM):
        changed.save(update_fields=["pool"])
    with pytest.raises(Problem) as tampered:
        actions.reveal_secret(actor=drawing.acts(drawing.lead), draw=draw, secret=file_of(theirs))
    assert tampered.value.code == "draw_tampered"
    assert fresh(draw).state == "committed" and not drawing.round.seats.exists()


def test_the_people_behind_the_pseudonyms_are_not_exchanged(drawing: Scene) -> None:
    draw, mine, theirs = drawing.committed()
    actions.reveal_secret(actor=drawing.runs, draw=draw, secret=file_of(mine))
    outsider = drawing.expert("밀어넣은 이")
    with writing("test", SYSTEM):
        for row in DrawPerson.objects.within(draw=draw):
            if row.person_id == drawing.experts[0].pk:
                row.person = outsider
                row.save(update_fields=["person"])
        for row in DrawPerson.objects.within(draw=draw).exclude(person=outsider):
            row.salt = "0" * 64
            row.save(update_fields=["salt"])
    with pytest.raises(Problem) as tampered:
        actions.reveal_secret(actor=drawing.acts(drawing.lead), draw=draw, secret=file_of(theirs))
    assert tampered.value.code == "draw_tampered" and not drawing.round.seats.exists()


def test_a_body_that_does_not_reveal_is_seen_and_the_next_draw_takes_new_secrets(
    drawing: Scene, signed_in: SignedIn, client: Any
) -> None:
    draw, mine, theirs = drawing.committed()
    actions.reveal_secret(actor=drawing.runs, draw=draw, secret=file_of(mine))
    clock.move_to(clock.now() + timedelta(days=3))
    overdue = client.get(page("draw-public", draw.pk)).content.decode()
    assert "기한이 지났습니다" in overdue and "6 2 5" not in overdue
    coordinator = signed_in(drawing.world.coordinator)
    assert coordinator.post(page("draw-give-up", draw.pk), {"reason": ""}).status_code == 422
    reason = {"reason": "리버가 공개하지 않음"}
    assert coordinator.post(page("draw-give-up", draw.pk), reason).status_code == 302
    event = AuditEvent.objects.unscoped(why="test").get(type="draw.give_up", subject_id=draw.pk)
    assert event.facts["not_revealed"] == [RIVER]
    told = client.get(page("draw-public", draw.pk)).content.decode()
    assert "결과 없이 중단되었습니다" in told and "하지 않음" in told and "6 2 5" not in told
    with pytest.raises(AccessDenied) as over:
        actions.reveal_secret(actor=drawing.acts(drawing.lead), draw=fresh(draw), secret=file_of(theirs))
    assert over.value.code == "draw_over"
    again = drawing.sealed()
    assert again.number == 2 and again.pool_digest != draw.pool_digest
    old = mine.commitment(draw.pool_digest).commitment
    actions.commit_secret(actor=drawing.runs, draw=again, commitment=old)
    actions.commit_secret(
        actor=drawing.acts(drawing.lead), draw=again, commitment=theirs.commitment(again.pool_digest).commitment
    )
    with pytest.raises(BadInput) as stale:  # the old commitment was for the old pool
        actions.reveal_secret(actor=drawing.runs, draw=again, secret=file_of(mine))
    assert stale.value.code == "opens_nothing"
