"""The first half of the way, and its result recomputed from the sealed record alone."""

from __future__ import annotations

import pytest

from didimdol.records.verifying import verify
from e2e.first_half import anyone_recomputes_it_with_the_checker_alone, first_half
from e2e.play import Play

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_first_half(play: Play) -> None:
    record, keys = first_half(play)
    anyone_recomputes_it_with_the_checker_alone(play, record, keys)
    assert verify().holds
