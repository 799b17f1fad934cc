"""After the closing: what an amendment may still change."""

from __future__ import annotations

from datetime import datetime

from didimdol.kernel import clock
from didimdol.kernel.problems import BadInput
from didimdol.kernel.words import text
from didimdol.programmes.models import Challenge
from didimdol.programmes.ports import stages_assigned
from didimdol.programmes.rulebook import Rulebook, diff

#: how many sit on a panel, the quotas of its draw and the limits of its people: no score is reckoned otherwise
OF_PANEL = {
    "seats",
    "open_seats",
    "panels",
    "market_experts_percent",
    "women_percent",
    "outside_capital_percent",
    "annual_cap",
    "max_per_organisation",
    "max_applications_each",
}
OF_BODY = {"seats", "quorum"}


def is_late(challenge: Challenge, opens: datetime | None, closes: datetime | None) -> bool:
    """Whether rules with this window of applications come after the closing, and leave it closed."""
    if challenge.state == "evaluating":
        return True
    same = (opens, closes) == (challenge.opens_at, challenge.closes_at)
    return same and challenge.closes_at is not None and clock.now() >= challenge.closes_at


def check_late(challenge: Challenge, before: Rulebook, after: Rulebook) -> None:
    """Only the panels of stages that are not assigned yet: whoever applied knew the criteria. Raises BadInput."""
    assigned = stages_assigned.ask(challenge.pk)
    other = [change.path for change in diff(before, after) if (_stage_of(change.path) or "") in {"", *assigned}]
    if other:
        listed = ", ".join(other[:10])
        raise BadInput(
            "amend_panels_only",
            text(
                f"접수가 끝난 뒤에는 바꿀 수 없습니다: {listed}",
                f"This cannot change once applications have closed: {listed}",
            ),
            text(
                "아직 배정하지 않은 평가의 위원 수·정족수·열린 자리·추첨 할당·배정 상한만 바꿀 수 있습니다.",
                "Seats, quorum, open seats, quotas of the draw and limits of stages that are not assigned yet may change.",
            ),
        )


def _stage_of(path: str) -> str | None:
    """The stage whose panel the rule at this path makes up; None for every other rule."""
    match path.split("."):
        case ["evaluation", "stages", stage, "panel", name] if name in OF_PANEL:
            return stage
        case ["evaluation", "stages", stage, "rule", "bodies", _, name] if name in OF_BODY:
            return stage
    return None
