"""How sure a ranking is: advice beside the official result, never inside it.

P(selected) under resampled ballots and under an additive evaluator-offset model, rank intervals, each
evaluator's severity, agreement; and before the call how many evaluators a panel needs. Needs numpy (extra
`assign`). Not part of any sealed record: floating point may differ in the last digit between machines.
"""

from __future__ import annotations

from didimdol_decide.confidence.chart import rank_chart
from didimdol_decide.confidence.decision import NothingToSay
from didimdol_decide.confidence.how_sure import how_sure
from didimdol_decide.confidence.inputs import ConfidenceInputs, PanelDesign, PanelKind, Settings, Variances
from didimdol_decide.confidence.plan import plan_panels
from didimdol_decide.confidence.result import (
    ApplicationLine,
    BodySummary,
    Confidence,
    FigureLine,
    JudgeLine,
    Plan,
    PlanLine,
)

__all__ = [
    "ApplicationLine",
    "BodySummary",
    "Confidence",
    "ConfidenceInputs",
    "FigureLine",
    "JudgeLine",
    "NothingToSay",
    "PanelDesign",
    "PanelKind",
    "Plan",
    "PlanLine",
    "Settings",
    "Variances",
    "how_sure",
    "plan_panels",
    "rank_chart",
]
