"""The lists with a token: the walls of the pages, at a constant cost."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from didimdol.applications import actions as applications
from didimdol.kernel import api
from didimdol.kernel.action import audit, save, writing
from didimdol.kernel.actor import SYSTEM
from didimdol.kernel.models import Blob
from didimdol.people import actions as people
from didimdol.people.enums import OrganisationKind, Role
from didimdol.people.scopes import SCOPES
from didimdol.records.models import AccessEntry
from didimdol.verification.models import DeviceJob
from server.tests import worlds
from server.tests.api.afterwards import Side, budget_owner_of, fifty_more, sponsor_of, two_sides

Ask = Callable[..., Any]
LISTS = ("applications", "places", "projects", "adoptions")


@pytest.fixture
def ask(world: worlds.World) -> Ask:
    """``ask(person, "projects")``: the answer to a token of this person that carries every scope."""
    tokens: dict[Any, str] = {}

    def get(person: Any, path: str, *, method: str = "get", **more: Any) -> Any:
        if person.pk not in tokens:
            _, tokens[person.pk] = people.issue_token(
                actor=world.actor(person), name="t", scopes=sorted(SCOPES), days=7
            )
        headers = {"authorization": f"Bearer {tokens[person.pk]}", **more.pop("headers", {})}
        return getattr(Client(), method)(f"/api/v1/{path}", headers=headers, **more)

    return get


@pytest.fixture
def sides(world: worlds.World) -> tuple[Side, Side]:
    return two_sides(world)


def ids(answer: Any) -> set[str]:
    assert answer.status_code == 200, answer.content
    return {item["id"] for item in answer.json()["items"]}


def rows_of(name: str, side: Side) -> set[str]:
    assert side.case is not None
    row = {"applications": side.application, "places": side.place, "projects": side.project, "adoptions": side.case}
    return {str(row[name].pk)}


# --- the walls -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", LISTS)
def test_each_party_sees_its_own_and_the_operator_all(
    world: worlds.World, sides: tuple[Side, Side], ask: Ask, name: str
) -> None:
    first, second = sides
    for mine, others in ((first, second), (second, first)):
        assert ids(ask(mine.ceo, name)) == rows_of(name, mine)
        seen = set() if name == "applications" else rows_of(name, mine)
        assert ids(ask(mine.lead, name)) == ids(ask(budget_owner_of(world, mine), name)) == seen
        for stranger in (others.ceo, others.lead):
            (row,) = rows_of(name, mine)
            assert ask(stranger, f"{name}/{row}").status_code == 404
    everything = rows_of(name, first) | rows_of(name, second)
    for person in (world.manager, world.coordinator, world.auditor):
        assert ids(ask(person, name)) == everything


@pytest.mark.parametrize("name", LISTS)
def test_an_expert_a_judge_a_sponsor_and_another_operator_see_none(
    world: worlds.World, sides: tuple[Side, Side], ask: Ask, name: str
) -> None:
    body = people.create_organisation(
        actor=SYSTEM, kind=OrganisationKind.OPERATOR, name={"ko": "다른원", "en": "Other"}
    )
    other = worlds.person("다른 담당")
    worlds.give(other, body, Role.MANAGER)
    judge = world.judges[next(iter(world.judges))][0]
    (row,) = rows_of(name, sides[0])
    for person in (world.experts[0], judge, sponsor_of(world), other):
        assert ids(ask(person, name)) == set()
        assert ask(person, f"{name}/{row}").status_code == 404


def test_drafts_are_the_startups_and_proposals_the_companys(world: worlds.World, ask: Ask) -> None:
    startup = worlds.add_startup(world)
    draft = applications.start_application(actor=world.actor(world.ceos[0]), challenge=world.challenge, startup=startup)
    assert ids(ask(world.ceos[0], "applications")) == {str(draft.pk)}
    mine = ask(world.ceos[0], f"applications/{draft.pk}").json()
    assert (mine["state"], mine["number"], mine["submitted_at"]) == ("draft", None, None)
    assert ask(world.manager, f"applications/{draft.pk}").status_code == 404
    assert ids(ask(world.manager, "applications")) == set()
    demand = worlds.published_demand(world, "river")
    with writing("tests.draft", SYSTEM):
        demand.state, demand.published_at = "draft", None
        save(demand, "state", "published_at")
        audit("tests.draft", world.challenge)
    assert ids(ask(demand.written_by, "demands")) == {str(demand.pk)}
    assert ask(demand.written_by, f"demands/{demand.pk}").json()["published_at"] is None
    for stranger in (world.manager, world.ceos[0], world.experts[0]):
        assert ids(ask(stranger, "demands")) == set()
        assert ask(stranger, f"demands/{demand.pk}").status_code == 404


def test_an_evaluator_reads_applications_on_the_pages_only(world: worlds.World, ask: Ask) -> None:
    """Blind stages and declared conflicts are the pages' affair; here an evaluator finds nothing, seated or not."""
    world = worlds.closed_challenge(applications=2, key="closed")
    worlds.scoring_round(world)
    for evaluator in (world.experts[0], *world.judges[next(iter(world.judges))]):
        assert ids(ask(evaluator, "applications")) == set()
        assert ask(evaluator, f"applications/{world.applications[0].pk}").status_code == 404
        assert ask(evaluator, f"applications/{world.applications[0].pk}/runs").status_code == 404


