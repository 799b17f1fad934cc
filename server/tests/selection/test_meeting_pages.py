"""Pages of meet-ups over HTTP: who gets which, both sides' ways, walls between companies, files, constant cost."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable
from datetime import time, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from didimdol.demands.models import Demand
from didimdol.kernel import clock
from didimdol.kernel.action import writing
from didimdol.kernel.actor import SYSTEM
from didimdol.people.models import Organisation, Person
from didimdol.records.models import AccessEntry
from didimdol.selection import actions, meeting_rules
from didimdol.selection.models import Meeting, MeetingTable, MeetingWish, MeetUp
from didimdol.selection.tasks import timetable
from didimdol_decide.cli import main as decide
from server.tests import worlds
from server.tests.selection import meeting
from server.tests.selection.market import Market
from server.tests.selection.meeting import SLOTS, MeetUpOf

PERSONAS = ("manager", "coordinator", "auditor", "own", "beside", "unselected", "company", "other", "judge", "nobody", "visitor")  # fmt: skip
#: page → what each persona gets while the timetable is published. "own" is 01, "beside" 03 (laptop as well),
#: "unselected" 06; "company" has laptop's demands, "other" robot's
PUBLISHED = {
    "list":      (200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 302),
    "open":      (403, 403, 403, 403, 403, 403, 403, 403, 403, 403, 302),
    "meet_up":   (200, 200, 200, 404, 404, 404, 404, 404, 404, 404, 302),
    "change":    (403, 403, 403, 404, 404, 404, 404, 404, 404, 404, 302),
    "tables":    (403, 403, 403, 404, 404, 404, 404, 404, 404, 404, 302),
    "collect":   (403, 403, 403, 404, 404, 404, 404, 404, 404, 404, 302),
    "cancel":    (200, 200, 403, 404, 404, 404, 404, 404, 404, 404, 302),
    "timetable": (200, 200, 200, 404, 404, 404, 404, 404, 404, 404, 302),
    "make":      (200, 200, 403, 404, 404, 404, 404, 404, 404, 404, 302),
    "progress":  (200, 200, 200, 404, 404, 404, 404, 404, 404, 404, 302),
    "publish":   (403, 403, 403, 404, 404, 404, 404, 404, 404, 404, 302),
    "put":       (403, 403, 403, 404, 404, 404, 404, 404, 404, 404, 302),
    "export":    (200, 200, 200, 404, 404, 404, 404, 404, 404, 404, 302),
    "record":    (200, 200, 200, 404, 404, 404, 404, 404, 404, 404, 302),
    "absence":   (200, 200, 403, 404, 404, 404, 404, 404, 404, 404, 302),
    "table":     (200, 200, 403, 404, 404, 404, 404, 404, 404, 404, 302),
    "remove":    (403, 403, 403, 404, 404, 404, 404, 404, 404, 404, 302),
    "as_place":  (404, 404, 404, 200, 404, 404, 404, 404, 404, 404, 302),
    "place_ics": (404, 404, 404, 200, 404, 404, 404, 404, 404, 404, 302),
    "place_xls": (404, 404, 404, 200, 404, 404, 404, 404, 404, 404, 302),
    "as_demand": (404, 404, 404, 404, 404, 404, 200, 404, 404, 404, 302),
    "demand_ics": (404, 404, 404, 404, 404, 404, 200, 404, 404, 404, 302),
    "demand_xls": (404, 404, 404, 404, 404, 404, 200, 404, 404, 404, 302),
    "one":       (200, 200, 403, 200, 404, 404, 200, 404, 404, 404, 302),
}  # fmt: skip
#: while it is prepared nobody but the operator knows of it; "open" says that one is under way
DRAFT = {page: tuple(404 if status == 200 and at > 2 and page != "list" else status for at, status in enumerate(row))
         for page, row in PUBLISHED.items() if page not in ("one", "put", "publish")} | {
    "change":  (200, 200, 403, 404, 404, 404, 404, 404, 404, 404, 302),
    "tables":  (200, 200, 403, 404, 404, 404, 404, 404, 404, 404, 302),
    "collect": (200, 200, 403, 404, 404, 404, 404, 404, 404, 404, 302),
    "remove":  (200, 200, 403, 404, 404, 404, 404, 404, 404, 404, 302),
    "make":    (403, 403, 403, 404, 404, 404, 404, 404, 404, 404, 302),
    "record":  (404, 404, 404, 404, 404, 404, 404, 404, 404, 404, 302),
}  # fmt: skip


@pytest.fixture
def clients(market: Market, signed_in: Callable[[Person], Client]) -> dict[str, Client]:
    world = market.world
    who = {
        "manager": world.manager, "coordinator": world.coordinator, "auditor": world.auditor, "own": world.ceos[0],
        "beside": world.ceos[2], "unselected": world.ceos[5], "company": market.person_of(market.demands[0]),
        "other": market.person_of(market.demands[2]), "judge": next(iter(world.judges.values()))[0],
        "nobody": worlds.person("새사람"), "robot": world.ceos[1],
    }  # fmt: skip
    return {name: signed_in(person) for name, person in who.items()} | {"visitor": Client()}


def addresses(found: MeetUpOf) -> dict[str, str]:
    market, at = found.market, f"/selection/meet-ups/{found.id}/"
    place, demand = market.place("01"), market.demands[0]
    table = MeetingTable.objects.within(meet_up=found.id, company=demand.company_id).order_by("name")[0]
    startup, side = f"{at}startups/{place.pk}/", f"{at}demands/{demand.pk}/"
    urls = {
        "list": "/selection/meet-ups/",
        "open": f"/selection/meet-ups/open/{market.world.challenge.slug}/",
        "meet_up": at, "change": f"{at}change/", "tables": f"{at}tables/", "collect": f"{at}collect/",
        "cancel": f"{at}cancel/", "timetable": f"{at}timetable/", "make": f"{at}timetable/make/",
        "progress": f"{at}timetable/progress/", "publish": f"{at}timetable/publish/", "put": f"{at}timetable/change/",
        "export": f"{at}export/", "record": f"{at}record/", "absence": f"{at}absence/{place.pk}/",
        "table": f"/selection/meet-ups/tables/{table.pk}/", "remove": f"/selection/meet-ups/tables/{table.pk}/remove/",
        "as_place": startup, "place_ics": f"{startup}calendar.ics", "place_xls": f"{startup}export/",
        "as_demand": side, "demand_ics": f"{side}calendar.ics", "demand_xls": f"{side}export/",
    }  # fmt: skip
    one = Meeting.objects.within(meet_up=found.id, place=place, demand=demand).first()
    return urls | ({"one": f"/selection/meet-ups/meetings/{one.pk}/cancel/"} if one else {})


def statuses(clients: dict[str, Client], pages: dict[str, str], wanted: dict[str, Any], lang: str) -> Any:
    return {
        page: tuple(clients[name].get(pages[page], headers={"accept-language": lang}).status_code for name in PERSONAS)
        for page in wanted
    }


def test_who_gets_which_page(market: Market, clients: dict[str, Client]) -> None:
    found = meeting.opened(market)
    assert statuses(clients, addresses(found), DRAFT, "en") == DRAFT
    found.collect().all_wish().close().make().publish()
    pages = addresses(found)
    for lang in ("ko", "en"):
        assert statuses(clients, pages, PUBLISHED, lang) == PUBLISHED
    stand = found.where()
    for page, url in pages.items():
        for name, status in zip(PERSONAS, PUBLISHED[page], strict=True):
            if status == 404 or name == "visitor" or (name == "auditor" and page != "export"):
                answer = clients[name].post(url, {"reason": "사유"})
                assert answer.status_code in (403, 404, 405), (page, name)
                assert answer.status_code != 403 or status != 404
    assert found.where() == stand


FORM = {
    "day_1": "2025-05-12", "starts": "10:00", "ends": "12:00", "minutes": "30", "wishes_until": "2025-05-07T18:00",
}  # fmt: skip


def test_from_the_plan_to_the_timetable_on_the_pages(market: Market, clients: dict[str, Client]) -> None:
    runs, slug = clients["coordinator"], market.world.challenge.slug
    listed = runs.get(f"/selection/meet-ups/?challenge={slug}").content.decode()
    assert f"/selection/meet-ups/open/{slug}/" in listed
    page = runs.get(f"/selection/meet-ups/open/{slug}/").content.decode()
    assert 'value="30"' in page  # the rulebook's minutes
    wrong = runs.post(f"/selection/meet-ups/open/{slug}/", FORM | {"ends": "09:00"})
    assert wrong.status_code == 422 and "끝나는 시각이 시작보다 늦어야 합니다" in wrong.content.decode()
    made = runs.post(f"/selection/meet-ups/open/{slug}/", FORM)
    at = made["Location"]
    found = MeetUpOf(market, re.search("[0-9a-f-]{36}", at)[0])  # type: ignore[index]
    assert (made.status_code, found.row.state) == (302, "draft")
    assert runs.post(f"{at}tables/", {"company": market.demands[0].company_id, "name": "온라인", "link": "https://meet.example.kr/1"}).status_code == 302  # fmt: skip
    assert runs.post(f"{at}change/", FORM | {"venue": "디딤돌회관"}).status_code == 302
    assert runs.post(f"{at}collect/").status_code == 302
    pages = addresses(found)
    _wishes(market, clients, pages, found)
    found.close()
    assert "시간표 만들기" in runs.get(at).content.decode()
    assert runs.post(pages["make"])["Location"] == pages["timetable"]
    assert pages["progress"] in runs.get(pages["timetable"]).content.decode()
    poll = runs.get(pages["progress"])
    assert runs.get(pages["progress"], headers={"if-none-match": poll["ETag"]}).status_code == 304
    timetable(str(found.id))
    assert runs.get(pages["progress"], headers={"hx-request": "true"})["HX-Refresh"] == "true"
    shown = runs.get(pages["timetable"]).content.decode()
    assert "2 / 2" in shown and pages["publish"] in shown and "놓지 못한 만남" not in shown
    assert not found.meetings()
    question = runs.get(pages["publish"]).content.decode()
    digest = re.search('name="digest" value="([0-9a-f]{64})"', question)[1]  # type: ignore[index]
    assert runs.post(pages["publish"], {"digest": "0" * 64}).status_code == 409
    for _ in range(2):  # a double click
        assert runs.post(pages["publish"], {"digest": digest})["Location"] == at
    assert len(found.where()) == 2
    assert AccessEntry.objects.unscoped(why="t").filter(what="timetable to be published").exists()


def _wishes(market: Market, clients: dict[str, Client], pages: dict[str, str], found: MeetUpOf) -> None:
    """01 gladly the first demand; the company yes to 01, no to 03. Nobody reads the other's."""
    first, second, _ = market.demands
    form = clients["own"].get(pages["as_place"]).content.decode()
    assert f"wish_{first.pk}" in form and "상대에게 보이지 않습니다" in form
    assert "Very gladly" in clients["own"].get(pages["as_place"], headers={"accept-language": "en"}).content.decode()
    said = {f"wish_{first.pk}": "gladly", f"wish_{second.pk}": "no", "away_2025-05-12": SLOTS[:1]}
    assert clients["own"].post(pages["as_place"], said).status_code == 302
    assert clients["own"].post(pages["as_place"], {f"wish_{first.pk}": "please"}).status_code == 422
    again = clients["own"].get(pages["as_place"]).content.decode()
    assert re.search(f'value="{SLOTS[0]}"[^>]*checked', again) and 'value="gladly" selected' in again
    places = found.places
    said = {f"wish_{places['01'].pk}": "yes", f"wish_{places['03'].pk}": "no"}
    assert clients["company"].post(pages["as_demand"], said).status_code == 302
    robot = f"/selection/meet-ups/{found.id}/startups/{places['02'].pk}/"
    assert clients["robot"].post(robot, {f"wish_{market.demands[2].pk}": "yes"}).status_code == 302
    board = clients["coordinator"].get(pages["meet_up"]).content.decode()
    assert "희망을 기다리는 곳: 3" in board  # 03, and two demands


