"""Who plans, publishes and changes the timetable of a round's presentations, who sees what of it; and what must be there
first."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from didimdol.applications import rules as application_rules
from didimdol.applications.models import Application
from didimdol.design.texts import when_text
from didimdol.evaluation import rules
from didimdol.evaluation.models import Round, Seat, SessionAbsence, SessionPlan, SessionRoom
from didimdol.evaluation.session_hours import hours_of, presents
from didimdol.evaluation.session_problem import facts_of, problem_of
from didimdol.kernel import clock
from didimdol.kernel.access import Access, Allowed, Denied, reasons
from didimdol.kernel.actor import SYSTEM, Actor
from didimdol.kernel.words import text
from didimdol.programmes import rules as programme_rules
from didimdol.programmes.timetables.looking import is_of_now
from didimdol.programmes.timetables.slots import last_of, times_of

UNDER_WAY = ("draft", "asking", "published")


def visible_to(actor: Actor) -> Q:
    """The timetable as a whole: who conducts or audits the round."""
    return rules.operated(actor, "round__challenge__")


def may_read(actor: Actor, plan: SessionPlan) -> Access:
    return programme_rules.runs(actor, plan.round.challenge, *rules.CONDUCT)


def may_run(actor: Actor, plan: SessionPlan) -> Access:
    return rules.conducts(actor, plan.round)


def is_system(actor: Actor, plan: SessionPlan) -> Access:
    return Allowed if actor == SYSTEM else Denied("only_the_system")


def is_own(actor: Actor, *, seat: Seat | None = None, application: Application | None = None) -> Access:
    """The evaluator's own seat, or one's own startup's application."""
    if seat is not None:
        return rules.holds_seat(actor, seat)
    assert application is not None
    return application_rules.of_the_startup(actor, application)


def may_tell_absence(
    actor: Actor, plan: SessionPlan, *, seat: Seat | None = None, application: Application | None = None
) -> Access:
    """They themselves, or who conducts the round for somebody who calls."""
    own = is_own(actor, seat=seat, application=application)
    return own if own else may_run(actor, plan)


# --- guards --------------------------------------------------------------------------------------------------------


def ready_to_open(round: Round) -> Access:
    """A stage with presentations that is not closed, without a timetable so far."""
    if not presents(round):
        return Denied("stage_without_presentations")
    if round.state == "closed":
        return Denied("round_is_closed")
    if SessionPlan.objects.within(round=round).exclude(state="cancelled").exists():
        return Denied("sessions_under_way")
    return Allowed


def ready_to_ask(plan: SessionPlan) -> Access:
    hours = hours_of(plan)
    if hours.answers_until <= clock.now() or times_of(hours)[0].starts_at <= clock.now():
        return Denied("session_hours_passed")
    return Allowed


def answers_over(plan: SessionPlan) -> bool:
    return clock.now() > plan.answers_until


def takes_absences(plan: SessionPlan) -> Access:
    """From the asking on, as long as sessions lie ahead."""
    if plan.state not in ("asking", "published"):
        return Denied("sessions_not_open")
    if plan.round.state == "closed":
        return Denied("round_is_closed")
    return Allowed if clock.now() < last_of(hours_of(plan)) else Denied("sessions_are_over")


def may_be_planned(plan: SessionPlan) -> Access:
    """May hours and rooms be changed? Until the timetable is published."""
    return Allowed if plan.state in ("draft", "asking") else Denied("session_plan_is_fixed")


def takes_timetable(plan: SessionPlan) -> Access:
    """May one be made? The panels are known once the applications are assigned."""
    if plan.state not in UNDER_WAY:
        return Denied("sessions_not_open")
    if plan.round.state != "scoring":
        return Denied("round_is_closed" if plan.round.state == "closed" else "sessions_before_assignment")
    return Allowed if clock.now() < last_of(hours_of(plan)) else Denied("sessions_are_over")


