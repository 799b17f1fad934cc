"""The table of test_access_matrix.py, from the closing of the call to the released result."""

from __future__ import annotations

from typing import Any

import pytest

from server.tests.house import matrix
from server.tests.house.scenes import PHASES, open_scene


@pytest.mark.django_db
def test_evaluation_and_selection_answer_as_the_table_says(settings: Any) -> None:
    settings.DEVELOPMENT = False
    matrix.compare(open_scene(), PHASES[1:-1])
