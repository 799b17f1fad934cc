"""The pages of the assignment before and after it is made: preview, what if, why there is none, why this one, the record."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from didimdol.applications.models import Application
from didimdol.evaluation import actions
from didimdol.evaluation.models import AssignmentRecord, Ballot, Conflict, Round, Seat
from didimdol.kernel.action import writing
from didimdol.kernel.problems import BadInput
from didimdol.people.enums import Role
from didimdol.records.models import AccessEntry, AuditEvent
from didimdol_decide.cli import main
from server.tests import worlds

pytestmark = pytest.mark.django_db
SignedIn = Callable[[Any], Client]


def page(name: str, id: Any) -> str:
    return reverse(f"evaluation:{name}", args=[id])


def declared(world: worlds.World, conflicts: Callable[[Seat], tuple[Any, ...]] = lambda seat: ()) -> Round:
    round = worlds.declaring_round(world)
    for seat in round.seats.select_related("person"):
        worlds.declare(seat, conflicts(seat))
    return round


def ask(client: Client, url: str, status: int = 200, **given: Any) -> str:
    answer = client.get(url, given)
    assert answer.status_code == status, (url, answer.status_code)
    body = answer.content.decode()
    assert "style=" not in body and "<script>" not in body
    return body


def shown_fingerprint(body: str) -> str:
    found = re.search(r'name="previewed" value="([0-9a-f]{64})"', body)
    assert found is not None
    return found[1]


def fair(book: Any) -> None:
    book["evaluation"]["stages"][0]["panel"]["objective"] = "fair"


# --- the preview ---------------------------------------------------------------------------------------------------


def test_the_preview_is_what_is_then_assigned_and_stores_nothing(world: worlds.World, signed_in: SignedIn) -> None:
    round = declared(world)
    client, url = signed_in(world.coordinator), page("assign", round.pk)
    answer = client.get(url)
    previewed = {
        (str(panel.application.pk), member.pair.evaluator)
        for panel in answer.context["panels"]
        for member in panel.members
    }
    assert len(previewed) == 12 and answer.context["total"] == "3.2"
    body = answer.content.decode()
    assert "적합도 합계 3.2보다 높은 배정은 없습니다(증명됨)" in body and "적합도 합계가 가장 높은 배정" in body
    assert body.count("<svg") >= 2 + 4 and "위원별 배정 건수" in body  # two charts of loads, a bar an application
    round.refresh_from_db()
    assert round.state == "declaring" and not Ballot.objects.within(seat__round=round).exists()
    assert not AssignmentRecord.objects.within(round=round).exists()
    assert client.post(url, {"previewed": shown_fingerprint(body)}).status_code == 302
    ballots = Ballot.objects.within(seat__round=round).values_list("application_id", "seat_id")
    assert {(str(a), str(s)) for a, s in ballots} == previewed


def test_what_changed_since_the_preview_is_said_and_nothing_is_assigned(
    world: worlds.World, signed_in: SignedIn
) -> None:
    round = declared(world)
    client, url = signed_in(world.coordinator), page("assign", round.pk)
    old = shown_fingerprint(ask(client, url))
    worlds.declare(round.seats.get(person=world.experts[0]), (world.applications[0],))  # remembered in between
    answer = client.post(url, {"previewed": old})
    body = answer.content.decode()
    assert answer.status_code == 422 and "바뀌어 배정이 달라졌습니다" in body
    assert not Ballot.objects.within(seat__round=round).exists()
    new = shown_fingerprint(body)  # the page shows the new one, to be confirmed
    assert new != old and client.post(url, {"previewed": new}).status_code == 302


def test_a_relation_that_is_new_is_in_the_preview_already(world: worlds.World, signed_in: SignedIn) -> None:
    """What the platform would find at the assignment, the preview knows without writing it down: who has been with an
    applicant meanwhile, and evaluates again."""
    round = declared(world)
    expert, application = world.experts[0], world.applications[0]
    worlds.people.end_role(actor=worlds.SYSTEM, assignment=expert.assignments.get())
    worlds.give(expert, world.startups[0], Role.STAFF)
    worlds.people.end_role(actor=worlds.SYSTEM, assignment=expert.assignments.get(role=Role.STAFF))
    worlds.give(expert, world.institute, Role.EXPERT, world.challenge)
    client, url = signed_in(world.coordinator), page("assign", round.pk)
    body = ask(client, url)
    assert not Conflict.objects.within(round=round, standing="found").exists()
    assert client.post(url, {"previewed": shown_fingerprint(body)}).status_code == 302
    assert Conflict.objects.within(round=round, person=expert, application=application, standing="found").exists()
    assert not Ballot.objects.within(seat__person=expert, application=application).exists()


def test_the_rulebook_says_what_the_assignment_aims_at(db: None, signed_in: SignedIn) -> None:
    world = worlds.closed_challenge(rulebook=worlds.small_rulebook(change=fair))
    round = declared(world)
    assert "적합도가 가장 낮은 신청부터 높이는 배정" in ask(signed_in(world.coordinator), page("assign", round.pk))
    actions.assign_ballots(actor=world.runs, round=round)
    content = AssignmentRecord.objects.within(round=round).get().content
    assert content["assignment"]["objective"] == "fair" and content["proof"]["optimal_floor"]
    shown = AuditEvent.objects.unscoped(why="test").get(type="round.assigned").facts
    assert shown["objective"] == "fair"


def test_before_everybody_declared_the_page_says_who_lacks(world: worlds.World, signed_in: SignedIn) -> None:
    round = worlds.declaring_round(world)
    body = ask(signed_in(world.coordinator), page("assign", round.pk))
    assert "아직 신고하지 않은 위원이 5명" in body and "previewed" not in body


# --- why there is none ---------------------------------------------------------------------------------------------


def infeasible(world: worlds.World) -> Round:
    """The only evaluator of the robot company is in conflict with the first robot; two experts with the first laptop."""
    robot, laptop = world.in_field("robot")[0], world.applications[0]
    barred = {world.judges["hill"][0].pk: (robot,), world.experts[0].pk: (laptop,), world.experts[1].pk: (laptop,)}
    return declared(world, lambda seat: barred.get(seat.person_id, ()))


def test_why_none_exists_stands_on_the_page_with_names(world: worlds.World, signed_in: SignedIn) -> None:
    round = infeasible(world)
    client, url = signed_in(world.coordinator), page("assign", round.pk)
    answer = client.get(url)
    clash, body = answer.context["clash"], answer.content.decode()
    assert len(clash.applications) == 1 and clash.applications[0].number in clash.sentence["ko"]
    assert "배정할 수 없는 까닭" in body and "previewed" not in body
    lost = {row.name: row.conflicts for row in clash.lost}
    assert all(ground["ko"] == "대표자와 친족이거나 친족이었음" for rows in lost.values() for _, ground in rows if rows)
    remedies = {remedy.kind["en"]: [step.what["en"] for step in remedy.steps] for remedy in clash.remedies}
    assert remedies["Raise maxima"] == [] and remedies["Give more fields"] == []
    assert remedies["Seat more evaluators"] == [
        "1 of “Demand company” (Hill Robotics), up to 4 each",
        "1 of “Experts”, up to 4 each",
    ]
    assert len(remedies["Leave seats empty (a change of the rulebook)"]) == 2
    assert page("seat", round.pk) in body
    client.cookies["django_language"] = "en"
    assert "Why there is no assignment" in client.get(url).content.decode()


def test_what_is_offered_helps_when_it_is_done(world: worlds.World, signed_in: SignedIn) -> None:
    round = infeasible(world)
    client, url = signed_in(world.coordinator), page("assign", round.pk)
    newcomers = [(worlds.add_expert(world, "새 전문가"), world.institute, "expert")]
    judge = worlds.person("힐로봇 심사역9")
    worlds.give(judge, world.companies["hill"], Role.DEMAND_EVALUATOR, world.challenge)
    newcomers.append((judge, world.companies["hill"], "demand"))
    for person, organisation, body in newcomers:
        actions.seat_evaluator(actor=world.runs, round=round, person=person, organisation=organisation, body=body)
    for seat in round.seats.filter(state="invited"):
        worlds.declare(seat)
    assert client.post(url, {"previewed": shown_fingerprint(ask(client, url))}).status_code == 302


def test_a_maximum_that_is_too_low_is_raised_from_the_page(db: None, signed_in: SignedIn) -> None:
    world = worlds.closed_challenge(applications=4, experts=2)
    round = declared(world)
    low = round.seats.get(person=world.experts[0])
    client, url, change = signed_in(world.coordinator), page("assign", round.pk), page("seat-change", low.pk)
    assert client.post(change, {"most": "2"}).status_code == 302
    answer = client.get(url)
    raised = next(r for r in answer.context["clash"].remedies if r.kind["en"] == "Raise maxima")
    assert [(step.what["en"], step.url) for step in raised.steps] == [(f"{world.experts[0].name}: 2 → 4", change)]
    assert 'value="2"' in ask(client, change)
    assert client.post(change, {"most": "0"}).status_code == 422
    assert client.post(change, {"most": "4"}).status_code == 302
    assert shown_fingerprint(ask(client, url))
    assert AuditEvent.objects.unscoped(why="test").filter(type="seat.changed", subject_id=low.pk).count() == 2


def test_no_maximum_is_offered_above_the_rulebooks(db: None, signed_in: SignedIn) -> None:
    def capped(book: Any) -> None:
        book["evaluation"]["stages"][0]["panel"]["max_applications_each"] = 3

    world = worlds.closed_challenge(applications=4, experts=2, rulebook=worlds.small_rulebook(change=capped))
    clash = signed_in(world.coordinator).get(page("assign", declared(world).pk)).context["clash"]
    remedies = {remedy.kind["en"]: remedy.steps for remedy in clash.remedies}
    assert remedies["Raise maxima (up to the rulebook's 3)"] == []
    assert [step.what["en"] for step in remedies["Seat more evaluators"]] == ["1 of “Experts”, up to 3 each"]


def test_a_field_that_is_added_is_declared_about_again(db: None, signed_in: SignedIn) -> None:
    """Two fields of one company; its evaluator sits for one of them only."""

    def one_company(book: Any) -> None:
        book["fields"][1]["demand_company"] = "river"

    world = worlds.closed_challenge(rulebook=worlds.small_rulebook(change=one_company))
    round = worlds.open_round(world)
    for expert in world.experts:
        actions.seat_evaluator(
            actor=world.runs, round=round, person=expert, organisation=world.institute, body="expert"
        )
    judge, river = world.judges["river"][0], world.companies["river"]
    narrow = actions.seat_evaluator(
        actor=world.runs, round=round, person=judge, organisation=river, body="demand", fields=["laptop"]
    )
    round = actions.start_declarations(actor=world.runs, round=round)
    for seat in round.seats.all():
        worlds.declare(seat)
    client, url = signed_in(world.coordinator), page("assign", round.pk)
    clash = client.get(url).context["clash"]
    wider = next(r for r in clash.remedies if r.kind["en"] == "Give more fields")
    assert [(step.what["en"], step.url) for step in wider.steps] == [
        (f"{judge.name}: add “Robot”", page("seat-change", narrow.pk))
    ]
    data = {"most": "50", "chosen_fields": ["laptop", "robot"]}
    assert client.post(page("seat-change", narrow.pk), data).status_code == 302
    narrow.refresh_from_db()
    assert narrow.state == "invited"  # nothing is known yet about the new field's applicants
    assert "아직 신고하지 않은 위원이 1명" in ask(client, url)
    worlds.declare(narrow)
    assert shown_fingerprint(ask(client, url))


# --- what if -------------------------------------------------------------------------------------------------------


def test_what_if_shows_the_effect_and_stores_nothing(db: None, signed_in: SignedIn) -> None:
    world = worlds.closed_challenge(applications=4, experts=4)
    round = declared(world)
    client, url = signed_in(world.coordinator), page("what-if", round.pk)
    seat = round.seats.get(person=world.experts[0])
    lost = client.get(url, {"lose": str(seat.pk)}).context["effect"]
    assert lost.total == ("3.2", "3.2") and lost.floor == ("0.8", "0.8")
    assert (world.experts[0].name, 2, 0) in lost.loads and sum(new - old for _, old, new in lost.loads) == 0
    assert {name for comes, _, name, _ in lost.moves if not comes} >= {world.experts[0].name}
    lower = client.get(url, {"seat": str(seat.pk), "most": "1"}).context["effect"]
    assert (world.experts[0].name, 2, 1) in lower.loads
    more = client.get(url, {"body": "expert", "add_fields": ["robot"], "add_most": "2"}).context["effect"]
    assert any(name == "새 위원" and new for name, _, new in more.loads)
    assert "새 위원" in ask(client, url, body="expert", add_fields="robot")
    assert not Ballot.objects.within(seat__round=round).exists() and round.seats.count() == 6
    assert ask(client, url, 422, seat=str(seat.pk)).count("새 최대 건수를 적어 주십시오") >= 1
    assert "분야를 골라 주십시오" in ask(client, url, 422, body="demand")
    assert "계산해 보기" in ask(client, url, lose="nobody", status=422)
    for asked, told in (
        ({"lose": "", "seat": "", "most": "", "body": "", "add_most": ""}, "바꿔 볼 것을 하나 이상 고르십시오"),
        ({"most": "0"}, "누구의 최대 건수인지 고르십시오"),
        ({"add_most": "3"}, "더하는 위원의 평가 주체를 고르십시오"),
    ):
        assert told in ask(client, url, 422, **asked), "what was entered is never passed over in silence"
    assert "고칠 점" not in ask(client, url)


def test_what_if_tells_why_it_would_not_work(world: worlds.World, signed_in: SignedIn) -> None:
    round = declared(world)
    client, url = signed_in(world.coordinator), page("what-if", round.pk)
    only = round.seats.get(person=world.judges["hill"][0])
    effect = client.get(url, {"lose": str(only.pk)}).context["effect"]
    assert effect.total[1] is None and "수요기업" in effect.clash.sentence["ko"]
    assert "배정할 수 없는 까닭" in ask(client, url, lose=str(only.pk))


def test_one_more_who_is_not_enough_is_named_in_the_clash(world: worlds.World, signed_in: SignedIn) -> None:
    """The robot company's evaluator leaves, a new one takes one robot only."""
    round = declared(world)
    given = {
        "lose": str(round.seats.get(person=world.judges["hill"][0]).pk),
        "body": "demand",
        "add_fields": "robot",
        "add_most": "1",
    }
    effect = signed_in(world.coordinator).get(page("what-if", round.pk), given).context["effect"]
    assert [(row.name, row.limit) for row in effect.clash.lost if row.limit] == [("새 위원", 1)]
    raised = next(r for r in effect.clash.remedies if r.kind["en"] == "Raise maxima")
    assert [step.what["ko"] for step in raised.steps] == ["새 위원: 1건 → 2건"]


