"""Writes of the evaluation, by subject."""

from didimdol.evaluation.actions.assignment import assign_ballots, fill_seats
from didimdol.evaluation.actions.ballots import MOST_COMMENT, lock_ballot, recuse, reopen_ballot, save_ballot
from didimdol.evaluation.actions.declaring import declare_conflicts, start_declarations
from didimdol.evaluation.actions.rounds import close_round, extend_round, open_round
from didimdol.evaluation.actions.seats import change_seat, seat_evaluator, vacate_seat

__all__ = [
    "MOST_COMMENT", "assign_ballots", "change_seat", "close_round", "declare_conflicts", "extend_round", "fill_seats",
    "lock_ballot", "open_round", "recuse", "reopen_ballot", "save_ballot", "seat_evaluator", "start_declarations", "vacate_seat",
]  # fmt: skip
