"""After-facts: of challenges, and for the rooms above."""

from __future__ import annotations

from typing import Any

from django.dispatch import Signal

from didimdol.demands.models import Demand
from didimdol.kernel.action import wait
from didimdol.programmes.models import Challenge

#: ``demand``, ``actor``: it was taken back. Sent inside the action
demand_withdrawn = Signal()


def call_is_over(sender: Any, challenge: Challenge, **kwargs: Any) -> None:
    """Nobody could claim a new demand any more: what its company has not finished waits for nobody."""
    for demand in Demand.objects.within(challenge=challenge, state__in=("draft", "proposed", "returned")):
        wait(demand, [])
