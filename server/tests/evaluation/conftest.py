from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def world(db: None) -> Any:
    from server.tests import worlds

    return worlds.closed_challenge()