def test_what_if_shows_that_a_change_would_make_it_possible(world: worlds.World, signed_in: SignedIn) -> None:
    robot = world.in_field("robot")[0]
    round = declared(world, lambda seat: (robot,) if seat.person_id == world.judges["hill"][0].pk else ())
    body = ask(signed_in(world.coordinator), page("what-if", round.pk), body="demand", add_fields="robot")
    assert "이렇게 바꾸면 배정할 수 있습니다" in body


# --- the assignment explained --------------------------------------------------------------------------------------


def test_why_not_this_one(db: None, signed_in: SignedIn) -> None:
    world = worlds.closed_challenge(applications=3, experts=4)
    expert, application = world.experts[0], world.applications[0]
    round = worlds.scoring_round(world, conflicts=lambda seat: (application,) if seat.person_id == expert.pk else ())
    client, url = signed_in(world.coordinator), page("assignment", round.pk)
    seats = {seat.person_id: seat for seat in round.seats.all()}

    def told(person: Any, about: Any) -> Any:
        return client.get(url, {"application": str(about.pk), "evaluator": str(seats[person.pk].pk)}).context["told"]

    assert "대표자와 친족" in told(expert, application).sentence["ko"]
    assert "맡은 분야가 아닙니다" in told(world.judges["hill"][0], application).sentence["ko"]
    sits = Ballot.objects.within(seat__round=round, seat__body="expert").select_related("seat__person").first()
    assert sits is not None
    assert "배정되어 있습니다" in told(sits.seat.person, sits.application).sentence["ko"]
    panel = set(Ballot.objects.within(application=application).values_list("seat__person", flat=True))
    other = next(e for e in world.experts[1:] if e.pk not in panel)
    answer = told(other, application)
    assert answer.moves[0] == (True, f"{application.number} {application.startup.name['ko']}", other.name)
    body = ask(client, url, application=str(application.pk), evaluator=str(seats[other.pk].pk))
    assert answer.sentence["ko"] in body and "들어옴" in body
    assert client.get(url, {"application": "x", "evaluator": "y"}).status_code == 422


