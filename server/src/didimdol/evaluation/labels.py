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
        "seat.expertise_corrected": text("전문 분야 수정", "Expertise corrected"),
        "seat.expertise_kept": text("전문 분야 저장(변화 없음)", "Expertise saved, nothing new"),
        "draw.pool_changed": text("추첨 명부 변경", "Pool of a draw changed"),
        "draw.committed": text("추첨 비밀 약속", "Committed to a secret for a draw"),
        "draw.exported": text("추첨 명부 내려받기", "Pool of a draw downloaded"),
        "draw.revealed": text("추첨 비밀 공개", "Secret of a draw revealed"),
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
        "evaluation.Draw": text("평가위원 추첨", "Draw of evaluators"),
        "evaluation.DrawReplacement": text("추첨 위원 대체", "Replacement of a drawn evaluator"),
        "evaluation draw": text("평가위원 추첨", "Draw of evaluators"),
        "draw": text("평가위원 추첨", "Draw of evaluators"),
        "export: draw": text("추첨 명부 내려받기", "Download of a draw's pool"),
        "draw person": text("추첨 명부의 사람", "Somebody in a draw's pool"),
        "draw replacement": text("추첨 위원 대체", "Replacement of a drawn evaluator"),
        "round": text("평가", "Round"),
        "seat": text("위원 자리", "Seat"),
        "ballot": text("평가표", "Ballot"),
    }
)
