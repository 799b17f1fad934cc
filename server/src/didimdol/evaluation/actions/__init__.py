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

__all__ = [
    "MOST_COMMENT", "accept_replacement", "ask_replacement", "assign_ballots", "change_pool", "change_seat",
    "close_round", "commit_secret", "correct_expertise", "declare_conflicts", "export_pool", "extend_round",
    "fill_seats", "give_up_draw", "lock_ballot", "open_draw", "open_round", "recuse", "refuse_replacement",
    "reopen_ballot", "reveal_secret", "save_ballot", "seal_pool", "seat_evaluator", "start_declarations",
    "vacate_seat",
]  # fmt: skip
