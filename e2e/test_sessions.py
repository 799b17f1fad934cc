"""Presentations in a browser: planned, an absence told on a phone, the timetable looked at, published and read on a phone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from didimdol.evaluation.models import SessionPlan
from didimdol.evaluation.tasks import timetable
from e2e.desk import Desk
from e2e.inspection import Inspector
from server.tests.evaluation.presenting import made

pytestmark = pytest.mark.django_db(transaction=True)


def test_from_the_plan_to_the_phone(new_page: Callable[..., Any]) -> None:
    found, inspector = made(), Inspector()
    coordinator = Desk(new_page(found.world.coordinator))
    coordinator.open(found.round.get_absolute_url()).follow("발표 시간표")
    inspector.here(coordinator.page)
    plan = {
        "1일째": "2025-03-31", "시작": "10:00", "끝": "11:30", "점심 시작": "", "점심 끝": "", "발표 한 건의 길이(분)": "30",
        "답변 마감": "2025-03-26T18:00", "장소": "디딤돌회관",
    }  # fmt: skip
    coordinator.write(plan).press("저장").is_told("발표 일정을 준비했습니다")
    found.id = SessionPlan.objects.within(round=found.round_id).get().pk
    here = found.row.get_absolute_url()
    coordinator.follow("참석할 수 없는 시간 묻기").press("지금 묻기").is_told("참석할 수 없는 시간을 물었습니다")
    found.all_answer()
    startup, evaluator = (
        Desk(new_page(person, phone=True)) for person in (found.world.ceos[0], found.world.experts[0])
    )
    own = f"{here}applications/{found.application(1).pk}/"
    startup.open(own).tick("10:00–10:30").press("답변 보내기").is_told("참석할 수 없는 시간을 받았습니다")
    inspector.look(startup.page, own)
    coordinator.open(here).follow("시간표 만들기").follow("시간표 만들기").press("만들기").is_told("만들고 있습니다")
    timetable(str(found.id))
    coordinator.page.get_by_role("heading", name="놓지 못한 발표와 까닭").wait_for()  # the page comes anew by itself
    inspector.look(coordinator.page, f"{here}timetable/", here)
    coordinator.open(here).follow("일정 고치기").write({"끝": "12:30"}).press("저장").is_told("일정을 고쳤습니다")
    found.make()
    coordinator.open(f"{here}timetable/").follow("이대로 공개").press("지금 공개").is_told("시간표를 공개했습니다")
    startup.open(own).sees("우리 기업의 발표", "디딤돌회관", "발표장 1")
    evaluator.open(found.round.get_absolute_url()).follow("나의 발표 일정").sees("내가 심사하는 발표", "발표장 1")
    inspector.look(startup.page, own)
    inspector.look(evaluator.page, f"{here}own/")
    inspector.look(coordinator.page, here)
    assert not inspector.found, "\n".join(inspector.found)
