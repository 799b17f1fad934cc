"""Pages of presentations over HTTP: who gets which, everybody's ways, walls between applicants, files, constant cost."""

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
from django.urls import reverse

from didimdol.evaluation import actions
from didimdol.evaluation.models import PanelSession, Seat, SessionAbsence, SessionRoom
from didimdol.evaluation.session_problem import panels_of
from didimdol.evaluation.tasks import timetable
from didimdol.kernel.action import writing
from didimdol.kernel.actor import SYSTEM
from didimdol.people.models import Person
from didimdol.records.models import AccessEntry
from didimdol_decide.cli import main as decide
from server.tests import worlds
from server.tests.evaluation import presenting as of
from server.tests.evaluation.presenting import SLOTS, Presenting

PERSONAS = ("manager", "coordinator", "auditor", "own", "beside", "expert", "nobody", "visitor")
#: page → what each persona gets while the timetable is published (a visitor: the sign-in page). "own" is 01, "beside" 03 (the same field)
PUBLISHED = {
    "plan":     (403, 403, 403, 404, 404, 404, 404, 302),
    "sessions": (200, 200, 200, 404, 404, 404, 404, 302),
    "change":   (403, 403, 403, 404, 404, 404, 404, 302),
    "rooms":    (403, 403, 403, 404, 404, 404, 404, 302),
    "room":     (200, 200, 403, 404, 404, 404, 404, 302),
    "remove":   (403, 403, 403, 404, 404, 404, 404, 302),
    "ask":      (403, 403, 403, 404, 404, 404, 404, 302),
    "cancel":   (200, 200, 403, 404, 404, 404, 404, 302),
    "timetable": (200, 200, 200, 404, 404, 404, 404, 302),
    "make":     (200, 200, 403, 404, 404, 404, 404, 302),
    "progress": (200, 200, 200, 404, 404, 404, 404, 302),
    "publish":  (403, 403, 403, 404, 404, 404, 404, 302),
    "put":      (403, 403, 403, 404, 404, 404, 404, 302),
    "export":   (200, 200, 200, 404, 404, 404, 404, 302),
    "record":   (200, 200, 200, 404, 404, 404, 404, 302),
    "absence":  (200, 200, 403, 404, 404, 404, 404, 302),
    "mine":     (404, 404, 404, 404, 404, 200, 404, 302),
    "mine_ics": (404, 404, 404, 404, 404, 200, 404, 302),
    "ours":     (404, 404, 404, 200, 404, 404, 404, 302),
    "ours_ics": (404, 404, 404, 200, 404, 404, 404, 302),
}  # fmt: skip
#: while it is prepared nobody but the operator knows of it
DRAFT = {page: (*row[:3], 404, 404, 404, 404, 302) for page, row in PUBLISHED.items()} | {
    "change":  (200, 200, 403, 404, 404, 404, 404, 302),
    "rooms":   (200, 200, 403, 404, 404, 404, 404, 302),
    "ask":     (200, 200, 403, 404, 404, 404, 404, 302),
    "record":  (404, 404, 404, 404, 404, 404, 404, 302),
    "absence": (200, 200, 403, 404, 404, 404, 404, 302),
}  # fmt: skip
SignedIn = Callable[[Person], Client]


@pytest.fixture
def clients(presenting: Presenting, signed_in: SignedIn) -> dict[str, Client]:
    world = presenting.world
    who = {
        "manager": world.manager, "coordinator": world.coordinator, "auditor": world.auditor, "own": world.ceos[0],
        "beside": world.ceos[2], "expert": world.experts[0], "nobody": worlds.person("새사람"),
    }  # fmt: skip
    return {name: signed_in(person) for name, person in who.items()} | {"visitor": Client()}


def addresses(found: Presenting) -> dict[str, str]:
    room = SessionRoom.objects.within(plan=found.id).order_by("name")[0]
    own = found.application(1).pk

    def to(name: str, *ids: Any) -> str:
        return reverse(f"evaluation:{name}", args=ids)

    of_plan = {
        "sessions": "sessions", "change": "change-sessions", "rooms": "add-session-room", "ask": "ask-sessions",
        "cancel": "cancel-sessions", "timetable": "session-timetable", "make": "make-sessions",
        "progress": "session-progress", "publish": "publish-sessions", "put": "put-sessions",
        "export": "export-sessions", "record": "session-record", "mine": "own-sessions",
        "mine_ics": "own-sessions-calendar",
    }  # fmt: skip
    return {page: to(name, found.id) for page, name in of_plan.items()} | {
        "plan": to("plan-sessions", found.round_id),
        "room": to("change-session-room", room.pk),
        "remove": to("remove-session-room", room.pk),
        "absence": to("session-absence", found.id, own),
        "ours": to("own-presentation", found.id, own),
        "ours_ics": to("own-presentation-calendar", found.id, own),
    }


