"""The API: what is public needs no token; the rest takes one, with its scope; refusals are words in both languages."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client

from didimdol.demands.models import Demand
from didimdol.kernel import clock
from didimdol.kernel.action import audit, save, writing
from didimdol.kernel.actor import SYSTEM
from didimdol.people import actions as people
from didimdol.people.enums import OrganisationKind
from didimdol.people.scopes import SCOPES
from didimdol.programmes.models import Challenge
from didimdol.records.models import AccessEntry
from didimdol.selection import actions
from server.tests import worlds

CHALLENGES = "/api/v1/challenges"


def get(url: str, token: str = "", **more: Any) -> Any:
    headers = {"authorization": f"Bearer {token}"} if token else {}
    return Client().get(url, headers={**headers, **more})


def draft_of(world: worlds.World, slug: str) -> Challenge:
    return worlds.programmes.load_rulebook(
        actor=world.actor(world.manager),
        operator=world.operator,
        text=worlds.small_rulebook(key=slug),
        filename="x.yaml",
    )


def many_challenges(world: worlds.World, count: int) -> None:
    with writing("tests.challenges", SYSTEM):
        for number in range(count):
            save(
                Challenge(
                    programme=world.challenge.programme, slug=f"more-{number:02d}", name={"ko": f"더 {number}"}, state="announced",
                    rulebook=world.challenge.rulebook, announced_at=clock.now(), opens_at=clock.now(), closes_at=clock.now(),
                )
            )  # fmt: skip
        audit("tests.challenges", world.challenge)


def many_demands(world: worlds.World, count: int, state: str = "published") -> None:
    field = world.challenge.fields.first()
    with writing("tests.demands", SYSTEM):
        for number in range(count):
            save(
                Demand(
                    challenge=world.challenge, field=field, company=world.companies["river"], title={"ko": f"수요 {number}"},
                    problem={"ko": "문제"}, state=state, published_at=clock.now() if state == "published" else None,
                    budget_owner=world.manager, criteria=[{"metric": "latency"}],
                )
            )  # fmt: skip
        audit("tests.demands", world.challenge)


# --- public --------------------------------------------------------------------------------------------------------


def test_announced_challenges_are_public_and_drafts_do_not_exist(world: worlds.World) -> None:
    draft = draft_of(world, "secret")
    listed = get(CHALLENGES).json()
    assert [item["slug"] for item in listed["items"]] == ["small"] and listed["next"] is None
    assert listed["items"][0]["phase"] == "open"
    assert listed["items"][0]["operator"] == {"name": {"ko": "디딤돌진흥원", "en": "Stone Agency"}, "example": False}
    refused = get(f"{CHALLENGES}/{draft.slug}")
    assert refused.status_code == 404
    assert set(refused.json()) == {"code", "message", "remedy", "detail"} and refused.json()["message"]["en"]
    assert get(f"{CHALLENGES}/{draft.slug}/demands").status_code == 404


def test_the_draft_stays_hidden_with_the_managers_token_too(world: worlds.World) -> None:
    """Public operations answer everybody alike: what they say can be cached and quoted."""
    draft_of(world, "secret")
    _, clear = people.issue_token(actor=world.actor(world.manager), name="t", scopes=["challenges:read"], days=7)
    assert get(f"{CHALLENGES}/secret", clear).status_code == 404


def test_one_challenge_says_its_fields_calendar_and_rules(world: worlds.World) -> None:
    whole = get(f"{CHALLENGES}/small").json()
    assert [(f["key"], f["places"]) for f in whole["fields"]] == [("laptop", 2), ("robot", 1)]
    assert whole["rulebook"]["digest"] == world.challenge.rulebook.digest
    assert "opens" in {line["key"] for line in whole["calendar"]}
    file = Client().get(whole["rulebook"]["file"].removeprefix("http://testserver"))
    assert file.status_code == 200


def walk(url: str, key: str) -> list[str]:
    found, after = [], ""
    while True:
        answer = get(f"{url}?limit=7&after={after}").json()
        assert len(answer["items"]) <= 7
        found += [item[key] for item in answer["items"]]
        if answer["next"] is None:
            return found
        after = answer["next"]


def test_pages_follow_each_other_without_a_gap(world: worlds.World) -> None:
    many_challenges(world, 20)
    many_demands(world, 20)
    many_demands(world, 3, state="proposed")
    slugs = walk(CHALLENGES, "slug")
    assert len(slugs) == len(set(slugs)) == 21 and slugs[-1] == "small"
    ids = walk(f"{CHALLENGES}/small/demands", "id")
    assert len(ids) == len(set(ids)) == 20


def test_lists_cost_the_same_with_fifty(world: worlds.World, queries: Any) -> None:
    many_demands(world, 1)
    for more in (0, 49):
        many_challenges(world, more)
        many_demands(world, more)
        with queries(2):  # the limit, the list
            get(CHALLENGES)
        with queries(3):
            get(f"{CHALLENGES}/small/demands")


@pytest.mark.parametrize("query", ["after=nonsense", "limit=0", "limit=101", "limit=many"])
def test_a_bad_page_is_refused_in_words(world: worlds.World, query: str) -> None:
    refused = get(f"{CHALLENGES}?{query}")
    assert refused.status_code == 422
    assert refused.json()["code"] in ("bad_cursor", "invalid_request") and refused.json()["remedy"]["ko"]


def test_a_demand_tells_no_person_and_no_data_set(world: worlds.World) -> None:
    many_demands(world, 1)
    demand = get(f"{CHALLENGES}/small/demands").json()["items"][0]
    assert demand["criteria"] == [{"metric": "latency"}] and demand["has_dataset"] is False
    text = json.dumps(demand, ensure_ascii=False)
    assert world.manager.name not in text and str(world.manager.pk) not in text
    assert not {"budget_owner", "written_by", "dataset"} & set(demand)


def test_a_result_exists_once_it_is_released(db: None) -> None:
    world = worlds.closed_challenge(applications=3)
    selection = actions.compute_selection(actor=world.runs, round=worlds.closed_round(world))
    manager = world.actor(world.manager)
    actions.decide_selection(actor=manager, selection=selection)
    assert get(f"{CHALLENGES}/small/result").status_code == 404
    actions.release_selection(actor=manager, selection=selection)
    answer = get(f"{CHALLENGES}/small/result")
    assert answer.status_code == 200
    body = answer.json()
    assert [row["number"] for row in body["selected"]] == ["small-0001", "small-0003", "small-0002"]
    assert (body["places"], body["applications"]) == (3, 3)
    assert body["record"] == json.loads(Client().get(f"/selection/{selection.pk}/record/public/").content)
    assert get(body["keys"].removeprefix("http://testserver")).status_code == 200


# --- with a token --------------------------------------------------------------------------------------------------


def test_me_is_the_tokens_person(world: worlds.World) -> None:
    token, clear = people.issue_token(actor=world.runs, name="스크립트", scopes=["profile:read"], days=7)
    body = get("/api/v1/me", clear).json()
    assert (body["id"], body["email"], body["scopes"]) == (
        str(world.coordinator.pk),
        world.coordinator.email,
        ["profile:read"],
    )
    assert body["roles"] == [
        {
            "role": "coordinator", "label": {"ko": "평가 간사", "en": "Panel coordinator"}, "organisation": str(world.operator.pk),
            "organisation_name": {"ko": "디딤돌진흥원", "en": "Stone Agency"}, "challenge": str(world.challenge.pk),
            "challenge_name": {"ko": world.challenge.name["ko"], "en": world.challenge.name["en"]}, "field": None,
        }
    ]  # fmt: skip
    assert clear not in json.dumps(list(type(token).objects.within(pk=token.pk).values("name", "secret_hash")))


def test_a_token_without_the_scope_is_told_which_one(world: worlds.World) -> None:
    _, clear = people.issue_token(actor=world.runs, name="t", scopes=["challenges:read"], days=7)
    refused = get("/api/v1/me", clear)
    assert (refused.status_code, refused.json()["code"]) == (403, "token_scope")
    assert "profile:read" in refused.json()["message"]["ko"]
    assert AccessEntry.objects.within(person=world.coordinator.pk, outcome="denied").count() == 1


def test_no_token_a_wrong_one_a_revoked_one_and_an_old_one(world: worlds.World) -> None:
    token, clear = people.issue_token(actor=world.runs, name="t", scopes=["profile:read"], days=7)
    people.revoke_token(actor=world.runs, token=token)
    for given in ("", "nonsense", clear):
        refused = get("/api/v1/me", given)
        assert (refused.status_code, refused.json()["code"]) == (401, "token_required")
        assert refused["WWW-Authenticate"] == "Bearer"


def test_a_session_is_no_token(world: worlds.World, signed_in: Any) -> None:
    """A browser's cookie opens nothing here, so nothing here needs a CSRF token."""
    assert signed_in(world.coordinator).get("/api/v1/me").status_code == 401


