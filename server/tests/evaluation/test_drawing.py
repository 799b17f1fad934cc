"""The draw of evaluators: the whole way over HTTP, and everybody who tries to steer it."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from didimdol.evaluation import actions
from didimdol.evaluation.drawing import code_of, new_person, served_by
from didimdol.evaluation.models import Draw, DrawCommitment, DrawPerson, Seat
from didimdol.kernel import clock
from didimdol.kernel.action import writing
from didimdol.kernel.actor import SYSTEM
from didimdol.kernel.problems import AccessDenied, BadInput, Problem, WrongState
from didimdol.notices.models import Message, Todo
from didimdol.people import actions as people
from didimdol.people.enums import Role
from didimdol.people.models import RoleAssignment
from didimdol.records.models import AuditEvent, SealedRecord
from didimdol.selection import actions as selection
from didimdol_decide import cli
from didimdol_decide.drawing import Reveal, new_reveal, recompute_draw, seed_of
from didimdol_decide.drawing.stream import below, stream
from server.tests import worlds
from server.tests.evaluation.drawing import RIVER, Scene, SignedIn, file_of, page, scene
from server.tests.evaluation.standing import standing

pytestmark = pytest.mark.django_db


@standing.world
def drawing() -> Scene:
    return scene()


def fresh(draw: Draw) -> Draw:
    return Draw.objects.within(pk=draw.pk).get()


# --- the whole way ------------------------------------------------------------------------------------------------


def test_the_whole_way_by_its_pages(
    drawing: Scene, signed_in: SignedIn, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    coordinator, lead, manager = (
        signed_in(who) for who in (drawing.world.coordinator, drawing.lead, drawing.world.manager)
    )
    round_page = drawing.round.get_absolute_url()
    assert "규칙집은 외부 전문가를 무작위로 뽑게 합니다" in coordinator.get(round_page).content.decode()
    answer = coordinator.post(page("draw-open", drawing.round.pk), {"body": "expert", "seats": 3, "witness": RIVER})
    draw = Draw.objects.within(round=drawing.round).get()
    assert answer.url == draw.get_absolute_url() and draw.people.count() == 9

    # nobody has stated anything yet: the quotas cannot be met, in words
    by = (clock.now() + timedelta(days=2)).astimezone(clock.KST).strftime("%Y-%m-%dT%H:%M")
    refused = coordinator.post(page("draw-seal", draw.pk), {"reveal_by": by})
    told = refused.content.decode()
    assert refused.status_code == 422 and "시장 전문가 최소 2명 (명부에 0명, 지금 뽑을 수 있는 사람 0명)" in told
    assert "사람 2명 추가 (여성, 시장 전문가)" in told and "평가위원으로 초대하여" in told
    assert fresh(draw).state == "pool"

    form = {f"{p}-in": "on" for p in drawing.stated()}
    form |= {f"{p}-kind": kind for p, (_, kind, _, _) in drawing.stated().items()}
    form |= {f"{p}-gender": gender for p, (_, _, gender, _) in drawing.stated().items()}
    assert coordinator.get(page("draw-pool", draw.pk)).status_code == 200
    assert coordinator.post(page("draw-pool", draw.pk), form).status_code == 302
    assert lead.get(page("draw", draw.pk)).status_code == 404  # the second body sees it from the seal on
    startup, notice = signed_in(drawing.world.ceos[0]), drawing.world.challenge.get_absolute_url()
    assert startup.get(page("draw-public", draw.pk)).status_code == 404
    assert "평가위원 추첨" not in startup.get(notice).content.decode()
    assert coordinator.post(page("draw-seal", draw.pk), {"reveal_by": by}).status_code == 302
    told = startup.get(notice).content.decode()  # from the seal on everybody finds it at the call
    assert f'href="{page("draw-public", draw.pk)}">서면평가 · 전문가</a>' in told and "명부 봉인, 약속 대기" in told
    draw = fresh(draw)
    assert draw.state == "sealed" and len(draw.pool_digest) == 64
    assert {todo.role for todo in Todo.objects.unscoped(why="test").filter(subject_id=draw.pk, closed_at=None)} == {
        "coordinator", "demand_lead", "budget_owner", "sponsor",
    }  # fmt: skip

    # the operator commits in the browser, the company on its own computer with the command
    mine = new_reveal("operator", "6 2 5")
    lead_page = lead.get(page("draw-commit", draw.pk)).content.decode()
    assert f'data-digest="{draw.pool_digest}" data-body="{RIVER}"' in lead_page and 'name="own-secret"' not in lead_page
    digits = mine.commitment(draw.pool_digest).commitment
    assert coordinator.post(page("draw-commit", draw.pk), {"commitment": digits}).status_code == 302
    again = coordinator.get(page("draw-commit", draw.pk)).content.decode()
    assert "이 기관은 이미 약속했습니다" in again and 'name="commitment"' not in again
    offline, secret = tmp_path / "DRAW.json", tmp_path / "SECRET.json"
    offline.write_bytes(lead.get(page("draw-file", draw.pk)).content)
    capsys.readouterr()
    commit = ["draw", "commit", str(offline), "--body", RIVER, "--secret-file", str(secret), "--json"]
    assert cli.main(commit) == 0
    digits = json.loads(capsys.readouterr().out)["result"]
    early = {"secret": file_of(mine)}
    assert coordinator.post(page("draw-reveal", draw.pk), early).status_code == 403  # before all committed
    assert lead.post(page("draw-commit", draw.pk), {"commitment": digits}).status_code == 302
    assert fresh(draw).state == "committed"

    # the operator first; its secret is shown to nobody until the company's is there
    late = {"secret_file": SimpleUploadedFile("SECRET.json", secret.read_bytes())}
    assert lead.post(page("draw-reveal", draw.pk), late).status_code == 403
    assert coordinator.post(page("draw-reveal", draw.pk), early).status_code == 302
    again = coordinator.get(page("draw-reveal", draw.pk))
    assert again.status_code == 403 and "이미 공개했습니다" in again.content.decode()
    assert coordinator.post(page("draw-reveal", draw.pk), early).status_code == 409
    for client in (coordinator, lead, manager):
        assert "6 2 5" not in client.get(page("draw", draw.pk)).content.decode()
    wrong = lead.post(page("draw-reveal", draw.pk), {"secret": file_of(new_reveal(RIVER))})
    assert wrong.status_code == 422 and "이 비밀은 약속한 값과 다릅니다" in wrong.content.decode()
    late = {"secret_file": SimpleUploadedFile("SECRET.json", secret.read_bytes())}
    assert lead.post(page("draw-reveal", draw.pk), late).status_code == 302

    # drawn: seats, notices, record; names only for those who conduct
    draw = fresh(draw)
    seats = list(drawing.round.seats.select_related("person"))
    assert draw.state == "drawn" and len(seats) == 3 and {seat.body for seat in seats} == {"expert"}
    drawn = draw.people.filter(standing="drawn")
    assert {row.seat_id for row in drawn} == {seat.pk for seat in seats}
    assert sum(row.kind == "market" for row in drawn) >= 2 and sum(row.gender == "f" for row in drawn) >= 1
    told_to = Message.objects.unscoped(why="test").filter(subject__startswith="평가위원으로 추첨되었습니다")
    assert {message.person_id for message in told_to} == {seat.person_id for seat in seats}
    conductors, company = (c.get(page("draw", draw.pk)).content.decode() for c in (coordinator, lead))
    assert all(seat.person.name in conductors for seat in seats)
    assert not any(expert.name in company for expert in drawing.experts) and "6 2 5" in company
    record = tmp_path / "RECORD.json"
    record.write_bytes(lead.get(page("draw-record", draw.pk)).content)
    keys = tmp_path / "KEYS.json"
    keys.write_bytes(lead.get(reverse("records:keys")).content)
    assert cli.main(["recompute", str(record), "--keys", str(keys)]) == 0
    assert not any(expert.name in record.read_text() for expert in drawing.experts)


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


def test_the_page_costs_the_same_with_one_person_and_fifty(db: None, signed_in: SignedIn) -> None:
    """One in the pool, then fifty more."""
    drawing = scene(experts=1)
    draw, coordinator = drawing.opened(seats=1), signed_in(drawing.world.coordinator)
    costs = []
    for _ in range(2):
        pages = []
        for url in (page("draw", draw.pk), page("draw-pool", draw.pk), drawing.round.get_absolute_url()):
            with CaptureQueriesContext(connection) as asked:
                assert coordinator.get(url).status_code == 200
            pages.append(len(asked))
        costs.append(pages)
        held = drawing.experts[0].assignments.get()
        for number in range(50):
            person = worlds.person(f"더 온 이{number}")
            with writing("test", SYSTEM):
                new_person(draw, RoleAssignment(person=person, organisation=held.organisation)).save()
    assert costs[0] == costs[1] == [15, 6, 21]


# --- those who try to steer it ----------------------------------------------------------------------------------------


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


# --- the pool ---------------------------------------------------------------------------------------------------------


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


# --- what follows ----------------------------------------------------------------------------------------------------


def test_declarations_without_the_draw_ask_for_a_reason(drawing: Scene, signed_in: SignedIn) -> None:
    coordinator = signed_in(drawing.world.coordinator)
    worlds.seat_all(drawing.world, drawing.round)
    assert "위촉한 사유" in coordinator.get(page("start-declarations", drawing.round.pk)).content.decode()
    assert coordinator.post(page("start-declarations", drawing.round.pk)).status_code == 422
    with pytest.raises(BadInput):
        actions.start_declarations(actor=drawing.runs, round=drawing.round)
    reason = {"reason": "분야의 전문가가 적음"}
    assert coordinator.post(page("start-declarations", drawing.round.pk), reason).status_code == 302
    event = AuditEvent.objects.unscoped(why="test").get(type="round.start_declarations")
    assert event.facts["named_not_drawn"] == 9 and "reason" in event.commitments


def test_a_drawn_panel_declares_without_a_reason_and_is_assigned_once_no_draw_is_open(
    drawing: Scene, signed_in: SignedIn, client: Any
) -> None:
    draw = drawing.drawn()
    for company, judges in drawing.world.judges.items():
        actions.seat_evaluator(
            actor=drawing.runs, round=drawing.round, person=judges[0],
            organisation=drawing.world.companies[company], body="demand",
        )  # fmt: skip
    round = actions.start_declarations(actor=drawing.runs, round=drawing.round)
    for seat in round.seats.all():
        worlds.declare(seat)
    leaving = draw.people.filter(standing="drawn").order_by("code")[0]
    replacement = actions.ask_replacement(actor=drawing.runs, leaving=leaving, ground="conflict")
    with pytest.raises(AccessDenied) as unfinished:
        actions.assign_ballots(actor=drawing.runs, round=round)
    assert unfinished.value.code == "draw_unfinished"
    actions.refuse_replacement(
        actor=drawing.acts(drawing.world.manager), replacement=replacement, reason="가까운 관계 아님"
    )
    actions.assign_ballots(actor=drawing.runs, round=round)
    coordinator = signed_in(drawing.world.coordinator)
    assert coordinator.get(page("draw", draw.pk)).status_code == 200
    assert coordinator.get(page("draw-open", round.pk)).status_code == 200
    # before the release everybody sees the commitments and nothing that was drawn
    public = client.get(page("draw-public", draw.pk)).content.decode()
    assert draw.pool_digest in public and "무엇이 뽑혔는가" not in public
    assert client.get(page("draw-public-record", draw.pk)).status_code == 404
    with pytest.raises(AccessDenied) as seated:
        actions.ask_replacement(actor=drawing.runs, leaving=leaving, ground="conflict")
    assert seated.value.code == "draw_vacate_first"

    worlds.lock_all(drawing.world, round)
    manager = drawing.acts(drawing.world.manager)
    made = selection.compute_selection(actor=drawing.runs, round=worlds.close(drawing.world, round))
    made = selection.decide_selection(actor=manager, selection=made)
    selection.release_selection(actor=manager, selection=made)
    result = client.get(reverse("selection:result", args=[drawing.world.challenge.slug])).content.decode()
    assert page("draw-public", draw.pk) in result
    public = client.get(page("draw-public", draw.pk)).content.decode()
    record = client.get(page("draw-public-record", draw.pk)).json()
    part = record["payload"]
    assert "무엇이 뽑혔는가" in public and part["seed"] in public
    told = public + json.dumps(record, ensure_ascii=False)
    assert not any(expert.name in told or str(expert.pk) in told for expert in drawing.experts)
    assert not any(row.code in told for row in draw.people.all())
    # what everybody can check: the commitments open, they give the seed, and the seed gives the number
    assert record["tier"] == "public" and recompute_draw(record).ok
    reveals = [Reveal.model_validate(entry) for entry in part["reveals"]]
    assert [r.commitment(part["pool_digest"]).as_json() for r in reveals] == part["commitments"]
    assert seed_of(part["pool_digest"], reveals) == part["seed"]
    [step] = part["steps"]
    assert below(int(step["ways"]), stream(part["seed"], ["panels", "expert"])) == int(step["number"])
