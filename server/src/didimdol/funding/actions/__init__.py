"""Writes of funding, one file a subject."""

from didimdol.funding.actions.accounts import register_account, verify_account
from didimdol.funding.actions.budgets import approve_budget, return_budget, save_budget, submit_budget
from didimdol.funding.actions.commitments import (
    accept_spending,
    close_commitment,
    commit_grant,
    note_milestone,
    record_return,
)
from didimdol.funding.actions.payments import (
    approve_disbursement,
    cancel_disbursement,
    hold_disbursement,
    release_disbursement,
    request_disbursement,
    unhold_disbursement,
)
from didimdol.funding.actions.statements import export_challenge_statement, export_statement

__all__ = [
    "accept_spending",
    "approve_budget",
    "approve_disbursement",
    "cancel_disbursement",
    "close_commitment",
    "commit_grant",
    "export_challenge_statement",
    "export_statement",
    "hold_disbursement",
    "note_milestone",
    "record_return",
    "register_account",
    "release_disbursement",
    "request_disbursement",
    "return_budget",
    "save_budget",
    "submit_budget",
    "unhold_disbursement",
    "verify_account",
]
