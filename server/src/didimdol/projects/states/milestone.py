"""Milestones and witnessed tests: what they may become, by whom, and whom each waits for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, time

from didimdol.kernel.access import Access
from didimdol.kernel.clock import KST
from didimdol.kernel.transitions import Move, State, Table, WaitFor
from didimdol.kernel.words import Text, text
from didimdol.people.enums import Role
from didimdol.projects import gates
from didimdol.projects import milestone_rules as rules
from didimdol.projects.models import Milestone, WitnessedTest
from didimdol.projects.rules import COMPANY, STARTUP, by_system

Waits = Callable[[Milestone], Iterable[WaitFor]]


def due(milestone: Milestone) -> datetime:
    """The last moment of the due day in Seoul."""
    return datetime.combine(milestone.due_on, time(23, 59, 59), tzinfo=KST)


def _named(what: Text, milestone: Milestone) -> Text:
    number = f"{milestone.project.number} {milestone.position}"
    return text(f"{what['ko']} · {number}", f"{what['en']} · {number}")


def _startup(what: Text) -> Waits:
    def waits(milestone: Milestone) -> Iterable[WaitFor]:
        for role in STARTUP:
            yield WaitFor(
                _named(what, milestone),
                milestone.get_absolute_url(),
                role=role.value,
                organisation=milestone.project.startup_id,
                challenge=milestone.project.challenge_id,
                until=due(milestone),
            )

    return waits


def _company(what: Text) -> Waits:
    def waits(milestone: Milestone) -> Iterable[WaitFor]:
        for role in COMPANY:
            yield WaitFor(
                _named(what, milestone),
                milestone.get_absolute_url(),
                role=role.value,
                organisation=milestone.project.company_id,
                challenge=milestone.project.challenge_id,
            )

    return waits


def _manager(what: Text) -> Waits:
    def waits(milestone: Milestone) -> Iterable[WaitFor]:
        challenge = milestone.project.challenge
        yield WaitFor(
            _named(what, milestone),
            milestone.get_absolute_url(),
            role=Role.MANAGER.value,
            organisation=challenge.programme.operator_id,
            challenge=challenge.pk,
        )

    return waits


def project_runs(milestone: Milestone) -> Access:
    return rules.project_running(milestone.project)


def open_gate(milestone: Milestone) -> Access:
    running = project_runs(milestone)
    return gates.gate_open(milestone) if running else running


MILESTONE = Table(
    "milestone",
    State("planned", "수행 중", "Under way",
          waits=_startup(text("단계 결과물을 제출해 주십시오", "Hand in the milestone"))),
    State("delivered", "제출됨", "Delivered",
          waits=_company(text("결과물과 측정 결과를 확인하고 인수해 주십시오", "Look at the evidence and accept"))),
    State("accepted", "인수됨", "Accepted",
          waits=_manager(text("인수된 단계를 승인해 주십시오", "Approve the accepted milestone"))),
    State("supplement", "보완 요청", "To be supplemented", kind="warn",
          waits=_startup(text("요청받은 내용을 보완해 다시 제출해 주십시오", "Supplement what was asked and hand in again"))),
    State("approved", "승인됨", "Approved", kind="ok", final=True),
    State("dropped", "제외됨", "Dropped", kind="quiet", final=True),
    Move("submit", ("planned", "supplement"), "delivered", rules.hands_in, "제출", "Hand in", guard=open_gate),
    Move("accept", "delivered", "accepted", rules.accepts, "인수", "Accept", guard=open_gate),
    Move("approve", "accepted", "approved", rules.approves, "승인", "Approve", guard=open_gate),
    Move("ask_supplement", ("delivered", "accepted"), "supplement", rules.asks_supplement, "보완 요청", "Ask for a supplement",
         reason_required=True),
    Move("drop", ("planned", "supplement", "delivered", "accepted"), "dropped", rules.drops, "제외", "Drop", reason_required=True),
)  # fmt: skip


def _unsigned(test: WitnessedTest) -> Iterable[WaitFor]:
    """Whoever has not signed yet."""
    milestone, what = (
        test.milestone,
        text("입회 시험 기록을 확인하고 서명해 주십시오", "Check the witnessed test and sign"),
    )
    if test.startup_signer_id is None:
        yield from _startup(what)(milestone)
    if test.company_signer_id is None:
        yield from _company(what)(milestone)


TEST = Table(
    "witnessed_test",
    State("recorded", "서명 전", "Not signed yet", kind="warn", waits=_unsigned),
    State("half_signed", "한쪽 서명", "Signed by one party", kind="warn", waits=_unsigned),
    State("signed", "양측 서명", "Signed by both", kind="ok", final=True),
    State("refused", "서명 거부", "Signature refused", kind="bad", final=True),
    State("set_aside", "쓰지 않음", "Set aside", kind="quiet", final=True),
    Move("sign", "recorded", "half_signed", rules.signs_test, "서명", "Sign"),
    Move("countersign", "half_signed", "signed", rules.signs_test, "확인 서명", "Countersign"),
    Move("refuse", ("recorded", "half_signed"), "refused", rules.signs_test, "서명 거부", "Refuse to sign", reason_required=True),
    Move("set_aside", ("recorded", "half_signed"), "set_aside", by_system, "쓰지 않음", "Set aside"),
)  # fmt: skip
