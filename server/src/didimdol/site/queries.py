"""What the front page and the homes show, collected from the rooms."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Q

from didimdol.applications.models import Application
from didimdol.applications.queries import applications_visible_to
from didimdol.demands.models import Demand
from didimdol.demands.queries import demands_visible_to
from didimdol.design.parts import Wait
from didimdol.evaluation.enums import LEFT
from didimdol.evaluation.queries import ballots_visible_to
from didimdol.kernel import clock
from didimdol.kernel.actor import PUBLIC, Actor
from didimdol.kernel.words import language
from didimdol.notices import queries as notices
from didimdol.people.enums import Role
from didimdol.programmes.models import Challenge
from didimdol.programmes.queries import challenges_visible_to, phase, stones
from didimdol.selection.queries import standings
from didimdol.site import running
from didimdol.verification.models import Run

STARTUP = (Role.CEO, Role.STAFF)
COMPANY = (Role.DEMAND_LEAD, Role.BUDGET_OWNER)
OPERATOR = (Role.MANAGER, Role.COORDINATOR, Role.AUDITOR)
EVALUATOR = (Role.EXPERT, Role.DEMAND_EVALUATOR)


def front() -> dict[str, Any]:
    """Announced challenges by phase, and what the platform has measured so far."""
    challenges = [(c, phase(c)) for c in challenges_visible_to(PUBLIC).order_by("-opens_at")[:12]]
    return {
        "open": [c for c, p in challenges if p == "open"],
        "coming": [c for c, p in challenges if p == "upcoming"],
        "running": [(c, p, stones(c, language())) for c, p in challenges if p in ("closed", "evaluating", "released")],
        "demands": Demand.objects.visible(state="published", challenge__state="announced")
        .select_related("challenge", "field", "company")
        .order_by("-created_at")[:6],
        "figures": {
            "challenges": Challenge.objects.visible(state__in=["announced", "evaluating", "closed"]).count(),
            "demands": Demand.objects.visible(state="published").count(),
            "runs": Run.objects.unscoped(why="a count over all, of the public front page").count(),
        },
    }


def due_today(todos: Iterable[Any]) -> int:
    now, end = clock.now(), clock.today() + timedelta(days=1)
    return sum(1 for todo in todos if todo.until and now <= todo.until < end)


def over_due(todos: Iterable[Any]) -> int:
    now = clock.now()
    return sum(1 for todo in todos if todo.until and todo.until < now)


def home(actor: Actor, mine: Collection[UUID] = ()) -> dict[str, Any]:
    """The parts of the home by the roles held; ``mine``: ids of the to-dos that wait for the actor. A person without any
    role is told how to begin."""
    held = {grant.role for grant in actor.grants}
    context: dict[str, Any] = {"newcomer": not held}
    others: list[Wait] = []
    if held & set(STARTUP):
        own = own_applications(actor)
        told = standings(own)
        context["applications"] = [(a, told.get(a.pk)) for a in own]
        context["open"] = [c for c in challenges_visible_to(actor).filter(state="announced") if phase(c) == "open"]
        context["may_apply"] = True
        context["places"] = running.own_places(actor)
    if held & set(STARTUP + COMPANY):
        context["running"] = running.own_projects(actor, mine)
        others += context["running"].others
    if Role.SPONSOR in held:
        context["supported"] = running.supported_projects(actor)
        context["sponsors"] = True
        backed = challenges_visible_to(actor).filter(parties__organisation__in=actor.organisations(Role.SPONSOR))
        context["sponsored"] = [(c, stones(c, language())) for c in backed.distinct().order_by("-created_at")[:6]]
    if held & set(COMPANY):
        companies = actor.organisations(*COMPANY)
        context["own_demands"] = demands_visible_to(actor).filter(company__in=companies).order_by("-created_at")[:10]
    if actor.person and held & set(EVALUATOR):
        ballots = ballots_visible_to(actor).filter(seat__person_id=actor.person)
        context["ballots"] = ballots.aggregate(
            assigned=Count("pk", filter=~Q(state__in=LEFT)), locked=Count("pk", filter=Q(state="locked"))
        )
        context["reviews"] = running.reviews(actor)
    if held & set(OPERATOR):
        operators = actor.organisations(*OPERATOR)
        run = list(challenges_visible_to(actor).filter(programme__operator__in=operators).order_by("-created_at")[:6])
        added_up = running.figures(run)
        context["run"] = [(c, phase(c), stones(c, language()), added_up.get(c.pk)) for c in run]
        # who drafts an application, and what a company has not proposed yet, is their own affair
        waiting = notices.waiting_on_others(actor, [c.pk for c in run])
        for draft in (Application, Demand):
            drafts = draft.objects.within(challenge__in=run, state="draft")
            waiting = waiting.exclude(
                subject_model=draft._meta.label, subject_id__in=drafts.values_list("pk", flat=True)
            )
        others += notices.gathered(waiting, language())
    context["others"] = others
    return context


def own_applications(actor: Actor) -> list[Application]:
    mine = applications_visible_to(actor).filter(startup__in=actor.organisations(*STARTUP))
    return list(mine.select_related("challenge", "field", "startup").order_by("-created_at")[:10])
