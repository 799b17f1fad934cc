"""The projects of a home: where each stands, what comes next and for whom it waits, its money and its adoption."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, Sum

from didimdol.design.parts import Wait
from didimdol.funding.models import Budget, Disbursement
from didimdol.kernel import clock
from didimdol.kernel.actor import Actor
from didimdol.kernel.rows import Row
from didimdol.kernel.transitions import State
from didimdol.kernel.words import Text, language, pick
from didimdol.notices import queries as notices
from didimdol.notices.models import Todo
from didimdol.outcomes.clock_words import standing
from didimdol.outcomes.models import AdoptionCase, Introduction, Sale
from didimdol.outcomes.states import ADOPTED, ADOPTION
from didimdol.people.enums import Role
from didimdol.programmes.models import Challenge
from didimdol.projects.models import (
    Agreement,
    Milestone,
    OwnContribution,
    Plan,
    Project,
    Review,
    SupportItem,
    WitnessedTest,
)
from didimdol.projects.queries import projects_visible_to, supported_visible_to
from didimdol.projects.states import PROJECT
from didimdol.selection.models import Match, Place
from didimdol.selection.place_queries import matches_standing, places_visible_to
from didimdol.selection.states import PLACE

STARTUP = (Role.CEO, Role.STAFF)
COMPANY = (Role.DEMAND_LEAD, Role.BUDGET_OWNER)
#: as many as a home shows; the list has all
MOST = 12
#: what belongs to a project and may wait for somebody: model → its way to the project
PARTS: tuple[tuple[type[Row], str], ...] = (
    (Project, "pk"),
    (Plan, "project_id"),
    (Agreement, "project_id"),
    (Milestone, "project_id"),
    (WitnessedTest, "milestone__project_id"),
    (SupportItem, "project_id"),
    (AdoptionCase, "project_id"),
    (Sale, "case__project_id"),
)
#: the startup's money: the demand company does not look into it
MONEY: tuple[tuple[type[Row], str], ...] = (
    (Budget, "project_id"),
    (Disbursement, "project_id"),
    (OwnContribution, "project_id"),
)


@dataclass(frozen=True, slots=True)
class Adoption:
    state: State
    standing: Text
    late: int
    url: str


@dataclass(frozen=True, slots=True)
class Line:
    """A project of one's own. ``next``: what waits, for oneself before all others; None where nothing does.
    ``paid`` of ``grant``: won, None for who does not see the money."""

    project: Project
    state: State
    with_whom: str
    next: Wait | None
    mine: bool
    paid: int | None
    adoption: Adoption | None


@dataclass(frozen=True, slots=True)
class Running:
    """``lines``: the first of ``count`` projects. ``others``: to-dos of these projects that wait for somebody else."""

    lines: list[Line]
    count: int
    others: list[Wait]


def own_projects(actor: Actor, mine: Collection[UUID]) -> Running:
    """Projects of the actor's own startups and companies. ``mine``: ids of the to-dos that wait for the actor."""
    startups, companies = actor.organisations(*STARTUP), actor.organisations(*COMPANY)
    own = projects_visible_to(actor).filter(Q(startup__in=startups) | Q(company__in=companies))
    projects = list(own.order_by("-signed_at", "number")[:100])
    waiting = _todos(projects, startups)
    paid = _paid([project.pk for project in projects if project.startup_id in startups])
    cases = _adoptions(projects)
    lines = []
    for project in projects:
        todos = waiting.get(project.pk, [])
        first = min(
            todos, key=lambda todo: (todo.pk not in mine, todo.until is None, todo.until or todo.since), default=None
        )
        lines.append(
            Line(
                project=project,
                state=PROJECT.state(project),
                with_whom=pick(project.company.name if project.startup_id in startups else project.startup.name),
                next=notices.waits([first], language(), own=first.pk in mine)[0] if first else None,
                mine=first is not None and first.pk in mine,
                paid=paid.get(project.pk, 0) if project.startup_id in startups else None,
                adoption=cases.get(project.pk),
            )
        )
    lines.sort(key=_urgency)
    # what one may do oneself is not told again as a colleague's
    own_steps = {
        (todo.subject_id, todo.organisation_id) for todos in waiting.values() for todo in todos if todo.pk in mine
    }
    others = [
        todo
        for todos in waiting.values()
        for todo in todos
        if todo.pk not in mine and (todo.subject_id, todo.organisation_id) not in own_steps
    ]
    return Running(lines[:MOST], len(lines), notices.gathered(others, language()))


def _urgency(line: Line) -> tuple[bool, bool, bool]:
    late = line.adoption is not None and bool(line.adoption.late)
    return (not line.mine, not late, line.state.final)


