"""For the whole suite: the longest files first, so that both cores end together."""

from __future__ import annotations

import pytest

LONGEST = (
    "test_access_matrix_later.py",
    "test_access_matrix.py",
    "test_whole_way.py",
    "test_accessibility.py",
    "test_links.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: LONGEST.index(item.path.name) if item.path.name in LONGEST else len(LONGEST))
