"""How sure a ranking is: advice beside the result, and an evaluator's right of reply to it."""

from __future__ import annotations

from datetime import datetime, time
from decimal import Decimal
from typing import Annotated, Literal, get_args

from pydantic import Field

from .base import Part, Percent
from .business_days import calendar_deadline

Reader = Literal["manager", "coordinator", "auditor"]
READERS: tuple[Reader, ...] = get_args(Reader)


class HowSureRules(Part):
    """Settings of the estimate that a committee may read before it decides (docs/deciding/how-sure.md). No result, no
    record and no export depends on it. Applicants and the public never see it.

    enabled: whether it is computed at all. seen_by: the operator's roles that read it. mark_points: an evaluator is marked
    harsh or lenient only where the estimate is sure of it and it is at least so many points of 100. evaluator_sees_own:
    who is marked reads by how many points; otherwise only which way. reply_days: calendar days to answer a
    mark, or to give the reason for a deviating item; asked for also where nothing is estimated. keep_days: the estimate,
    its marks and their replies are deleted so many days after the time for objections.
    """

    enabled: bool = True
    seen_by: Annotated[tuple[Reader, ...], Field(min_length=1)] = READERS
    mark_points: Percent = Decimal(2)
    evaluator_sees_own: bool = True
    reply_days: Annotated[int, Field(ge=1, le=30)] = 5
    keep_days: Annotated[int, Field(ge=0, le=365)] = 30

    def reply_until(self, told: datetime) -> datetime:
        """The last moment (KST) to reply to what was told at `told`."""
        return calendar_deadline(told, self.reply_days, time(23, 59))

    def kept_until(self, objections_end: datetime) -> datetime:
        """When the estimate is deleted (KST)."""
        return calendar_deadline(objections_end, self.keep_days, time(23, 59))
