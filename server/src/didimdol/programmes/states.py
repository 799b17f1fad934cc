"""The life of a challenge. Whether applications are open is not a state: it is computed from the clock."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from didimdol.kernel import clock
from didimdol.kernel.access import Access, Allowed, Denied, reasons
from didimdol.kernel.transitions import Move, State, Table, WaitFor
from didimdol.kernel.words import text
from didimdol.people.enums import Role
from didimdol.programmes import rules
from didimdol.programmes.models import Challenge
from didimdol.programmes.rulebooks import rules_of


def _announce(challenge: Challenge) -> Iterable[WaitFor]:
    name = challenge.name
    yield WaitFor(
        what=text(f"공고: {name['ko']}", f"Announce: {name.get('en') or name['ko']}"),
        url=challenge.manage_url,
        role=Role.MANAGER,
        organisation=challenge.programme.operator_id,
        challenge=challenge.id,
        until=challenge.opens_at,
    )


def ready_to_announce(challenge: Challenge) -> Access:
    """운영요령 §7②: the notice stands at least 20 days (10 in a recorded urgency) and says what it must say."""
    if challenge.rulebook is None or challenge.opens_at is None or challenge.closes_at is None:
        return Denied("no_rulebook")
    rulebook = rules_of(challenge)
    from_day = max(clock.now(), challenge.opens_at).astimezone(clock.KST).date()
    days = (challenge.closes_at.astimezone(clock.KST).date() - from_day) // timedelta(days=1)
    if days < rulebook.notice.shortest_window_days:
        return Denied("window_too_short", days=max(days, 0), least=rulebook.notice.shortest_window_days)
    stand_ins = [party for party in rulebook.parties if party.example]
    if stand_ins and not challenge.example:
        return Denied("stand_ins_left", names=", ".join(party.name.ko for party in stand_ins))
    return Allowed


def window_is_over(challenge: Challenge) -> Access:
    if challenge.closes_at is not None and clock.now() >= challenge.closes_at:
        return Allowed
    return Denied("applications_still_open")


CHALLENGE = Table(
    "challenge",
    State("draft", "준비 중", "In preparation", kind="", waits=_announce),
    State("announced", "공고됨", "Announced", kind="info"),
    State("evaluating", "평가 중", "Under evaluation", kind="info"),
    State("closed", "결과 발표", "Results released", kind="ok", final=True),
    State("cancelled", "취소", "Cancelled", kind="bad", final=True),
    Move("announce", "draft", "announced", rules.runs, "공고", "Announce", guard=ready_to_announce),
    Move(
        "start_evaluation",
        "announced",
        "evaluating",
        rules.runs_evaluation,
        "평가 시작",
        "Start the evaluation",
        guard=window_is_over,
    ),
    Move("close", "evaluating", "closed", rules.runs, "결과 발표", "Release the results"),
    Move(
        "cancel",
        ("draft", "announced", "evaluating"),
        "cancelled",
        rules.runs,
        "취소",
        "Cancel",
        reason_required=True,
    ),
)

reasons(
    {
        "no_rulebook": text("아직 규칙집이 없습니다.", "There is no rulebook yet."),
        "window_too_short": text(
            "접수 마감까지 {days}일 남아 공고 기간이 최소 {least}일에 미치지 못합니다. 일정을 고쳐 규칙집을 다시 올려 주십시오.",
            "Only {days} days are left until closing; the notice must stand {least} days. Load a rulebook with a later calendar.",
        ),
        "stand_ins_left": text(
            "예시로 적은 기관이 남아 있습니다: {names}. 실제 기관으로 바꾸거나 챌린지를 예시로 표시해 주십시오.",
            "Stand-in organisations are left: {names}. Name the real ones, or mark the challenge as an example.",
        ),
        "applications_still_open": text("접수가 아직 끝나지 않았습니다.", "Applications are still open."),
    }
)