# --- its own description -------------------------------------------------------------------------------------------


def test_the_description_is_openapi_3_1_and_complete(db: None) -> None:
    document = get("/api/v1/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    public = {"/challenges", "/challenges/{slug}", "/challenges/{slug}/demands", "/challenges/{slug}/result"}
    operations = [
        (path.removeprefix("/api/v1"), method, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    assert {path for path, _, operation in operations if not operation.get("security")} == public
    assert {path for path, method, _ in operations if method != "get"} == {
        "/webhooks", "/webhooks/{id}", "/webhooks/{id}/pause", "/webhooks/{id}/resume", "/webhooks/{id}/secret",
        "/webhook-deliveries/{id}/again",
    }  # fmt: skip
    for path, _, operation in operations:
        assert operation["summary"] and operation["x-ko"] and "429" in operation["responses"]
        if path not in public and path != "/me":
            scope = re.search(r"scope ([a-z]+:[a-z]+)", operation["summary"])
            assert scope and scope[1] in SCOPES and scope[1] in operation["x-ko"], path


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_reference_needs_no_script_and_no_outside_address(db: None, language: str) -> None:
    page = get("/api/v1/docs", **{"accept-language": language})
    text = page.content.decode()
    assert page.status_code == 200 and "script-src 'self'" in page["Content-Security-Policy"]
    for path in ("/api/v1/challenges/{slug}/result", "/api/v1/me", "ChallengeWhole"):
        assert path in text
    assert ("공고된 챌린지" in text) == (language == "ko")
    assert "cdn" not in text and "https://" not in text.replace("http://testserver", "")


def test_an_organisation_that_is_an_example_says_so(world: worlds.World) -> None:
    body = people.create_organisation(
        actor=SYSTEM, kind=OrganisationKind.DEMAND_COMPANY, name={"ko": "예시전자", "en": "Ex"}, example=True
    )
    many_demands(world, 1)
    with writing("tests.example", SYSTEM):
        demand = Demand.objects.within(challenge=world.challenge).get()
        demand.company = body
        save(demand, "company")
        audit("tests.example", world.challenge)
    assert get(f"{CHALLENGES}/small/demands").json()["items"][0]["company"] == {
        "name": {"ko": "예시전자", "en": "Ex"},
        "example": True,
    }
