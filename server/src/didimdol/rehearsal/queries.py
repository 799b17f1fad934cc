"""Reads of rehearsals."""

from __future__ import annotations

from uuid import UUID

from didimdol.kernel.actor import Actor
from didimdol.kernel.problems import Invisible
from didimdol.kernel.rows import ScopedQuerySet
from didimdol.rehearsal import rules
from didimdol.rehearsal.models import RehearsalReport


def reports_visible_to(actor: Actor) -> ScopedQuerySet[RehearsalReport]:
    return RehearsalReport.objects.visible(rules.visible_to(actor)).select_related("operator")


def access_report(actor: Actor, id: UUID) -> RehearsalReport:
    """Raises Invisible."""
    found = reports_visible_to(actor).filter(pk=id).first()
    if found is None:
        raise Invisible("rehearsal", id)
    return found