def statuses(clients: dict[str, Client], pages: dict[str, str], lang: str) -> Any:
    return {
        page: tuple(clients[name].get(url, headers={"accept-language": lang}).status_code for name in PERSONAS)
        for page, url in pages.items()
    }


def text_of(client: Client, url: str, **more: Any) -> str:
    return client.get(url, **more).content.decode()


def test_who_gets_which_page(presenting: Presenting, clients: dict[str, Client]) -> None:
    pages = addresses(presenting.plan())
    assert statuses(clients, pages, "en") == DRAFT
    presenting.make().publish()
    for lang in ("ko", "en"):
        assert statuses(clients, pages, lang) == PUBLISHED
    stand = presenting.where()
    for page, url in pages.items():
        for name, status in zip(PERSONAS, PUBLISHED[page], strict=True):
            if status in (302, 404) or (name == "auditor" and page != "export"):
                answer = clients[name].post(url, {"reason": "사유"})
                assert answer.status_code in (403, 404, 405), (page, name)
                assert answer.status_code != 403 or name == "auditor"
    assert presenting.where() == stand


FORM = {
    "day_1": "2025-03-31", "starts": "10:00", "ends": "12:30", "minutes": "30", "answers_until": "2025-03-26T18:00",
}  # fmt: skip


def test_from_the_plan_to_the_timetable_on_the_pages(presenting: Presenting, clients: dict[str, Client]) -> None:
    runs = clients["coordinator"]
    at_round = presenting.round.get_absolute_url()
    plan = reverse("evaluation:plan-sessions", args=[presenting.round_id])
    assert plan in text_of(runs, at_round) and plan not in text_of(clients["auditor"], at_round)
    assert 'value="25"' in text_of(runs, plan)  # the rulebook's minutes
    wrong = runs.post(plan, FORM | {"minutes": "20"})
    assert wrong.status_code == 422 and "규칙집은 발표와 질의응답에 25분을 줍니다" in wrong.content.decode()
    made = runs.post(plan, FORM)
    presenting.id = re.search("sessions/([0-9a-f-]{36})", made["Location"])[1]  # type: ignore[index]
    pages = addresses(presenting)
    assert runs.post(pages["rooms"], {"name": "나", "link": "https://meet.example.kr/2"}).status_code == 302
    assert runs.post(pages["change"], FORM | {"venue": "디딤돌회관"}).status_code == 302
    assert runs.post(pages["ask"]).status_code == 302
    _answers(presenting, clients, pages)
    assert runs.post(pages["make"])["Location"] == pages["timetable"]
    assert pages["progress"] in text_of(runs, pages["timetable"])
    poll = runs.get(pages["progress"])
    assert runs.get(pages["progress"], headers={"if-none-match": poll["ETag"]}).status_code == 304
    timetable(str(presenting.id))
    assert runs.get(pages["progress"], headers={"hx-request": "true"})["HX-Refresh"] == "true"
    shown = text_of(runs, pages["timetable"])
    assert "4 / 4" in shown and "아직 답하지 않은 사람이" in shown and pages["publish"] not in shown
    worlds.clock.move_to(of.UNTIL + timedelta(minutes=1))
    assert pages["publish"] in text_of(runs, pages["timetable"]) and not presenting.sessions()
    question = text_of(runs, pages["publish"])
    digest = re.search('name="digest" value="([0-9a-f]{64})"', question)[1]  # type: ignore[index]
    assert runs.post(pages["publish"], {"digest": "0" * 64}).status_code == 409
    for _ in range(2):  # a double click
        assert runs.post(pages["publish"], {"digest": digest})["Location"] == pages["sessions"]
    assert len(presenting.where()) == 4 and not presenting.clashes()
    assert presenting.where()[presenting.application(1).pk][0] not in SLOTS[:2]
    assert AccessEntry.objects.unscoped(why="t").filter(what="timetable to be published").exists()


