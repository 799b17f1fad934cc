"""A meet-up in a browser: planned, wished on a phone, its timetable looked at, published and read on a phone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from didimdol.selection.models import MeetUp
from didimdol.selection.tasks import timetable
from e2e.desk import Desk
from e2e.inspection import Inspector
from server.tests.selection.market import make
from server.tests.selection.meeting import MeetUpOf

pytestmark = pytest.mark.django_db(transaction=True)


def test_from_the_plan_to_the_phone(new_page: Callable[..., Any]) -> None:
    market, inspector = make(), Inspector()
    slug = market.world.challenge.slug
    coordinator = Desk(new_page(market.world.coordinator))
    coordinator.open(f"/selection/meet-ups/?challenge={slug}").follow("밋업 열기")
    inspector.here(coordinator.page)
    plan = {
        "1일째": "2025-05-12",
        "시작": "10:00",
        "끝": "11:00",
        "희망 접수 마감": "2025-05-07T18:00",
        "장소": "디딤돌회관",
    }
    coordinator.write(plan | {"점심 시작": "", "점심 끝": ""}).press("저장").is_told("밋업을 준비했습니다")
    found = MeetUpOf(market, MeetUp.objects.within(challenge=market.world.challenge).get().pk)
    here = found.row.get_absolute_url()
    coordinator.follow("희망 접수 열기").press("지금 열기").is_told("희망 접수를 열었습니다")
    found.all_wish()
    for demand in market.demands[:2]:  # so that the one meeting that fits before the startup has to leave is its own
        found.wish_of_demand(demand, n01="gladly", n03="yes")
    startup = Desk(new_page(market.world.ceos[0], phone=True))
    own = f"{here}startups/{market.place('01').pk}/"
    startup.open(own).tick("11:00–11:30" if "11:00–11:30" in startup.page.content() else "10:30–11:00")
    startup.press("희망 제출").is_told("희망을 받았습니다")
    inspector.look(startup.page, own)
    coordinator.open(here).follow("시간표 만들기").follow("시간표 만들기").press("만들기").is_told("만들고 있습니다")
    timetable(str(found.id))
    coordinator.page.get_by_role("heading", name="놓지 못한 만남과 까닭").wait_for()  # the page comes anew by itself
    inspector.look(coordinator.page, f"{here}timetable/", here)
    coordinator.open(f"{here}timetable/").follow("이대로 공개").press("지금 공개").is_told("시간표를 공개했습니다")
    startup.open(own).sees("나의 시간표", "디딤돌회관", "10:00–10:30", "테이블")
    inspector.look(startup.page, own, "/selection/meet-ups/")
    inspector.look(coordinator.page, here)
    assert not inspector.found, "\n".join(inspector.found)
