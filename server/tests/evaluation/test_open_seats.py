"""Seats that a person of any body may take, from the guard to the last ballot; and the amendment that makes some."""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from didimdol.evaluation import actions
from didimdol.evaluation.assigning import fair_shares
from didimdol.evaluation.clash import Clash
from didimdol.evaluation.models import AssignmentRecord, Ballot, Round, Seat
from didimdol.kernel.problems import AccessDenied, BadInput
from didimdol.programmes import actions as programmes
from didimdol_decide.assignment import AssignmentProblem
from didimdol_decide.cli import main
from server.tests import worlds
from server.tests.evaluation.standing import standing
from server.tests.evaluation.test_assignment import ask, declared, page, shown_fingerprint

SignedIn = Callable[[Any], Client]


def rulebook(open_seats: int = 1, experts: int = 2, quorum: int = 1) -> str:
    def change(book: Any) -> None:
        stage = book["evaluation"]["stages"][0]
        stage["panel"] |= {"seats": experts + 1 + open_seats, "open_seats": open_seats}
        stage["rule"]["bodies"][0] |= {"seats": experts, "quorum": quorum}

    return worlds.small_rulebook(change=change)


def panels(round: Round) -> dict[Any, list[str]]:
    found: dict[Any, list[str]] = {}
    ballots = Ballot.objects.within(seat__round=round, state__in=("draft", "locked")).order_by("seat__body")
    for application, body in ballots.values_list("application", "seat__body"):
        found.setdefault(application, []).append(body)
    return found


def ways(clash: Clash) -> dict[str, list[tuple[str, str]]]:
    return {r.kind["en"].partition(" (")[0]: [(s.what["en"], s.url) for s in r.steps] for r in clash.remedies}


@standing.world
def world() -> worlds.World:
    """Four applications whose panels are two experts, one of the company and one of either; three experts."""
    return worlds.closed_challenge(rulebook=rulebook(), judges=2)


def test_an_open_seat_is_taken_by_whoever_fits(world: worlds.World, signed_in: SignedIn, tmp_path: Path) -> None:
    round = declared(world)
    client = signed_in(world.coordinator)
    body = ask(client, round.get_absolute_url())
    assert "열린 자리" in body and "신청마다, 어느 평가 주체의 위원이든" in body
    url = page("assign", round.pk)
    assert client.post(url, {"previewed": shown_fingerprint(ask(client, url))}).status_code == 302
    assert {tuple(found) for found in panels(round).values()} <= {
        ("demand", "demand", "expert", "expert"),
        ("demand", "expert", "expert", "expert"),
    }
    assert len(panels(round)) == 4
    record = tmp_path / "record.json"
    record.write_text(json.dumps(AssignmentRecord.objects.within(round=round).get().content))
    assert main(["verify-assignment", str(record)]) == 0
    # Five could sit there: whoever does not is an expert or of the company.
    first = world.applications[0]
    panel = set(Ballot.objects.within(application=first).values_list("seat", flat=True))
    assert first.field is not None
    able = [seat for seat in round.seats.all() if seat.body == "expert" or first.field.key in seat.fields]
    (other,) = [seat for seat in able if seat.pk not in panel]
    why = {"application": str(first.pk), "evaluator": str(other.pk)}
    told = client.get(page("assignment", round.pk), why).context["told"]
    assert told.moves[0][0] is True  # they could sit there: the panel has an open seat


@pytest.mark.django_db
def test_too_few_people_for_the_open_seats_is_said_before_the_declarations() -> None:
    world = worlds.closed_challenge(rulebook=rulebook(open_seats=2), experts=2, judges=1)
    round = worlds.open_round(world)
    worlds.seat_all(world, round)
    with pytest.raises(AccessDenied) as refused:
        actions.start_declarations(actor=world.runs, round=round)
    assert refused.value.code == "open_seats_missing"
    assert "5명이 필요" in refused.value.message["ko"] and "2 of them in open seats" in refused.value.message["en"]


@pytest.mark.django_db
def test_an_open_seat_that_nobody_can_take_is_explained(signed_in: SignedIn) -> None:
    """Two experts and one evaluator of the own company are three people for four seats."""
    world = worlds.closed_challenge(rulebook=rulebook(), experts=2, judges=1)
    round = declared(world)
    client, url = signed_in(world.coordinator), page("assign", round.pk)
    clash = client.get(url).context["clash"]
    assert "“Open seats”" in clash.sentence["en"] and "‘열린 자리’" in clash.sentence["ko"]
    assert clash.newcomers == {("expert", ()): 1}
    found = ways(clash)
    assert [what for what, _ in found["Seat more evaluators"]] == ["1 of “Experts”, up to 4 each"]
    assert sum("“Open seats”" in what for what, _ in found["Leave seats empty"]) == 4
    assert found["Open seats to other bodies"] == []
    newcomer = worlds.add_expert(world, "새 전문가")
    actions.seat_evaluator(actor=world.runs, round=round, person=newcomer, organisation=world.institute, body="expert")
    worlds.declare(round.seats.get(person=newcomer))
    assert client.post(url, {"previewed": shown_fingerprint(ask(client, url))}).status_code == 302


def amended(world: worlds.World, text: str) -> None:
    world.challenge.refresh_from_db()
    programmes.amend_challenge(
        actor=world.actor(world.manager),
        challenge=world.challenge,
        text=text,
        filename="small.yaml",
        reason="위원 부족",
    )