def _answers(presenting: Presenting, clients: dict[str, Client], pages: dict[str, str]) -> None:
    form = text_of(clients["own"], pages["ours"])
    assert "적은 내용은 운영기관에만 보입니다" in form and "대표자가 직접 발표합니다" in form
    assert "When you cannot come" in text_of(clients["own"], pages["ours"], headers={"accept-language": "en"})
    assert clients["own"].post(pages["ours"], {"away_2025-03-31": SLOTS[:2]}).status_code == 302
    assert clients["own"].post(pages["ours"], {"away_2025-03-31": ["2025-03-31T09:00"]}).status_code == 422
    assert re.search(f'value="{SLOTS[0]}"[^>]*checked', text_of(clients["own"], pages["ours"]))
    assert clients["expert"].post(pages["mine"], {}).status_code == 302
    board = text_of(clients["coordinator"], pages["sessions"])
    assert "답을 기다리는 사람: 7" in board  # nine take part
    assert SLOTS[0][-5:] not in board.partition("누가 답했는가")[2].partition("지나온 일")[0]  # how often, not when


def test_everybody_sees_their_own_and_nobody_elses(presenting: Presenting, clients: dict[str, Client]) -> None:
    presenting.plan()
    link = "https://meet.example.kr/room"
    room = SessionRoom.objects.within(plan=presenting.id).get()
    actions.change_session_room(actor=presenting.runs, room=room, name="가", link=link)
    presenting.make().publish()
    pages, world = addresses(presenting), presenting.world
    names = [startup.name["ko"] for startup in world.startups]
    people = [
        person.name for person in (*world.experts, *(judge for found in world.judges.values() for judge in found))
    ]
    ours = text_of(clients["own"], pages["ours"])
    assert "발표장 가" in ours and link in ours and "디딤돌회관 2층" in ours
    assert not any(name in ours for name in (*names[1:], *people))  # neither who else presents nor who judges
    mine = text_of(clients["expert"], pages["mine"])
    seat = presenting.seat(1)
    judged = {key for key, seats in panels_of(presenting.round).items() if seat.pk in seats}
    assert 0 < len(judged) < 4
    for application, name in zip(world.applications, names, strict=True):
        assert (name in mine) == (application.number in mine) == (application.pk in judged)
    assert not any(person in mine for person in people[1:])
    assert pages["mine"] in text_of(clients["expert"], presenting.round.get_absolute_url())
    notice = f"/challenges/{world.challenge.slug}/"
    assert pages["ours"] in text_of(clients["own"], notice)
    assert pages["ours"] not in text_of(clients["beside"], notice) + text_of(clients["visitor"], notice)
    # told on the page that one cannot come; the coordinator changes the timetable on theirs
    slot = presenting.where()[presenting.application(1).pk][0]
    assert clients["own"].post(pages["ours"], {"away_2025-03-31": [slot]}).status_code == 302
    assert "그대로 열 수 없게 된 발표: 1건" in text_of(clients["coordinator"], pages["sessions"])
    presenting.make()
    shown = text_of(clients["coordinator"], pages["timetable"])
    assert "그대로인 발표" in shown and pages["put"] in shown and presenting.application(1).number in shown
    assert clients["coordinator"].post(pages["put"], {"digest": presenting.digest})["Location"] == pages["sessions"]
    assert presenting.where()[presenting.application(1).pk][0] != slot


@pytest.mark.django_db
def test_a_blind_stage_stays_blind(signed_in: SignedIn) -> None:
    blind = of.made(applications=2, experts=2, blind=True).plan().make().publish()
    expert, pages = signed_in(blind.world.experts[0]), addresses(blind)
    for page in ("mine", "mine_ics"):
        shown = text_of(expert, pages[page]).replace("\r\n ", "")
        assert blind.application(1).number in shown and "새싹" not in shown


def test_files(presenting: Presenting, clients: dict[str, Client], tmp_path: Path, capsys: Any) -> None:
    presenting.plan().make().publish()
    pages, names = addresses(presenting), [startup.name["ko"] for startup in presenting.world.startups]
    answer = clients["own"].get(pages["ours_ics"])
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    raw = answer.content.decode()
    assert all(len(line.encode()) <= 75 for line in raw.split("\r\n")) and raw.endswith("END:VCALENDAR\r\n")
    row = next(row for row in presenting.sessions() if row.application == presenting.application(1))
    assert raw.count("BEGIN:VEVENT") == 1 and f"DTSTART:{row.starts_at:%Y%m%dT%H%M%SZ}" in raw
    assert f"UID:{row.pk}@didimdol" in raw.replace("\r\n ", "") and "STATUS:CONFIRMED" in raw
    loads = sum(presenting.seat(1).pk in seats for seats in panels_of(presenting.round).values())
    assert text_of(clients["expert"], pages["mine_ics"]).count("STATUS:CONFIRMED") == loads
    assert clients["auditor"].post(pages["export"], {"reason": ""}).status_code == 422
    content = clients["auditor"].post(pages["export"], {"reason": "감사"}).content
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        sheet = packed.read("xl/sharedStrings.xml").decode()
    assert all(name in sheet for name in names) and presenting.world.experts[0].name in sheet
    record = clients["auditor"].get(pages["record"])
    file = tmp_path / "sessions.json"
    file.write_bytes(record.content)
    assert decide(["schedule", str(file), "--verify"]) == 0
    broken = json.loads(record.content)
    first, second = broken["schedule"]["placed"][:2]
    first["slot"], first["room"] = second["slot"], second["room"]
    file.write_text(json.dumps(broken))
    assert decide(["schedule", str(file), "--verify"]) == 1
    capsys.readouterr()
    assert not any(name in record.content.decode() for name in names)


