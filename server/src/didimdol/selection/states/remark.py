"""A remark to an evaluator about their own ballots: told, answered, or no longer so."""

from __future__ import annotations

from collections.abc import Iterable

from didimdol.evaluation.states import holder_waits
from didimdol.kernel.transitions import Move, State, Table, WaitFor
from didimdol.kernel.words import text
from didimdol.selection import sureness_rules as rules
from didimdol.selection.models import Remark


def _evaluator(remark: Remark) -> Iterable[WaitFor]:
    if remark.seat.state == "vacated":
        return  # who has left cannot reply
    if remark.application is None:
        what = text("점수 성향에 대한 의견을 남길 수 있습니다", "You may reply to a remark on your scores")
    else:
        number = remark.application.number
        what = text(
            f"다른 위원과 크게 다른 점수의 사유를 적어 주십시오 · {number}",
            f"Give the reason for scores far from the panel's · {number}",
        )
    yield holder_waits(remark.seat, what, remark.get_absolute_url(), remark.reply_until)


REMARK = Table(
    "remark",
    State("open", "답변 대기", "Awaiting a reply", kind="warn", waits=_evaluator),
    State("answered", "답변함", "Answered", kind="ok"),
    State("lapsed", "답변 없음", "No reply", kind="quiet"),
    State("lifted", "해소됨", "No longer so", kind="quiet"),
    Move("answer", "open", "answered", rules.may_answer, "답변", "Answer", guard=rules.in_time),
    Move("lapse", "open", "lapsed", rules.is_system, "기한 경과 처리", "Let it lapse", guard=rules.overdue),
    Move("close", "open", "lapsed", rules.is_system, "결과 공개에 따라 마감", "Close with the release"),
    Move("lift", ("open", "answered", "lapsed"), "lifted", rules.is_system, "해소", "Lift"),
    Move("renew", ("answered", "lapsed", "lifted"), "open", rules.is_system, "다시 묻기", "Ask again"),
)
