"""How well an evaluator's expertise fits an application, as the assignment counts it."""

from __future__ import annotations

from decimal import Decimal

from didimdol.applications.models import Application
from didimdol.evaluation.models import Seat

#: how much an evaluator's own field counts against any other
OWN_FIELD, OTHER_FIELD = Decimal("1"), Decimal("0.5")


def field_of(application: Application) -> str:
    return application.field.key if application.field else "none"


def affinities(applications: list[Application], seats: list[Seat]) -> dict[tuple[str, str], Decimal]:
    """(application, seat) → 0..1 for every pair."""
    return {
        (str(a.pk), str(s.pk)): OWN_FIELD if field_of(a) in s.fields else OTHER_FIELD
        for a in applications
        for s in seats
    }
