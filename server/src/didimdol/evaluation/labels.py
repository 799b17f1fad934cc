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
        "session_plan.changed": text("발표 일정 변경", "Hours of presentations changed"),
        "session_room.added": text("발표장 추가", "Room added"),
        "session_room.changed": text("발표장 변경", "Room changed"),
        "session_room.removed": text("발표장 삭제", "Room removed"),
        "session_absence.told": text("참석할 수 없는 시간 알림", "Absence told"),
        "session_timetable.asked": text("발표 시간표 만들기 요청", "Timetable of presentations asked for"),
        "session_timetable.made": text("발표 시간표 작성", "Timetable of presentations made"),
        "session_timetable.dropped": text("발표 시간표 버림", "Timetable of presentations dropped"),
        "session_timetable.changed": text("발표 시간표 변경", "Timetable of presentations changed"),
        "session_timetable.change_repeated": text(
            "발표 시간표 변경 반복", "Timetable of presentations changed again as it was"
        ),
        "session_timetable.exported": text("발표 시간표 내려받기", "Timetable of presentations exported"),
        "panel_session.made": text("발표 배정", "Presentation placed"),
        "panel_session.moved": text("발표 옮김", "Presentation moved"),
        "panel_session.ended": text("발표 취소", "Presentation cancelled"),
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
        "evaluation.SessionPlan": text("발표 시간표", "Timetable of presentations"),
        "evaluation.SessionRoom": text("발표장", "Room"),
        "evaluation.SessionAbsence": text("참석할 수 없는 시간", "Absence"),
        "evaluation.PanelSession": text("발표", "Presentation"),
        "session_plan": text("발표 시간표", "Timetable of presentations"),
        "sessions": text("발표 시간표", "Timetable of presentations"),
        "export: sessions": text("발표 시간표 내려받기", "Download of a timetable of presentations"),
        "session record": text("발표 시간표 기록", "Record of a timetable of presentations"),
        "session plan": text("발표 시간표", "Timetable of presentations"),
        "session room": text("발표장", "Room"),
        "session absence": text("참석할 수 없는 시간", "Absence"),
        "presentation": text("발표", "Presentation"),
        "round": text("평가", "Round"),
        "seat": text("위원 자리", "Seat"),
        "ballot": text("평가표", "Ballot"),
    }
)
