from __future__ import annotations

from datetime import datetime

import pytest

from server.tests.making import clock_at
from server.tests.programmes.scenes import BEFORE, Scene, announced_scene, draft_scene
from server.tests.programmes.standing import standing

standing_files, stood = standing.files(), standing.fixture()


@pytest.fixture
def before_opening() -> datetime:
    return clock_at(BEFORE)


@standing.world
def scene() -> Scene:
    return draft_scene()


@standing.world
def announced(scene: Scene) -> Scene:
    return announced_scene(scene)
