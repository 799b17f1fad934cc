"""For the whole suite: properties are tried with the same examples everywhere and never against the clock; the longest files
come first, so that both cores end together."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "house",
    deadline=None,
    max_examples=60,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("house")

LONGEST = (
    "test_access_matrix_later.py",
    "test_access_matrix.py",
    "test_whole_way.py",
    "test_accessibility.py",
    "test_links.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: LONGEST.index(item.path.name) if item.path.name in LONGEST else len(LONGEST))
