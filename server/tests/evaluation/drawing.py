"""A round whose external experts are to be drawn: nine experts of nine institutes, a company that witnesses."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.test import Client
from django.urls import reverse

from didimdol.evaluation import actions
from didimdol.evaluation.models import Draw, Round
from didimdol.kernel import clock
from didimdol.kernel.actor import SYSTEM, Actor
from didimdol.people import actions as people
from didimdol.people.enums import OrganisationKind, Role
from didimdol.people.models import Person
from didimdol_decide.drawing import Reveal, new_reveal
from server.tests import worlds

EXPERTS = 9
RIVER = "party-river"


def random_panel(**more: Any) -> str:
    def change(book: Any) -> None:
        book["evaluation"]["stages"][0]["panel"] = {"seats": 3, "draw": "random", "women_percent": 30, **more}

    return worlds.small_rulebook(change=change)


@dataclass
class Scene:
    """``lead``: of the company that commits beside the operator. ``experts`` alternate: market, technical; woman, man."""

    world: worlds.World
    round: Round
    lead: Person
    experts: list[Person] = field(default_factory=list)

    @property
    def runs(self) -> Actor:
        return self.world.runs

    def acts(self, who: Person) -> Actor:
        return self.world.actor(who)

    def expert(self, name: str, person: Person | None = None) -> Person:
        """One more, of an institute of their own."""
        institute = people.create_organisation(
            actor=SYSTEM, kind=OrganisationKind.EXPERT_BODY, name={"ko": f"{name} 연구소", "en": f"{name} Institute"}
        )
        person = person or worlds.person(name)
        worlds.give(person, institute, Role.EXPERT, self.world.challenge)
        self.experts.append(person)
        return person

    def stated(self) -> dict[Any, tuple[bool, str, str, str]]:
        return {
            person.pk: (True, ("market", "technical")[n % 2], ("f", "m")[n % 2], "")
            for n, person in enumerate(self.experts)
        }

    def opened(self, seats: int = 3) -> Draw:
        draw = actions.open_draw(actor=self.runs, round=self.round, body="expert", seats=seats, witness=RIVER)
        return actions.change_pool(actor=self.runs, draw=draw, stated=self.stated())

    def sealed(self, seats: int = 3) -> Draw:
        return actions.seal_pool(actor=self.runs, draw=self.opened(seats), reveal_by=clock.now() + timedelta(days=2))

    def committed(self, seats: int = 3) -> tuple[Draw, Reveal, Reveal]:
        """Sealed, and both bodies committed; with their secrets, the operator's first."""
        draw = self.sealed(seats)
        mine, theirs = new_reveal("operator", "6 2 5"), new_reveal(RIVER)
        for actor, reveal in ((self.runs, mine), (self.acts(self.lead), theirs)):
            commitment = reveal.commitment(draw.pool_digest).commitment
            draw = actions.commit_secret(actor=actor, draw=draw, commitment=commitment)
        return draw, mine, theirs

    def drawn(self, seats: int = 3) -> Draw:
        draw, mine, theirs = self.committed(seats)
        actions.reveal_secret(actor=self.runs, draw=draw, secret=file_of(mine))
        return actions.reveal_secret(actor=self.acts(self.lead), draw=draw, secret=file_of(theirs))


def file_of(reveal: Reveal) -> str:
    return json.dumps(reveal.as_json())


def scene(experts: int = EXPERTS, applications: int = 2, **panel: Any) -> Scene:
    world = worlds.closed_challenge(applications=applications, experts=0, rulebook=random_panel(**panel))
    lead = worlds.person("강수요")
    worlds.give(lead, world.companies["river"], Role.DEMAND_LEAD, world.challenge)
    made = Scene(world, worlds.open_round(world), lead)
    for number in range(experts):
        made.expert(f"뽑힐이{number + 1}")
    return made


def fresh(draw: Draw) -> Draw:
    return Draw.objects.within(pk=draw.pk).get()


def page(name: str, id: Any) -> str:
    return reverse(f"evaluation:{name}", args=[id])


SignedIn = Callable[[Any], Client]
