"""The pages over HTTP: every one in both languages, by every persona, and lists that cost the same at 50 rows."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.db.models.base import ModelState
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from didimdol.applications.models import Application
from didimdol.evaluation import actions
from didimdol.evaluation.models import Ballot, Conflict, Round, Seat
from didimdol.kernel import clock
from didimdol.kernel.action import writing
from didimdol.people.enums import Role
from server.tests import worlds

pytestmark = pytest.mark.django_db
SignedIn = Callable[[Any], Client]
BallotOf = Callable[..., Ballot]


def both_languages(client: Client, url: str, ko: str, en: str) -> None:
    for language, text in (("ko", ko), ("en", en)):
        client.cookies["django_language"] = language
        answer = client.get(url)
        assert answer.status_code == 200, (url, answer.status_code)
        body = answer.content.decode()
        assert f'lang="{language}"' in body and text in body, (url, language, text)
        assert "style=" not in body and "<script>" not in body
    client.cookies["django_language"] = "ko"


def page(name: str, id: Any) -> str:
    return reverse(f"evaluation:{name}", args=[id])


def test_every_page_in_both_languages(world: worlds.World, signed_in: SignedIn) -> None:
    coordinator, expert = signed_in(world.coordinator), signed_in(world.experts[0])
    both_languages(coordinator, reverse("evaluation:list"), "평가 열기", "Evaluations to open")
    both_languages(coordinator, page("open", world.challenge.slug), "평가 단계", "Stage")
    # the calendar's own closing time stands in the form
    assert "2025-04-07T18:00" in coordinator.get(page("open", world.challenge.slug)).content.decode()
    round = worlds.open_round(world)
    both_languages(coordinator, page("seat", round.pk), "담당 분야", "Applications at most")
    worlds.seat_all(world, round)
    both_languages(coordinator, page("round", round.pk), "전문가1", "Start the declarations")
    both_languages(coordinator, page("seat-vacate", round.seats.first().pk), "위원 해촉", "Vacate a seat")
    both_languages(coordinator, page("start-declarations", round.pk), "신고 시작", "Start the declarations?")
    actions.start_declarations(actor=world.runs, round=round)
    both_languages(expert, reverse("evaluation:list"), "이해충돌 신고", "Declare conflicts")
    both_languages(expert, page("round", round.pk), "어떤 문서도 열리지 않습니다", "No document opens before that")
    both_languages(expert, page("conflicts", round.pk), "새싹01", "No conflict of interest")
    for seat in round.seats.all():
        worlds.declare(seat)
    both_languages(coordinator, page("assign", round.pk), "배정하고 평가 시작", "Assign and start")
    actions.assign_ballots(actor=world.runs, round=round)
    ballot = Ballot.objects.within(seat__round=round, seat__person=world.experts[0]).first()
    assert ballot is not None
    both_languages(expert, reverse("evaluation:list"), "내 평가표", "My ballots")
    both_languages(expert, page("round", round.pk), ballot.application.number, "In progress")
    both_languages(expert, page("ballot", ballot.pk), "장비에서 실제로 돌아가는가", "Does it run on the device?")
    both_languages(expert, page("lock", ballot.pk), "점수를 매겨 주십시오", "Score “Technology”")
    both_languages(expert, page("recuse", ballot.pk), "회피", "Recuse yourself")
    both_languages(expert, page("conflicts", round.pk), "회피해 주십시오", "recuse yourself on the ballot")
    both_languages(coordinator, page("round", round.pk), "가능한 3명 가운데", "of 3 eligible")
    both_languages(coordinator, page("extend", round.pk), "새 마감", "New closing time")
    both_languages(coordinator, page("ballot", ballot.pk), "보이지 않습니다", "closed until the evaluator locks")
    worlds.lock(ballot)
    both_languages(coordinator, page("ballot", ballot.pk), "근거가 분명합니다", "Locked")
    both_languages(coordinator, page("reopen", ballot.pk), "다시 엽니까", "Reopen the ballot?")
    worlds.lock_all(world, round)
    both_languages(coordinator, page("close", round.pk), "평가를 마감합니까", "Close the round?")


def test_a_page_whose_action_would_be_refused_says_so_before_its_form(world: worlds.World, signed_in: SignedIn) -> None:
    client, round = signed_in(world.coordinator), worlds.open_round(world)

    def refused(name: str, id: Any, told: str) -> None:
        answer = client.get(page(name, id))
        body = answer.content.decode()
        assert answer.status_code == 403 and told in body, (name, answer.status_code)

    refused("start-declarations", round.pk, "위원이 0명입니다")
    refused("close", round.pk, "마감")
    worlds.seat_all(world, round)
    actions.start_declarations(actor=world.runs, round=round)
    refused("start-declarations", round.pk, "이해충돌 신고 중")
    for seat in round.seats.all():
        worlds.declare(seat)
    round = actions.assign_ballots(actor=world.runs, round=round)
    refused("close", round.pk, "제출되지 않은 평가표가")
    worlds.lock_all(world, round)
    seat = round.seats.order_by("pk")[0]
    assert client.post(page("seat-vacate", seat.pk), {"reason": "출장"}).status_code == 302
    for name in ("seat-vacate", "seat-change"):
        refused(name, seat.pk, "해촉")
    assert client.get(page("close", round.pk)).status_code == 200
    worlds.close(world, round)
    kept = round.seats.exclude(state="vacated").order_by("pk")[0]
    refused("seat-vacate", kept.pk, "위원은 해촉할 수 없습니다")
    for name, id in (("extend", round.pk), ("seat", round.pk), ("seat-change", kept.pk)):
        refused(name, id, "마감한 평가여서")
    assert client.post(page("close", round.pk)).status_code == 302  # made twice is made once


def test_the_whole_round_by_its_pages(world: worlds.World, signed_in: SignedIn) -> None:
    coordinator = signed_in(world.coordinator)
    closes = (clock.now() + timedelta(days=9)).astimezone(clock.KST).strftime("%Y-%m-%dT%H:%M")
    answer = coordinator.post(page("open", world.challenge.slug), {"stage": "paper", "closes_at": closes})
    round = Round.objects.within(challenge=world.challenge).get()
    assert (
        answer.url == round.get_absolute_url()
        and round.closes_at.astimezone(clock.KST).strftime("%Y-%m-%dT%H:%M") == closes
    )
    for body, people in (("expert", world.experts), ("demand", [j for js in world.judges.values() for j in js])):
        for person in people:
            held = person.assignments.get()
            data = {"body": body, "person": held.pk, "most": 50}
            assert coordinator.post(page("seat", round.pk), data).status_code == 302
    assert Seat.objects.within(round=round).count() == 5
    assert coordinator.post(page("start-declarations", round.pk)).status_code == 302
    for seat in round.seats.select_related("person"):
        client = signed_in(seat.person)
        incomplete = client.post(page("conflicts", round.pk), {})
        assert incomplete.status_code == 422 and "고르십시오" in incomplete.content.decode()
        data = {str(a.pk): "none" for a in world.applications}
        assert client.post(page("conflicts", round.pk), data).status_code == 302
    assert coordinator.post(page("assign", round.pk)).status_code == 302
    for ballot in Ballot.objects.within(seat__round=round).select_related("seat__person"):
        client = signed_in(ballot.seat.person)
        form = client.get(page("ballot", ballot.pk)).context["form"]
        data = {name: field.value() or "" for name, field in ((f.name, f) for f in form)}
        data |= {f"points-{c.key}": str(c.max_points - 1) for c in form.rubric} | {"lock": "1"}
        assert client.post(page("ballot", ballot.pk), data).url == page("lock", ballot.pk)
        shown = client.get(page("lock", ballot.pk))
        version = shown.context["form"].initial["version"]
        assert client.post(page("lock", ballot.pk), {"version": version}).url == round.get_absolute_url()
    assert coordinator.post(page("close", round.pk)).status_code == 302
    round.refresh_from_db()
    assert round.state == "closed"


# --- the ballot page -----------------------------------------------------------------------------------------------


@pytest.fixture
def mine(world: worlds.World, scoring: Round, ballot_of: BallotOf) -> Ballot:
    return ballot_of(scoring, world.experts[0])


def test_points_over_the_maximum_are_told_at_their_field(
    world: worlds.World, mine: Ballot, signed_in: SignedIn
) -> None:
    client = signed_in(world.experts[0])
    answer = client.post(
        page("ballot", mine.pk), {"version": "1", "points-technology": "61", "comment-technology": "좋음"}
    )
    body = answer.content.decode()
    assert answer.status_code == 422
    assert "‘기술성’은(는) 0점부터 배점 60점까지" in body and 'id="id_points-technology_error"' in body
    assert "좋음" in body and 'value="61"' in body  # what was typed stays
    mine.refresh_from_db()
    assert mine.points == {} and mine.comments == {}


def test_locking_with_gaps_keeps_what_there_is_and_says_what_lacks(
    world: worlds.World, mine: Ballot, signed_in: SignedIn
) -> None:
    client = signed_in(world.experts[0])
    answer = client.post(page("ballot", mine.pk), {"version": "1", "points-technology": "50", "lock": "1"})
    assert answer.status_code == 422 and 'id="id_points-growth_error"' in answer.content.decode()
    mine.refresh_from_db()
    assert mine.points == {"technology": "50"}
    assert answer.context["form"]["version"].value() == str(mine.row_version)
    assert client.post(page("lock", mine.pk), {"version": mine.row_version}).status_code == 422


def test_the_autosave_answers_as_the_form_expects(world: worlds.World, mine: Ballot, signed_in: SignedIn) -> None:
    client, url, json = signed_in(world.experts[0]), page("ballot-save", mine.pk), {"accept": "application/json"}
    first = client.post(url, {"version": "1", "points-technology": "50"}, headers=json)
    assert (first.status_code, first.json()) == (200, {"version": 2, "saved": True, "text": "", "total": "50"})
    over = client.post(url, {"version": "2", "points-technology": "61"}, headers=json).json()
    assert over["version"] == 2 and not over["saved"] and "60점" in over["text"]
    stale = client.post(url, {"version": "1", "points-technology": "1"}, headers=json)
    assert stale.status_code == 409 and stale.json()["code"] == "stale_version"
    worlds.lock(mine)
    locked = client.post(url, {"version": "3", "points-technology": "1"}, headers=json)
    assert locked.status_code == 409 and locked.json()["code"] == "ballot_locked"
    assert client.get(url).status_code == 405
    coordinator = signed_in(world.coordinator).post(url, {"points-technology": "1"}, headers=json)
    assert coordinator.status_code == 403


def test_what_the_rulebook_hides_is_not_on_the_ballot(db: None, signed_in: SignedIn, ballot_of: BallotOf) -> None:
    world = worlds.closed_challenge(rulebook=worlds.small_rulebook(blind=True))
    round = worlds.scoring_round(world)
    mine = ballot_of(round, world.experts[0])
    index = world.applications.index(mine.application) + 1
    shown = signed_in(world.experts[0]).get(page("ballot", mine.pk)).content.decode()
    assert f"비밀 계획 {index}" in shown
    assert f"대표 약력 {index}" not in shown  # blind
    assert f"단가 {index}만 원" not in shown  # for the demand company only
    assert world.startups[index - 1].name["ko"] not in shown
    assert (
        world.startups[index - 1].name["ko"]
        not in signed_in(world.experts[0]).get(reverse("evaluation:list")).content.decode()
    )
    theirs = ballot_of(round, world.judges["river"][0])
    number = world.applications.index(theirs.application) + 1
    body = signed_in(world.judges["river"][0]).get(page("ballot", theirs.pk)).content.decode()
    assert f"단가 {number}만 원" in body and f"대표 약력 {number}" not in body


def test_the_measured_evidence_stands_beside_the_claims(db: None, signed_in: SignedIn, ballot_of: BallotOf) -> None:
    world = worlds.open_challenge()
    demand = worlds.published_demand(world, "river")
    claimed = worlds.apply(world, "laptop", claims={demand: {"p99": "8"}})
    worlds.apply(world, "laptop")
    clock.move_to(worlds.CLOSED)
    worlds.scoring_round(world)
    ballot = Ballot.objects.within(application=claimed, seat__body="expert").select_related("seat__person").first()
    assert ballot is not None
    shown = signed_in(ballot.seat.person).get(page("ballot", ballot.pk))
    body = shown.content.decode()
    assert "신청 기업의 수치와 측정한 근거" in body and "p99" in body and demand.title["ko"] in body
    (entry,) = shown.context["reading"].evidence
    assert [(row.claim, row.limit, row.verdict) for row in entry.rows] == [("8", 20, "pending")]


def test_without_blindness_the_company_is_named(world: worlds.World, mine: Ballot, signed_in: SignedIn) -> None:
    shown = signed_in(world.experts[0]).get(page("ballot", mine.pk)).content.decode()
    assert mine.application.startup.name["ko"] in shown and "대표 약력" in shown


def test_after_the_closing_time_the_ballot_says_so(
    world: worlds.World, scoring: Round, mine: Ballot, signed_in: SignedIn
) -> None:
    clock.move_to(scoring.closes_at)
    shown = signed_in(world.experts[0]).get(page("ballot", mine.pk)).content.decode()
    assert "평가 마감 시각이 지났습니다" in shown and "data-autosave" not in shown


def test_the_reason_why_nothing_fits_is_on_the_page(world: worlds.World, signed_in: SignedIn) -> None:
    round = worlds.declaring_round(world)
    robots = tuple(world.in_field("robot"))
    for seat in round.seats.all():
        worlds.declare(seat, robots if seat.fields == ["robot"] else ())
    answer = signed_in(world.coordinator).post(page("assign", round.pk))
    assert answer.status_code == 422 and robots[0].number in answer.content.decode()


# --- who gets in ---------------------------------------------------------------------------------------------------


def test_every_address_by_every_persona(world: worlds.World, scoring: Round, mine: Ballot, signed_in: SignedIn) -> None:
    seat = scoring.seats.first()
    urls = {
        "list": reverse("evaluation:list"), "open": page("open", world.challenge.slug), "seat-vacate": page("seat-vacate", seat.pk),
        **{name: page(name, scoring.pk) for name in ("round", "conflicts", "seat", "start-declarations", "assign", "extend", "close")},
        **{name: page(name, mine.pk) for name in ("ballot", "lock", "recuse", "reopen")},
    }  # fmt: skip
    conducting = ("seat", "seat-vacate", "start-declarations", "assign", "extend", "close")
    closed = dict.fromkeys(urls, 404) | {"list": 200, "open": 403}
    later = {"start-declarations": 403, "close": 403}  # started already, and ballots are open
    expected = {
        world.coordinator: {**dict.fromkeys(conducting, 200), **later, "list": 200, "open": 200, "round": 200, "ballot": 200,
                            "conflicts": 404, "lock": 403, "recuse": 403, "reopen": 200},
        world.manager: {**closed, **dict.fromkeys(conducting, 200), **later, "open": 200, "round": 200},
        world.auditor: {**closed, **dict.fromkeys(conducting, 403), "round": 200, "ballot": 200, "lock": 403, "recuse": 403,
                        "reopen": 403},
        world.experts[0]: {**closed, "round": 200, "conflicts": 200, "ballot": 200, "lock": 200, "recuse": 200, "reopen": 403},
        world.experts[1]: {**closed, "round": 200, "conflicts": 200},
        world.judges["river"][0]: {**closed, "round": 200, "conflicts": 200},
        world.ceos[0]: closed,
    }  # fmt: skip
    for person, answers in expected.items():
        client = signed_in(person)
        assert {name: client.get(url).status_code for name, url in urls.items()} == answers, person.name
    visitor = Client()
    assert {visitor.get(url).status_code for url in urls.values()} == {302}  # to the sign-in page


def test_the_auditor_reads_and_moves_nothing(
    world: worlds.World, scoring: Round, mine: Ballot, signed_in: SignedIn
) -> None:
    client = signed_in(world.auditor)
    posts = {
        page("close", scoring.pk): {}, page("start-declarations", scoring.pk): {}, page("assign", scoring.pk): {},
        page("reopen", mine.pk): {"reason": "보고 싶음"}, page("recuse", mine.pk): {"ground": "paid", "reason": "자문"},
        page("ballot", mine.pk): {"points-technology": "1"}, page("lock", mine.pk): {},
    }  # fmt: skip
    assert {client.post(url, data).status_code for url, data in posts.items()} == {403}


# --- what lists cost -----------------------------------------------------------------------------------------------


def grown(world: worlds.World, round: Round, expert: Any, to: int) -> None:
    """The expert's seat holds ``to`` ballots on ``to`` applications; the panel and the conflicts grow with them."""
    seat = round.seats.get(person=expert)
    pattern = Application.objects.within(pk=world.applications[0].pk).get()
    held = Ballot.objects.within(seat=seat).count()
    with writing("test.grow", worlds.SYSTEM):
        for number in range(held, to):
            startup = type(pattern.startup)(kind="startup", name={"ko": f"가득{number}", "en": f"Many{number}"})
            startup.save(force_insert=True)
            pattern.pk, pattern.startup, pattern.number = UUID(int=10_000 + number), startup, f"many-{number:04d}"
            pattern._state.adding = True
            pattern.save(force_insert=True)
            Conflict(round=round, person=expert, application=pattern, standing="none").save(force_insert=True)
            Ballot(seat=seat, application=pattern, state="draft").save(force_insert=True)


