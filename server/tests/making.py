"""People, organisations and roles for tests, made by the product's own actions; fixtures of the same names give them."""

from __future__ import annotations

import itertools
from datetime import datetime
from typing import Any

from django.test import Client

from didimdol.kernel import clock
from didimdol.kernel.actor import SYSTEM, Actor
from didimdol.people import actions, queries

_numbers = itertools.count(1)


def clock_at(moment: str) -> datetime:
    """``clock_at("2025-03-01 10:00")``: the challenge's clock stands there (KST) and goes on."""
    there = datetime.fromisoformat(moment).replace(tzinfo=clock.KST)
    clock.move_to(there)
    return there


def make_person(name: str = "김하늘", email: str | None = None, **more: Any) -> Any:
    return actions.register_person(
        actor=SYSTEM,
        email=email or f"person{next(_numbers)}@example.kr",
        name=name,
        password="stepping-stone-7",
        **more,
    )


def make_organisation(kind: str, ko: str = "", en: str | None = None, **more: Any) -> Any:
    ko = ko or f"조직{next(_numbers)}"
    return actions.create_organisation(actor=SYSTEM, kind=kind, name={"ko": ko, "en": en or ko}, **more)


def actor_for(person: Any) -> Actor:
    return queries.actor_of(person)


def grant(person: Any, organisation: Any, role: str, challenge: Any = None, field: str = "") -> Actor:
    """Give a role and answer with the person's actor as it is now."""
    challenge_id = getattr(challenge, "id", challenge)
    actions.assign_role(
        actor=SYSTEM, person=person, organisation=organisation, role=role, challenge=challenge_id, field=field
    )
    return actor_for(person)


def signed_in(person: Any) -> Client:
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client
