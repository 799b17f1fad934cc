"""Writes of the selection, by subject."""

from didimdol.selection.actions.estimates import ask_for_estimate, delete_estimate, estimate_selection
from didimdol.selection.actions.matchings import (
    cancel_matching,
    compute_matching,
    export_places,
    give_preference,
    open_matching,
    release_matching,
)
from didimdol.selection.actions.places import (
    close_reserve,
    confirm_place,
    decline_place,
    give_up_place,
    lapse_place,
    promote_reserve,
)
from didimdol.selection.actions.remarks import answer_remarks, lapse_remark, lift_remark, tell_evaluator
from didimdol.selection.actions.selections import (
    compute_selection,
    decide_selection,
    exclude_line,
    export_selection,
    hold_line,
    readmit_line,
    reconsider_selection,
    release_selection,
    unhold_line,
)

__all__ = [
    "answer_remarks", "ask_for_estimate", "cancel_matching", "close_reserve", "compute_matching",
    "compute_selection", "confirm_place", "decide_selection", "decline_place", "delete_estimate",
    "estimate_selection", "exclude_line", "export_places", "export_selection", "give_preference", "give_up_place",
    "hold_line", "lapse_place", "lapse_remark", "lift_remark", "open_matching", "promote_reserve", "readmit_line",
    "reconsider_selection", "release_matching", "release_selection", "tell_evaluator", "unhold_line",
]  # fmt: skip
