"""Who conducts a final evaluation, who reviews, and who must not."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Q

from didimdol.evaluation.enums import Standing
from didimdol.evaluation.guards import of_company
from didimdol.evaluation.models import Conflict
from didimdol.kernel import clock
from didimdol.kernel.access import Access, Allowed, Denied, reasons
from didimdol.kernel.actor import Actor
from didimdol.kernel.words import text
from didimdol.people.enums import Role
from didimdol.people.models import Person
from didimdol.people.queries import actor_of
from didimdol.programmes import rules as programme_rules
from didimdol.programmes.models import Challenge
from didimdol.projects.models import Final, Milestone, Project, Review, WitnessedTest

if TYPE_CHECKING:
    from collections.abc import Collection

CONDUCT = (Role.COORDINATOR, Role.MANAGER, Role.AUDITOR)
#: who may sit for the demand company: its people who judge, and those who run the PoC but did not sign it off
COMPANY = (Role.DEMAND_EVALUATOR, Role.DEMAND_LEAD, Role.BUDGET_OWNER)


def may_open(actor: Actor, challenge: Challenge) -> Access:
    return programme_rules.runs(actor, challenge)


def may_read(actor: Actor, final: Final) -> Access:
    """How it goes, and once computed the scores."""
    return programme_rules.runs(actor, final.challenge, *CONDUCT)


def may_compute(actor: Actor, final: Final) -> Access:
    return programme_rules.runs(actor, final.challenge, Role.COORDINATOR, Role.MANAGER)


def may_release(actor: Actor, final: Final) -> Access:
    """A manager, but never the person who computed it."""
    access = programme_rules.runs(actor, final.challenge)
    return Denied("own_work") if access and final.computed_by_id == actor.person else access


def may_see_record(actor: Actor, final: Final) -> Access:
    """The full record holds every sheet: auditors and managers."""
    return programme_rules.runs(actor, final.challenge, Role.AUDITOR, Role.MANAGER)


# --- who reviews ---------------------------------------------------------------------------------------------------


def may_review(person: Person, project: Project, body: str) -> Access:
    """May this person sit on the panel for this project, in this body? Roles, walls, conflicts and own work."""
    actor = actor_of(person)
    if of_company(body):
        held = actor.grant(
            *COMPANY, challenge=project.challenge_id, organisation=project.company_id, field=project.field.key
        )
        if held is None:
            return Denied("another_companys_project")
    elif not any(g.role == Role.EXPERT and g.challenge in (None, project.challenge_id) for g in actor.grants):
        return Denied("not_an_expert")
    if project.startup_id in actor.organisations():
        return Denied("in_conflict")
    declared = Conflict.objects.within(person=person, application=project.place.application_id)
    if declared.exclude(standing=Standing.NONE).exists():
        return Denied("in_conflict")
    return Denied("accepted_it") if person.pk in signed_off([project]).get(project.pk, set()) else Allowed


def signed_off(projects: Collection[Project]) -> dict[UUID, set[UUID]]:
    """Project → the persons who accepted or approved a milestone of it, or signed one of its tests."""
    found: dict[UUID, set[UUID]] = {project.pk: set() for project in projects}
    milestones = Milestone.objects.within(project__in=list(found))
    for project, *people in milestones.values_list("project", "accepted_by", "approved_by", "delivered_by"):
        found[project].update(person for person in people if person)
    tests = WitnessedTest.objects.within(milestone__project__in=list(found))
    for project, *people in tests.values_list("milestone__project", "startup_signer", "company_signer"):
        found[project].update(person for person in people if person)
    return found


def holds_review(actor: Actor, review: Review) -> Access:
    """It is the actor's sheet, and nothing has come between them and the project since the panel was named."""
    if actor.person is None or actor.person != review.person_id:
        return Denied("not_your_review")
    return may_review(review.person, review.project, review.body)


def reviews_seen(actor: Actor) -> Q:
    """One's own. The sheets of others are seen together, on the page of the final, by those who conduct it."""
    return Q(person=actor.person) if actor.person else Q(pk__in=[])


def finals_seen(actor: Actor) -> Q:
    condition = Q(pk__in=[])
    for grant in actor.grants:
        if grant.role in CONDUCT and grant.organisation:
            run = Q(challenge__programme__operator=grant.organisation)
            condition |= run & Q(challenge=grant.challenge) if grant.challenge else run
    return condition


def in_time(review: Review) -> Access:
    """Strictly before the closing time, while the sheets are collected."""
    final = review.final
    return Allowed if final.state == "collecting" and clock.now() < final.closes_at else Denied("final_closed")


def may_open_evidence(actor: Actor, project: Project) -> Access:
    """Deliverables for a reviewer: while the sheet is open, and not a moment longer."""
    reviews = Review.objects.within(person=actor.person, project=project, final__state="collecting")
    for review in reviews.select_related("final", "person", "project__field", "project__place"):
        if holds_review(actor, review) and in_time(review):
            return Allowed
    return Denied("not_your_review")


def all_in(final: Final) -> Access:
    """Every sheet is locked, or the time is up."""
    left = final.reviews.filter(state="draft").count()
    return Denied("reviews_open", left=left) if left and clock.now() < final.closes_at else Allowed


reasons(
    {
        "not_your_review": text("이 평가표의 위원이 아닙니다.", "This review is not yours."),
        "accepted_it": text(
            "이 과제의 결과물을 제출·인수·승인했거나 시험에 서명한 사람은 평가할 수 없습니다.",
            "Who handed in, accepted or approved a deliverable of this project, or signed its test, does not review it.",
        ),
        "another_companys_project": text(
            "수요기업 위원은 자기 기업·분야의 과제만 평가합니다.",
            "The demand company's reviewers review the projects of their own company and field only.",
        ),
        "not_an_expert": text("이 챌린지의 외부 전문가가 아닙니다.", "Not an expert of this challenge."),
        "review_locked": text("이미 제출한 평가표입니다.", "The review is locked already."),
        "final_closed": text("평가 기간이 끝났습니다.", "The reviews are closed."),
        "reviews_open": text(
            "제출되지 않은 평가표가 {left}개 있고 마감 시각이 지나지 않았습니다.",
            "{left} reviews are not locked and the closing time has not passed.",
        ),
        "review_incomplete": text(
            "아직 점수를 매기지 않은 항목이 있습니다: {missing_ko}", "Still without points: {missing_en}"
        ),
        "final_changed": text(
            "계산한 뒤에 바뀐 것이 있습니다(과제의 중단·포기 등). 다시 계산해 주십시오.",
            "Something changed since it was computed, such as a project that ended: please compute again.",
        ),
    }
)
