"""A released selection with its places: laptop has two places and two demands of one company, robot one of each.

laptop: 01 and 03 selected, 05 reserve; robot: 02 selected, 04 reserve; 06 below the cut-off.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from didimdol.applications.models import Application
from didimdol.demands.models import Demand
from didimdol.evaluation.models import Seat
from didimdol.kernel import clock
from didimdol.kernel.actor import Actor
from didimdol.notices.models import Todo
from didimdol.people.enums import Role
from didimdol.people.models import Person
from didimdol.people.queries import persons_with
from didimdol.selection import actions
from didimdol.selection.models import Match, Matching, Place, Selection
from server.tests import worlds


def falling(application: Application, seat: Seat, criterion: Any) -> Decimal:
    """The first application is the best; each next one a little worse. From the sixth on below the cut-off of 70."""
    place = int(application.number.rsplit("-", 1)[1])
    return Decimal(criterion.max_points) * (Decimal(100) - 6 * place) / 100


@dataclass
class Market:
    """``demands``: two of laptop, one of robot. ``second``: a manager who computed nothing."""

    world: worlds.World
    selection: Selection
    demands: list[Demand]
    second: Person

    def place(self, number: str) -> Place:
        """The place of the application whose number ends so, as it is now."""
        return Place.objects.within(challenge=self.world.challenge, application__number__endswith=number).get()

    def ceo(self, number: str) -> Actor:
        return self.world.actor(self.world.ceos[int(number) - 1])

    @property
    def manager(self) -> Actor:
        return self.world.actor(self.world.manager)

    @property
    def releaser(self) -> Actor:
        return self.world.actor(self.second)

    def of_company(self, demand: Demand, role: Role = Role.DEMAND_LEAD) -> Actor:
        return self.world.actor(self.person_of(demand, role))

    def person_of(self, demand: Demand, role: Role = Role.DEMAND_LEAD) -> Person:
        return persons_with(role, organisation=demand.company_id, challenge=demand.challenge_id)[0]

    def confirm(self, *numbers: str) -> None:
        for number in numbers:
            actions.confirm_place(actor=self.ceo(number), place=self.place(number))

    def open(self, closes_at: datetime | None = None) -> Matching:
        closes_at = closes_at or clock.now() + timedelta(days=2)
        return actions.open_matching(actor=self.manager, challenge=self.world.challenge, closes_at=closes_at)

    def computed(self) -> Matching:
        """All confirmed, nobody's order given, the time over."""
        self.confirm("01", "02", "03")
        matching = self.open()
        clock.move_to(clock.now() + timedelta(days=3))
        return actions.compute_matching(actor=self.manager, matching=matching)

    def released(self) -> Matching:
        return actions.release_matching(actor=self.releaser, matching=self.computed())

    def pairs(self) -> dict[str, str]:
        """Number → the demand that stands, in English."""
        found = Match.objects.within(place__challenge=self.world.challenge, ended_at=None)
        return {
            m.place.application.number[-2:]: m.demand.title["en"] for m in found.select_related("place__application")
        }


def make(change: Any = None, answers: Callable[[int], dict[str, Any]] | None = None) -> Market:
    """``answers``: of the application with this number, beside the usual ones."""
    world = worlds.open_challenge(rulebook=worlds.small_rulebook(change=change) if change else None)
    river, hill = world.companies
    demands = [worlds.published_demand(world, company) for company in (river, river, hill)]
    for number in range(1, 7):
        worlds.apply(world, answers=answers(number) if answers else None)
    clock.move_to(worlds.CLOSED)
    round = worlds.closed_round(world, points=falling)
    selection = actions.compute_selection(actor=world.runs, round=round)
    manager = world.actor(world.manager)
    actions.decide_selection(actor=manager, selection=selection)
    selection = actions.release_selection(actor=manager, selection=selection)
    second = worlds.person("정팀장")
    worlds.give(second, world.operator, Role.MANAGER)
    return Market(world, selection, demands, second)


def waiting(market: Market, subject: Any = None) -> set[tuple[str, str]]:
    """Open to-dos: (role, what in English), of one row or of all of the selection."""
    found = Todo.objects.unscoped(why="test").filter(closed_at=None, url__startswith="/selection/")
    if subject is not None:
        found = found.filter(subject_id=subject.pk)
    return {(todo.role, todo.what["en"].split(" · ")[0]) for todo in found}
