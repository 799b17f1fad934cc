from __future__ import annotations

from didimdol.kernel.words import Text, text

#: what became of an application: didimdol_decide's keys, and "passed" for a stage that is not the last
OUTCOMES: dict[str, Text] = {
    "selected": text("선정", "Selected"),
    "passed": text("통과", "Passed"),
    "reserve": text("예비", "Reserve"),
    "not_selected": text("미선정", "Not selected"),
    "below_cutoff": text("기준 점수 미달", "Below the cut-off"),
    "no_quorum": text("정족수 미달", "Too few ballots"),
    "excluded": text("제외", "Excluded"),
}

#: what is told once the place of an application went another way than its outcome: (outcome, state of the place)
AFTERWARDS: dict[tuple[str, str], Text] = {
    ("selected", "confirmed"): text("참여 확정", "Place confirmed"),
    ("reserve", "offered"): text("추가 선정", "Selected from the reserve list"),
    ("reserve", "confirmed"): text("참여 확정", "Place confirmed"),
    ("reserve", "closed"): text("예비 종료", "Reserve list ended"),
    **{(outcome, state): text("참여 포기", "Place not taken")
       for outcome in ("selected", "reserve") for state in ("declined", "lapsed", "given_up")},
}  # fmt: skip

OUTCOME_KINDS: dict[str, str] = {
    "selected": "ok",
    "passed": "ok",
    "reserve": "info",
    "not_selected": "",
    "below_cutoff": "bad",
    "no_quorum": "warn",
    "excluded": "bad",
}

#: why the operator takes an application out. Source: 운영요령 §9.
EXCLUSIONS: dict[str, Text] = {
    "ineligible": text("신청자격 미달", "Not eligible"),
    "false_statement": text("거짓 기재·표절", "False statement or plagiarism"),
    "duplicate": text("중복 수혜", "Duplicate benefit"),
}

#: the applicant's own doing: never chosen by the operator
WITHDRAWN = "withdrawn"
REASONS: dict[str, Text] = {WITHDRAWN: text("신청 철회", "Withdrawn"), **EXCLUSIONS}