def test_the_place_in_line_is_told_to_the_startup_and_the_operator(
    world: worlds.World, sides: tuple[Side, Side], ask: Ask
) -> None:
    side, _ = sides
    told = {who: ask(person, f"places/{side.place.pk}").json()["position"] for who, person in (
        ("ceo", side.ceo), ("manager", world.manager), ("lead", side.lead),
    )}  # fmt: skip
    assert told == {"ceo": 1, "manager": 1, "lead": None}


# --- what is said ----------------------------------------------------------------------------------------------------


def test_a_whole_application(world: worlds.World, sides: tuple[Side, Side], ask: Ask) -> None:
    side, _ = sides
    body = ask(side.ceo, f"applications/{side.application.pk}").json()
    assert body["answers"]["plan"].startswith("비밀 계획") and body["number"] == side.application.number
    assert body["standing"] == {"ko": "제출 완료", "en": "Submitted"} and body["files"] == []
    assert ask(side.ceo, f"applications/{side.application.pk}/runs").json() == {"items": []}
    listed = ask(side.ceo, "applications").content.decode()
    assert "비밀 계획" not in listed
    before = AccessEntry.objects.within(subject_id=side.application.pk).count()
    ask(world.manager, f"applications/{side.application.pk}")
    assert AccessEntry.objects.within(subject_id=side.application.pk, person=world.manager.pk).count() == before + 1


def test_a_project_with_its_milestones(world: worlds.World, sides: tuple[Side, Side], ask: Ask) -> None:
    side, _ = sides
    body = ask(side.lead, f"projects/{side.project.pk}").json()
    assert [step["id"] for step in body["milestones"]] == [str(step.pk) for step in side.milestones]
    assert (body["demand"], body["place"], body["grade"]) == (str(side.demand.pk), str(side.place.pk), None)
    assert body["state_label"] == {"ko": "수행 중", "en": "Running"}


def test_an_adoption_that_is_overdue_says_for_how_long(world: worlds.World, sides: tuple[Side, Side], ask: Ask) -> None:
    side, _ = sides
    assert side.case is not None
    body = ask(side.ceo, f"adoptions/{side.case.pk}").json()
    assert (body["days_overdue"], body["state"], body["kind"]) == (25, "under_review", None)  # 1 to 26 February


def test_no_persons_anywhere(world: worlds.World, sides: tuple[Side, Side], ask: Ask) -> None:
    side, _ = sides
    people_of_the_challenge = (world.manager, side.ceo, side.lead, budget_owner_of(world, side))
    for name in (*LISTS, "demands"):
        text = ask(world.manager, name).content.decode()
        for person in people_of_the_challenge:
            assert str(person.pk) not in text and person.name not in text and person.email not in text


def test_filters_by_challenge_and_state(world: worlds.World, sides: tuple[Side, Side], ask: Ask) -> None:
    for name, state in (
        ("applications", "submitted"),
        ("places", "confirmed"),
        ("projects", "active"),
        ("adoptions", "under_review"),
    ):
        assert len(ids(ask(world.manager, f"{name}?challenge=small&state={state}"))) == 2
        assert ids(ask(world.manager, f"{name}?challenge=other")) == set()
        assert ids(ask(world.manager, f"{name}?state=nothing")) == set()
        assert ask(world.manager, f"{name}?state={'x' * 101}").status_code == 422


@pytest.mark.parametrize("name", [*LISTS, "demands", "runs", "webhooks"])
def test_a_token_without_the_scope_is_refused(world: worlds.World, name: str) -> None:
    _, clear = people.issue_token(actor=world.actor(world.manager), name="t", scopes=["profile:read"], days=7)
    refused = Client().get(f"/api/v1/{name}", headers={"authorization": f"Bearer {clear}"})
    assert (refused.status_code, refused.json()["code"]) == (403, "token_scope")
    assert Client().get(f"/api/v1/{name}").status_code == 401


