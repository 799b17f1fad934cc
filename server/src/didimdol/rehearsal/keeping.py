"""Whose rehearsal it was, and keeping its report beside the live data."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from didimdol.kernel.actor import SYSTEM
from didimdol.people.enums import OrganisationKind, Role
from didimdol.people.models import Organisation, RoleAssignment
from didimdol.people.queries import in_force
from didimdol.programmes.models import Challenge
from didimdol.rehearsal import actions
from didimdol.rehearsal.models import RehearsalReport


def operator_of(key: str, named: str) -> Organisation | None:
    """The operator named; else the one that has a challenge of this key; else the only one with a programme manager."""
    operators = Organisation.objects.within(kind=OrganisationKind.OPERATOR.value)
    if named:
        try:
            return operators.filter(pk=UUID(named)).first()
        except ValueError:
            return operators.filter(name__ko=named).first()
    known = Challenge.objects.within(slug=key).select_related("programme__operator").first()
    if known is not None:
        return known.programme.operator
    managed = RoleAssignment.objects.within(role=Role.MANAGER.value).filter(in_force()).values("organisation")
    found = list(operators.filter(pk__in=managed)[:2])
    return found[0] if len(found) == 1 else None


def store(report: dict[str, Any], operator: Organisation) -> RehearsalReport:
    return actions.store_report(actor=SYSTEM, operator=operator, report=report)
