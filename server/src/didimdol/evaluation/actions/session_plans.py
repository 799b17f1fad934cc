"""Writes of a round's presentations before they have times: hours and rooms, absences, calling it off."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from django.urls import reverse

from didimdol.applications.models import Application
from didimdol.applications.rules import WRITERS
from didimdol.evaluation import rules as round_rules
from didimdol.evaluation import session_rules as rules
from didimdol.evaluation.models import Round, Seat, SessionAbsence, SessionPlan, SessionRoom
from didimdol.evaluation.queries import evaluated
from didimdol.evaluation.session_hours import SessionHours, check, hours_of
from didimdol.evaluation.session_problem import seats_asked
from didimdol.evaluation.session_states import SESSION_PLAN
from didimdol.evaluation.session_words import title_of
from didimdol.kernel import clock
from didimdol.kernel.access import Denied, require
from didimdol.kernel.action import action, audit, locked, notify, save
from didimdol.kernel.actor import Actor
from didimdol.kernel.problems import BadInput, WrongState
from didimdol.kernel.words import Text, normal, text
from didimdol.people.queries import persons_with
from didimdol.programmes.timetables.forms import link_given
from didimdol.programmes.timetables.slots import away_given

MOST_ROOMS = 20


@action
def plan_sessions(*, actor: Actor, round: Round, plan: SessionHours) -> SessionPlan:
    """Plan the presentations of a round, in one room for now. Nobody but the operator knows of it yet.

    Raises AccessDenied (who conducts; a stage without presentations; planned already), BadInput.
    """
    round = locked(round)
    by = require(round_rules.conducts(actor, round))
    require(rules.ready_to_open(round))
    check(round, plan)
    row = SessionPlan(round=round, **plan.columns())
    SESSION_PLAN.enter(actor, row, by=by, facts={"days": len(row.days)})
    save(SessionRoom(plan=row, name="1"))
    return row


@action
def change_sessions(*, actor: Actor, sessions: SessionPlan, plan: SessionHours) -> SessionPlan:
    """Other hours, until the timetable is published; whoever knows of it is told. Raises AccessDenied, BadInput."""
    row = locked(sessions)
    by = require(rules.may_run(actor, row))
    require(rules.may_be_planned(row))
    before = hours_of(row)
    check(row.round, plan, before=before)
    columns = plan.columns()
    for name, value in columns.items():
        setattr(row, name, value)
    save(row, *columns)
    audit("session_plan.changed", row, by=by, facts={"hours": plan.hours() != before.hours()})
    if row.state == "asking" and plan.hours() != before.hours():
        tell_all(row, _NEW_HOURS, _NEW_HOURS_BODY)
    SESSION_PLAN.tell_waits(row)
    return row


# --- rooms ---------------------------------------------------------------------------------------------------------


@action
def add_session_room(*, actor: Actor, sessions: SessionPlan, name: str, link: str = "") -> SessionRoom:
    """One more room, so that two panels can sit at a time. Raises AccessDenied, BadInput."""
    plan = locked(sessions)
    by = require(rules.may_run(actor, plan))
    require(rules.may_be_planned(plan))
    if SessionRoom.objects.within(plan=plan).count() >= MOST_ROOMS:
        message = text(f"발표장은 {MOST_ROOMS}개까지 둡니다.", f"There may be {MOST_ROOMS} rooms.")
        raise BadInput("too_many_rooms", message, fields={"name": message})
    room = SessionRoom(plan=plan, name=_room_name(plan, name), link=link_given(link))
    save(room)
    audit("session_room.added", room, by=by)
    return room


@action
def change_session_room(*, actor: Actor, room: SessionRoom, name: str, link: str = "") -> SessionRoom:
    """Its name or link; once the timetable is published, who comes there is told. Raises AccessDenied, BadInput."""
    plan = locked(room.plan)
    room = locked(room)
    by = require(rules.may_run(actor, plan))
    if plan.state not in rules.UNDER_WAY:
        require(Denied("sessions_are_over"))
    room.name, room.link = _room_name(plan, name, room), link_given(link)
    save(room, "name", "link")
    audit("session_room.changed", room, by=by)
    if plan.state == "published":
        here = room.sessions.filter(ended_at__isnull=True, ends_at__gt=clock.now()).select_related("application")
        concerned = [row.application for row in here]
        bodies = {str(row.pk): _NEW_ROOM_BODY for row in (*concerned, *_judging(plan, concerned))}
        tell(plan, _NEW_ROOM, bodies)
    return room


def _judging(plan: SessionPlan, applications: list[Application]) -> list[Seat]:
    found = Seat.objects.within(round=plan.round_id, ballots__application__in=applications)
    return list(found.exclude(state="vacated").distinct())


@action
def remove_session_room(*, actor: Actor, room: SessionRoom) -> SessionPlan:
    """One stays. Raises AccessDenied."""
    plan = locked(room.plan)
    room = locked(room)
    by = require(rules.may_run(actor, plan))
    require(rules.room_leaves(room))
    audit("session_room.removed", plan, by=by)
    room.delete()
    return plan


def _room_name(plan: SessionPlan, name: str, room: SessionRoom | None = None) -> str:
    name = normal(name.strip())
    others = SessionRoom.objects.within(plan=plan, name=name)
    if not name or (others.exclude(pk=room.pk) if room else others).exists():
        raise BadInput("room_name", _NAME, fields={"name": _NAME})
    return name


# --- absences ------------------------------------------------------------------------------------------------------


@action
def ask_session_absences(*, actor: Actor, sessions: SessionPlan) -> SessionPlan:
    """Ask evaluators and applicants when they cannot. Raises AccessDenied (hours passed), WrongState."""
    plan = locked(sessions)
    plan.opened_at = plan.opened_at or clock.now()
    if SESSION_PLAN.move("ask", actor, plan, along=("opened_at",)):
        tell_all(plan, _ASKED, _ASKED_BODY)
    return plan


@action
def tell_session_absence(
    *,
    actor: Actor,
    sessions: SessionPlan,
    seat: Seat | None = None,
    application: Application | None = None,
    away: Iterable[str] = (),
) -> SessionAbsence:
    """The slots in which an evaluator or an applicant cannot, said by themselves or written down by the operator. No session
    moves by this alone: the coordinator is asked to change the timetable. Raises AccessDenied, BadInput, WrongState."""
    plan = locked(sessions)
    by = require(rules.may_tell_absence(actor, plan, seat=seat, application=application))
    require(rules.takes_absences(plan))
    asked = {row.pk for row in (*seats_asked(plan.round), *evaluated(plan.round))}
    whose = {"seat": seat} if seat is not None else {"application": application}
    if next(iter(whose.values())).pk not in asked:  # type: ignore[union-attr]
        raise WrongState("presents_not", *_NO_PART)
    row = rules.given_by(plan, **whose) or SessionAbsence(plan=plan, **whose)
    row.away = away_given(hours_of(plan), away)
    if rules.is_own(actor, seat=seat, application=application):
        row.given_by_id, row.given_at = actor.person, clock.now()
    save(row, "away", "given_by", "given_at")
    audit("session_absence.told", row, by=by, facts={"side": next(iter(whose)), "away": len(row.away)})
    SESSION_PLAN.tell_waits(plan)
    return row


# --- called off ----------------------------------------------------------------------------------------------------


@action
def cancel_sessions(*, actor: Actor, sessions: SessionPlan, reason: str) -> SessionPlan:
    """Call the timetable off; everybody who knows of it is told. Another may be planned. Raises AccessDenied, WrongState,
    BadInput."""
    plan = locked(sessions)
    if SESSION_PLAN.move("cancel", actor, plan, reason=reason) and plan.opened_at is not None:
        tell_all(plan, _CALLED_OFF, _CALLED_OFF_BODY)
    return plan


# --- telling -------------------------------------------------------------------------------------------------------


def tell_all(plan: SessionPlan, subject: Text, body: Text) -> None:
    tell(plan, subject, {str(row.pk): body for row in (*seats_asked(plan.round), *evaluated(plan.round))})


def tell(plan: SessionPlan, subject: Text, bodies: Mapping[str, Text]) -> None:
    """A message to each evaluator and applicant in ``bodies`` (seat or application → body), which leads to their own page."""
    title = title_of(plan)
    subject = text(f"{subject['ko']} · {title['ko']}", f"{subject['en']} · {title['en']}")
    keys = [UUID(key) for key in bodies]
    own = reverse("evaluation:own-sessions", args=[plan.pk])
    for seat in Seat.objects.within(round=plan.round_id, pk__in=keys).exclude(state="vacated").order_by("pk"):
        notify([seat.person_id], subject=subject, body=bodies[str(seat.pk)], url=own)
    for application in Application.objects.within(pk__in=keys).order_by("number"):
        people = persons_with(*WRITERS, organisation=application.startup_id, challenge=application.challenge_id)
        url = reverse("evaluation:own-presentation", args=[plan.pk, application.pk])
        notify([person.pk for person in people], subject=subject, body=bodies[str(application.pk)], url=url)


__all__ = [
    "add_session_room", "ask_session_absences", "cancel_sessions", "change_session_room", "change_sessions", "plan_sessions",
    "remove_session_room", "tell_session_absence",
]  # fmt: skip

_ASKED = text("발표평가에 언제 참석할 수 없습니까?", "Presentations: when can you not come?")
_ASKED_BODY = text(
    "마감까지 참석할 수 없는 시간을 알려 주십시오. 없으면 없다고 알려 주시면 됩니다. 다른 참가자에게는 보이지 않습니다.",
    "Until the closing, please say when you cannot come, or that you always can. No other participant sees it.",
)
_NEW_HOURS = text("발표평가의 일정이 바뀌었습니다", "The presentations have other hours")
_NEW_HOURS_BODY = text(
    "바뀐 일정에서 참석할 수 없는 시간을 다시 확인해 주십시오.", "Please check again when you cannot come."
)
_NEW_ROOM = text("발표장이 바뀌었습니다", "A presentation takes place elsewhere")
_NEW_ROOM_BODY = text("발표 일정에서 장소와 링크를 확인해 주십시오.", "See the place and the link on your page.")
_CALLED_OFF = text("발표 시간표가 취소되었습니다", "The timetable of the presentations is called off")
_CALLED_OFF_BODY = text(
    "정해졌던 발표 시간은 없던 것이 됩니다. 새 일정은 다시 알려 드립니다.",
    "The times that were set no longer hold. You are told when there are new ones.",
)
_NAME = text(
    "발표장의 이름을 적어 주십시오. 같은 이름은 한 번만 쓸 수 있습니다.",
    "Give the room a name that no other room of the timetable has.",
)
_NO_PART = (
    text("이 발표평가에 참가하지 않습니다.", "This takes no part in the presentations."),
    text("화면을 새로 고쳐 주십시오.", "Please reload the page."),
)
