"""Two startups with a place, a match, a project and a decision each, of two rival companies; and the rest of a list.

The rows are stored as they are: how they come about is tested in their rooms.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import date

from didimdol.applications.models import Application
from didimdol.demands.models import Demand
from didimdol.kernel import clock
from didimdol.kernel.action import audit, save, writing
from didimdol.kernel.actor import SYSTEM
from didimdol.outcomes.models import AdoptionCase
from didimdol.people import actions as people
from didimdol.people.enums import OrganisationKind, Role
from didimdol.people.models import Organisation, Person
from didimdol.projects.models import Milestone, Project
from didimdol.selection.models import Match, Matching, Place
from server.tests import worlds


@dataclass
class Side:
    """One startup with its company."""

    ceo: Person
    startup: Organisation
    lead: Person
    company: Organisation
    application: Application
    demand: Demand
    place: Place
    project: Project
    milestones: list[Milestone] = field(default_factory=list)
    case: AdoptionCase | None = None


def two_sides(world: worlds.World) -> tuple[Side, Side]:
    names = list(world.companies)[:2]
    demands = [worlds.published_demand(world, name) for name in names]
    applications = [worlds.apply(world, demand.field.key) for demand in demands]
    with writing("tests.afterwards", SYSTEM):
        matching = Matching(challenge=world.challenge, state="released", released_at=clock.now())
        save(matching)
        first, second = (
            _side(world, matching, demand, application, number)
            for number, (demand, application) in enumerate(zip(demands, applications, strict=True))
        )
        audit("tests.afterwards", world.challenge)
    return first, second


def _side(world: worlds.World, matching: Matching, demand: Demand, application: Application, number: int) -> Side:
    lead = demand.written_by
    assert lead is not None and application.field is not None
    place, project = row_of(world, matching, demand, application, number)
    side = Side(world.ceos[number], application.startup, lead, demand.company, application, demand, place, project)
    for position in (1, 2):
        step = Milestone(
            project=project, position=position, title=f"비밀 단계 {number}-{position}", due_on=date(2025, 9, position),
            amount=10_000_000, gate="verification", criteria=[{"metric": "latency"}], state="planned",
        )  # fmt: skip
        save(step)
        side.milestones.append(step)
    side.case = AdoptionCase(
        project=project, first_due_on=date(2025, 2, 1), due_on=date(2025, 2, 1), state="under_review"
    )
    save(side.case)
    return side


def row_of(
    world: worlds.World, matching: Matching, demand: Demand, application: Application, number: int
) -> tuple[Place, Project]:
    place = Place(
        challenge=world.challenge, field=application.field, application=application, startup=application.startup,
        state="confirmed", position=number + 1, confirm_by=clock.now(),
    )  # fmt: skip
    save(place)
    match = Match(matching=matching, place=place, demand=demand)
    save(match)
    project = Project(
        challenge=world.challenge, field=application.field, place=place, match=match, demand=demand,
        startup=application.startup, company=demand.company, number=f"{world.challenge.slug}-P{number:03}", state="active",
        grant=20_000_000,
    )  # fmt: skip
    save(project)
    return place, project


def fifty_more(world: worlds.World, side: Side) -> None:
    """Forty-nine more of everything that one startup's and company's lists show, for one row each."""
    with writing("tests.fifty", SYSTEM):
        matching = Matching.objects.within(challenge=world.challenge).get()
        for number in range(100, 149):
            application = Application(
                challenge=world.challenge, rulebook=world.challenge.rulebook, field=side.application.field,
                startup=side.startup, title=f"더 {number}", started_by=side.ceo, state="withdrawn",
                submitted_at=clock.now(), number=f"more-{number}", id=uuid.uuid4(),
            )  # fmt: skip
            save(application)
            _, project = row_of(world, matching, side.demand, application, number)
            for position in (1, 2):
                save(
                    Milestone(
                        project=project, position=position, title="단계", due_on=date(2025, 9, 1), amount=1,
                        gate="verification", state="planned",
                    )
                )  # fmt: skip
            save(
                AdoptionCase(project=project, first_due_on=date(2025, 2, 1), due_on=date(2025, 2, 1), state="declined")
            )
        audit("tests.fifty", world.challenge)


def budget_owner_of(world: worlds.World, side: Side) -> Person:
    owner = side.demand.budget_owner
    assert owner is not None
    return owner


def sponsor_of(world: worlds.World) -> Person:
    body = people.create_organisation(
        actor=SYSTEM, kind=OrganisationKind.TECHNOLOGY_SPONSOR, name={"ko": "후원사", "en": "Sponsor"}
    )
    sponsor = worlds.person("후원 담당")
    worlds.give(sponsor, body, Role.SPONSOR, world.challenge)
    return sponsor
