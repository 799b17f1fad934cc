"""Reads of sessions: who conducts the round sees the whole, an evaluator the own, an applicant the one of its own."""

from __future__ import annotations

from uuid import UUID

from didimdol.applications.models import Application
from didimdol.applications.queries import access_own
from didimdol.evaluation import session_rules as rules
from didimdol.evaluation.models import PanelSession, Round, Seat, SessionPlan, SessionRoom
from didimdol.evaluation.queries import access_seat, evaluated, own_ballots
from didimdol.evaluation.session_problem import seats_asked
from didimdol.kernel.actor import Actor
from didimdol.kernel.problems import Invisible
from didimdol.kernel.rows import ScopedQuerySet

RELATED = ("round__challenge__programme__operator", "round__challenge__rulebook", "published_by")
OF_SESSION = ("plan__round__challenge__programme", "plan__round__challenge__rulebook", "application__startup", "room")


def plans_visible_to(actor: Actor) -> ScopedQuerySet[SessionPlan]:
    return SessionPlan.objects.visible(rules.visible_to(actor)).select_related(*RELATED)


def access_plan(actor: Actor, id: UUID) -> SessionPlan:
    """The whole timetable, for those who conduct or audit the round. Raises Invisible."""
    found = plans_visible_to(actor).filter(pk=id).first()
    if found is None:
        raise Invisible("session plan", id)
    return found


def access_room(actor: Actor, id: UUID) -> SessionRoom:
    """Raises Invisible."""
    found = SessionRoom.objects.within(pk=id).filter(plan__in=plans_visible_to(actor).values("pk"))
    row = found.select_related(*(f"plan__{name}" for name in RELATED)).first()
    if row is None:
        raise Invisible("session room", id)
    return row


def plan_of(round: Round) -> SessionPlan | None:
    """The timetable of a round: the one that stands, else the one called off last."""
    found = SessionPlan.objects.within(round=round).order_by("-created_at")
    return found.exclude(state="cancelled").first() or found.first()


def told_plan(round: Round) -> SessionPlan | None:
    """The one that evaluators and applicants know of."""
    found = plan_of(round)
    return found if found is not None and found.opened_at is not None else None


def _told(id: UUID) -> SessionPlan:
    found = SessionPlan.objects.within(pk=id, opened_at__isnull=False).select_related(*RELATED).first()
    if found is None:
        raise Invisible("session plan", id)
    return found


def access_as_evaluator(actor: Actor, id: UUID) -> tuple[SessionPlan, Seat]:
    """One's own seat in the round of a timetable. Raises Invisible."""
    plan = _told(id)
    seat = access_seat(actor, plan.round_id)
    seat.round = plan.round
    return plan, seat


def access_as_applicant(actor: Actor, id: UUID, application: UUID) -> tuple[SessionPlan, Application]:
    """One's own startup's application in a timetable. Raises Invisible."""
    plan = _told(id)
    own = access_own(actor, application)
    if own.challenge_id != plan.round.challenge_id or not takes_part(plan, own):
        raise Invisible("presentation", application)
    return plan, own


def takes_part(plan: SessionPlan, application: Application) -> bool:
    """Is it evaluated in this stage, or was it when the timetable was published?"""
    expected = any(row.pk == application.pk for row in evaluated(plan.round))
    return expected or sessions_of(plan).filter(application=application).exists()


def whose_absence(plan: SessionPlan, id: UUID) -> Seat | Application:
    """An evaluator's seat or an application of the round, for those who conduct it. Raises Invisible."""
    everybody: list[Seat | Application] = [*seats_asked(plan.round), *evaluated(plan.round)]
    found = next((row for row in everybody if row.pk == id), None)
    if found is None:
        raise Invisible("session absence", id)
    return found


def sessions_of(plan: SessionPlan) -> ScopedQuerySet[PanelSession]:
    """All of them; those that ended among them."""
    found = PanelSession.objects.within(plan=plan).select_related(*OF_SESSION)
    return found.order_by("starts_at", "application__number")


def sessions_of_evaluator(actor: Actor, plan: SessionPlan) -> ScopedQuerySet[PanelSession]:
    """Those of the applications that the actor judges: neither recused nor in conflict, as the ballots say."""
    judged = own_ballots(actor).filter(seat__round=plan.round_id).values("application")
    return sessions_of(plan).filter(application__in=judged)
