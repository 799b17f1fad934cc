"""Evaluators drawn in a browser: the secret stays there until it is revealed, and the page's digits are the command's."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Request

from didimdol.evaluation.models import Draw
from didimdol_decide.drawing import Reveal
from e2e.desk import Desk
from e2e.inspection import Inspector
from server.tests.evaluation.drawing import scene

pytestmark = pytest.mark.django_db(transaction=True)
SECRET = '주사위 "6 2 5" \\ é'


def test_two_bodies_draw_the_panel(new_page: Callable[..., Any], tmp_path: Path) -> None:
    drawing, inspector = scene(experts=6), Inspector()
    coordinator, lead = Desk(new_page(drawing.world.coordinator)), Desk(new_page(drawing.lead))
    sent: list[str] = []

    def watch(request: Request) -> None:
        sent.append(f"{request.url} {request.post_data or ''}")

    coordinator.open(drawing.round.get_absolute_url()).follow("추첨 시작")
    coordinator.write({"뽑을 인원": "3"}).press("명부 만들기").is_told("명부를 만들었습니다")
    coordinator.follow("명부 고치기")
    for number, expert in enumerate(drawing.experts):
        coordinator.choose(f"{expert.name} · 구분", ("시장 전문가", "기술 전문가")[number % 2])
        coordinator.choose(f"{expert.name} · 성별(본인이 밝힌 경우)", ("여성", "남성")[number % 2])
    coordinator.press("저장").is_told("명부를 저장했습니다")
    draw = Draw.objects.within(round=drawing.round).get()
    here = draw.get_absolute_url()
    inspector.look(coordinator.page, here, here + "pool/")
    coordinator.open(here).follow("명부 봉인")
    coordinator.write({"두 기관이 약속하고 공개할 기한": "2025-03-21T18:00"}).press("봉인").is_told(
        "명부를 봉인했습니다"
    )

    secrets = []
    for desk, own in (
        (coordinator, SECRET),
        (lead, ""),
    ):
        desk.page.on("request", watch)
        inspector.look(desk.page, f"{here}commit/")
        desk.open(here).follow("비밀 약속")
        desk.page.locator("#own-secret").fill(own)
        secrets.append(desk.download_by("약속 만들고 비밀 파일 저장", tmp_path))
        desk.press("약속").is_told("약속했습니다")
    draw.refresh_from_db()
    for file, row in zip(secrets, draw.commitments.order_by("body"), strict=True):
        reveal = Reveal.model_validate_json(file.read_text(encoding="utf-8"))
        assert reveal.commitment(draw.pool_digest).commitment == row.commitment
        assert not any(reveal.secret in line or reveal.salt in line for line in sent), "a secret left the browser"
    assert json.loads(secrets[0].read_text(encoding="utf-8"))["secret"] == '주사위 "6 2 5" \\ é'

    coordinator.open(here).follow("비밀 공개")
    coordinator.attach("비밀 파일", secrets[0]).press("공개").is_told("공개했습니다")
    inspector.look(lead.page, f"{here}reveal/")
    lead.open(here).follow("비밀 공개")
    lead.attach("비밀 파일", secrets[1]).press("공개").is_told("공개했습니다")
    assert Draw.objects.within(pk=draw.pk).get().state == "drawn"
    inspector.look(lead.page, here)

    leaving = draw.people.filter(standing="drawn").select_related("person").order_by("person__name")[0].person.name
    coordinator.open(here).sees("뽑힌 위원").follow(f"대체 요청 {leaving}")
    coordinator.choose("사유", "위촉을 사양함").press("대체 요청").is_told("대체를 요청했습니다")
    manager = Desk(new_page(drawing.world.manager)).open(here)
    manager.follow("승인").press("승인하고 뽑기").is_told("대체를 처리했습니다").sees("대체됨")
    inspector.look(manager.page, here, f"{here}public/")
    assert drawing.round.seats.exclude(state="vacated").count() == 3
    assert not inspector.found, "\n".join(inspector.found)
