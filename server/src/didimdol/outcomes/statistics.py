"""What everybody may know of the outcomes: totals only, and none so small that it names a company."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from uuid import UUID

from didimdol.kernel.actor import PUBLIC
from didimdol.outcomes.amounts import sums
from didimdol.outcomes.models import WAITING, AdoptionCase, Introduction, Sale
from didimdol.outcomes.states import ADOPTED
from didimdol.programmes.models import Challenge
from didimdol.programmes.queries import challenges_visible_to

#: with fewer projects (or, for money, fewer startups) a total would tell what one of them did
LEAST = 3


@dataclass(frozen=True, slots=True)
class Figures:
    """Totals of one challenge. ``kinds``: how it was adopted. ``sales``: confirmed, by currency; empty where
    too few startups sold. ``few``: too few projects for a breakdown."""

    challenge: Challenge
    projects: int
    few: bool
    waiting: int
    overdue: int
    adopted: int
    declined: int
    kinds: dict[str, int]
    introductions: int
    contracts: int
    sellers: int
    sales: dict[str, int]


def by_challenge() -> list[Figures]:
    """One entry for each public challenge with signed projects, the newest first."""
    challenges = {c.pk: c for c in challenges_visible_to(PUBLIC)}
    cases = list(
        AdoptionCase.objects.visible(project__challenge__in=list(challenges)).select_related("project").order_by("pk")
    )
    grouped: dict[UUID, list[AdoptionCase]] = {}
    for case in cases:
        grouped.setdefault(case.project.challenge_id, []).append(case)
    sold = _confirmed([case.pk for case in cases])
    made = Introduction.objects.visible(case__in=[case.pk for case in cases]).values_list("case_id", "result")
    introduced: dict[UUID, list[str]] = {}
    for identity, result in made:
        introduced.setdefault(identity, []).append(result)
    found = [_figures(challenges[key], group, sold, introduced) for key, group in grouped.items()]
    return sorted(found, key=lambda figures: figures.challenge.created_at, reverse=True)


def _confirmed(cases: list[UUID]) -> dict[UUID, list[tuple[str, int]]]:
    found = Sale.objects.visible(case__in=cases, verdict__verdict="confirmed")
    sold: dict[UUID, list[tuple[str, int]]] = {}
    for case, currency, amount in found.values_list("case_id", "currency", "amount"):
        sold.setdefault(case, []).append((currency, amount))
    return sold


def _figures(
    challenge: Challenge,
    cases: list[AdoptionCase],
    sold: dict[UUID, list[tuple[str, int]]],
    introduced: dict[UUID, list[str]],
) -> Figures:
    few = len({case.project.startup_id for case in cases}) < LEAST
    results = [result for case in cases for result in introduced.get(case.pk, [])]
    sellers: dict[str, set[UUID]] = {}
    for case in cases:
        for currency, _ in sold.get(case.pk, []):
            sellers.setdefault(currency, set()).add(case.project.startup_id)
    total = sums(entry for case in cases for entry in sold.get(case.pk, []))
    return Figures(
        challenge=challenge,
        projects=len(cases),
        few=few,
        waiting=sum(case.state in WAITING for case in cases),
        overdue=sum(bool(case.days_overdue()) for case in cases),
        adopted=sum(case.state in ADOPTED for case in cases),
        declined=sum(case.state == "declined" for case in cases),
        kinds={} if few else dict(Counter(case.kind for case in cases if case.state in ADOPTED and case.kind)),
        introductions=len(results),
        contracts=results.count("contract"),
        sellers=len({case.project.startup_id for case in cases if sold.get(case.pk)}),
        sales={currency: minor for currency, minor in total.items() if len(sellers[currency]) >= LEAST},
    )
