from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from didimdol.evaluation.models import Ballot, Round
from server.tests import worlds
from server.tests.evaluation.presenting import Presenting, made
from server.tests.evaluation.standing import standing

standing_files, stood = standing.files(), standing.fixture()


@standing.world
def presenting() -> Presenting:
    """Four applications assigned in a stage with presentations."""
    return made()


@standing.world
def published(presenting: Presenting) -> Presenting:
    return presenting.plan().make().publish()


@standing.world
def world() -> worlds.World:
    """Four applications, two a field; three experts, one evaluator of each demand company."""
    return worlds.closed_challenge()


@standing.world
def scoring(world: worlds.World) -> Round:
    return worlds.scoring_round(world)


@pytest.fixture
def ballot_of() -> Callable[..., Ballot]:
    def find(round: Round, person: Any = None, state: str = "draft") -> Ballot:
        """The first ballot of the round (of ``person``) by number."""
        rows = Ballot.objects.within(seat__round=round, state=state).select_related(
            "seat__person", "seat__round", "application"
        )
        rows = rows.filter(seat__person=person) if person is not None else rows
        found = rows.order_by("application__number", "seat__person__name").first()
        assert found is not None
        return found

    return find
