"""Writes of the evaluation, by subject."""

from didimdol.evaluation.actions.assignment import assign_ballots, fill_seats
from didimdol.evaluation.actions.ballots import MOST_COMMENT, lock_ballot, recuse, reopen_ballot, save_ballot
from didimdol.evaluation.actions.declaring import declare_conflicts, start_declarations
from didimdol.evaluation.actions.drawing import (
    change_pool,
    commit_secret,
    export_pool,
    give_up_draw,
    open_draw,
    reveal_secret,
    seal_pool,
)
from didimdol.evaluation.actions.expertise import correct_expertise
from didimdol.evaluation.actions.replacing import accept_replacement, ask_replacement, refuse_replacement
from didimdol.evaluation.actions.rounds import close_round, extend_round, open_round
from didimdol.evaluation.actions.seats import change_seat, seat_evaluator, vacate_seat
from didimdol.evaluation.actions.session_plans import (
    add_session_room,
    ask_session_absences,
    cancel_sessions,
    change_session_room,
    change_sessions,
    plan_sessions,
    remove_session_room,
    tell_session_absence,
)
from didimdol.evaluation.actions.sessions import (
    ask_session_timetable,
    change_session_timetable,
    end_sessions,
    export_sessions,
    make_session_timetable,
    publish_sessions,
)

__all__ = [
    "MOST_COMMENT", "accept_replacement", "add_session_room", "ask_replacement", "ask_session_absences",
    "ask_session_timetable", "assign_ballots", "cancel_sessions", "change_pool", "change_seat", "change_session_room",
    "change_session_timetable", "change_sessions", "close_round", "commit_secret", "correct_expertise",
    "declare_conflicts", "end_sessions", "export_pool", "export_sessions", "extend_round", "fill_seats",
    "give_up_draw", "lock_ballot", "make_session_timetable", "open_draw", "open_round", "plan_sessions",
    "publish_sessions", "recuse", "refuse_replacement", "remove_session_room", "reopen_ballot", "reveal_secret",
    "save_ballot", "seal_pool", "seat_evaluator", "start_declarations", "tell_session_absence", "vacate_seat",
]  # fmt: skip