def unheard(plan: SessionPlan) -> tuple[list[Seat], list[Application]]:
    """Who was asked when they cannot, and has not answered."""
    facts = facts_of(plan)
    given = {row.seat_id or row.application_id for row in facts.absences if row.given_at is not None}
    return (
        [row for row in facts.seats if row.pk not in given],
        [row for row in facts.applications if row.pk not in given],
    )


def as_looked_at(plan: SessionPlan) -> Access:
    """What is about to be published is what panels and absences say now."""
    if not plan.proposal:
        return Denied("no_timetable_made")
    return is_of_now(plan.proposal, problem_of(facts_of(plan)))


def ready_to_publish(plan: SessionPlan) -> Access:
    """Who was asked has answered, or the time for it is over; and the timetable is the one of now."""
    takes = takes_timetable(plan)
    if not takes:
        return takes
    if plan.state == "asking" and not answers_over(plan):
        seats, applications = unheard(plan)
        if seats or applications:
            until = when_text(plan.answers_until)
            return Denied("session_answers_missing", missing=len(seats) + len(applications), until=until)
    return as_looked_at(plan)


def ready_to_change(plan: SessionPlan) -> Access:
    if plan.state != "published":
        return Denied("sessions_not_open")
    takes = takes_timetable(plan)
    return as_looked_at(plan) if takes else takes


def all_held(plan: SessionPlan) -> Access:
    return Allowed if clock.now() >= last_of(hours_of(plan)) else Denied("sessions_lie_ahead")


def room_leaves(room: SessionRoom) -> Access:
    planned = may_be_planned(room.plan)
    if not planned:
        return planned
    more = SessionRoom.objects.within(plan=room.plan_id).exclude(pk=room.pk).exists()
    return Allowed if more else Denied("last_session_room")


def given_by(plan: SessionPlan, **whose: Any) -> SessionAbsence | None:
    """What one evaluator or applicant has said so far."""
    return SessionAbsence.objects.within(plan=plan, **whose).first()


reasons(
    {
        "stage_without_presentations": text(
            "발표가 없는 단계입니다. 규칙집에서 kind가 presentation이거나 presentation을 둔 단계에만 발표 시간표를 만듭니다.",
            "Nobody presents in this stage: only stages of the kind presentation, or with presentation in the rulebook, have a timetable.",
        ),
        "sessions_under_way": text(
            "이 평가의 발표 시간표가 이미 있습니다. 다시 계획하려면 먼저 취소하십시오.",
            "This round has a timetable already. To plan another, call it off first.",
        ),
        "session_hours_passed": text(
            "답변 마감이나 첫 발표 시간이 이미 지났습니다. 일정을 고쳐 주십시오.",
            "The closing of the answers or the first session has passed. Please change the hours.",
        ),
        "sessions_not_open": text(
            "참석할 수 없는 시간을 묻고 있거나 공개된 발표 시간표에서만 할 수 있습니다.",
            "Only while absences are asked for, or once the timetable is published.",
        ),
        "sessions_are_over": text("모든 발표 시간이 지났습니다.", "The time of all sessions has passed."),
        "sessions_lie_ahead": text("아직 남은 발표가 있습니다.", "Some sessions still lie ahead."),
        "sessions_before_assignment": text(
            "신청을 배정한 뒤에 시간표를 만듭니다. 그때 누가 어느 발표를 심사하는지 정해집니다.",
            "A timetable is made after the assignment: it says who judges which presentation.",
        ),
        "session_plan_is_fixed": text(
            "시간표를 공개한 뒤에는 일정과 발표장을 바꿀 수 없습니다. 참석할 수 없는 시간을 적으면 그 발표만 옮깁니다.",
            "Hours and rooms are fixed once the timetable is published. An absence moves the sessions it concerns only.",
        ),
        "last_session_room": text("발표장은 하나 이상 있어야 합니다.", "One room at least must stay."),
        "session_answers_missing": text(
            "아직 답하지 않은 사람이 {missing}명 있습니다. {until} 뒤에는 답이 없어도 공개할 수 있습니다.",
            "{missing} have not answered yet. After {until} it may be published without them.",
        ),
    }
)  # fmt: skip