def test_who_is_not_placed_is_told_with_ways_out(presenting: Presenting, clients: dict[str, Client]) -> None:
    presenting.plan(ends=time(11, 30)).make()
    ko = text_of(clients["coordinator"], addresses(presenting)["timetable"])
    assert "3 / 4" in ko and "하루 더(2025. 4. 1.(화))" in ko and "하루를 한 시간 늦게 마침" in ko
    assert "심사 중" in ko or "빈 발표장 없음" in ko
    en = text_of(clients["auditor"], addresses(presenting)["timetable"], headers={"accept-language": "en"})
    assert "One more day (1 Apr 2025 (Tue))" in en and "Publish this" not in en


def test_a_timetable_that_is_called_off(presenting: Presenting, clients: dict[str, Client]) -> None:
    presenting.plan().make().publish()
    pages = addresses(presenting)
    assert clients["coordinator"].post(pages["cancel"], {"reason": ""}).status_code == 422
    assert clients["coordinator"].post(pages["cancel"], {"reason": "회관 공사"}).status_code == 302
    ours = text_of(clients["own"], pages["ours"])
    assert "취소된 시간표입니다" in ours and "회관 공사" not in ours
    assert "STATUS:CANCELLED" in text_of(clients["own"], pages["ours_ics"])
    assert clients["own"].post(pages["ours"], {"away_2025-03-31": SLOTS[:1]}).status_code == 403
    assert pages["plan"] in text_of(clients["coordinator"], presenting.round.get_absolute_url())


# --- cost ----------------------------------------------------------------------------------------------------------


def _fill(found: Presenting, rows: int) -> None:
    """More evaluators who answered, rooms, and ended sessions of everybody."""
    world, now, sessions = found.world, worlds.clock.now(), found.sessions()
    people = Person.objects.bulk_create(
        Person(email=f"more{rows}.{n}@example.kr", name=f"더위원{rows}.{n}") for n in range(rows)
    )
    seats = Seat.objects.bulk_create(
        Seat(round_id=found.round_id, person=person, organisation=world.institute, body="expert", state="ready")
        for person in people
    )
    SessionAbsence.objects.bulk_create(SessionAbsence(plan_id=found.id, seat=seat, given_at=now) for seat in seats)
    rooms = SessionRoom.objects.bulk_create(SessionRoom(plan_id=found.id, name=f"더 {rows}.{n}") for n in range(rows))
    PanelSession.objects.bulk_create(
        PanelSession(
            plan_id=found.id, application=row.application, room=room, why="no_slot", ended_at=now,
            starts_at=row.starts_at + timedelta(minutes=n), ends_at=row.ends_at,
        )
        for n, room in enumerate(rooms)
        for row in sessions
    )  # fmt: skip


#: page → who asks, and its queries
COSTS = {
    "sessions": ("coordinator", 24), "timetable": ("coordinator", 28), "mine": ("expert", 10), "ours": ("own", 10),
}  # fmt: skip


def test_the_pages_cost_the_same_with_one_row_and_fifty(
    presenting: Presenting, clients: dict[str, Client], django_assert_num_queries: Any
) -> None:
    presenting.plan().make().publish().make()
    pages = addresses(presenting)
    for rows in (1, 50):
        with writing("tests.fill", SYSTEM):
            _fill(presenting, rows)
        for page, (who, cost) in COSTS.items():
            clients[who].get(pages[page])
            with django_assert_num_queries(cost):
                answer = clients[who].get(pages[page])
            assert answer.status_code == 200
    assert text_of(clients["own"], pages["ours"]).count("옮길 시간 없음") == 51
    assert "더위원50.49" in text_of(clients["coordinator"], pages["sessions"])