def test_why_not_under_the_fair_objective_says_what_would_move(db: None, signed_in: SignedIn) -> None:
    world = worlds.closed_challenge(rulebook=worlds.small_rulebook(change=fair))
    round = worlds.scoring_round(world)
    application = world.applications[0]
    panel = set(Ballot.objects.within(application=application).values_list("seat__person", flat=True))
    other = round.seats.filter(body="expert").exclude(person__in=panel).get()
    given = {"application": str(application.pk), "evaluator": str(other.pk)}
    told = signed_in(world.coordinator).get(page("assignment", round.pk), given).context["told"]
    assert "적어도 아래가 바뀌어야 합니다" in told.sentence["ko"]
    assert sum(1 if comes else -1 for comes, _, _ in told.moves) == 0 and len(told.moves) >= 2


def test_the_record_is_verified_without_the_platform_and_names_nobody(
    world: worlds.World, scoring: Round, signed_in: SignedIn, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for person in (world.coordinator, world.manager, world.auditor):
        answer = signed_in(person).get(page("assignment-record", scoring.pk))
        assert answer.status_code == 200 and "attachment" in answer["Content-Disposition"]
    text = answer.content.decode()
    names = [p.name for p in (*world.experts, *world.ceos)] + [s.name["ko"] for s in world.startups]
    assert not [name for name in names if name in text]
    file = tmp_path / "record.json"
    file.write_text(text)
    assert main(["verify-assignment", str(file)]) == 0
    told = json.loads(text)
    told["assignment"]["pairs"][0]["affinity"] = "0"
    file.write_text(json.dumps(told))
    assert main(["verify-assignment", str(file)]) == 1
    capsys.readouterr()
    opened = AccessEntry.objects.unscoped(why="test").filter(what="assignment record", outcome="opened")
    assert set(opened.values_list("person", flat=True)) == {p.pk for p in (world.coordinator, world.manager, world.auditor)}  # fmt: skip


def test_the_explanation_stands_for_those_who_conduct_or_audit(
    world: worlds.World, scoring: Round, signed_in: SignedIn
) -> None:
    for person in (world.coordinator, world.manager, world.auditor):
        body = ask(signed_in(person), page("assignment", scoring.pk))
        assert "보다 높은 배정은 없습니다(증명됨)" in body and "왜 이 위원이 아닙니까" in body
    client = signed_in(world.coordinator)
    client.cookies["django_language"] = "en"
    assert "No assignment has a higher total" in client.get(page("assignment", scoring.pk)).content.decode()


def test_nobody_else_sees_any_of_it(world: worlds.World, scoring: Round, signed_in: SignedIn) -> None:
    urls = [page(name, scoring.pk) for name in ("assign", "what-if", "assignment", "assignment-record", "fill")]
    urls.append(page("seat-change", scoring.seats.first().pk))
    for person in (world.experts[0], world.judges["river"][0], world.ceos[0]):
        client = signed_in(person)
        assert {client.get(url).status_code for url in urls} == {404}
        assert {client.post(url).status_code for url in urls} <= {404, 405}
    auditor = signed_in(world.auditor)
    assert [auditor.get(url).status_code for url in urls] == [403, 403, 200, 200, 403, 403]


def test_a_round_that_is_not_assigned_has_no_explanation(world: worlds.World, signed_in: SignedIn) -> None:
    client, round = signed_in(world.coordinator), worlds.declaring_round(world)
    assert client.get(page("assignment", round.pk)).status_code == 404
    assert client.get(page("assignment-record", round.pk)).status_code == 404


# --- what it costs -------------------------------------------------------------------------------------------------


def cost(client: Client, url: str, **given: str) -> int:
    client.get(url, given)  # caches of the process
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url, given).status_code == 200
    return len(captured)


