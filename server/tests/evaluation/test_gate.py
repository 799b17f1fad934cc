"""The conflict gate: before the declaration, and where a conflict stands, nothing of an application can be reached."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from didimdol.applications import actions as application_actions
from didimdol.applications.completeness import contents_of
from didimdol.applications.models import Application
from didimdol.applications.queries import applications_visible_to
from didimdol.evaluation import actions
from didimdol.evaluation.assigning import conflicts_of, inputs_of, problem_of, solve
from didimdol.evaluation.models import Ballot, Conflict, Round
from didimdol.evaluation.unassigned import explain_clash
from didimdol.kernel.action import writing
from didimdol.records.models import AccessEntry
from didimdol_decide.assignment import Certificate, Infeasible, check_certificate
from server.tests import worlds
from server.tests.evaluation.standing import standing

pytestmark = pytest.mark.django_db


def with_document() -> worlds.World:
    """A world whose first application carries a document."""
    world = worlds.open_challenge()
    world.applications.append(_with_document(world))
    for _ in range(3):
        worlds.apply(world)
    worlds.clock.move_to(worlds.CLOSED)
    return world


def _with_document(world: worlds.World) -> Application:
    startup = worlds.add_startup(world)
    actor = world.actor(world.ceos[-1])
    application = application_actions.start_application(actor=actor, challenge=world.challenge, startup=startup)
    laptop = world.challenge.fields.get(key="laptop")
    application_actions.choose_field(actor=actor, application=application, field=laptop)
    application_actions.save_draft(
        actor=actor, application=application, answers={"title": "문서가 있는 신청", "plan": "비밀 계획 0"}
    )
    application_actions.attach(
        actor=actor,
        application=application,
        document="deck",
        stream=io.BytesIO("소개 자료".encode()),
        filename="deck.txt",
    )
    return application_actions.submit_application(actor=actor, application=application)


def addresses(application: Application) -> list[str]:
    found = [reverse("applications:application", args=[application.pk])]
    found += [f"{found[0]}{rest}" for rest in ("receipt.json", "content.json", "form/", "files/", "check/")]
    found += [reverse("applications:document", args=[a.pk]) for a in contents_of(application).attachments.values()]
    return found


def refused(client: Client, url: str, person: Any) -> None:
    """404, and a line in the access log."""
    before = AccessEntry.objects.unscoped(why="test").filter(person=person.pk, outcome="not_visible").count()
    answer = client.get(url)
    assert answer.status_code == 404, url
    assert (
        AccessEntry.objects.unscoped(why="test").filter(person=person.pk, outcome="not_visible").count() == before + 1
    ), url


def secrets(world: worlds.World) -> list[str]:
    """What no page may show to somebody who must not know it."""
    found = ["문서가 있는 신청", "비밀 계획"]
    for application in world.applications:
        found += [application.number, application.title, str(application.content_digest)]
    return [text for text in found if text]


def test_before_the_declaration_only_company_names_are_reachable(signed_in: Callable[[Any], Client]) -> None:
    world = with_document()
    expert = world.experts[0]
    client = signed_in(expert)
    round = worlds.open_round(world)
    worlds.seat_all(world, round)
    refused(client, reverse("evaluation:conflicts", args=[round.pk]), expert)  # nobody is asked yet
    actions.start_declarations(actor=world.runs, round=round)
    assert not applications_visible_to(world.actor(expert)).exists()
    for application in world.applications:
        for url in addresses(application):
            refused(client, url, expert)
    page = client.get(reverse("evaluation:conflicts", args=[round.pk]))
    body = page.content.decode()
    assert page.status_code == 200
    assert all(startup.name["ko"] in body for startup in world.startups)
    for url in (
        reverse("evaluation:conflicts", args=[round.pk]), reverse("evaluation:round", args=[round.pk]),
        reverse("evaluation:list"), reverse("applications:list"),
    ):  # fmt: skip
        shown = client.get(url).content.decode()
        assert not [secret for secret in secrets(world) if secret in shown], url


def test_declared_but_not_assigned_nothing_opens_either(signed_in: Callable[[Any], Client]) -> None:
    world = with_document()
    round = worlds.declaring_round(world)
    for seat in round.seats.all():
        worlds.declare(seat)
    for url in addresses(world.applications[0]):
        refused(signed_in(world.experts[0]), url, world.experts[0])


def test_assigned_and_free_the_document_opens_and_is_logged(signed_in: Callable[[Any], Client]) -> None:
    world = with_document()
    round = worlds.scoring_round(world)
    ballot = Ballot.objects.within(seat__round=round, application=world.applications[0], seat__body="expert").first()
    assert ballot is not None
    expert, (attachment,) = ballot.seat.person, contents_of(world.applications[0]).attachments.values()
    client = signed_in(expert)
    url = reverse("applications:document", args=[attachment.pk])
    answer = client.get(url)
    assert answer.status_code == 200 and b"".join(answer.streaming_content).decode() == "소개 자료"
    opened = AccessEntry.objects.unscoped(why="test").filter(
        person=expert.pk, outcome="opened", subject_id=attachment.pk
    )
    assert opened.exists()
    # after the recusal: at once nothing any more
    actions.recuse(actor=world.actor(expert), ballot=ballot, ground="contact", reason="사전에 만났음")
    refused(client, url, expert)
    refused(client, reverse("evaluation:ballot", args=[ballot.pk]), expert)
    refused(client, reverse("applications:application", args=[ballot.application_id]), expert)


def test_a_conflicted_evaluator_finds_nothing_at_any_address(signed_in: Callable[[Any], Client]) -> None:
    world = with_document()
    barred = world.applications[0]
    expert = world.experts[0]
    round = worlds.scoring_round(world, conflicts=lambda seat: (barred,) if seat.person_id == expert.pk else ())
    client = signed_in(expert)
    others = Ballot.objects.within(seat__round=round, application=barred)
    assert others.count() == 3 and not others.filter(seat__person=expert).exists()
    for url in addresses(barred):
        refused(client, url, expert)
    for ballot in others:
        for name in ("ballot", "lock", "recuse", "reopen"):
            refused(client, reverse(f"evaluation:{name}", args=[ballot.pk]), expert)
        answer = client.post(
            reverse("evaluation:ballot-save", args=[ballot.pk]), {}, headers={"accept": "application/json"}
        )
        assert answer.status_code == 404
    for url in (reverse("evaluation:list"), reverse("evaluation:round", args=[round.pk])):
        shown = client.get(url).content.decode()
        assert barred.number not in shown and barred.title not in shown


def test_a_conflict_of_an_earlier_stage_holds_in_the_next(db: None) -> None:
    world = worlds.closed_challenge()
    barred, expert = world.applications[0], world.experts[0]
    worlds.scoring_round(world, conflicts=lambda seat: (barred,) if seat.person_id == expert.pk else ())
    later = Round(
        challenge=world.challenge,
        stage="paper",
        position=0,
        closes_at=worlds.CLOSED,
        lottery_seed="0" * 64,
        lottery_commitment="0" * 64,
    )
    seats = list(Round.objects.within(challenge=world.challenge).get().seats.select_related("person"))
    problem = problem_of(later, world.applications, seats, conflicts_of(world.applications, seats))
    found = solve(later, problem).assignment
    barred_seat = next(str(s.pk) for s in seats if s.person_id == expert.pk)
    assert (str(barred.pk), barred_seat) not in {(p.application, p.evaluator) for p in found.pairs}


def test_the_rival_company_sees_nothing_of_the_other_field(
    world: worlds.World, scoring: Round, signed_in: Callable[[Any], Client]
) -> None:
    river = world.judges["river"][0]
    client = signed_in(river)
    robots = world.in_field("robot")
    assert set(applications_visible_to(world.actor(river))) == set(world.in_field("laptop"))
    for application in robots:
        refused(client, reverse("applications:application", args=[application.pk]), river)
        for ballot in Ballot.objects.within(application=application):
            refused(client, reverse("evaluation:ballot", args=[ballot.pk]), river)
    for url in (reverse("evaluation:list"), reverse("evaluation:round", args=[scoring.pk])):
        shown = client.get(url).content.decode()
        assert not [a for a in robots if a.number in shown or a.startup.name["ko"] in shown]


def test_the_declaration_of_a_company_names_its_own_fields_applicants_only(
    world: worlds.World, signed_in: Callable[[Any], Client]
) -> None:
    round = worlds.declaring_round(world)
    shown = signed_in(world.judges["river"][0]).get(reverse("evaluation:conflicts", args=[round.pk])).content.decode()
    assert all(a.startup.name["ko"] in shown for a in world.in_field("laptop"))
    assert not [a for a in world.in_field("robot") if a.startup.name["ko"] in shown]


def test_the_applicant_learns_nothing_of_the_evaluation(
    world: worlds.World, scoring: Round, signed_in: Callable[[Any], Client]
) -> None:
    ceo = world.ceos[0]
    client = signed_in(ceo)
    ballot = Ballot.objects.within(application=world.applications[0]).first()
    assert ballot is not None
    for url in (
        reverse("evaluation:round", args=[scoring.pk]), reverse("evaluation:conflicts", args=[scoring.pk]),
        reverse("evaluation:ballot", args=[ballot.pk]), reverse("evaluation:close", args=[scoring.pk]),
    ):  # fmt: skip
        refused(client, url, ceo)


class _TakenBack(Exception):
    pass


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(data=st.data())
def test_whatever_is_declared_no_conflict_is_ever_assigned(
    data: st.DataObject, declared_world: tuple[worlds.World, Round]
) -> None:
    world, round = declared_world
    seats = list(round.seats.select_related("person", "organisation"))
    pairs = [(seat, application) for seat in seats for application in world.applications]
    chosen = data.draw(st.lists(st.sampled_from(range(len(pairs))), max_size=6, unique=True))
    barred = {(pairs[n][1].pk, pairs[n][0].pk) for n in chosen}
    try:
        with writing("test.conflicts", worlds.SYSTEM):
            for n in chosen:
                seat, application = pairs[n]
                of = {"round": round, "person": seat.person, "application": application}
                row = Conflict.objects.within(**of).first() or Conflict(**of)
                row.standing, row.ground = "conflict", "other"
                row.save()
            _, _, problem = inputs_of(round)
            try:
                found = solve(round, problem).assignment
            except Infeasible:
                clash = explain_clash(round, world.applications, seats, problem)
                assert check_certificate(clash.problem, Certificate.model_validate(clash.certificate))
            else:
                given = {(p.application, p.evaluator) for p in found.pairs}
                assert not given & {(str(a), str(s)) for a, s in barred}
                assert len(given) == 3 * len(world.applications)
            raise _TakenBack
    except _TakenBack:
        pass


@standing.world
def declared_world(world: worlds.World) -> tuple[worlds.World, Round]:
    round = worlds.open_round(world)
    worlds.seat_all(world, round)
    round = actions.start_declarations(actor=world.runs, round=round)
    for seat in round.seats.all():
        worlds.declare(seat)
    return world, round
