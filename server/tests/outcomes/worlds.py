"""A signed project with its people, made without walking the whole way: selection, projects and signing have their own
tests."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

import pytest

from didimdol.demands.models import Demand
from didimdol.kernel import clock
from didimdol.kernel.action import audit, writing
from didimdol.kernel.actor import SYSTEM, Actor
from didimdol.kernel.problems import AccessDenied
from didimdol.outcomes import receiving
from didimdol.outcomes.models import AdoptionCase
from didimdol.people.enums import OrganisationKind, Role
from didimdol.people.models import Organisation, Person
from didimdol.people.queries import actor_of
from didimdol.programmes.models import Party
from didimdol.projects.models import Agreement, Plan, Project
from didimdol.selection.models import Match, Matching, Place
from server.tests import worlds

SIGNED = worlds.kst("2025-06-02 10:00")
DUE = date(2025, 12, 1)
_numbers = itertools.count(1)


@contextmanager
def refused(reason: str) -> Iterator[None]:
    """Denied, for exactly this reason."""
    with pytest.raises(AccessDenied) as denied:
        yield
    assert denied.value.code == reason


@dataclass
class Signed:
    """``owner`` signed the charter and decides; ``lead`` is the company's; ``rival``: the other company's owner."""

    world: worlds.World
    project: Project
    case: AdoptionCase
    demand: Demand
    ceo: Person
    owner: Person
    lead: Person
    second_owner: Person
    rival: Person
    rival_ceo: Person
    sponsor: Organisation
    sponsor_person: Person

    def acts(self, who: str) -> Actor:
        people = {"manager": self.world.manager, "coordinator": self.world.coordinator, "auditor": self.world.auditor}
        found = people.get(who) or getattr(self, who)
        return actor_of(found)

    def fresh(self) -> AdoptionCase:
        return AdoptionCase.objects.within(pk=self.case.pk).get()


def holder(name: str, organisation: Organisation, role: Role, world: worlds.World) -> Person:
    person = worlds.person(name)
    worlds.give(person, organisation, role, world.challenge)
    return person


def signed_project(*, decision_on: date | None = DUE, budget_owner: bool = True) -> Signed:
    """One project of the laptop's company, signed on 2 June 2025; the clock stands there."""
    world = worlds.open_challenge()
    demand = worlds.published_demand(world, "river")
    application = worlds.apply(world, "laptop")
    rival_application = worlds.apply(world, "robot")
    clock.move_to(SIGNED)
    river = demand.company
    owner = demand.budget_owner
    assert owner is not None
    lead = holder("강실무", river, Role.DEMAND_LEAD, world)
    second = holder("강둘째", river, Role.BUDGET_OWNER, world)
    other = next(o for key, o in world.companies.items() if key != "river")
    rival = holder("경쟁책임", other, Role.BUDGET_OWNER, world)
    number = next(_numbers)
    with writing("tests.sponsor", SYSTEM):
        sponsor = Organisation(
            kind=OrganisationKind.TECHNOLOGY_SPONSOR.value,
            name={"ko": f"칩후원{number}", "en": f"Chip Sponsor {number}"},
        )
        sponsor.save()
        Party(challenge=world.challenge, organisation=sponsor, key=f"sponsor{number}", part="technology_sponsor").save()
        audit("tests.sponsor", sponsor)
    sponsor_person = holder("칩담당", sponsor, Role.SPONSOR, world)
    project = make_project(world, demand, application, decision_on, owner if budget_owner else None)
    return Signed(
        world, project, AdoptionCase.objects.within(project=project).get(), demand, world.ceos[0], owner, lead, second,
        rival, world.ceos[world.applications.index(rival_application)], sponsor, sponsor_person,
    )  # fmt: skip


def make_project(
    world: worlds.World, demand: Demand, application: object, decision_on: date | None, owner: Person | None
) -> Project:
    number = next(_numbers)
    with writing("tests.signed", SYSTEM):
        place = Place(
            challenge=world.challenge, field=application.field, application=application,  # type: ignore[attr-defined]
            startup=application.startup, state="confirmed",  # type: ignore[attr-defined]
        )  # fmt: skip
        place.save()
        matching = Matching(challenge=world.challenge, number=number, state="released")
        matching.save()
        match = Match(matching=matching, place=place, demand=demand)
        match.save()
        project = Project(
            challenge=world.challenge, field=place.field, place=place, match=match, demand=demand,
            startup=place.startup, company=demand.company, number=f"{world.challenge.slug}-P{number:02d}",
            starts_on=date(2025, 6, 2), ends_on=date(2025, 10, 31), grant=100_000_000, signed_at=SIGNED, state="active",
        )  # fmt: skip
        project.save()
        plan = Plan(project=project, state="approved")
        plan.save()
        Agreement(project=project, plan=plan, budget_owner=owner, decision_on=decision_on, state="signed").save()
        # as the signal of signing does; the money that signing commits is not these tests' affair
        receiving.begin(Project, project=project)
        audit("tests.signed", project)
    return project
