from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from didimdol.kernel.action import audit, save, writing
from didimdol.kernel.actor import SYSTEM
from didimdol.kernel.models import Blob
from didimdol.kernel.paging import page
from didimdol.kernel.problems import BadInput

pytestmark = pytest.mark.django_db
START = datetime(2025, 3, 1, tzinfo=UTC)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(0, 4), min_size=0, max_size=14), st.integers(1, 6), st.sampled_from(["size", "-size"]))
def test_all_pages_together_are_the_list(sizes: list[int], length: int, order: str) -> None:
    organisation = uuid4()
    with writing("test", SYSTEM):
        for number, size in enumerate(sizes):
            save(
                Blob(
                    organisation=organisation,
                    sha256=f"{number:064}",
                    size=size,
                    created_at=START + timedelta(hours=size),
                )
            )
        audit("test_blob.stored")
    mine = Blob.objects.within(organisation=organisation)
    expected = list(mine.order_by(order, "pk"))
    seen, cursor = [], ""
    while True:
        got = page(mine, order=(order,), cursor=cursor, size=length)
        seen += got.rows
        assert len(got.rows) <= length
        if got.next_cursor is None:
            break
        cursor = got.next_cursor
    assert seen == expected


@pytest.mark.parametrize("cursor", ["x", "WzFd", "W10", "!!!", "WyJhIiwiYiJd", "e30"])
def test_a_cursor_that_was_not_given_out_is_refused(cursor: str) -> None:
    with pytest.raises(BadInput) as refused:
        page(Blob.objects.unscoped(why="test"), order=("size",), cursor=cursor)
    assert refused.value.code == "bad_cursor"


@pytest.mark.parametrize(
    "values",
    [["no moment", str(uuid4())], ["2025-03-01", "no id"], ["\0", str(uuid4())], [True, str(uuid4())], [{}, "x"]],
)
def test_a_cursor_of_values_that_the_columns_cannot_hold_is_refused(values: list[object]) -> None:
    cursor = base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")
    with pytest.raises(BadInput):
        page(Blob.objects.within(organisation=uuid4()), order=("-created_at",), cursor=cursor)
