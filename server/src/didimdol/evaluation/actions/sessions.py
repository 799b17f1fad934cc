"""Writes of timetables of presentations: asked for, made in the background, published, changed with the least change."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from didimdol.applications.models import Application
from didimdol.evaluation import session_rules as rules
from didimdol.evaluation.actions.given import reason_given
from didimdol.evaluation.actions.session_plans import tell
from didimdol.evaluation.models import PanelSession, Round, SessionPlan
from didimdol.evaluation.queries import evaluated
from didimdol.evaluation.session_hours import hours_of
from didimdol.evaluation.session_making import proposed
from didimdol.evaluation.session_problem import Facts, facts_of, has_begun
from didimdol.evaluation.session_states import SESSION_PLAN
from didimdol.evaluation.session_words import title_of
from didimdol.kernel import clock
from didimdol.kernel.access import require
from didimdol.kernel.action import action, audit, defer, kept_still, locked, locked_all, notify, save
from didimdol.kernel.actor import SYSTEM, Actor
from didimdol.kernel.words import Text, normal, text
from didimdol.people.enums import Role
from didimdol.people.queries import persons_with
from didimdol.programmes.timetables import looking
from didimdol.programmes.timetables.slots import id_of, last_of
from didimdol.records.opening import opened
from didimdol_decide.canonical import digest as digest_of

TASK = "evaluation.make_session_timetable"


@action
def ask_session_timetable(*, actor: Actor, sessions: SessionPlan) -> SessionPlan:
    """Have a timetable made from the panels and absences of now, in the background, to be looked at. Nobody else sees it.

    Raises AccessDenied (who conducts; before the assignment; over).
    """
    plan = locked(sessions)
    by = require(rules.may_run(actor, plan))
    require(rules.takes_timetable(plan))
    plan.asked_at, plan.proposal = clock.now(), {}
    save(plan, "asked_at", "proposal")
    audit("session_timetable.asked", plan, by=by)
    defer(TASK, sessions=str(plan.pk))
    return plan


@action
def make_session_timetable(*, actor: Actor, sessions: SessionPlan) -> SessionPlan:
    """Make it. The row is not locked meanwhile: what changes then is noticed before it is published.

    Raises AccessDenied (the system makes it)."""
    require(rules.is_system(actor, sessions))
    found = proposed(sessions) if rules.takes_timetable(sessions) else None
    plan = locked(sessions)
    if found is None or plan.asked_at is None:
        plan.asked_at = None
        save(plan, "asked_at")
        audit("session_timetable.dropped", plan)
        return plan
    plan.asked_at, plan.proposal = None, found
    save(plan, "asked_at", "proposal")
    placed, left = len(found["schedule"]["placed"]), len(found["schedule"]["unplaced"])
    audit("session_timetable.made", plan, facts={"placed": placed, "unplaced": left})
    return plan


@action
def publish_sessions(*, actor: Actor, sessions: SessionPlan, digest: str) -> SessionPlan:
    """Publish the timetable that was looked at (``digest``), at once to everybody.

    Raises AccessDenied (answers may still come; something changed since), WrongState (another was made meanwhile).
    """
    plan = _held_still(sessions)
    if plan.state in ("draft", "asking"):
        require(rules.may_run(actor, plan))
        looking.same(plan.proposal, digest)
    if not SESSION_PLAN.move("publish", actor, plan, facts={"schedule": digest}):
        return plan
    plan.published_at, plan.published_by_id = clock.now(), actor.person
    plan.opened_at = plan.opened_at or clock.now()
    save(plan, "published_at", "published_by", "opened_at")
    _apply(plan, first=True)
    return plan


@action
def change_session_timetable(*, actor: Actor, sessions: SessionPlan, digest: str) -> SessionPlan:
    """Put the changed timetable that was looked at in force: what can be held stays, those concerned are told.

    Raises AccessDenied (something changed since), WrongState (another was made meanwhile).
    """
    plan = _held_still(sessions)
    by = require(rules.may_run(actor, plan))
    if plan.schedule and not plan.proposal and digest == digest_of(plan.schedule):
        audit("session_timetable.change_repeated", plan, by=by)
        return plan
    looking.same(plan.proposal, digest)
    require(rules.ready_to_change(plan))
    changed = _apply(plan)
    audit("session_timetable.changed", plan, by=by, facts={"schedule": digest, **changed})
    SESSION_PLAN.tell_waits(plan)
    return plan


def _held_still(sessions: SessionPlan) -> SessionPlan:
    """Locked, with its round before it (no panel changes meanwhile) and its sessions after it. First of all the applications:
    who is withdrawing goes before, or finds the session that is to end with it."""
    kept_still(evaluated(sessions.round))
    locked(sessions.round)
    plan = locked(sessions)
    locked_all(list(PanelSession.objects.within(plan=plan, ended_at__isnull=True)))
    return plan


def _apply(plan: SessionPlan, *, first: bool = False) -> dict[str, int]:
    """From the proposal to the sessions. Answers with how many of each change."""
    facts = facts_of(plan)
    schedule, times = plan.proposal["schedule"], {slot.id: slot for slot in facts.times}
    placed = {UUID(row["meeting"]): row for row in schedule["placed"]}
    standing = {row.application_id: row for row in facts.sessions}
    told: dict[str, Text] = {}
    # What ends or moves leaves its slot first: the database refuses two in one room.
    ended = [row for key, row in standing.items() if key not in placed and not has_begun(row)]
    moved = [row for key, row in standing.items() if key in placed and not _stays(row, placed[key])]
    for row in ended:
        end_session(row, "no_slot")
        told |= dict.fromkeys(_concerned(facts, row.application_id), _ENDED_BODY)
    for row in moved:
        row.ended_at = clock.now()
        save(row, "ended_at")
    for row in moved:
        entry, before = placed[row.application_id], row.starts_at
        slot = times[entry["slot"]]
        row.starts_at, row.ends_at, row.room_id = slot.starts_at, slot.ends_at, UUID(entry["room"])
        row.ended_at, row.changed_at = None, clock.now()
        save(row, "starts_at", "ends_at", "room", "ended_at", "changed_at")
        audit("panel_session.moved", row, facts={"from": before.isoformat(), "to": row.starts_at.isoformat()})
        told |= dict.fromkeys(_concerned(facts, row.application_id), _MOVED_BODY)
    new = [key for key in placed if key not in standing]
    for key in new:
        slot, room = times[placed[key]["slot"]], UUID(placed[key]["room"])
        made = PanelSession(plan=plan, application_id=key, room_id=room, starts_at=slot.starts_at, ends_at=slot.ends_at)
        save(made)
        audit("panel_session.made", made, facts={"application": key})
        told |= dict.fromkeys(_concerned(facts, key), _MOVED_BODY)
    plan.problem, plan.schedule, plan.proposal = plan.proposal["problem"], schedule, {}
    plan.changed_at = clock.now()
    save(plan, "problem", "schedule", "proposal", "changed_at")
    if first:
        everybody = [*(str(seat.pk) for seat in facts.seats), *(str(row.pk) for row in facts.applications)]
        tell(plan, _PUBLISHED, {key: _FIRST_BODY if key in told else _NONE_BODY for key in everybody})
    else:
        tell(plan, _CHANGED, told)
    return {"new": len(new), "moved": len(moved), "ended": len(ended)}


def _concerned(facts: Facts, application: UUID) -> tuple[str, ...]:
    """Who comes, and who would have come."""
    return tuple({*facts.parties(application), *facts.told.get(str(application), ())})


def _stays(row: PanelSession, entry: dict[str, Any]) -> bool:
    return bool(entry["slot"] == id_of(row.starts_at) and entry["room"] == str(row.room_id))


def end_session(row: PanelSession, why: str) -> None:
    """Inside another action."""
    row.ended_at, row.why = clock.now(), why
    row.changed_at = row.ended_at
    save(row, "ended_at", "why", "changed_at")
    audit("panel_session.ended", row, facts={"why": why})


# --- what others change --------------------------------------------------------------------------------------------


def applicant_left(application: Application) -> None:
    """Withdrawn: its sessions that lie ahead end with it, and their slots are free. Inside another action."""
    rows = list(PanelSession.objects.within(application=application, ended_at__isnull=True, plan__state="published"))
    for row in locked_all(rows):
        if row.ended_at is None and not has_begun(row):
            panel = dict.fromkeys(_panel(row), _LEFT_BODY)
            end_session(row, "withdrawn")
            tell(row.plan, _LEFT, panel)
            _tell_coordinators(row.plan)
    for plan in SessionPlan.objects.within(
        round__challenge=application.challenge_id, state__in=("asking", "published")
    ):
        SESSION_PLAN.tell_waits(plan)


def _panel(row: PanelSession) -> list[str]:
    return [key for key in facts_of(row.plan).told.get(str(row.application_id), ()) if key != str(row.application_id)]


def panels_changed(round: Round) -> None:
    """Assigned, recused, filled, closed: whose turn it is now. Inside another action."""
    for plan in SessionPlan.objects.within(round=round, state__in=rules.UNDER_WAY):
        SESSION_PLAN.tell_waits(plan)


def _tell_coordinators(plan: SessionPlan) -> None:
    challenge, title = plan.round.challenge, title_of(plan)
    people = persons_with(
        Role.COORDINATOR, Role.MANAGER, organisation=challenge.programme.operator_id, challenge=challenge.pk
    )
    notify(
        [person.pk for person in people],
        subject=text(f"{_LEFT['ko']} · {title['ko']}", f"{_LEFT['en']} · {title['en']}"),
        body=_LEFT_BODY,
        url=plan.get_absolute_url(),
    )


@action
def end_sessions(*, actor: Actor, sessions: SessionPlan) -> SessionPlan:
    """All sessions were held. By the system. Raises AccessDenied, WrongState."""
    plan = locked(sessions)
    SESSION_PLAN.move("end", actor, plan)
    return plan


def end_all_held() -> None:
    """Every published timetable whose last slot has passed."""
    for plan in SessionPlan.objects.unscoped(why="all that may be over").filter(state="published").order_by("pk"):
        if clock.now() >= last_of(hours_of(plan)):
            end_sessions(actor=SYSTEM, sessions=plan)


@action
def export_sessions(*, actor: Actor, sessions: SessionPlan, reason: str) -> SessionPlan:
    """Somebody takes the whole timetable out of the system (안전성 확보조치 기준: with its reason)."""
    by = require(rules.may_read(actor, sessions))
    reason = normal(reason_given(reason))
    audit("session_timetable.exported", sessions, by=by, personal={"reason": reason})
    opened(actor, "export: sessions", sessions, purpose=reason)
    return sessions


__all__ = [
    "ask_session_timetable", "change_session_timetable", "end_sessions", "export_sessions", "make_session_timetable",
    "publish_sessions",
]  # fmt: skip

_PUBLISHED = text("발표 시간표가 나왔습니다", "The timetable of the presentations is out")
_CHANGED = text("발표 시간이 바뀌었습니다", "The time of a presentation has changed")
_FIRST_BODY = text(
    "시간과 장소를 확인하고 달력에 담을 수 있습니다.", "See the time and place, and take them into your calendar."
)
_NONE_BODY = text(
    "정해진 발표가 아직 없습니다. 정해지면 알려 드립니다.", "You have no session so far, and are told when you have."
)
_MOVED_BODY = text(
    "바뀐 시간과 장소를 확인해 주십시오. 나머지는 그대로입니다.", "See the new time and place. All else stays as it is."
)
_ENDED_BODY = text(
    "옮길 시간이 없어 취소된 발표가 있습니다. 새로 정해지면 알려 드립니다.",
    "A presentation was cancelled, for no time is left. You are told when there is one.",
)
_LEFT = text(
    "신청이 철회되어 발표 한 건이 취소되었습니다", "An application was withdrawn: its presentation is cancelled"
)
_LEFT_BODY = text("다른 발표는 그대로입니다.", "All other presentations stay as they are.")
