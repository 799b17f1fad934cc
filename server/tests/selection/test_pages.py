"""Every page for everybody: who sees what before and after the release, in both languages, at constant cost."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from didimdol.applications.models import Application
from didimdol.evaluation.models import Round
from didimdol.kernel.action import audit, save, writing
from didimdol.kernel.actor import SYSTEM
from didimdol.people.enums import OrganisationKind, Role
from didimdol.people.models import Organisation, Person
from didimdol.programmes.models import Challenge
from didimdol.records.models import AccessEntry, AuditEvent
from didimdol.selection import actions
from didimdol.selection.models import Line, Selection
from server.tests import worlds
from server.tests.selection.test_settling import line_of

PERSONAS = (
    "manager",
    "coordinator",
    "auditor",
    "verifier",
    "expert",
    "judge",
    "own",
    "rival",
    "foreign",
    "nobody",
    "visitor",
)
#: page → what each persona gets, in the order of PERSONAS. The visitor is sent to the sign-in page where one would help.
BEFORE = {
    "list":        (200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 302),
    "compute":     (200, 200, 403, 404, 404, 404, 404, 404, 404, 404, 302),
    "selection":   (200, 200, 200, 404, 404, 404, 404, 404, 404, 404, 302),
    "sheet":       (200, 200, 200, 404, 404, 404, 404, 404, 404, 404, 302),
    "decide":      (200, 403, 403, 404, 404, 404, 404, 404, 404, 404, 302),
    "reconsider":  (403, 403, 403, 404, 404, 404, 404, 404, 404, 404, 302),
    "release":     (403, 403, 403, 404, 404, 404, 404, 404, 404, 404, 302),
    "hold":        (200, 403, 403, 404, 404, 404, 404, 404, 404, 404, 302),
    "unhold":      (200, 403, 403, 404, 404, 404, 404, 404, 404, 404, 302),
    "exclude":     (200, 403, 403, 404, 404, 404, 404, 404, 404, 404, 302),
    "readmit":     (200, 403, 403, 404, 404, 404, 404, 404, 404, 404, 302),
    "export":      (200, 200, 200, 404, 404, 404, 404, 404, 404, 404, 302),
    "full":        (404, 403, 404, 404, 404, 404, 404, 404, 404, 404, 302),
    "public":      (404, 404, 404, 404, 404, 404, 404, 404, 404, 404, 404),
    "own":         (404, 404, 404, 404, 404, 404, 404, 404, 404, 404, 302),
    "own_record":  (404, 404, 404, 404, 404, 404, 404, 404, 404, 404, 302),
    "result":      (404, 404, 404, 404, 404, 404, 404, 404, 404, 404, 404),
}  # fmt: skip
AFTER = BEFORE | {
    "decide":      (403, 403, 403, 404, 404, 404, 404, 404, 404, 404, 302),
    "full":        (200, 403, 200, 404, 404, 404, 404, 404, 404, 404, 302),
    "public":      (200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200),
    "own":         (404, 404, 404, 404, 404, 404, 200, 404, 404, 404, 302),
    "own_record":  (404, 404, 404, 404, 404, 404, 200, 404, 404, 404, 302),
    "result":      (200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200),
}  # fmt: skip


@pytest.fixture
def clients(world: worlds.World, signed_in: Callable[[Person], Client]) -> dict[str, Client]:
    from didimdol.people import actions as people

    verifier, foreign = worlds.person("한측정"), worlds.person("타기관")
    worlds.give(verifier, world.operator, Role.VERIFIER)
    other = people.create_organisation(
        actor=SYSTEM, kind=OrganisationKind.OPERATOR, name={"ko": "다른기관", "en": "Another"}
    )
    worlds.give(foreign, other, Role.MANAGER)
    people_by_name = {
        "manager": world.manager, "coordinator": world.coordinator, "auditor": world.auditor, "verifier": verifier,
        "expert": world.experts[0], "judge": next(iter(world.judges.values()))[0], "own": world.ceos[5], "rival": world.ceos[0],
        "foreign": foreign, "nobody": worlds.person("새사람"),
    }  # fmt: skip
    return {name: signed_in(person) for name, person in people_by_name.items()} | {"visitor": Client()}


def addresses(world: worlds.World, selection: Selection) -> dict[str, str]:
    at, line = f"/selection/{selection.pk}/", line_of(selection, "06")
    pages = {name: f"{at}{name}/" for name in ("decide", "reconsider", "release", "export")}
    own = f"/selection/own/{line.application_id}/"
    return {
        "list": "/selection/",
        "compute": f"/selection/rounds/{selection.round_id}/compute/",
        "selection": at,
        "sheet": f"/selection/lines/{line.pk}/",
        **pages,
        **{name: f"/selection/lines/{line.pk}/{name}/" for name in ("hold", "unhold", "exclude", "readmit")},
        "full": f"{at}record/full/",
        "public": f"{at}record/public/",
        "own": own,
        "own_record": f"{own}record/",
        "result": f"/selection/results/{world.challenge.slug}/",
    }


def statuses(clients: dict[str, Client], pages: dict[str, str], language: str) -> dict[str, tuple[int, ...]]:
    return {
        page: tuple(clients[name].get(url, headers={"accept-language": language}).status_code for name in PERSONAS)
        for page, url in pages.items()
    }


@pytest.mark.parametrize("language", ["ko", "en"])
def test_before_the_release(
    world: worlds.World, computed: Selection, clients: dict[str, Client], language: str
) -> None:
    assert statuses(clients, addresses(world, computed), language) == BEFORE


@pytest.mark.parametrize("language", ["ko", "en"])
def test_after_the_release(world: worlds.World, released: Selection, clients: dict[str, Client], language: str) -> None:
    assert statuses(clients, addresses(world, released), language) == AFTER


def test_a_post_is_refused_like_its_page(world: worlds.World, computed: Selection, clients: dict[str, Client]) -> None:
    before = (computed.row_version, [line.row_version for line in computed.lines.order_by("pk")])
    for page, url in addresses(world, computed).items():
        if page in ("compute", "decide", "release", "hold", "unhold", "exclude", "readmit", "export", "reconsider"):
            for name in PERSONAS:
                if BEFORE[page][PERSONAS.index(name)] != 200:
                    answer = clients[name].post(url, {"reason": "사유", "ground": "ineligible"})
                    # a manager may do it, but not in this state: 409 says so; what is so already stays so
                    own = {"release": 409, "reconsider": 302}.get(page) if name == "manager" else None
                    own = 404 if name == "visitor" else own  # nothing is sent again after signing in
                    assert answer.status_code == (own or BEFORE[page][PERSONAS.index(name)]), (page, name)
    computed.refresh_from_db()
    assert (computed.row_version, [line.row_version for line in computed.lines.order_by("pk")]) == before


def test_a_page_of_another_language_is_in_it(
    world: worlds.World, released: Selection, clients: dict[str, Client]
) -> None:
    pages = addresses(world, released)
    for page, ko, en in (
        ("selection", "동점", "Ranking"), ("sheet", "점수 계산표", "Calculation sheet"), ("own", "스스로 확인하기", "Check it yourself"),
        ("result", "선정 기업", "Selected companies"),
    ):  # fmt: skip
        client = clients["own"] if page == "own" else clients["manager"]
        korean = client.get(pages[page], headers={"accept-language": "ko"}).content.decode()
        english = client.get(pages[page], headers={"accept-language": "en"}).content.decode()
        assert en not in korean and ko not in english, page
        assert (ko in korean or page == "selection") and (en in english or page == "selection"), page


# --- what a page must not tell -------------------------------------------------------------------------------------


def test_nothing_leaks_before_the_release(world: worlds.World, decided: Selection, clients: dict[str, Client]) -> None:
    own = world.applications[5]
    for url in ("/selection/", f"/applications/{own.pk}/", f"/challenges/{world.challenge.slug}/", "/", "/home/"):
        text = clients["own"].get(url, follow=True).content.decode()
        for word in ("기준 점수 미달", "미선정", "의결됨", "계산됨", str(decided.pk)):
            assert word not in text, (url, word)


def test_the_public_page_names_the_selected_only(world: worlds.World, released: Selection) -> None:
    page = Client().get(f"/selection/results/{world.challenge.slug}/")
    text = page.content.decode()
    for line in released.lines.select_related("application__startup"):
        shown = [word in text for word in (line.application.startup.name["ko"], line.application.number)]
        assert shown == [line.computed == "selected"] * 2
        assert str(line.application_id) not in text and line.application.title not in text
    for score in ("94", "88", "82", "76"):
        assert f">{score}<" not in text
    assert world.challenge.example and "예시" in text
    assert "pip install ./decide" in text
    assert "didimdol-decide recompute small.public.json --keys KEYS.json" in text
    assert "http://testserver/records/keys.json" in text


def test_an_own_page_tells_ones_own_and_nobody_elses(
    world: worlds.World, released: Selection, clients: dict[str, Client]
) -> None:
    text = clients["own"].get(f"/selection/own/{world.applications[5].pk}/").content.decode()
    assert "기준 점수 미달" in text and "64" in text and "70" in text
    for other in world.applications[:5]:
        assert other.number not in text and other.startup.name["ko"] not in text and str(other.pk) not in text
    for score in ("94", "88", "82", "76"):
        assert f">{score}<" not in text
    for word in ("전문가1", "심사역"):
        assert word not in text


def test_a_sheet_names_no_evaluator(world: worlds.World, computed: Selection, clients: dict[str, Client]) -> None:
    text = clients["manager"].get(f"/selection/lines/{line_of(computed, '01').pk}/").content.decode()
    assert len(re.findall(r"전문가 [123]<", text)) == 2 and '최종 점수</dt><dd class="n strong">94<' in text
    names = [p.name for p in (*world.experts, *[j for js in world.judges.values() for j in js])]
    assert [name for name in names if name in text] == []


def test_a_sheet_can_be_followed_with_a_pencil(computed: Selection, clients: dict[str, Client]) -> None:
    url = f"/selection/lines/{line_of(computed, '01').pk}/"
    text = clients["coordinator"].get(url).content.decode()
    steps = (
        "항목별 점수", "평가표 합계", "최고·최저 제외", "모든 평가표를 반영하는 규칙입니다.",
        "(94 + 94) / (2 × 100) × 100 = 94; × 0.6 = 56.4", "(94) / (1 × 100) × 100 = 94; × 0.4 = 37.6",
        "56.4 + 37.6 = 94 → 94 (소수 4자리, 반올림)", "94 ≥ 70: 통과", "94 + 0 → 94 (소수 4자리, 반올림)", "서면평가 94 × 1",
    )  # fmt: skip
    places = [text.index(step) for step in steps]
    assert places == sorted(places)
    assert "94점, 점수가 있는 3건 가운데 1위. 선정선은 82점(안)과 70점(밖) 사이입니다." in text
    items = '<span class="note">56.4 + 37.6</span>'
    assert text.count(items) == 2
    assert items not in clients["manager"].get(url).content.decode(), "a manager reads no single ballot"
    low = clients["manager"].get(f"/selection/lines/{line_of(computed, '06').pk}/").content.decode()
    assert "64 &lt; 70: 기준 미달" in low or "64 < 70: 기준 미달" in low


def test_reading_the_ranking_is_on_the_access_log(
    world: worlds.World, computed: Selection, clients: dict[str, Client]
) -> None:
    clients["auditor"].get(f"/selection/{computed.pk}/")
    entry = AccessEntry.objects.within(subject_id=computed.pk, person=world.auditor.pk).get()
    assert (entry.what, entry.outcome, entry.challenge) == ("selection ranking", "opened", world.challenge.pk)


def test_the_ranking_on_the_page_is_in_order(computed: Selection, clients: dict[str, Client]) -> None:
    text = clients["manager"].get(f"/selection/{computed.pk}/").content.decode()
    places = [text.index(f'scope="row">small-00{n:02d}') for n in (1, 3, 5, 2, 4, 6)]
    assert places == sorted(places)
    assert text.index("선정선입니다") < text.index("small-0005")


# --- doing it ------------------------------------------------------------------------------------------------------


def test_the_way_through_the_pages(world: worlds.World, closed: Round, signed_in: Callable[[Person], Client]) -> None:
    coordinator, manager = signed_in(world.coordinator), signed_in(world.manager)
    compute = f"/selection/rounds/{closed.pk}/compute/"
    assert compute in coordinator.get("/selection/").content.decode()
    assert compute in coordinator.get(closed.get_absolute_url()).content.decode(), "a closed round says what comes next"
    assert compute not in signed_in(world.auditor).get(closed.get_absolute_url()).content.decode()
    answer = coordinator.post(f"/selection/rounds/{closed.pk}/compute/")
    selection = Selection.objects.within(round=closed).get()
    assert (answer.status_code, answer["Location"]) == (302, f"/selection/{selection.pk}/")
    seen = coordinator.get(closed.get_absolute_url()).content.decode()
    assert f"/selection/{selection.pk}/" in seen and compute not in seen
    line = line_of(selection, "06")
    bad = manager.post(f"/selection/lines/{line.pk}/exclude/", {"ground": "", "reason": ""})
    assert bad.status_code == 422 and 'href="#id_ground"' in bad.content.decode()
    assert manager.post(f"/selection/lines/{line.pk}/hold/", {"reason": "확인"}).status_code == 302
    assert manager.post(f"/selection/{selection.pk}/decide/").status_code == 302
    page = manager.get(f"/selection/{selection.pk}/").content.decode()
    assert "보류한 신청이 1건 있습니다" in page and f"/selection/{selection.pk}/release/" not in page
    assert manager.get(f"/selection/{selection.pk}/release/").status_code == 403
    assert manager.post(f"/selection/lines/{line.pk}/unhold/", {"reason": "이상 없음"}).status_code == 302
    confirm = manager.get(f"/selection/{selection.pk}/release/").content.decode()
    assert "되돌릴 수 없습니다" in confirm and "신청 6건의 담당자 6명" in confirm
    assert all(world.startups[n].name["ko"] in confirm for n in (0, 1, 2))
    assert all(world.startups[n].name["ko"] not in confirm for n in (3, 4, 5))
    assert manager.post(f"/selection/{selection.pk}/release/").status_code == 302
    assert Client().get(f"/selection/results/{world.challenge.slug}/").status_code == 200
    assert (
        f"/selection/results/{world.challenge.slug}/"
        in Client().get(f"/challenges/{world.challenge.slug}/").content.decode()
    )


def test_the_export_holds_the_ranking_and_every_sheet(
    world: worlds.World, computed: Selection, clients: dict[str, Client]
) -> None:
    url = f"/selection/{computed.pk}/export/"
    assert clients["manager"].post(url, {"reason": " "}).status_code == 422
    answer = clients["manager"].post(url, {"reason": "위원회 자료"})
    assert answer.status_code == 200 and answer["Content-Type"].endswith("spreadsheetml.sheet")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        names = book.read("xl/workbook.xml").decode()
        texts = book.read("xl/sharedStrings.xml").decode()
        ranking = book.read("xl/worksheets/sheet1.xml").decode()
    assert 'name="순위"' in names and all(f'name="{a.number}"' in names for a in world.applications)
    assert all(s.name["ko"] in texts for s in world.startups)
    assert "<v>94</v>" in ranking and "<f>" not in ranking
    event = AuditEvent.objects.within(subject_id=computed.pk).get(type="selection.exported")
    assert [note.value for note in event.notes.all()] == ["위원회 자료"]


# --- cost ----------------------------------------------------------------------------------------------------------


def more_applications(world: worlds.World, count: int) -> None:
    with writing("tests.more", SYSTEM):
        first = world.applications[0]
        for number in range(count):
            startup = Organisation(kind="startup", name={"ko": f"더하기{number}", "en": f"More {number}"})
            save(startup)
            save(
                Application(
                    challenge=world.challenge, rulebook=first.rulebook, field=first.field, startup=startup, state="submitted",
                    started_by=world.ceos[0], number=f"small-1{number:03d}", title="더하기",
                )
            )  # fmt: skip
        audit("tests.more", world.challenge)


def test_the_ranking_costs_the_same_with_fifty_more(
    world: worlds.World, closed: Round, computed: Selection, clients: dict[str, Client], queries: Any
) -> None:
    client, url = clients["manager"], f"/selection/{computed.pk}/"
    client.get(url)
    with queries(RANKING_QUERIES):
        client.get(url)
    more_applications(world, 50)
    actions.compute_selection(actor=world.runs, round=closed)
    client.get(url)
    with queries(RANKING_QUERIES):
        text = client.get(url).content.decode()
    assert text.count('<th scope="row">') == 56


RANKING_QUERIES = 21


def rounds_more(world: worlds.World, computed: Selection, count: int) -> None:
    with writing("tests.rounds", SYSTEM):
        for number in range(count):
            old = Challenge.objects.within(pk=world.challenge.pk).get()
            challenge = Challenge(
                programme=old.programme, slug=f"more-{number}", name={"ko": f"더 {number}"}, rulebook=old.rulebook, state="evaluating",
                announced_at=old.announced_at, opens_at=old.opens_at, closes_at=old.closes_at,
            )  # fmt: skip
            save(challenge)
            round = Round.objects.within(pk=computed.round_id).get()
            round.pk, round.challenge, round._state.adding = UUID(int=number + 1), challenge, True
            save(round)
            if number % 2:
                selection = Selection(round=round, final=True, computed_by=world.manager, state="computed")
                save(selection)
                save(Line(selection=selection, application=world.applications[0], computed="selected"))
        audit("tests.rounds", world.challenge)


def test_the_list_costs_the_same_with_fifty_more(
    world: worlds.World, computed: Selection, clients: dict[str, Client], queries: Any
) -> None:
    client = clients["manager"]
    client.get("/selection/")
    with queries(LIST_QUERIES):
        assert client.get("/selection/").content.decode().count("작은 챌린지") >= 1
    rounds_more(world, computed, 49)
    with queries(LIST_QUERIES):
        text = client.get("/selection/").content.decode()
    assert text.count('href="/selection/') >= 50
    searched = client.get("/selection/?q=더+7&state=computed").content.decode()
    assert "더 7" in searched and "더 9" not in searched
    assert "아직" not in client.get("/selection/?state=none").content.decode()


LIST_QUERIES = 5


def test_a_release_asks_for_people_once(
    world: worlds.World, computed: Selection, django_assert_max_num_queries: Any
) -> None:
    """Who is told costs one question, not one an applicant."""
    from didimdol.selection.queries import people_of

    startups = [a.startup_id for a in world.applications]
    with django_assert_max_num_queries(1):
        found = people_of(startups, world.challenge.pk)
    assert found == {a.startup_id: [ceo.pk] for a, ceo in zip(world.applications, world.ceos, strict=True)}


def test_standings_cost_two_questions_however_many(world: worlds.World, released: Selection, queries: Any) -> None:
    from didimdol.selection.queries import standings

    with queries(2):
        assert len(standings(world.applications)) == 6
