"""Writes of the selection, by subject."""

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
    "cancel_matching", "close_reserve", "compute_matching", "compute_selection", "confirm_place", "decide_selection",
    "decline_place", "exclude_line", "export_places", "export_selection", "give_preference", "give_up_place",
    "hold_line", "lapse_place", "open_matching", "promote_reserve", "readmit_line", "reconsider_selection",
    "release_matching", "release_selection", "unhold_line",
]  # fmt: skip
