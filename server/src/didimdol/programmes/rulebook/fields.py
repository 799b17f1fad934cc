"""What is asked for: fields or named tasks, who demands them, how many places each has."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from didimdol_lab.contract import Criterion

from .base import Growing, Key, Part, Text
from .matching import GroupReserve, MatchingBudget

IntakeMode = Literal["demand_first", "startup_first", "pair_first"]
"""Who moves first: demands are published and startups apply; startups are chosen and then matched; or a
startup and a demand company apply together (domain.md §2, axis a)."""


class ChallengeField(Part):
    """A field (or named task); an application names exactly one.

    quota: places; None where the places of all fields are pooled. demand_company: the party that demands it;
    None where it is not fixed yet. criteria: acceptance criteria every application of the field is measured
    against, before those of the demands it claims to meet. assumed: not in any source we could read.
    """

    key: Key
    name: Text
    description: Text | None = None
    quota: Annotated[int, Field(ge=0, le=10_000)] | None = None
    demand_company: Key | None = None
    criteria: Annotated[tuple[Criterion, ...], Field(max_length=30)] = ()
    assumed: bool = False
    note: Text | None = None


class DemandRules(Part):
    """How demands are asked for and shown.

    unit: what an applicant chooses. places: startups to be selected in all. pooled: one list over all fields.
    walls: companies see only the applications of their own fields. max_claims: demands one application may
    claim to meet; None: any number. candidates: demands or tasks to be published, from which the places come.
    """

    unit: Literal["field", "task", "free_proposal"] = "field"
    places: Annotated[int, Field(ge=1, le=10_000)]
    pooled: bool = False
    walls: bool = True
    market_check: bool = True
    budget_owner_required: bool = True
    decision_date_required: bool = True
    max_claims: Annotated[int, Field(ge=1, le=1000)] | None = None
    candidates: Annotated[int, Field(ge=1, le=10_000)] | None = None
    guide: Text | None = None


class MatchingRules(Growing):
    """Matching with business units or demand companies, and its meetings.

    method: how it is computed (didimdol_decide.matching). deferred_acceptance: stable, and no startup gains by
    another order than its own. stable_most: stable with equals left equal, and the most seats; best_value: the
    highest total of both sides' liking, stable or not; with both a startup may gain by a false order. ties: whether
    companies may put startups equal, and startups of equal score are equal where a company says nothing ("scores").
    budgets, reserves: with best_value alone, since with them there need not be a stable matching.
    """

    later: ClassVar[tuple[str, ...]] = ("budgets", "reserves")

    with_whom: Literal["business_unit", "demand_company", "none"] = "demand_company"
    when: Literal["before_selection", "after_selection"] = "after_selection"
    meeting_minutes: Annotated[int, Field(ge=5, le=480)] = 30
    preferences: Annotated[int, Field(ge=1, le=100)] = 5
    method: Literal["deferred_acceptance", "stable_most", "best_value"] = "deferred_acceptance"
    ties: Literal["none", "scores"] = "none"
    budgets: Annotated[tuple[MatchingBudget, ...], Field(max_length=100)] = ()
    reserves: Annotated[tuple[GroupReserve, ...], Field(max_length=100)] = ()
    note: Text | None = None
