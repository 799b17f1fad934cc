"""Writes of the evaluation, by subject."""

from didimdol.evaluation.actions.assignment import assign_ballots
from didimdol.evaluation.actions.ballots import MOST_COMMENT, lock_ballot, recuse, reopen_ballot, save_ballot
from didimdol.evaluation.actions.declaring import declare_conflicts, start_declarations
from didimdol.evaluation.actions.expertise import correct_expertise
from didimdol.evaluation.actions.rounds import close_round, extend_round, open_round
from didimdol.evaluation.actions.seats import seat_evaluator, vacate_seat

__all__ = [
    "MOST_COMMENT", "assign_ballots", "close_round", "correct_expertise", "declare_conflicts", "extend_round", "lock_ballot", "open_round",
    "recuse", "reopen_ballot", "save_ballot", "seat_evaluator", "start_declarations", "vacate_seat",
]  # fmt: skip
