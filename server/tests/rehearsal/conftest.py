"""Tiny rehearsals with made-up measurements; the whole way once, for all tests that look at its report."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from didimdol.kernel import clock
from didimdol.programmes.rulebook import parse
from didimdol.rehearsal import engine, foresight, report, steps
from didimdol.rehearsal.measured import Measurements
from didimdol.rehearsal.world import Wishes, World
from server.tests.rehearsal.canned import canned
from server.tests.worlds import small_rulebook

Change = Callable[[Any], None]


def quiet(event: str, data: dict[str, Any]) -> None:
    """Nobody watches."""


def world_of(change: Change | None = None, *, stages: int = 1, **wishes: Any) -> World:
    source = small_rulebook(key="tiny", stages=stages, change=change)
    book = parse(source, "tiny.yaml").rulebook
    return World(book, source, "tiny.yaml", Wishes(**{"applicants": 12, **wishes}), Measurements(canned))


@pytest.fixture
def rehearse(db: None) -> Callable[..., dict[str, Any]]:
    """Play a small rulebook to its end (or to the step ``until``) and build the report."""

    def play(
        change: Change | None = None, *, until: str = "", stages: int = 1, tell: steps.Tell = quiet, **wishes: Any
    ) -> dict[str, Any]:
        world = world_of(change, stages=stages, **wishes)
        way = engine.whole_way(world.book)
        if until:
            way = way[: [step.key for step in way].index(until) + 1]
        played = steps.play(world, way, tell)
        seen = foresight.foreseen(world)
        return report.build(world, played, seen, started_at=clock.real(), seconds=1.0)

    return play
