"""Writes of the outcomes."""

from didimdol.outcomes.actions.cases import (
    advance_case,
    close_case,
    decide_adoption,
    hand_over_case,
    log_export,
    open_case,
    postpone_decision,
    remind_case,
)
from didimdol.outcomes.actions.introductions import record_introduction, report_introduction_result
from didimdol.outcomes.actions.sales import (
    add_sale_evidence,
    confirm_sale,
    record_sale,
    refuse_sale,
    withdraw_sale,
)

__all__ = [
    "add_sale_evidence",
    "advance_case",
    "close_case",
    "confirm_sale",
    "decide_adoption",
    "hand_over_case",
    "log_export",
    "open_case",
    "postpone_decision",
    "record_introduction",
    "record_sale",
    "refuse_sale",
    "remind_case",
    "report_introduction_result",
    "withdraw_sale",
]