# --- measurements ----------------------------------------------------------------------------------------------------


def jobs(world: worlds.World, count: int) -> None:
    with writing("tests.jobs", SYSTEM):
        blob, _ = Blob.objects.within(organisation=world.operator.pk).get_or_create(
            organisation=world.operator.pk, sha256="0" * 64, size=1
        )
        for _ in range(count):
            save(
                DeviceJob(
                    owner=world.operator.pk, operator=world.operator.pk, subject=world.operator.pk,
                    challenge=world.challenge.pk, model=blob, model_name="m.onnx", plan={}, plan_digest="0" * 64,
                    labels=["arch:x86_64"], state="queued",
                )
            )  # fmt: skip
        audit("tests.jobs", world.challenge)


def test_runs_are_for_those_who_look_after_the_devices(world: worlds.World, ask: Ask) -> None:
    jobs(world, 2)
    assert len(ids(ask(world.manager, "runs"))) == len(ids(ask(world.auditor, "runs?state=queued"))) == 2
    worlds.add_startup(world)
    for stranger in (world.ceos[0], world.experts[0], world.coordinator):
        assert ask(stranger, "runs").status_code == 403
    body = people.create_organisation(
        actor=SYSTEM, kind=OrganisationKind.OPERATOR, name={"ko": "다른원", "en": "Other"}
    )
    other = worlds.person("다른 담당")
    worlds.give(other, body, Role.MANAGER)
    assert ids(ask(other, "runs")) == set()


# --- the cost --------------------------------------------------------------------------------------------------------

#: list → its queries: the token, its roles, the limit, then the list (places: and their matches)
COSTS = {"applications": 4, "places": 5, "projects": 4, "adoptions": 4, "demands": 4, "runs": 4}


@pytest.mark.parametrize("more", [False, True], ids=["1", "50"])
def test_lists_cost_the_same_with_one_row_and_fifty(
    world: worlds.World, sides: tuple[Side, Side], ask: Ask, queries: Any, more: bool
) -> None:
    side, _ = sides
    jobs(world, 50 if more else 1)
    if more:
        fifty_more(world, side)
    for name, cost in COSTS.items():
        person = world.manager if name == "runs" else side.lead if name in ("projects", "demands") else side.ceo
        ask(person, name)
        with queries(cost):
            answer = ask(person, f"{name}?limit=100")
        if name != "demands":
            assert len(answer.json()["items"]) == (50 if more else 1)
    with queries(5):
        ask(side.ceo, f"projects/{side.project.pk}")


def test_pages_follow_each_other_without_a_gap(world: worlds.World, sides: tuple[Side, Side], ask: Ask) -> None:
    side, _ = sides
    fifty_more(world, side)
    for name in LISTS:
        found: list[str] = []
        after = ""
        while after is not None:
            body = ask(side.ceo, f"{name}?limit=7&after={after}").json()
            found += [item["id"] for item in body["items"]]
            after = body["next"]
        assert len(found) == len(set(found)) == 50


# --- limits ----------------------------------------------------------------------------------------------------------


def test_the_public_part_is_limited_by_address_and_says_when_to_come_back(
    world: worlds.World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "PUBLIC_A_MINUTE", 3)
    answers = [Client().get("/api/v1/challenges", REMOTE_ADDR="203.0.113.7") for _ in range(4)]
    assert [a.status_code for a in answers] == [200, 200, 200, 429]
    assert answers[3].json()["code"] == "too_many_requests" and 1 <= int(answers[3]["Retry-After"]) <= 60
    assert Client().get("/api/v1/challenges", REMOTE_ADDR="203.0.113.8").status_code == 200


def test_a_person_is_limited_whatever_the_token_and_guessing_is_limited_by_address(
    world: worlds.World, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "TOKEN_A_MINUTE", 2)
    monkeypatch.setattr(api, "WRONG_A_MINUTE", 2)
    assert [ask(world.manager, "me").status_code for _ in range(3)] == [200, 200, 429]
    assert ask(world.coordinator, "me").status_code == 200
    guesses = [Client().get("/api/v1/me", headers={"authorization": f"Bearer didimdol_{n}"}) for n in range(3)]
    assert [a.status_code for a in guesses] == [401, 401, 429] and "Retry-After" in guesses[2].headers


