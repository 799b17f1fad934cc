"""The draw of evaluators: the whole way over HTTP, and what follows from it."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from didimdol.evaluation import actions
from didimdol.evaluation.drawing import new_person
from didimdol.evaluation.models import Draw
from didimdol.kernel import clock
from didimdol.kernel.action import writing
from didimdol.kernel.actor import SYSTEM
from didimdol.kernel.problems import AccessDenied, BadInput
from didimdol.notices.models import Message, Todo
from didimdol.people.models import RoleAssignment
from didimdol.records.models import AuditEvent
from didimdol.selection import actions as selection
from didimdol_decide import cli
from didimdol_decide.drawing import Reveal, new_reveal, recompute_draw, seed_of
from didimdol_decide.drawing.stream import below, stream
from server.tests import worlds
from server.tests.evaluation.drawing import RIVER, Scene, SignedIn, file_of, fresh, page, scene
from server.tests.evaluation.standing import standing

pytestmark = pytest.mark.django_db


@standing.world
def drawing() -> Scene:
    return scene()


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
