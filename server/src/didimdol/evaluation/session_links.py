"""Where the pages of a round and of a challenge lead to the presentations."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse

from didimdol.applications.queries import own_applications
from didimdol.evaluation import rules, session_rules
from didimdol.evaluation.models import Round, SessionPlan
from didimdol.evaluation.queries import seat_in
from didimdol.evaluation.session_hours import presents
from didimdol.evaluation.session_queries import plan_of, takes_part, told_plan
from didimdol.evaluation.session_states import SESSION_PLAN
from didimdol.kernel.actor import Actor
from didimdol.kernel.words import text
from didimdol.programmes import rules as programme_rules
from didimdol.programmes.models import Challenge
from didimdol.programmes.pages import PageLink

LABEL = text("발표 시간표", "Timetable of the presentations")
OWN = text("나의 발표 일정", "Your presentations")


def of_round(actor: Actor, round: Round) -> Iterable[PageLink]:
    """On the page of a round: the timetable for those who conduct it, an evaluator's own sessions."""
    if not presents(round):
        return
    if programme_rules.runs(actor, round.challenge, *rules.CONDUCT):
        plan = plan_of(round)
        if plan is not None and plan.state != "cancelled":
            yield PageLink("manage", LABEL, plan.get_absolute_url(), SESSION_PLAN.state(plan).label)
        elif rules.conducts(actor, round) and session_rules.ready_to_open(round):
            note = text("날, 시간, 발표장을 정합니다", "Set days, hours and rooms")
            yield PageLink("manage", LABEL, reverse("evaluation:plan-sessions", args=[round.pk]), note)
        return
    plan = told_plan(round)
    if plan is not None and seat_in(actor, round) is not None:
        yield PageLink(
            "manage", OWN, reverse("evaluation:own-sessions", args=[plan.pk]), SESSION_PLAN.state(plan).label
        )


def of_challenge(actor: Actor, challenge: Challenge) -> Iterable[PageLink]:
    """On the notice: an applicant's own presentation."""
    if challenge.state not in ("evaluating", "closed") or actor.person is None:
        return
    own = [row for row in own_applications(actor) if row.challenge_id == challenge.pk and row.state == "submitted"]
    if not own:
        return
    plans = SessionPlan.objects.within(round__challenge=challenge, opened_at__isnull=False).exclude(state="cancelled")
    for plan in plans.select_related("round__challenge__rulebook").order_by("created_at"):
        for application in own:
            if takes_part(plan, application):
                url = reverse("evaluation:own-presentation", args=[plan.pk, application.pk])
                yield PageLink("notice", text("나의 발표", "Your presentation"), url, SESSION_PLAN.state(plan).label)
