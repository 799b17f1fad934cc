"""The rules of scoring and selecting: their shapes, and whether they fit together."""

from didimdol_decide.rules.checks import check_selection
from didimdol_decide.rules.shapes import (
    BodyRule,
    ByBody,
    ByCriterion,
    ByLottery,
    ByStageTotal,
    CriterionRule,
    FieldQuota,
    Rounding,
    SelectionRule,
    StageRule,
    TieBreak,
    TrimRule,
)

__all__ = [
    "BodyRule",
    "ByBody",
    "ByCriterion",
    "ByLottery",
    "ByStageTotal",
    "CriterionRule",
    "FieldQuota",
    "Rounding",
    "SelectionRule",
    "StageRule",
    "TieBreak",
    "TrimRule",
    "check_selection",
]
