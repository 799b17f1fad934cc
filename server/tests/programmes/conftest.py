"""A challenge of a small rulebook, with people in the roles that prepare it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest

from didimdol.kernel.actor import Actor
from didimdol.people.enums import Role
from didimdol.people.models import Organisation, Person
from didimdol.programmes.actions import announce_challenge, load_rulebook
from didimdol.programmes.models import Challenge
from server.tests.programmes.samples import YAML


@dataclass
class Scene:
    """``people`` by role; ``acts(role)`` is the person's actor as it is now."""

    challenge: Challenge
    operator: Organisation
    actor_for: Callable[[Person], Actor]
    people: dict[str, Person] = field(default_factory=dict)
    organisations: dict[str, Organisation] = field(default_factory=dict)

    def acts(self, name: str) -> Actor:
        return self.actor_for(self.people[name])

    def fresh(self) -> Challenge:
        self.challenge = (
            Challenge.objects.within(pk=self.challenge.pk).select_related("programme__operator", "rulebook").get()
        )
        return self.challenge


@pytest.fixture
def before_opening(clock_at: Callable[[str], datetime]) -> datetime:
    return clock_at("2025-02-20 10:00")


@pytest.fixture
def scene(
    db: None,
    before_opening: datetime,
    make_person: Callable[..., Any],
    make_organisation: Callable[..., Any],
    grant: Callable[..., Actor],
    actor_for: Callable[[Person], Actor],
) -> Scene:
    """A draft: the operator's manager loaded the rulebook; each demand company has its people."""
    operator = make_organisation("operator", "디딤돌진흥원", "Stone Agency")
    manager = make_person("이담당")
    actor = grant(manager, operator, Role.MANAGER)
    challenge = load_rulebook(actor=actor, operator=operator, text=YAML, filename="stone.yaml")
    made = Scene(challenge, operator, actor_for, {"manager": manager})
    made.fresh()
    made.organisations = {p.key: p.organisation for p in challenge.parties.select_related("organisation")}
    for name, party, role in (
        ("coordinator", "agency", Role.COORDINATOR),
        ("auditor", "agency", Role.AUDITOR),
        ("verifier", "agency", Role.VERIFIER),
        ("lead", "river", Role.DEMAND_LEAD),
        ("owner", "river", Role.BUDGET_OWNER),
        ("rival", "hill", Role.DEMAND_LEAD),
        ("sponsor", "chip", Role.SPONSOR),
    ):
        made.people[name] = make_person(name)
        grant(made.people[name], made.organisations[party], role)
    made.people["stranger"] = make_person("stranger")
    return made


@pytest.fixture
def announced(scene: Scene) -> Scene:
    announce_challenge(actor=scene.acts("manager"), challenge=scene.challenge)
    scene.fresh()
    return scene
