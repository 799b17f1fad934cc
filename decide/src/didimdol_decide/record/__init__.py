"""Sealed records of a selection: made once, checked by anyone, shown in three tiers.

full   everything; for the auditor. Recomputed to the byte.
public the selected list (more only as far as `disclosure` allows) and one salted commitment per application.
own    one applicant's line and the salt that opens its commitment, with the public part inside.

One signature covers the digests of the full and of the public part, so a public record is provably a part
of the very record that was sealed, and showing a tier needs no key.
"""

from didimdol_decide.record.inputs import LotteryInput, SelectionInputs
from didimdol_decide.record.outcome import SelectionOutcome, compute
from didimdol_decide.record.recompute import check_own, recompute
from didimdol_decide.record.report import Check, NotARecord, Report
from didimdol_decide.record.seal import FORMAT, own_view, public_view, seal_selection

__all__ = [
    "FORMAT",
    "Check",
    "LotteryInput",
    "NotARecord",
    "Report",
    "SelectionInputs",
    "SelectionOutcome",
    "check_own",
    "compute",
    "own_view",
    "public_view",
    "recompute",
    "seal_selection",
]
