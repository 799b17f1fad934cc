"""A challenge of a small rulebook, with people in the roles that prepare it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from didimdol.kernel.actor import Actor
from didimdol.people.enums import Role
from didimdol.people.models import Organisation, Person
from didimdol.programmes.actions import announce_challenge, load_rulebook
from didimdol.programmes.models import Challenge
from server.tests.making import actor_for, clock_at, grant, make_organisation, make_person
from server.tests.programmes.samples import YAML

BEFORE = "2025-02-20 10:00"


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


def draft_scene() -> Scene:
    """A draft: the operator's manager loaded the rulebook; each demand company has its people."""
    clock_at(BEFORE)
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


def announced_scene(scene: Scene) -> Scene:
    announce_challenge(actor=scene.acts("manager"), challenge=scene.challenge)
    scene.fresh()
    return scene
