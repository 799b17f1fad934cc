"""What evaluators know: who says it, what the assignment makes of it, and who reads the words both sides share."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from didimdol.evaluation import actions, queries
from didimdol.evaluation.affinity import affinities
from didimdol.evaluation.expertise import Expertise
from didimdol.evaluation.models import AssignmentRecord, Ballot, Round, Seat
from didimdol.kernel.action import writing
from didimdol.kernel.problems import AccessDenied, Stale
from didimdol.people.enums import Role
from didimdol.people.models import Person
from didimdol.records.models import AccessEntry, AuditEvent
from server.tests import worlds
from server.tests.evaluation.standing import standing

pytestmark = pytest.mark.django_db
SignedIn = Callable[[Any], Client]


def page(name: str, *ids: Any) -> str:
    return reverse(f"evaluation:{name}", args=ids)


def seat_of(round: Round, person: Person) -> Seat:
    return round.seats.select_related("round", "person").get(person=person)


def says(world: worlds.World, round: Round, person: Person, keywords: str, sentence: str = "") -> Seat:
    seat = seat_of(round, person)
    return actions.correct_expertise(actor=world.actor(person), seat=seat, keywords=keywords, sentence=sentence)


# --- who says it ---------------------------------------------------------------------------------------------------


def test_seated_with_an_expertise_that_the_next_seat_takes_over(db: None, signed_in: SignedIn) -> None:
    world = worlds.closed_challenge(rulebook=worlds.small_rulebook(stages=2))
    round, expert = worlds.open_round(world), world.experts[0]
    data = {"body": "expert", "person": expert.assignments.get().pk, "most": 50,
            "keywords": "음성 인식, NPU，음성  인식\nnpu, 회로; 음성 인식", "sentence": " 저전력 기기를  만듭니다. "}  # fmt: skip
    assert signed_in(world.coordinator).post(page("seat", round.pk), data).status_code == 302
    said = Expertise(("음성 인식", "NPU", "회로"), "저전력 기기를 만듭니다.")
    assert Expertise.of(seat_of(round, expert)) == said
    actions.vacate_seat(actor=world.runs, seat=seat_of(round, expert), reason="다시 위촉")
    worlds.seat_all(world, round)
    again = round.seats.exclude(state="vacated").get(person=expert)
    assert Expertise.of(again) == said
    assert Expertise.of(seat_of(round, world.experts[1])) == Expertise()


def test_another_operator_does_not_learn_it(db: None) -> None:
    world = worlds.closed_challenge()
    round, expert = worlds.open_round(world), world.experts[0]
    worlds.seat_all(world, round)
    says(world, round, expert, "음성 인식")
    elsewhere = worlds.small_rulebook(
        key="other", change=lambda book: book["parties"][0].update(name={"ko": "다른진흥원", "en": "Other Agency"})
    )
    worlds.clock.move_to(worlds.BEFORE)
    other = worlds.closed_challenge(rulebook=elsewhere, key="other")
    assert other.operator != world.operator
    worlds.give(expert, other.institute, Role.EXPERT, other.challenge)
    there = worlds.open_round(other)
    worlds.seat_all(other, there)
    assert seat_of(there, expert).expertise == {}


def test_the_evaluator_corrects_it_on_the_way_to_the_declaration(world: worlds.World, signed_in: SignedIn) -> None:
    round, expert = worlds.declaring_round(world), world.experts[0]
    seat, client = seat_of(round, expert), signed_in(expert)
    url = page("expertise", seat.pk)
    for shown in (page("round", round.pk), page("conflicts", round.pk)):
        assert url in client.get(shown).content.decode()
    form = client.get(url).context["form"]
    decomposed = unicodedata.normalize("NFD", "음성 인식, 로봇 팔")
    answer = client.post(url, {"keywords": decomposed, "sentence": "", "version": form["version"].value()})
    assert answer.url == page("round", round.pk)
    for shown in (page("round", round.pk), page("conflicts", round.pk)):
        assert "로봇 팔" in client.get(shown).content.decode()
    assert client.get(url).context["form"]["keywords"].value() == "음성 인식, 로봇 팔"
    event = AuditEvent.objects.unscoped(why="test").get(type="seat.expertise_corrected")
    assert event.facts == {"own": True, "keywords": 2, "sentence": False}
    assert "로봇 팔" in signed_in(world.coordinator).get(page("round", round.pk)).content.decode()


def test_too_much_is_told_at_its_field_and_kept_on_the_page(world: worlds.World, signed_in: SignedIn) -> None:
    round, expert = worlds.declaring_round(world), world.experts[0]
    url = page("expertise", seat_of(round, expert).pk)
    many, long = ", ".join(f"분야{n}" for n in range(21)), "길" * 61
    for keywords, told in ((many, "20개까지"), (long, "60자까지")):
        answer = signed_in(expert).post(url, {"keywords": keywords, "sentence": ""})
        body = answer.content.decode()
        assert answer.status_code == 422 and told in body and 'id="id_keywords_error"' in body and keywords in body
        held = world.experts[1].assignments.get().pk
        form = {"body": "expert", "person": held, "most": 50, "keywords": keywords}
        seating = signed_in(world.coordinator).post(page("seat", round.pk), form)
        assert seating.status_code == 422 and told in seating.content.decode()
    assert seat_of(round, expert).expertise == {}


def test_who_may_say_what_somebody_knows(world: worlds.World, signed_in: SignedIn) -> None:
    round, expert = worlds.declaring_round(world), world.experts[0]
    url = page("expertise", seat_of(round, expert).pk)
    answers = {
        person: (signed_in(person).get(url).status_code, signed_in(person).post(url, {"keywords": "가"}).status_code)
        for person in (expert, world.coordinator, world.manager, world.auditor, world.experts[1],
                       world.judges["river"][0], world.ceos[0])
    }  # fmt: skip
    assert list(answers.values()) == [(200, 302)] * 3 + [(403, 403)] + [(404, 404)] * 3
    assert Client().get(url).status_code == 302


def test_it_stays_once_the_assignment_used_it(world: worlds.World, signed_in: SignedIn) -> None:
    round, expert = worlds.scoring_round(world), world.experts[0]
    seat = seat_of(round, expert)
    with pytest.raises(AccessDenied, match="배정이 끝나"):
        says(world, round, expert, "뒤늦은 분야")
    url, client = page("expertise", seat.pk), signed_in(expert)
    assert (client.get(url).status_code, client.post(url, {"keywords": "뒤늦은 분야"}).status_code) == (403, 403)
    assert "다음 평가에서" in client.get(url).content.decode()
    shown = client.get(page("round", round.pk)).content.decode()
    assert url not in shown and "내 전문 분야" not in shown
    assert seat_of(round, expert).expertise == {}


def test_two_people_do_not_overwrite_each_other(world: worlds.World) -> None:
    round, expert = worlds.declaring_round(world), world.experts[0]
    seat = seat_of(round, expert)
    actions.correct_expertise(actor=world.runs, seat=seat, keywords="간사가 적음", version=seat.row_version)
    with pytest.raises(Stale):
        actions.correct_expertise(
            actor=world.actor(expert), seat=seat, keywords="위원이 적음", version=seat.row_version
        )


# --- what the assignment makes of it -------------------------------------------------------------------------------


def test_applications_go_to_those_who_know_their_subject_and_the_record_holds_no_word(db: None) -> None:
    world = worlds.closed_challenge(experts=4)
    round = worlds.declaring_round(world)
    for place, expert in enumerate(world.experts):
        says(world, round, expert, "robotics, 아이디어" if place % 2 else "노트북 설계, 비밀 계획")
    for seat in round.seats.filter(state="invited"):
        worlds.declare(seat)
    actions.assign_ballots(actor=world.runs, round=round)
    ballots = Ballot.objects.within(seat__round=round, seat__body="expert").select_related("application__field", "seat")
    for ballot in ballots:
        knows_robots = world.experts.index(ballot.seat.person) % 2 == 1
        assert knows_robots == (ballot.application.field.key == "robot")
    content = json.dumps(AssignmentRecord.objects.within(round=round).get().content, ensure_ascii=False)
    assert "affinity" in content
    assert not [
        word for word in ("robot", "노트북", "아이디어", "계획") if f'{word}"' in content.replace('"robot"', "")
    ]


def test_what_a_blind_stage_hides_and_one_body_reads_never_counts(world: worlds.World) -> None:
    round = worlds.declaring_round(world)
    known = {"public": "비밀 계획", "blind": "대표 약력", "price": "단가 만 원"}
    for expert, words in zip(world.experts, known.values(), strict=True):
        says(world, round, expert, words)
    found = affinities(queries.evaluated(round), list(round.seats.all()))
    first = str(world.applications[0].pk)
    public, blind, price, nothing = (
        found[first, str(seat_of(round, person).pk)] for person in (*world.experts, world.judges["hill"][0])
    )
    assert public > blind == price
    assert nothing == 0  # another field's company: 0.4 of nothing


# --- why they fit --------------------------------------------------------------------------------------------------


@standing.world
def told(world: worlds.World) -> Round:
    """A round whose first expert knows what the applications write about."""
    round = worlds.declaring_round(world)
    says(world, round, world.experts[0], "비밀계획 수립, 모델 설계")
    for seat in round.seats.filter(state="invited"):
        worlds.declare(seat)
    return actions.assign_ballots(actor=world.runs, round=round)


def test_the_shared_words_with_what_they_give_in_both_languages(
    world: worlds.World, told: Round, signed_in: SignedIn
) -> None:
    application = world.applications[0]
    client, url = signed_in(world.coordinator), page("fit", told.pk, application.pk)
    assert url in client.get(page("round", told.pk)).content.decode()
    for language, title, none in (
        ("ko", "적합도의 근거", "전문 분야 없음"),
        ("en", "Why they fit", "no expertise given"),
    ):
        client.cookies["django_language"] = language
        body = client.get(url).content.decode()
        assert title in body and none in body and f'id="fit-{application.pk}"' in body and "style=" not in body
        assert "비밀 0." in body and "모델 0." in body and "수립" not in body
    rows = client.get(url).context["table"].rows
    assert len(rows) == told.seats.count()
    assert [row["affinity"] for row in rows] == sorted((row["affinity"] for row in rows), reverse=True)
    on_panel = Ballot.objects.within(seat__round=told, application=application).count()
    assert sum(row["panel"] != "–" for row in rows) == on_panel == 3
    recorded = AssignmentRecord.objects.within(round=told).get().content["problem"]["affinity"]
    shown = {row["affinity"] for row in rows}
    assert shown == {row["value"] for row in recorded if row["application"] == str(application.pk)}
    entries = AccessEntry.objects.unscoped(why="test").filter(person=world.coordinator.pk, what="shared words")
    assert entries.exists()


def test_only_who_conducts_and_reads_the_application_sees_them(
    world: worlds.World, told: Round, signed_in: SignedIn
) -> None:
    url = page("fit", told.pk, world.applications[0].pk)
    people = (
        world.coordinator,
        world.manager,
        world.auditor,
        world.experts[0],
        world.judges["river"][0],
        world.ceos[0],
    )
    assert [signed_in(person).get(url).status_code for person in people] == [200, 200, 200, 404, 404, 404]
    assert Client().get(url).status_code == 302
    assert signed_in(world.coordinator).post(url).status_code == 405
    worlds.clock.move_to(worlds.BEFORE)
    other = worlds.closed_challenge(key="other", rulebook=worlds.small_rulebook(key="other"))
    for wrong in (other.applications[0].pk, told.pk):
        assert signed_in(world.coordinator).get(page("fit", told.pk, wrong)).status_code == 404


def test_a_conflict_is_told_beside_the_affinity(db: None, signed_in: SignedIn) -> None:
    world = worlds.closed_challenge()
    first, expert = world.applications[0], world.experts[0]
    round = worlds.scoring_round(world, conflicts=lambda seat: (first,) if seat.person_id == expert.pk else ())
    answer = signed_in(world.coordinator).get(page("fit", round.pk, first.pk))
    told = {row["evaluator"]: str(getattr(row["panel"], "label", row["panel"])) for row in answer.context["table"].rows}
    assert told[expert.name] == "이해충돌" and list(told.values()).count("배정됨") == 3


def test_texts_that_changed_since_are_told(world: worlds.World, told: Round, signed_in: SignedIn) -> None:
    application = world.applications[0]
    client, url = signed_in(world.coordinator), page("fit", told.pk, application.pk)
    assert not client.get(url).context["changed"]
    application.refresh_from_db()
    with writing("test.erase", worlds.SYSTEM):
        application.title, application.answers = "", {}
        application.save()
    answer = client.get(url)
    assert answer.context["changed"] and "다릅니다" in answer.content.decode()


def test_a_withdrawal_changes_no_reason(world: worlds.World, told: Round, signed_in: SignedIn) -> None:
    client, url = signed_in(world.coordinator), page("fit", told.pk, world.applications[0].pk)
    before = client.get(url).context["table"].rows
    gone = world.applications[1]
    gone.refresh_from_db()
    with writing("test.withdraw", worlds.SYSTEM):
        gone.state = "withdrawn"
        gone.save()
    after = client.get(url)
    assert after.context["table"].rows == before and not after.context["changed"]


@pytest.mark.parametrize("applications", [1, 50])
def test_the_page_costs_the_same_whatever_the_size(applications: int, db: None, signed_in: SignedIn) -> None:
    world = worlds.closed_challenge(applications=1)
    round = worlds.declaring_round(world)
    pattern = world.applications[0]
    with writing("test.grow", worlds.SYSTEM):
        for number in range(1, applications):
            startup = type(pattern.startup)(kind="startup", name={"ko": f"가득{number}", "en": f"Many{number}"})
            startup.save(force_insert=True)
            row = type(pattern).objects.within(pk=world.applications[0].pk).get()
            row.pk, row.startup, row.number = startup.pk, startup, f"many-{number:04d}"
            row._state.adding = True
            row.save(force_insert=True)
    client, url = signed_in(world.coordinator), page("fit", round.pk, pattern.pk)
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    assert len(captured) == 17