def more_applications(world: worlds.World, to: int) -> None:
    """As many applications in all, copies of the first two, so that both fields have theirs."""
    with writing("test.grow", worlds.SYSTEM):
        for number in range(len(world.applications), to):
            pattern = Application.objects.within(pk=world.applications[number % 2].pk).get()
            startup = type(pattern.startup)(kind="startup", name={"ko": f"가득{number}", "en": f"Many{number}"})
            startup.save(force_insert=True)
            pattern.pk, pattern.startup, pattern.number = UUID(int=10_000 + number), startup, f"many-{number:04d}"
            pattern._state.adding = True
            pattern.save(force_insert=True)


def test_the_pages_cost_the_same_with_50_applications(world: worlds.World, signed_in: SignedIn) -> None:
    round = declared(world)
    client, before = signed_in(world.coordinator), ("assign", "what-if")
    asked = {"lose": str(round.seats.filter(body="expert").first().pk)}
    few = [cost(client, page(name, round.pk), **asked) for name in before]
    more_applications(world, 50)
    assert "many-0049" in ask(client, page("assign", round.pk))
    assert few == [cost(client, page(name, round.pk), **asked) for name in before] == [21, 16]


def test_why_none_exists_costs_the_same_with_50_applications(world: worlds.World, signed_in: SignedIn) -> None:
    round = infeasible(world)
    client, url = signed_in(world.coordinator), page("assign", round.pk)
    few = cost(client, url)
    more_applications(world, 50)
    assert "배정할 수 없는 까닭" in ask(client, url)
    assert few == cost(client, url) == 27


def test_the_pages_of_an_assignment_cost_the_same_with_50_applications(
    world: worlds.World, signed_in: SignedIn
) -> None:
    client, after = signed_in(world.coordinator), ("assignment", "fill")
    more_applications(world, 50)
    many = declared(world)
    actions.assign_ballots(actor=world.runs, round=many)
    other = worlds.closed_challenge(key="other")
    few = worlds.scoring_round(other)
    costs = [cost(client, page(name, many.pk)) for name in after]
    client = signed_in(other.coordinator)
    assert costs == [cost(client, page(name, few.pk)) for name in after] == [14, 22]


def test_bad_input_of_the_action_is_told_without_the_page(world: worlds.World) -> None:
    round = declared(world)
    with pytest.raises(BadInput) as changed:
        actions.assign_ballots(actor=world.runs, round=round, previewed="0" * 64)
    assert changed.value.code == "inputs_changed"
    round.refresh_from_db()
    assert round.state == "declaring"
