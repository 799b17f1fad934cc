"""The whole way, from a company's demand to an AI that ships, in Korean as every role; and the selection on it recomputed
from its sealed record alone."""

from __future__ import annotations

import pytest

from didimdol.records.verifying import verify
from e2e.first_half import anyone_recomputes_it_with_the_checker_alone, first_half
from e2e.play import Play
from e2e.second_half import second_half

pytestmark = pytest.mark.django_db(transaction=True)


def test_from_the_demand_to_the_adoption(play: Play) -> None:
    record, keys = first_half(play)
    anyone_recomputes_it_with_the_checker_alone(play, record, keys)
    second_half(play)
    assert verify().holds
