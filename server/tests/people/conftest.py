from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from didimdol.kernel.words import text
from didimdol.people import ports, rules
from didimdol.people.ports import ChallengeFacts


@pytest.fixture
def challenges(monkeypatch: pytest.MonkeyPatch) -> Callable[..., ChallengeFacts]:
    """``challenges(operator)``: a challenge that programmes would know of."""
    known: list[ChallengeFacts] = []

    def make(operator: Any, ko: str = "온디바이스", en: str = "On-device") -> ChallengeFacts:
        fields = {"robot": text("로봇", "Robots"), "camera": text("카메라", "Cameras")}
        known.append(ChallengeFacts(uuid.uuid4(), operator.id, text(ko, en), fields))
        return known[-1]

    def facts(ids: Any, operators: Any) -> list[ChallengeFacts]:
        return [f for f in known if f.id in ids or f.operator in operators]

    monkeypatch.setattr(ports.challenge_facts, "_answer", facts)
    monkeypatch.setattr(rules, "_operators", {})
    return make