def test_each_side_sees_its_own_meetings_and_nobody_elses(market: Market, clients: dict[str, Client]) -> None:
    found = meeting.published(market, ends=time(13))
    link = "https://meet.example.kr/room"
    table = MeetingTable.objects.within(meet_up=found.id, company=market.demands[0].company_id).get()
    actions.change_table(actor=found.runs, table=table, name="가", link=link)
    names = {number: place.startup.name["ko"] for number, place in found.places.items()}
    pages = addresses(found)
    mine = clients["own"].get(pages["as_place"]).content.decode()
    assert mine.count("테이블 가") == 2 and link in mine and "디딤돌회관 3층" in mine
    assert names["03"] not in mine and names["02"] not in mine
    company = clients["company"].get(pages["as_demand"]).content.decode()
    assert names["01"] in company and names["03"] in company and names["02"] not in company
    robot = f"/selection/meet-ups/{found.id}/demands/{market.demands[2].pk}/"
    other = clients["other"].get(robot).content.decode()
    assert names["02"] in other and names["01"] not in other and link not in other
    listed = clients["other"].get("/selection/meet-ups/").content.decode()
    assert robot in listed and pages["as_demand"] not in listed and pages["meet_up"] + '"' not in listed
    notice = clients["own"].get(f"/challenges/{market.world.challenge.slug}/").content.decode()
    assert f"/selection/meet-ups/?challenge={market.world.challenge.slug}" in notice
    # told on the page that one cannot come; the coordinator changes the timetable on theirs
    slot = re.search('value="(2025-05-12T[0-9:]+)"', mine)[1]  # type: ignore[index]
    assert clients["own"].post(pages["as_place"], {"away_2025-05-12": [slot]}).status_code == 302
    assert clients["coordinator"].post(pages["absence"], {"away_2025-05-12": SLOTS[:2]}).status_code == 302
    disturbed = [row for row in found.meetings() if row.place == found.places["01"] and row.starts_at < worlds.kst("2025-05-12 11:00")]  # fmt: skip
    board = clients["coordinator"].get(pages["meet_up"]).content.decode()
    assert ("그대로 만날 수 없게 된 만남" in board) == bool(disturbed)
    found.make()
    shown = clients["coordinator"].get(pages["timetable"]).content.decode()
    assert "그대로인 만남" in shown and pages["put"] in shown
    assert clients["coordinator"].post(pages["put"], {"digest": found.digest})["Location"] == pages["meet_up"]
    # one side cancels
    assert clients["company"].post(pages["one"], {"reason": ""}).status_code == 422
    assert clients["company"].post(pages["one"], {"reason": "비밀스러운 사정"})["Location"] == pages["as_demand"]
    mine = clients["own"].get(pages["as_place"]).content.decode()
    assert "취소된 만남" in mine and "비밀스러운 사정" not in mine