def test_behind_a_proxy_it_is_the_address_that_the_proxy_saw(
    world: worlds.World, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "PUBLIC_A_MINUTE", 1)
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

    def status(forwarded: str) -> int:
        return int(Client().get("/api/v1/challenges", headers={"x-forwarded-for": forwarded}).status_code)

    assert status("203.0.113.1") == 200
    assert status("203.0.113.2") == 200
    assert status("198.51.100.9, 203.0.113.2") == 429  # what the client wrote before it changes nothing
    settings.SECURE_PROXY_SSL_HEADER = None
    assert [status("203.0.113.3"), status("203.0.113.4")] == [200, 429]


# --- what is not there -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("nothing/here", 404, "not_found"), ("challenges/a%00b", 400, "nul_character"),
        ("challenges?after=%00", 400, "nul_character"), ("challenges/a%2Fb/c", 404, "not_found"),
        ("projects/no-id", 422, "invalid_request"),
    ],
)  # fmt: skip
def test_every_refusal_is_words_in_json(world: worlds.World, ask: Ask, path: str, status: int, code: str) -> None:
    refused = ask(world.manager, path)
    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert refused.json()["message"]["ko"] and refused.json()["message"]["en"]


# --- webhooks over the API -------------------------------------------------------------------------------------------


def test_a_webhook_is_set_up_changed_over_and_removed(world: worlds.World, ask: Ask, receiver: Any, queue: Any) -> None:
    given = {"organisation": str(world.operator.pk), "url": receiver.url, "events": ["application.submit"]}

    def post(path: str, body: Any = None, **headers: str) -> Any:
        return ask(
            world.manager,
            path,
            method="post",
            data=json.dumps(body or {}),
            content_type="application/json",
            headers=headers,
        )

    first = post("webhooks", given, **{"idempotency-key": "a"})
    again = post("webhooks", given, **{"idempotency-key": "a"})
    assert first.status_code == again.status_code == 201
    assert first.json()["secret"].startswith("whsec_") and again.json()["secret"] is None
    assert first.json()["id"] == again.json()["id"]
    id = first.json()["id"]
    assert ids(ask(world.manager, "webhooks")) == {id} and "secret" not in ask(world.manager, f"webhooks/{id}").json()
    worlds.apply(world)
    queue.work()
    (sent,) = ask(world.manager, f"webhooks/{id}/deliveries?state=delivered").json()["items"]
    assert sent["event"] == "application.submit" and sent["payload"]["delivery"] == sent["id"]
    assert post(f"webhook-deliveries/{sent['id']}/again").json()["state"] == "waiting"
    queue.work()
    assert len(receiver.got) == 2
    assert post(f"webhooks/{id}/secret").json()["secret"] != first.json()["secret"]
    assert post(f"webhooks/{id}/pause").json()["state"] == post(f"webhooks/{id}/pause").json()["state"] == "paused"
    assert post(f"webhook-deliveries/{sent['id']}/again").status_code == 403
    assert post(f"webhooks/{id}/resume").json()["state"] == "active"
    for stranger in (world.ceos[0], world.coordinator):
        assert (
            ask(stranger, f"webhooks/{id}").status_code == ask(stranger, f"webhooks/{id}/deliveries").status_code == 404
        )
        assert ask(stranger, f"webhooks/{id}", method="delete").status_code == 404
    assert ask(world.manager, f"webhooks/{id}", method="delete").status_code == 204
    assert ask(world.manager, f"webhooks/{id}").status_code == 404


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"url": "http://example.kr/"}, 422), ({"events": []}, 422), ({"events": ["nonsense"]}, 422), ({"url": ""}, 422),
        ({"challenge": "no-such"}, 404), ({"organisation": "00000000-0000-4000-8000-000000000000"}, 404),
    ],
    ids=str,
)  # fmt: skip
def test_a_bad_webhook_is_refused(
    world: worlds.World, ask: Ask, receiver: Any, change: dict[str, Any], status: int
) -> None:
    given = {"organisation": str(world.operator.pk), "url": receiver.url, "events": ["application.submit"], **change}
    refused = ask(world.manager, "webhooks", method="post", data=json.dumps(given), content_type="application/json")
    assert refused.status_code == status and refused.json()["message"]["ko"]


def test_reading_webhooks_is_not_writing_them(world: worlds.World) -> None:
    _, clear = people.issue_token(actor=world.actor(world.manager), name="t", scopes=["webhooks:read"], days=7)
    headers = {"authorization": f"Bearer {clear}"}
    body = json.dumps({"organisation": str(world.operator.pk), "url": "https://localhost/", "events": ["project.sign"]})
    refused = Client().post("/api/v1/webhooks", body, content_type="application/json", headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (403, "token_scope")
    broken = Client().post("/api/v1/webhooks", "{", content_type="application/json", headers=headers)
    assert (broken.status_code, broken.json()["code"]) == (400, "unreadable_request")
