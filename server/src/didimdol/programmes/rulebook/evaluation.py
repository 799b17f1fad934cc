"""How applications are judged: stages in order, panels, and the way to a list of selected startups."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from didimdol_decide.rules import SelectionRule, StageRule

from .base import Growing, Key, Part, Percent, Text
from .calendar import Window
from .how_sure import HowSureRules

StageKind = Literal[
    "eligibility",
    "paper",
    "demand_screening",
    "model_check",
    "meet_up",
    "interview",
    "presentation",
    "site_visit",
    "user_trial",
    "committee",
]

SCORED: frozenset[str] = frozenset({"paper", "demand_screening", "presentation", "user_trial"})
"""Kinds of stage that must have a score sheet. An interview's result, for one, is reference material and no
score (sister notices), unless its stage says otherwise with a `rule`."""

ConflictRule = Literal[
    "applicant_ceo",
    "relative",
    "same_organisation",
    "employed_within_3_years",
    "paid_work_since_last_year",
    "interested_party",
    "host_organisation_staff",
    "applicant_of_same_year",
    "took_part_in_original_decision",
]


class PanelRules(Growing):
    """Who sits on a panel. Seats, weights and quorum of each body stand in the stage's `rule`.

    seats: of all bodies together, and the open ones. open_seats: further seats of each panel, which a person of any body
    of the stage may take; such a ballot counts for that person's body.
    market_experts_percent: least share of market experts (예비창업 세부관리기준 §5②: 50).
    panels: parallel panels of the stage; None: as many as the planner finds necessary.
    A draw also keeps: women_percent, outside_capital_percent (least shares of the seats drawn), annual_cap (panels of
    this operator a person sits on in a year; 통합관리지침 §10③), max_per_organisation (of one institution; None: no limit).
    objective: who evaluates what. most: the highest total affinity; fair: the worst-off application first.
    """

    later: ClassVar[tuple[str, ...]] = ("open_seats",)

    seats: Annotated[int, Field(ge=1, le=100)]
    open_seats: Annotated[int, Field(ge=0, le=100)] = 0
    market_experts_percent: Percent = Decimal(50)
    women_percent: Percent = Decimal(0)
    outside_capital_percent: Percent = Decimal(0)
    annual_cap: Annotated[int, Field(ge=1, le=1000)] | None = None
    max_per_organisation: Annotated[int, Field(ge=1, le=100)] | None = 1
    chair: Literal["elected_on_the_day", "named", "none"] = "elected_on_the_day"
    draw: Literal["random", "assignment", "named"] = "random"
    panels: Annotated[int, Field(ge=1, le=1000)] | None = None
    max_applications_each: Annotated[int, Field(ge=1, le=10_000)] | None = None
    objective: Literal["most", "fair"] = "most"
    conflicts: tuple[ConflictRule, ...] = (
        "applicant_ceo",
        "relative",
        "same_organisation",
        "employed_within_3_years",
        "paid_work_since_last_year",
        "interested_party",
        "host_organisation_staff",
        "applicant_of_same_year",
    )


class PresentationRules(Part):
    """Minutes of one presentation, and who must give it."""

    talk_minutes: Annotated[int, Field(ge=1, le=240)] = 15
    questions_minutes: Annotated[int, Field(ge=0, le=240)] = 15
    demand_minutes: Annotated[int, Field(ge=0, le=240)] = 0
    ceo_must_present: bool = True
    recorded_with_consent: bool = False


class Stage(Part):
    """One stage. `rule` is the score sheet, as didimdol-decide computes with it; None: no score.

    In a file `rule` may leave out `key` and `name`: they are the stage's.
    """

    key: Key
    name: Text
    kind: StageKind
    window: Window
    description: Text | None = None
    rule: StageRule | None = None
    panel: PanelRules | None = None
    presentation: PresentationRules | None = None

    @property
    def scored(self) -> bool:
        return self.rule is not None


class EvaluationRules(Part):
    """min_comment_length: characters an evaluator owes with each criterion. blind_stages: there,
    applicants are pseudonyms to the evaluators. In a file `selection` may leave out `quota`.
    how_sure: advice on the ranking, and the evaluators' right of reply.
    """

    stages: Annotated[tuple[Stage, ...], Field(min_length=1, max_length=20)]
    selection: SelectionRule
    min_comment_length: Annotated[int, Field(ge=0, le=5000)] = 0
    blind_stages: tuple[Key, ...] = ()
    feedback: Literal["none", "bands", "bands_and_comments"] = "bands_and_comments"
    reverse_evaluation: bool = True
    committee_decides: bool = True
    how_sure: HowSureRules = HowSureRules()