def test_files(market: Market, clients: dict[str, Client], tmp_path: Path, capsys: Any) -> None:
    found = meeting.published(market)
    pages = addresses(found)
    names = {number: place.startup.name["ko"] for number, place in found.places.items()}
    ended = next(row for row in found.meetings() if row.place == found.places["01"])
    actions.cancel_meeting(actor=market.ceo("01"), meeting=ended, reason="사정")
    answer = clients["own"].get(pages["place_ics"])
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    raw = answer.content.decode()
    assert all(len(line.encode()) <= 75 for line in raw.split("\r\n")) and raw.endswith("END:VCALENDAR\r\n")
    lines = raw.replace("\r\n ", "").split("\r\n")
    events = "\n".join(lines).split("BEGIN:VEVENT\n")[1:]
    assert len(events) == 2 and sum("STATUS:CANCELLED" in event for event in events) == 1
    row = next(row for row in found.meetings() if row.place == found.places["01"])
    standing = next(event for event in events if "STATUS:CONFIRMED" in event)
    assert f"DTSTART:{row.starts_at:%Y%m%dT%H%M%SZ}" in standing and f"UID:{row.pk}@didimdol" in standing
    assert "LOCATION:디딤돌회관 3층 · 테이블" in standing and row.demand.title["ko"] in standing
    sheet = _unpacked(clients["company"].get(pages["demand_xls"]).content)
    assert names["01"] in sheet and names["03"] in sheet and names["02"] not in sheet
    assert clients["auditor"].post(pages["export"], {"reason": ""}).status_code == 422
    whole = _unpacked(clients["auditor"].post(pages["export"], {"reason": "감사"}).content)
    assert all(name in whole for name in names.values())
    record = clients["auditor"].get(pages["record"])
    file = tmp_path / "meet-up.json"
    file.write_bytes(record.content)
    assert decide(["schedule", str(file), "--verify"]) == 0
    broken = json.loads(record.content)
    broken["schedule"]["placed"][0]["slot"] = broken["schedule"]["placed"][1]["slot"]
    broken["schedule"]["placed"][0]["room"] = broken["schedule"]["placed"][1]["room"]
    file.write_text(json.dumps(broken))
    assert decide(["schedule", str(file), "--verify"]) == 1
    capsys.readouterr()
    assert not any(name in record.content.decode() for name in names.values())


