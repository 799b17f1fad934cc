"""The vertical challenge of Qualcomm and its four partners, demand to adoption, in English."""

from __future__ import annotations

import pytest

from didimdol.records.verifying import verify
from e2e.play import Play
from e2e.vertical_walk import vertical_walk

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_vertical_challenge_in_english(play: Play) -> None:
    vertical_walk(play)
    assert verify().holds
