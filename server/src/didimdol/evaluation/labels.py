"""What the pages of the log call the events and things of this room."""

from __future__ import annotations

from didimdol.kernel.words import text
from didimdol.records.labels import events, things

events(
    {
        "round.assigned": text("신청 배정", "Applications assigned"),
        "round.seats_filled": text("빈자리 채움", "Empty seats filled"),
        "seat.changed": text("위원 자리 변경", "Seat changed"),
        "round.extended": text("평가 마감 연장", "Closing time extended"),
        "ballot.saved": text("평가표 저장", "Ballot saved"),
        "ballot.saved_again": text("평가표 저장(변화 없음)", "Ballot saved, nothing new"),
        "conflict.declared": text("이해충돌 신고", "Conflict declared"),
        "conflict.found": text("이해충돌 발견", "Conflict found"),
    }
)
things(
    {
        "evaluation.Round": text("평가", "Round"),
        "evaluation.Seat": text("위원 자리", "Seat"),
        "evaluation.Conflict": text("이해충돌", "Conflict of interest"),
        "evaluation.Ballot": text("평가표", "Ballot"),
        "round": text("평가", "Round"),
        "seat": text("위원 자리", "Seat"),
        "ballot": text("평가표", "Ballot"),
    }
)
