"""Reads of final evaluations and reviews."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Q

from didimdol.evaluation.guards import of_company
from didimdol.kernel.actor import Actor
from didimdol.kernel.problems import Invisible
from didimdol.kernel.rows import ScopedQuerySet
from didimdol.people.enums import Role
from didimdol.people.models import Organisation, Person
from didimdol.people.queries import persons_with
from didimdol.programmes.models import Challenge
from didimdol.programmes.queries import challenges_visible_to
from didimdol.projects import final_rules as rules
from didimdol.projects.models import Final, Project, Review
from didimdol.projects.queries import access_project
from didimdol.projects.rules import is_startup
from didimdol.records.models import SealedRecord
from didimdol.records.queries import sealed_of

_REVIEW = ("final__challenge__programme", "person", "project__field", "project__startup", "project__company",
           "project__demand", "project__place")  # fmt: skip


def finals_visible_to(actor: Actor) -> ScopedQuerySet[Final]:
    return Final.objects.visible(rules.finals_seen(actor)).select_related(
        "challenge__programme__operator", "challenge__rulebook", "opened_by", "computed_by", "record"
    )


def access_final(actor: Actor, id: UUID) -> Final:
    found = finals_visible_to(actor).filter(pk=id).first()
    if found is None:
        raise Invisible("final", id)
    return found


def reviews_visible_to(actor: Actor) -> ScopedQuerySet[Review]:
    """One's own; none of a project that came into conflict since."""
    return Review.objects.visible(rules.reviews_seen(actor)).select_related(*_REVIEW)


def access_review(actor: Actor, id: UUID) -> Review:
    found = reviews_visible_to(actor).filter(pk=id).first()
    if found is None:
        raise Invisible("review", id)
    return found


def access_challenge_to_grade(actor: Actor, id: UUID) -> Challenge:
    """A challenge that the actor's operator runs."""
    found = challenges_visible_to(actor).filter(pk=id).select_related("programme__operator", "rulebook").first()
    if found is None or not any(grant.organisation == found.programme.operator_id for grant in actor.grants):
        raise Invisible("challenge", id)
    return found


def challenges_to_grade(actor: Actor) -> list[Challenge]:
    """With projects that run or were graded, where the actor may open a final."""
    able = Project.objects.unscoped(why="which challenges have projects").filter(state__in=("active", "evaluated"))
    found = challenges_visible_to(actor).filter(pk__in=able.values("challenge")).select_related("programme")
    return [challenge for challenge in found.order_by("created_at") if rules.may_open(actor, challenge)]


def candidates(challenge: Challenge, body: str) -> list[tuple[Person, Organisation | None]]:
    """Who could sit for the body, by name: the challenge's experts, or people of companies with a project in it."""
    if not of_company(body):
        return [(person, None) for person in persons_with(Role.EXPERT, challenge=challenge.pk)]
    able = Project.objects.within(challenge=challenge, state__in=("active", "evaluated")).select_related("company")
    companies = {project.company_id: project.company for project in able}
    found: dict[UUID, tuple[Person, Organisation | None]] = {}
    for company in companies.values():
        for person in persons_with(*rules.COMPANY, organisation=company.pk, challenge=challenge.pk):
            found.setdefault(person.pk, (person, company))
    return sorted(
        found.values(),
        key=lambda entry: (str(entry[1].name["ko"]) if entry[1] else "", entry[0].name, str(entry[0].pk)),
    )


@dataclass(frozen=True, slots=True)
class Progress:
    """How many sheets of a project are there, and locked."""

    project: Project
    reviews: int
    locked: int


def progress_of(final: Final) -> list[Progress]:
    """By number of the project; two queries."""
    counts = {
        row["project"]: row
        for row in Review.objects.within(final=final)
        .order_by()
        .values("project")
        .annotate(all=Count("pk"), done=Count("pk", filter=Q(state="locked")))
    }
    found = Project.objects.within(pk__in=list(counts)).select_related("startup", "field").order_by("number")
    return [Progress(project, counts[project.pk]["all"], counts[project.pk]["done"]) for project in found]


def access_own_record(actor: Actor, id: UUID) -> SealedRecord:
    """The sealed line of one's own project: the newest final that it was in. Raises Invisible."""
    project = access_project(actor, id)
    record = sealed_of(project.pk, "final", "own").first() if is_startup(actor, project) else None
    if record is None:
        raise Invisible("final record", id)
    return record
