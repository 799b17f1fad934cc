"""The table of test_access_matrix.py, while a project runs."""

from __future__ import annotations

from typing import Any

import pytest

from server.tests.house import matrix
from server.tests.house.scenes import open_scene


@pytest.mark.django_db
def test_the_second_half_answers_as_the_table_says(settings: Any) -> None:
    settings.DEVELOPMENT = False
    scene = open_scene()
    settings.DEVELOPMENT = True  # a webhook to this machine is for development only
    scene.go_to("running")
    settings.DEVELOPMENT = False
    matrix.compare(scene, ("running",))