@pytest.mark.django_db
def test_the_remedy_names_the_amendment_and_it_helps(signed_in: SignedIn) -> None:
    """One of two experts is in conflict with the first application; the company has two evaluators."""
    world = worlds.closed_challenge(rulebook=rulebook(open_seats=0, quorum=2), experts=2, judges=2)
    barred = world.applications[0]
    round = declared(world, lambda seat: (barred,) if seat.person_id == world.experts[0].pk else ())
    client, url = signed_in(world.coordinator), page("assign", round.pk)
    clash = client.get(url).context["clash"]
    manage = reverse("programmes:manage", args=[world.challenge.slug])
    assert ways(clash)["Open seats to other bodies"] == [
        ("“Experts”: seats 2 → 1, quorum 2 → 1 (rule.bodies.expert.seats)", manage),
        ("Open seats 0 → 1 (panel.open_seats)", manage),
    ]
    assert "변경 공고가 필요하며" in ask(client, url) and f'href="{manage}"' in ask(client, url)

    change = rulebook(open_seats=1, experts=1)  # a panel has three seats as before
    manager, amend = signed_in(world.manager), reverse("programmes:amend", args=[world.challenge.slug])
    assert f'href="{amend}"' in ask(manager, manage) and "위원 구성" in ask(manager, amend)
    file = SimpleUploadedFile("small.yaml", change.encode())
    preview = manager.post(amend, {"file": file, "reason": "위원 부족"})
    assert preview.status_code == 200 and "위원 구성만 바뀝니다" in preview.content.decode()
    confirm = {name: preview.context["form"][name].value() for name in ("text", "filename", "reason", "digest")}
    assert manager.post(amend, confirm).status_code == 302
    assert "배정하기 전에 위원 구성만 바뀌었습니다" in ask(manager, manage)

    assert client.post(url, {"previewed": shown_fingerprint(ask(client, url))}).status_code == 302
    found = panels(round)
    assert found[barred.pk] == ["demand", "demand", "expert"] and {len(bodies) for bodies in found.values()} == {3}
    with pytest.raises(BadInput) as refused:  # what is assigned stays as it was
        amended(world, rulebook(open_seats=2, experts=1))
    assert refused.value.code == "amend_panels_only"


def test_an_open_seat_that_empties_is_filled_by_any_body(world: worlds.World, signed_in: SignedIn) -> None:
    round = declared(world)
    actions.assign_ballots(actor=world.runs, round=round)
    leaving = next(
        ballot
        for ballot in Ballot.objects.within(seat__round=round, seat__body="expert").select_related("seat__round")
        if panels(round)[ballot.application_id].count("expert") == 3
    )
    actions.recuse(actor=world.actor(leaving.seat.person), ballot=leaving, ground="contact", reason="아는 사람")
    client, fill = signed_in(world.coordinator), page("fill", round.pk)
    assert "빈자리가 1석" in ask(client, round.get_absolute_url())
    answer = client.get(fill)
    assert [row["body"]["en"] for row in answer.context["came"]] == ["Demand company"]
    assert client.post(fill, {"previewed": shown_fingerprint(answer.content.decode())}).status_code == 302
    assert panels(round)[leaving.application_id] == ["demand", "demand", "expert", "expert"]
    assert "빈자리가" not in ask(client, round.get_absolute_url())


def test_an_open_seat_that_stays_empty_is_told(world: worlds.World, signed_in: SignedIn) -> None:
    """Of the first application's company one evaluator is in conflict; an expert steps back from its full panel."""
    first = world.applications[0]
    company = first.field.demand_company_id  # type: ignore[union-attr]

    def conflicts(seat: Seat) -> tuple[Any, ...]:
        mine = seat.body == "demand" and seat.organisation_id == company
        return (first,) if mine and seat.person.name.endswith("2") else ()

    round = declared(world, conflicts)
    actions.assign_ballots(actor=world.runs, round=round)
    leaving = Ballot.objects.within(seat__round=round, application=first, seat__body="expert")[0]
    actions.recuse(actor=world.actor(leaving.seat.person), ballot=leaving, ground="contact", reason="아는 사람")
    answer = signed_in(world.coordinator).get(page("fill", round.pk))
    assert [(row["body"]["en"], row["count"]) for row in answer.context["left"]] == [("Open seats", 1)]
    assert "“Open seats”" in answer.context["clash"].sentence["en"]


def test_a_draw_proposes_enough_for_the_open_seats(world: worlds.World, signed_in: SignedIn) -> None:
    round = worlds.open_round(world)
    answer = signed_in(world.coordinator).get(page("draw-open", round.pk))
    assert answer.context["form"].fields["seats"].initial == 3
    assert "열린 자리 1석까지 채울 수 있는 인원" in answer.content.decode()


@given(st.integers(1, 3), st.integers(1, 3), st.integers(0, 4), st.integers(0, 4), st.integers(0, 3))
def test_fair_shares_are_all_the_seats(experts: int, judges: int, more: int, further: int, free: int) -> None:
    """Whoever they go to, where there are people enough."""
    free = min(free, more + further)
    people = [{"id": f"e{n}", "body": "expert", "max_load": 9} for n in range(experts + more)]
    people += [{"id": f"d{n}", "body": "demand", "max_load": 9} for n in range(judges + further)]
    panel = {"id": "a", "field": "f", "demand": {"expert": experts, "demand": judges}, "free": free}
    problem = AssignmentProblem.model_validate({"applications": [panel], "evaluators": people})
    shares = fair_shares(problem)
    assert sum(shares.values()) == experts + judges + free
    assert max(shares.values()) <= Fraction(1)
