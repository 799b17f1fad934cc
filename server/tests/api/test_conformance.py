"""The API keeps what its own description says, whatever it is asked (schemathesis): no answer is a 500, every answer has
the shape and the type that the description gives for its status, and what is not a request is refused.

Seeded and bounded: the same requests every time.
"""

from __future__ import annotations

import socket
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from didimdol.api import signing
from didimdol.api.endpoints import api
from didimdol.api.models import Delivery, Subscription
from didimdol.kernel import api as limits
from didimdol.kernel.action import audit, save, writing
from didimdol.kernel.actor import SYSTEM
from didimdol.people import actions as people
from didimdol.people.scopes import SCOPES
from server.tests import worlds
from server.tests.api.afterwards import two_sides

EXAMPLES, SEED = 8, 20261123
CHECKED = settings(
    max_examples=EXAMPLES,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],  # a failure is named as it was found
    suppress_health_check=list(HealthCheck),
)


def _operations() -> list[tuple[str, str, bool]]:
    document = api.get_openapi_schema(path_prefix="/api/v1/")
    return [
        (method.upper(), path, bool(operation.get("security")))
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


OPERATIONS = _operations()
#: nothing that is sent to these can be wrong
TAKES_NOTHING = {("GET", "/api/v1/me")}
#: no result is released in this world; a new webhook's organisation is drawn by lot
FINDS_NOTHING = {("GET", "/api/v1/challenges/{slug}/result"), ("POST", "/api/v1/webhooks")}


@pytest.fixture
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """No names are asked of the net, and the limits (tested in test_lists) are far away."""

    def nowhere(host: str, *more: Any, **named: Any) -> Any:
        raise socket.gaierror(host)

    monkeypatch.setattr(socket, "getaddrinfo", nowhere)
    for name in ("PUBLIC_A_MINUTE", "TOKEN_A_MINUTE", "WRONG_A_MINUTE"):
        monkeypatch.setattr(limits, name, 1_000_000)


def a_webhook(world: worlds.World) -> tuple[Subscription, Delivery]:
    with writing("tests.webhook", SYSTEM):
        webhook = Subscription(
            organisation=world.operator, owner=world.manager, url="https://localhost/", topics=["project.sign"],
            secret=signing.sealed("whsec_x"), state="active",
        )  # fmt: skip
        save(webhook)
        delivery = Delivery(
            subscription=webhook, topic="webhook.test", payload={"type": "webhook.test"}, state="failed"
        )
        save(delivery)
        audit("tests.webhook", world.challenge)
    return webhook, delivery


@pytest.fixture
def asked(world: worlds.World, quiet: None, static_root: None, monkeypatch: pytest.MonkeyPatch) -> Any:
    """``asked(method, path, mode, who)``: the operation, asked in many ways as nobody, manager or ceo."""
    # As Django's own test client does: a request's end does not close the connection that holds the test's rows.
    for signal in (request_started, request_finished):
        monkeypatch.setattr(signal, "receivers", [])
        monkeypatch.setattr(signal, "sender_receivers_cache", {})
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())
    first, _ = two_sides(world)
    webhook, delivery = a_webhook(world)
    people_ = {"manager": world.manager, "ceo": first.ceo}
    #: things that are there, so that what comes back has rows
    known = {
        "/api/v1/challenges/{slug}": "small", "/api/v1/challenges/{slug}/demands": "small",
        "/api/v1/demands/{id}": first.demand.pk, "/api/v1/applications/{id}": first.application.pk,
        "/api/v1/applications/{id}/runs": first.application.pk, "/api/v1/places/{id}": first.place.pk,
        "/api/v1/projects/{id}": first.project.pk,
        "/api/v1/adoptions/{id}": first.case.pk if first.case else "",
        "/api/v1/webhooks/{id}": webhook.pk, "/api/v1/webhooks/{id}/deliveries": webhook.pk,
        "/api/v1/webhooks/{id}/secret": webhook.pk, "/api/v1/webhooks/{id}/pause": webhook.pk,
        "/api/v1/webhooks/{id}/resume": webhook.pk, "/api/v1/webhook-deliveries/{id}/again": delivery.pk,
    }  # fmt: skip

    def ask(method: str, path: str, mode: GenerationMode, who: str) -> set[int]:
        headers = {}
        if who:
            actor = world.actor(people_[who])
            _, clear = people.issue_token(actor=actor, name="t", scopes=sorted(SCOPES), days=7)
            headers["Authorization"] = f"Bearer {clear}"
        statuses: set[int] = set()

        @seed(SEED)
        @CHECKED
        @given(case=schema[path][method].as_strategy(generation_mode=mode))
        def check(case: Any) -> None:
            if path in known and len(statuses) < 2 and mode is GenerationMode.POSITIVE:
                case.path_parameters = {name: str(known[path]) for name in case.path_parameters}
            # a cursor is opaque: any text has the type of one, and only what a list gave out is one
            opaque = [positive_data_acceptance] if (case.query or {}).get("after") else []
            response = case.call_and_validate(headers=headers, excluded_checks=opaque)
            statuses.add(response.status_code)

        check()
        return statuses

    return ask


@pytest.mark.parametrize(("method", "path", "secured"), OPERATIONS, ids=[f"{m} {p}" for m, p, _ in OPERATIONS])
def test_every_answer_is_as_described(asked: Any, method: str, path: str, secured: bool) -> None:
    for who in ("manager", "ceo") if secured else ("",):
        statuses = asked(method, path, GenerationMode.POSITIVE, who)
        assert statuses <= {200, 201, 204, 403, 404, 409, 422}
        if who != "ceo" and (method, path) not in FINDS_NOTHING:
            assert statuses & {200, 204}
    if (method, path) not in TAKES_NOTHING:
        assert max(asked(method, path, GenerationMode.NEGATIVE, "manager" if secured else "")) < 500
    if secured:
        assert asked(method, path, GenerationMode.POSITIVE, "") == {401}
