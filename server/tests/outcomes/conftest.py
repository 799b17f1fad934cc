from __future__ import annotations

import pytest

from server.tests.outcomes.worlds import Signed, signed_project


@pytest.fixture
def signed(db: None) -> Signed:
    return signed_project()
