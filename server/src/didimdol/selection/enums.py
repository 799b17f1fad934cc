from __future__ import annotations

from didimdol.kernel.words import Text, text

#: what didimdol_decide says of an application
OUTCOMES: dict[str, Text] = {
    "selected": text("선정", "Selected"),
    "reserve": text("차순위", "Reserve"),
    "not_selected": text("미선정", "Not selected"),
    "below_cutoff": text("과락", "Below the cut-off"),
    "no_quorum": text("정족수 미달", "Too few ballots"),
    "excluded": text("제외", "Excluded"),
    "passed": text("통과", "Passed"),
}

OUTCOME_KINDS = {"selected": "ok", "passed": "ok", "reserve": "info", "below_cutoff": "bad", "excluded": "bad", "no_quorum": "warn", "not_selected": ""}

#: why an application takes no part any more. Source: 운영요령 §9.
EXCLUSIONS: dict[str, Text] = {
    "withdrawn": text("신청 철회", "Withdrawn"),
    "ineligible": text("신청자격 미달", "Not eligible"),
    "false_statement": text("거짓 기재·표절", "False statement or plagiarism"),
    "duplicate": text("중복 수혜", "Duplicate benefit"),
}
