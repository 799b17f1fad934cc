from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from didimdol.kernel.action import Context, writing
from didimdol.kernel.actor import SYSTEM
from didimdol.kernel.words import text
from didimdol.people import ports, rules
from didimdol.people.ports import ChallengeFacts


@pytest.fixture
def challenges(monkeypatch: pytest.MonkeyPatch) -> Callable[..., ChallengeFacts]:
    """``challenges(operator)``: a challenge that programmes would know of."""
    known: list[ChallengeFacts] = []

    def make(operator: Any) -> ChallengeFacts:
        known.append(ChallengeFacts(uuid.uuid4(), operator.id, text("챌린지", "Challenge")))
        return known[-1]

    def facts(ids: Any, operators: Any) -> list[ChallengeFacts]:
        return [f for f in known if f.id in ids or f.operator in operators]

    monkeypatch.setattr(ports.challenge_facts, "_answer", facts)
    monkeypatch.setattr(rules, "_operators", {})
    return make


@pytest.fixture
def acting(db: None) -> Callable[[], Any]:
    """The inside of an action, as upper rooms have it."""

    @contextmanager
    def inside() -> Iterator[Context]:
        with writing("test.act", SYSTEM) as context:
            yield context

    return inside
