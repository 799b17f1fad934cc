"""Reads of the outcomes. ``access_…`` is the only way for a page to fetch a row."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import cast
from uuid import UUID

from django.db.models import Case, Exists, IntegerField, OuterRef, Q, Value, When

from didimdol.kernel import clock
from didimdol.kernel.actor import Actor
from didimdol.kernel.problems import Invisible
from didimdol.kernel.rows import ScopedQuerySet
from didimdol.outcomes import rules
from didimdol.outcomes.amounts import sums
from didimdol.outcomes.models import WAITING, AdoptionCase, Evidence, Introduction, Sale
from didimdol.people.enums import Role
from didimdol.people.models import Person
from didimdol.people.queries import persons_with

_OF_CASE = ("project__challenge__programme__operator", "project__startup", "project__company", "project__field",
            "project__demand", "budget_owner")  # fmt: skip
#: overdue and due first, by the day they were due; what was decided after them
OVERDUE_FIRST = ("settled", "due_on")


def cases_visible_to(actor: Actor) -> ScopedQuerySet[AdoptionCase]:
    settled = Case(When(state__in=WAITING, then=Value(0)), default=Value(1), output_field=IntegerField())
    found = AdoptionCase.objects.visible(rules.visible_to(actor)).select_related(*_OF_CASE)
    return cast("ScopedQuerySet[AdoptionCase]", found.annotate(settled=settled))


def overdue(today: date | None = None) -> Q:
    """Cases whose decision was due before today, by the clock of the moment of asking."""
    return Q(state__in=WAITING, due_on__lt=today or clock.today().date())


def access_case(actor: Actor, id: UUID) -> AdoptionCase:
    found = cases_visible_to(actor).filter(pk=id).first()
    if found is None:
        raise Invisible("adoption case", id)
    return found


def access_case_to_introduce(actor: Actor, id: UUID) -> AdoptionCase:
    """A case for an introduction: the parties', or one of a challenge that the actor sponsors. Raises Invisible."""
    reach = rules.visible_to(actor) | rules.sponsored_by(actor)
    found = AdoptionCase.objects.visible(reach, pk=id).select_related(*_OF_CASE).first()
    if found is None:
        raise Invisible("adoption case", id)
    return found


def access_sale(actor: Actor, id: UUID) -> Sale:
    found = Sale.objects.visible(rules.visible_to(actor, "case__"), pk=id)
    sale = found.select_related("case", *(f"case__{path}" for path in _OF_CASE), "verdict").first()
    if sale is None:
        raise Invisible("sale", id)
    return sale


def access_evidence(actor: Actor, id: UUID) -> Evidence:
    found = Evidence.objects.visible(rules.visible_to(actor, "case__"), pk=id).select_related("case__project", "blob")
    evidence = found.first()
    if evidence is None:
        raise Invisible("evidence", id)
    return evidence


def sales_of(case: AdoptionCase) -> list[Sale]:
    found = Sale.objects.within(case=case).select_related("verdict__by", "organisation", "recorded_by")
    return list(found.prefetch_related("evidence").order_by("-sold_on", "-recorded_at", "pk"))


def verdict_of(sale: Sale) -> str:
    """A key of enums.VERDICTS; "" while nobody said anything."""
    verdict = getattr(sale, "verdict", None)
    return verdict.verdict if verdict is not None else ""


def confirmed_sums(case_ids: Collection[UUID]) -> dict[str, int]:
    """Confirmed sales of these cases by currency, in minor units; currencies are never added to each other."""
    found = Sale.objects.within(case__in=list(case_ids), verdict__verdict="confirmed")
    return sums(found.values_list("currency", "amount"))


# --- introductions -------------------------------------------------------------------------------------------------


def introductions_visible_to(actor: Actor) -> ScopedQuerySet[Introduction]:
    reach = rules.visible_to(actor, "case__") | rules.sponsored_by(actor, "case__")
    found = Introduction.objects.visible(reach)
    return found.select_related("organisation", *(f"case__{path}" for path in _OF_CASE))


def access_introduction(actor: Actor, id: UUID) -> Introduction:
    found = introductions_visible_to(actor).filter(pk=id).first()
    if found is None:
        raise Invisible("introduction", id)
    return found


def cases_to_introduce(actor: Actor) -> ScopedQuerySet[AdoptionCase]:
    """The startups that the actor may bring together with somebody: as their company, or as the sponsor."""
    company = rules.visible_to(actor) & Q(project__company__in=actor.organisations(*rules.COMPANY))
    found = AdoptionCase.objects.visible(company | rules.sponsored_by(actor))
    return found.select_related(*_OF_CASE).order_by("project__number")


# --- who acts ------------------------------------------------------------------------------------------------------


def deciders(case: AdoptionCase) -> list[Person]:
    """Whom a reminder reaches: the budget owner of the case, or the company's where nobody with an account signed."""
    project = case.project
    holders = persons_with(Role.BUDGET_OWNER, organisation=project.company_id, challenge=project.challenge_id)
    named = [person for person in holders if person.pk == case.budget_owner_id]
    return named or holders


def possible_owners(case: AdoptionCase) -> list[Person]:
    project = case.project
    return persons_with(Role.BUDGET_OWNER, organisation=project.company_id, challenge=project.challenge_id)


def to_remind(today: date, before: datetime) -> list[UUID]:
    """Cases that are overdue or due within a week, and of which nobody was reminded since ``before``."""
    near = Q(state__in=WAITING, due_on__lte=today + timedelta(days=7))
    quiet = Q(reminded_at__isnull=True) | Q(reminded_at__lte=before)
    found = AdoptionCase.objects.unscoped(why="the daily reminder looks at every case").filter(near & quiet)
    return list(found.order_by("due_on", "pk").values_list("pk", flat=True))


def unconfirmed() -> Exists:
    """Does a case have an entry that nobody has settled?"""
    return Exists(Sale.objects.within(case=OuterRef("pk"), verdict__isnull=True))