def cost(client: Client, url: str) -> int:
    client.get(url)  # caches of the process
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def test_lists_cost_the_same_at_50_rows(world: worlds.World, scoring: Round, signed_in: SignedIn) -> None:
    expert = world.experts[0]
    evaluator, coordinator = signed_in(expert), signed_in(world.coordinator)
    own, conducted = page("round", scoring.pk), page("round", scoring.pk)
    before = [cost(evaluator, reverse("evaluation:list")), cost(evaluator, own), cost(coordinator, conducted)]
    grown(world, scoring, expert, 50)
    after = [cost(evaluator, reverse("evaluation:list")), cost(evaluator, own), cost(coordinator, conducted)]
    assert (
        "many-0049" in evaluator.get(own).content.decode()
        and "many-0049" in coordinator.get(conducted).content.decode()
    )
    assert before == after == [6, 8, 24]


def test_the_declaration_costs_the_same_at_50_applicants(world: worlds.World, signed_in: SignedIn) -> None:
    round = worlds.declaring_round(world)
    client, url = signed_in(world.experts[0]), page("conflicts", round.pk)
    before = cost(client, url)
    grown(world, round, world.experts[0], 50)
    assert "가득49" in client.get(url).content.decode()
    assert before == cost(client, url) == 9


def test_the_list_of_rounds_costs_the_same_at_50(world: worlds.World, scoring: Round, signed_in: SignedIn) -> None:
    client, url = signed_in(world.coordinator), reverse("evaluation:list")
    worlds.give(world.coordinator, world.operator, Role.COORDINATOR)  # in every challenge of the operator
    before = cost(client, url)
    with writing("test.grow", worlds.SYSTEM):
        for number in range(1, 50):
            challenge = copy(world.challenge)
            challenge.pk, challenge.slug, challenge._state = uuid4(), f"many-{number}", ModelState()
            challenge.save(force_insert=True)
            round = copy(scoring)
            round.pk, round.challenge, round._state = uuid4(), challenge, ModelState()
            round.save(force_insert=True)
    assert client.get(url).content.decode().count("/evaluation/") > 50
    assert before == cost(client, url) == 7
