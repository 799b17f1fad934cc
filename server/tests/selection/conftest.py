"""Selections for tests, from real ballots."""

from __future__ import annotations

import pytest

from didimdol.evaluation.models import Round
from didimdol.people.enums import Role
from didimdol.people.models import Person
from didimdol.selection import actions
from didimdol.selection.models import Selection
from server.tests import worlds
from server.tests.selection.market import Market, falling, make
from server.tests.selection.standing import standing

__all__ = ["falling"]

standing_files, stood = standing.files(), standing.fixture()


@standing.world
def world() -> worlds.World:
    """Six applications in two fields; the call has closed."""
    return worlds.closed_challenge(applications=6)


@standing.world
def closed(world: worlds.World) -> Round:
    return worlds.closed_round(world, points=falling)


@standing.world
def computed(world: worlds.World, closed: Round) -> Selection:
    return actions.compute_selection(actor=world.runs, round=closed)


@standing.world
def decided(world: worlds.World, computed: Selection) -> Selection:
    return actions.decide_selection(actor=world.actor(world.manager), selection=computed)


@standing.world
def released(world: worlds.World, decided: Selection) -> Selection:
    return actions.release_selection(actor=world.actor(world.manager), selection=decided)


@pytest.fixture
def second_manager(world: worlds.World) -> Person:
    person = worlds.person("정팀장")
    worlds.give(person, world.operator, Role.MANAGER)
    return person


@standing.world
def market() -> Market:
    return make()
