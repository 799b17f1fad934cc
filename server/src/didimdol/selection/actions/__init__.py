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
from didimdol.selection.actions.meet_ups import (
    add_table,
    cancel_meet_up,
    change_meet_up,
    change_table,
    collect_wishes,
    give_meeting_wishes,
    open_meet_up,
    remove_table,
    tell_absence,
)
from didimdol.selection.actions.meetings import (
    ask_for_timetable,
    cancel_meeting,
    change_timetable,
    end_meet_up,
    export_meetings,
    make_timetable,
    publish_timetable,
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
    "add_table", "answer_remarks", "ask_for_estimate", "ask_for_timetable", "cancel_matching",
    "cancel_meet_up", "cancel_meeting", "change_meet_up", "change_table", "change_timetable", "close_reserve",
    "collect_wishes", "compute_matching", "compute_selection", "confirm_place", "decide_selection",
    "decline_place", "delete_estimate", "end_meet_up", "estimate_selection", "exclude_line",
    "export_meetings", "export_places", "export_selection", "give_meeting_wishes", "give_preference",
    "give_up_place", "hold_line", "lapse_place", "lapse_remark", "lift_remark", "make_timetable",
    "open_matching", "open_meet_up", "promote_reserve", "publish_timetable", "readmit_line",
    "reconsider_selection", "release_matching", "release_selection", "remove_table", "tell_absence",
    "tell_evaluator", "unhold_line",
]  # fmt: skip