def _unpacked(content: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        return packed.read("xl/sharedStrings.xml").decode()


def test_what_is_not_placed_is_told_with_ways_out(market: Market, clients: dict[str, Client]) -> None:
    found = meeting.opened(market, ends=time(11)).collect().all_wish()
    found.close().make()
    ko = clients["coordinator"].get(addresses(found)["timetable"]).content.decode()
    assert "3 / 5" in ko and "하루 더(2025. 5. 13.(화))" in ko and "만남 한 번을 15분으로" in ko
    assert "다른 만남 중" in ko or "빈 테이블 없음" in ko
    en = clients["auditor"].get(addresses(found)["timetable"], headers={"accept-language": "en"}).content.decode()
    assert "One more day (13 May 2025 (Tue))" in en and "Publish this" not in en


def test_the_price_of_everybody_one_meeting_first_is_told_before_the_choice(
    market: Market, clients: dict[str, Client]
) -> None:
    found = meeting.contended(market).make()
    pages, runs = addresses(found), clients["coordinator"]
    ko = runs.get(pages["timetable"]).content.decode()
    assert "만남이 있는 곳이 1곳 늘고, 희망의 값이 7 줄어듭니다(29.2%)" in ko
    assert f"{pages['make']}?first=parties" in ko and f"{pages['make']}?first=worth" not in ko
    en = clients["auditor"].get(pages["timetable"], headers={"accept-language": "en"}).content.decode()
    assert "1 more have a meeting, at a price of 7 of the worth (29.2%)" in en and "Make it so" not in en
    question = runs.get(f"{pages['make']}?first=parties").content.decode()
    assert re.search('value="parties"[^>]*checked', question) and not re.search('value="worth"[^>]*checked', question)
    assert "희망의 값 17, 만남이 없는 곳 0곳" in question and "희망의 값 24, 만남이 없는 곳 1곳" in question
    assert runs.post(pages["make"], {"first": "fairness"}).status_code == 422
    assert runs.post(pages["make"], {"first": "parties"}).status_code == 302
    timetable(str(found.id))
    ko = runs.get(pages["timetable"]).content.decode()
    assert f"{pages['make']}?first=worth" in ko and "만남이 있는 곳이 이보다 많은 시간표는 없고" in ko
    found.publish()
    assert 'name="first"' not in runs.get(pages["make"]).content.decode()
    assert runs.post(pages["make"]).status_code == 302


def test_a_promoted_reserve_and_the_demands_say_their_wishes_on_their_pages(
    market: Market, clients: dict[str, Client], signed_in: Callable[[Person], Client]
) -> None:
    found = meeting.published(market)
    actions.decline_place(actor=market.ceo("01"), place=market.place("01"), reason="사정")
    actions.promote_reserve(actor=market.manager, place=market.place("01"))
    place, demand = market.place("05"), market.demands[0]
    at, late = f"/selection/meet-ups/{found.id}", signed_in(market.world.ceos[4])
    mine = late.get(f"{at}/startups/{place.pk}/").content.decode()
    assert f"wish_{demand.pk}" in mine and "이미 정해진 만남은 옮기지 않습니다" in mine
    said = {f"wish_{demand.pk}": "gladly", "away_2025-05-12": SLOTS[:1]}
    assert late.post(f"{at}/startups/{place.pk}/", said).status_code == 302
    company = clients["company"].get(f"{at}/demands/{demand.pk}/").content.decode()
    assert f"wish_{place.pk}" in company and f"wish_{market.place('03').pk}" not in company
    assert place.startup.name["ko"] in company and "나의 시간표" in company  # its meetings stand above
    other = clients["other"].get(f"{at}/demands/{market.demands[2].pk}/").content.decode()
    assert "wish_" not in other and place.startup.name["ko"] not in other
    beside = clients["beside"].get(f"{at}/startups/{market.place('03').pk}/").content.decode()
    assert "wish_" not in beside
    before = found.where()
    assert clients["company"].post(f"{at}/demands/{demand.pk}/", {f"wish_{place.pk}": "yes"}).status_code == 302
    found.make().change()
    after = found.where()
    assert {key: where for key, where in after.items() if key in before} == before
    assert {number for number, _ in set(after) - set(before)} == {"05"}
    assert "테이블" in late.get(f"{at}/startups/{place.pk}/").content.decode()


def test_more_than_can_be_solved_is_said_where_it_is_asked_for(
    market: Market, clients: dict[str, Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = meeting.opened(market).collect().all_wish().close()
    monkeypatch.setattr(meeting_rules, "LARGEST", 19)
    pages, runs = addresses(found), clients["coordinator"]
    said = "희망한 짝 5쌍 × 시간 4개는 한 번에 풀 수 있는 19을 넘습니다. 일정을 고쳐 시간을 3개까지 줄이거나"
    assert said in runs.get(pages["timetable"]).content.decode()
    answer = runs.get(pages["make"])
    assert (answer.status_code, said in answer.content.decode()) == (403, True)
    assert runs.post(pages["make"]).status_code == 403


def test_a_meet_up_that_is_called_off(market: Market, clients: dict[str, Client]) -> None:
    unknown = meeting.opened(market)
    actions.cancel_meet_up(actor=unknown.runs, meet_up=unknown.row, reason="날을 잘못 잡음")
    assert clients["own"].get(addresses(unknown)["as_place"]).status_code == 404  # nobody had heard of it
    assert "참가하는 밋업이 없습니다" in clients["own"].get("/selection/meet-ups/").content.decode()
    found = meeting.published(market)
    pages = addresses(found)
    assert clients["coordinator"].post(pages["cancel"], {"reason": ""}).status_code == 422
    assert clients["coordinator"].post(pages["cancel"], {"reason": "회관 공사"}).status_code == 302
    mine = clients["own"].get(pages["as_place"]).content.decode()
    assert "취소된 밋업입니다" in mine and "회관 공사" not in mine and pages["place_ics"] in mine
    calendar = clients["own"].get(pages["place_ics"]).content.decode()
    assert calendar.count("STATUS:CANCELLED") == 2 and "CONFIRMED" not in calendar
    assert clients["own"].post(pages["as_place"], {"away_2025-05-12": SLOTS[:1]}).status_code == 403


# --- cost ----------------------------------------------------------------------------------------------------------


def _fill(found: MeetUpOf, rows: int) -> None:
    """More demands with their wishes and tables, and cancelled meetings."""
    market = found.market
    first, place, now = market.demands[0], market.place("01"), clock.now()
    demands = Demand.objects.bulk_create(
        Demand(
            challenge=first.challenge, field=first.field, company=first.company, title={"ko": f"수요 {n}", "en": f"D {n}"},
            state="published", published_at=now,
        )
        for n in range(rows)
    )  # fmt: skip
    companies = Organisation.objects.bulk_create(
        Organisation(kind="demand_company", name={"ko": f"회사 {n}", "en": f"Company {n}"}) for n in range(rows)
    )
    tables = MeetingTable.objects.bulk_create(
        MeetingTable(meet_up_id=found.id, company=company, name=f"더 {rows}.{n}") for n, company in enumerate(companies)
    )
    MeetingWish.objects.bulk_create(
        MeetingWish(meet_up_id=found.id, demand=demand, words={}, given_at=now) for demand in demands
    )
    Meeting.objects.bulk_create(
        Meeting(
            meet_up_id=found.id, place=place, demand=demand, table=table, why="cancelled", ended_at=now,
            starts_at=worlds.kst("2025-05-12 10:00") + timedelta(minutes=n), ends_at=worlds.kst("2025-05-12 12:00"),
        )
        for n, (demand, table) in enumerate(zip(demands, tables, strict=True))
    )  # fmt: skip
    MeetUp.objects.bulk_create(
        MeetUp(
            challenge=first.challenge, number=100 + rows + n, days=["2025-05-12"], starts="10:00", ends="12:00", minutes=30,
            wishes_until=now, state="cancelled",
        )
        for n in range(rows)
    )  # fmt: skip


#: page → who asks, and its queries
COSTS = {
    "list": ("coordinator", 5), "meet_up": ("coordinator", 24), "timetable": ("coordinator", 25), "as_place": ("own", 12),
    "as_demand": ("company", 12),
}  # fmt: skip


def test_the_pages_cost_the_same_with_one_row_and_fifty(
    market: Market, clients: dict[str, Client], django_assert_num_queries: Any
) -> None:
    found = meeting.published(market)
    found.make()
    pages = addresses(found)
    for rows in (1, 50):
        with writing("tests.fill", SYSTEM):
            _fill(found, rows)
        for page, (who, cost) in COSTS.items():
            clients[who].get(pages[page])
            with django_assert_num_queries(cost):
                answer = clients[who].get(pages[page])
            assert answer.status_code == 200
    assert "수요 48" in clients["coordinator"].get(pages["meet_up"]).content.decode()