def _todos(projects: Collection[Project], startups: Collection[UUID]) -> dict[UUID, list[Todo]]:
    """Project → the open to-dos about it or its parts; those about money only where the startup is one's own."""
    ids = [project.pk for project in projects]
    if not ids:
        return {}
    moneyed = [project.pk for project in projects if project.startup_id in startups]
    parts: list[Any] = [
        model.objects.within(**{_lookup(way): ids}).order_by().values_list("pk", way) for model, way in PARTS
    ]
    parts += [model.objects.within(**{_lookup(way): moneyed}).order_by().values_list("pk", way) for model, way in MONEY]
    belongs = dict(parts[0].union(*parts[1:], all=True))
    found = Todo.objects.within(subject_id__in=list(belongs), closed_at=None).select_related("person", "organisation")
    gathered: dict[UUID, list[Todo]] = {}
    for todo in found.order_by("since", "id"):
        gathered.setdefault(belongs[todo.subject_id], []).append(todo)
    return gathered


def _lookup(way: str) -> str:
    return f"{way}__in"


def _paid(projects: Collection[UUID]) -> dict[UUID, int]:
    released = Disbursement.objects.within(project__in=list(projects), state="released").order_by()
    return {row["project_id"]: row["won"] for row in released.values("project_id").annotate(won=Sum("amount"))}


def _adoptions(projects: Collection[Project]) -> dict[UUID, Adoption]:
    cases = AdoptionCase.objects.within(project__in=[project.pk for project in projects])
    return {
        case.project_id: Adoption(
            ADOPTION.state(case), standing(case), case.days_overdue(), case.get_absolute_url()
        )
        for case in cases
    }  # fmt: skip


# --- before there is a project -------------------------------------------------------------------------------------


def own_places(actor: Actor) -> list[tuple[Place, State, Match | None]]:
    """Places of one's own startups that have not led to a project yet, each with its match."""
    own = places_visible_to(actor).filter(startup__in=actor.organisations(*STARTUP), project=None)
    places = list(own.order_by("-created_at")[:MOST])
    matches = matches_standing([place.pk for place in places])
    return [(place, PLACE.state(place), matches.get(place.pk)) for place in places]


# --- for others ----------------------------------------------------------------------------------------------------


def reviews(actor: Actor) -> dict[str, int]:
    """One's sheets of final evaluations: all, and those that are locked."""
    held = Review.objects.visible(person=actor.person).exclude(state="closed")
    return held.aggregate(assigned=Count("pk"), locked=Count("pk", filter=Q(state="locked")))


@dataclass(frozen=True, slots=True)
class Supported:
    project: Project
    state: State
    introductions: int
    contracts: int


def supported_projects(actor: Actor) -> list[Supported]:
    """Projects of the challenges that the actor's organisation sponsors, with its introductions."""
    if not actor.organisations(Role.SPONSOR):
        return []
    projects = list(supported_visible_to(actor).order_by("number")[:MOST])
    made = Introduction.objects.within(case__project__in=[project.pk for project in projects]).order_by()
    counted = made.values("case__project_id").annotate(n=Count("pk"), signed=Count("pk", filter=Q(result="contract")))
    counts = {row["case__project_id"]: (row["n"], row["signed"]) for row in counted}
    return [Supported(project, PROJECT.state(project), *counts.get(project.pk, (0, 0))) for project in projects]


@dataclass(slots=True)
class Figures:
    """What the projects of a challenge add up to, for those who run it."""

    projects: int = 0
    active: int = 0
    late_milestones: int = 0
    payments: int = 0
    held: int = 0
    overdue: int = 0
    adopted: int = 0


def figures(challenges: Iterable[Challenge]) -> dict[UUID, Figures]:
    """Challenge → its figures; none for a challenge without projects. The caller has checked that the actor runs them."""
    ids = [challenge.pk for challenge in challenges]
    in_challenges = Project.objects.within(challenge__in=ids).order_by()
    states: dict[UUID, Counter[str]] = {}
    for key, state in in_challenges.values_list("challenge_id", "state"):
        states.setdefault(key, Counter())[state] += 1
    found = {
        key: Figures(
            projects=held.total(), active=held["active"] + held["evaluated"]
        )
        for key, held in states.items()
    }  # fmt: skip
    if not found:
        return found
    today = clock.today().date()
    late = Milestone.objects.within(
        project__challenge__in=ids, project__state="active", state__in=["planned", "supplement"], due_on__lt=today
    )
    for key in late.values_list("project__challenge_id", flat=True):
        found[key].late_milestones += 1
    payments = Disbursement.objects.within(project__challenge__in=ids, state__in=["requested", "approved", "held"])
    for key, state in payments.values_list("project__challenge_id", "state"):
        if state == "held":
            found[key].held += 1
        else:
            found[key].payments += 1
    cases = AdoptionCase.objects.within(project__challenge__in=ids).only("state", "due_on", "project__challenge_id")
    for case in cases.select_related("project"):
        one = found[case.project.challenge_id]
        one.overdue += bool(case.days_overdue(today))
        one.adopted += case.state in ADOPTED
    return found
