"""The life of a round's timetable: planned, absences asked for, published, over."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.urls import reverse

from didimdol.evaluation import session_rules as rules
from didimdol.evaluation.models import SessionPlan
from didimdol.evaluation.session_hours import hours_of
from didimdol.evaluation.session_problem import facts_of, to_be_moved
from didimdol.evaluation.session_words import title_of
from didimdol.evaluation.states import holder_waits
from didimdol.kernel.transitions import Move, State, Table, WaitFor
from didimdol.kernel.words import Text, text
from didimdol.people.enums import Role
from didimdol.programmes.timetables.slots import times_of


def _to_plan(plan: SessionPlan) -> Iterable[WaitFor]:
    what = text("발표 시간표를 준비해 주십시오", "Prepare the timetable of the presentations")
    if plan.round.state != "closed":
        yield from _operator(plan, what, plan.get_absolute_url(), times_of(hours_of(plan))[0].starts_at)


def _asking(plan: SessionPlan) -> Iterable[WaitFor]:
    """Everybody who has not said when they cannot; and who makes the timetable afterwards."""
    if plan.round.state == "closed":
        return
    seats, applications = rules.unheard(plan)
    what = _of(
        plan, text("발표평가에 참석할 수 없는 시간을 알려 주십시오", "Say when you cannot come to the presentations")
    )
    for seat in seats:
        url = reverse("evaluation:own-sessions", args=[plan.pk])
        yield holder_waits(seat, what, url, plan.answers_until)
    for application in applications:
        for role in (Role.CEO, Role.STAFF):
            yield WaitFor(
                what,
                reverse("evaluation:own-presentation", args=[plan.pk, application.pk]),
                role=role,
                organisation=application.startup_id,
                challenge=application.challenge_id,
                until=plan.answers_until,
            )
    if plan.round.state == "scoring":
        made = text("발표 시간표를 만들어 주십시오", "Make the timetable of the presentations")
        first = times_of(hours_of(plan))[0].starts_at
        yield from _operator(plan, made, reverse("evaluation:session-timetable", args=[plan.pk]), first)


def _to_change(plan: SessionPlan) -> Iterable[WaitFor]:
    moved = to_be_moved(facts_of(plan))
    if moved and plan.round.state == "scoring":
        what = text(
            "그대로 열 수 없는 발표가 있습니다. 시간표를 고쳐 주십시오",
            "Some presentations cannot be held as they stand: change the timetable",
        )
        first = min(row.starts_at for row in moved)
        yield from _operator(plan, what, reverse("evaluation:session-timetable", args=[plan.pk]), first)


def _operator(plan: SessionPlan, what: Text, url: str, until: datetime) -> Iterable[WaitFor]:
    challenge = plan.round.challenge
    for role in (Role.COORDINATOR, Role.MANAGER):
        yield WaitFor(
            _of(plan, what),
            url,
            role=role,
            organisation=challenge.programme.operator_id,
            challenge=challenge.pk,
            until=until,
        )


def _of(plan: SessionPlan, what: Text) -> Text:
    title = title_of(plan)
    return text(f"{what['ko']} · {title['ko']}", f"{what['en']} · {title['en']}")


SESSION_PLAN = Table(
    "session_plan",
    State("draft", "준비 중", "In preparation", kind="", waits=_to_plan),
    State("asking", "참석 확인 중", "Asking for absences", kind="info", waits=_asking),
    State("published", "시간표 공개", "Timetable published", kind="ok", waits=_to_change),
    State("over", "종료", "Over", kind="", final=True),
    State("cancelled", "취소", "Called off", kind="", final=True),
    Move("ask", "draft", "asking", rules.may_run, "참석할 수 없는 시간 묻기", "Ask for absences", guard=rules.ready_to_ask),
    Move("publish", ("draft", "asking"), "published", rules.may_run, "시간표 공개", "Publish the timetable",
         guard=rules.ready_to_publish),
    Move("end", "published", "over", rules.is_system, "종료", "End", guard=rules.all_held),
    Move("cancel", ("draft", "asking", "published"), "cancelled", rules.may_run, "발표 시간표 취소", "Call the timetable off",
         reason_required=True),
)  # fmt: skip
