"""How finished projects are graded, and how the best of them are found."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from didimdol_decide.plain import Text as Name
from didimdol_decide.rules import BodyRule, CriterionRule, StageRule

from .base import Part, Percent

Grade = Literal["outstanding", "good", "fair", "insufficient", "very_poor"]


def _sheet(key: str, name: Name, expert: dict[str, tuple[int, Name]], demand: dict[str, tuple[int, Name]]) -> StageRule:
    """Experts and the demand company, half each."""
    bodies = (("expert", Name(ko="외부 전문가", en="Experts"), expert, 5, 3),
              ("demand", Name(ko="수요기업", en="Demand company"), demand, 3, 1))  # fmt: skip
    return StageRule(
        key=key,
        name=name,
        cutoff_percent=Decimal(0),
        bodies=tuple(
            BodyRule(
                key=body,
                name=called,
                weight=Decimal("0.5"),
                seats=seats,
                quorum=quorum,
                criteria=tuple(
                    CriterionRule(key=item, max_points=points, name=words) for item, (points, words) in items.items()
                ),
            )
            for body, called, items, seats, quorum in bodies
        ),
    )


FINAL_SHEET = _sheet(
    "final",
    Name(ko="최종평가", en="Final evaluation"),
    {
        "achievement": (40, Name(ko="목표 달성도", en="Goals reached")),
        "technology": (30, Name(ko="기술 완성도", en="Maturity of the technology")),
        "business": (30, Name(ko="사업화 가능성", en="Prospects of business")),
    },
    {
        "fit": (40, Name(ko="수요 적합성", en="Fit to the demand")),
        "performance": (40, Name(ko="실증 성능", en="Performance in the PoC")),
        "adoption": (20, Name(ko="적용 가능성", en="Prospects of adoption")),
    },
)
BEST_SHEET = _sheet(
    "best",
    Name(ko="최종 우수과제 선정", en="Choice of the best projects"),
    {
        "excellence": (50, Name(ko="성과의 우수성", en="Excellence of the result")),
        "growth": (50, Name(ko="성장 가능성", en="Prospects of growth")),
    },
    {
        "adoption": (60, Name(ko="제품 적용 계획", en="Plan of adoption")),
        "cooperation": (40, Name(ko="협업 성과", en="Fruits of the cooperation")),
    },
)


class GradeBands(Part):
    """The least percentage of each grade; below the last it is very poor. Source of the grades: 통합관리지침 §54③."""

    outstanding: Percent = Decimal(90)
    good: Percent = Decimal(80)
    fair: Percent = Decimal(60)
    insufficient: Percent = Decimal(40)

    def of(self, total: Decimal) -> Grade:
        """The grade of a score of 0..100; equal reaches the band."""
        for grade in ("outstanding", "good", "fair", "insufficient"):
            if total >= getattr(self, grade):
                return grade
        return "very_poor"


class FinalRules(Part):
    """`rule`, `best_rule`: score sheets, as didimdol-decide computes with them: bodies "expert" and "demand".

    In a file both may leave out `key` and `name`.
    """

    rule: StageRule = FINAL_SHEET
    grades: GradeBands = GradeBands()
    best_rule: StageRule = BEST_SHEET
