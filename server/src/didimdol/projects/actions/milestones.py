"""A milestone's way: handed in, accepted by the company, approved by the operator."""

from __future__ import annotations

from typing import IO

from django.conf import settings

from didimdol.applications.filenames import plain_name
from didimdol.kernel import blobs, clock
from didimdol.kernel.access import require
from didimdol.kernel.action import action, audit, current, locked, notify, save
from didimdol.kernel.actor import SYSTEM, Actor
from didimdol.kernel.problems import BadInput
from didimdol.kernel.words import Text, normal, text
from didimdol.people.models import Person
from didimdol.people.queries import person_of, persons_with
from didimdol.projects import milestone_rules as rules
from didimdol.projects.actions.holding import held, require_open
from didimdol.projects.content import plan_content
from didimdol.projects.models import Deliverable, Milestone, Plan, Project, WitnessedTest
from didimdol.projects.rules import STARTUP
from didimdol.projects.signals import milestone_approved
from didimdol.projects.states.milestone import MILESTONE, TEST


def create_milestones(*, project: Project, plan: Plan) -> list[Milestone]:
    """The milestones of the signed plan, in its order. Inside the action that makes the project active."""
    actor = current().actor
    made = []
    for position, planned in enumerate(plan_content(plan.content).milestones, start=1):
        milestone = Milestone(
            project=project,
            position=position,
            title=planned.title,
            description=planned.description,
            due_on=planned.due_on,
            amount=planned.amount,
            gate=planned.gate,
            criteria=[criterion.model_dump(mode="json") for criterion in planned.criteria],
        )
        MILESTONE.enter(
            actor, milestone, facts={"position": position, "amount": milestone.amount, "gate": milestone.gate}
        )
        made.append(milestone)
    return made


@action
def add_deliverable(
    *, actor: Actor, milestone: Milestone, stream: IO[bytes], filename: str, note: str = ""
) -> Deliverable:
    """Hand in a file with the milestone; a later one supplements, never replaces. Raises AccessDenied, WrongState, BadInput."""
    milestone = held(milestone)
    by = require(rules.hands_in(actor, milestone))
    require_open(milestone)
    try:
        blob = blobs.store(stream, organisation=milestone.project.startup_id, most_bytes=settings.DIDIMDOL_UPLOAD_BYTES)
    except BadInput as problem:
        raise BadInput(problem.code, problem.message, problem.remedy, fields={"file": problem.message}) from problem
    deliverable = Deliverable(
        milestone=milestone,
        blob=blob,
        filename=plain_name(filename),
        note=normal(note.strip())[:300],
        by=person_of(actor),
    )
    save(deliverable)
    audit("milestone.deliverable_added", milestone, by=by, facts={"sha256": blob.sha256, "size": blob.size})
    return deliverable


@action
def submit_milestone(*, actor: Actor, milestone: Milestone) -> Milestone:
    """Hand the milestone in for acceptance; its gate must be open. Raises AccessDenied, WrongState."""
    milestone = held(milestone)
    late = clock.today().date() > milestone.due_on
    if MILESTONE.move("submit", actor, milestone, facts={"late": late}):
        milestone.delivered_by, milestone.note = person_of(actor), ""
        save(milestone, "delivered_by", "note")
    return milestone


@action
def accept_milestone(*, actor: Actor, milestone: Milestone) -> Milestone:
    """The company accepts what was handed in, and with it the lineage of its model. Raises AccessDenied, WrongState."""
    milestone = held(milestone)
    if MILESTONE.move("accept", actor, milestone):
        milestone.accepted_by = person_of(actor)
        save(milestone, "accepted_by")
    return milestone


@action
def approve_milestone(*, actor: Actor, milestone: Milestone) -> Milestone:
    """The operator approves: from now on its money may be asked for. Raises AccessDenied (gate, own work), WrongState."""
    milestone = held(milestone)
    if not MILESTONE.move("approve", actor, milestone, facts={"amount": milestone.amount}):
        return milestone
    milestone.approved_by, milestone.approved_at = person_of(actor), clock.now()
    save(milestone, "approved_by", "approved_at")
    milestone_approved.send(Milestone, milestone=milestone, actor=actor)
    _tell_startup(
        milestone,
        text("단계가 승인되었습니다", "Your milestone is approved"),
        text("이 단계의 지원금을 요청하실 수 있습니다.", "You may ask for this milestone's money."),
    )
    return milestone


@action
def ask_supplement(*, actor: Actor, milestone: Milestone, reason: str) -> Milestone:
    """Send it back to be supplemented; the reason says what is missing. Raises AccessDenied, WrongState, BadInput."""
    milestone = held(milestone)
    if MILESTONE.move("ask_supplement", actor, milestone, reason=reason):
        milestone.note = normal(reason.strip())
        save(milestone, "note")
        _tell_startup(
            milestone,
            text("보완을 요청받았습니다", "A supplement was asked for"),
            text(milestone.note, milestone.note),
        )
    return milestone


@action
def drop_milestone(*, actor: Actor, milestone: Milestone, reason: str) -> Milestone:
    """Take it out: no money follows it. Raises AccessDenied, WrongState, BadInput."""
    milestone = held(milestone)
    _drop(actor, milestone, reason)
    return milestone


def drop_open_milestones(*, project: Project, reason: str) -> None:
    """What was not approved when a project ended never will be. Inside the ending action."""
    for milestone in (
        Milestone.objects.within(project=project).exclude(state__in=("approved", "dropped")).order_by("pk")
    ):
        milestone = locked(milestone)
        milestone.project = project
        _drop(SYSTEM, milestone, reason)


def _drop(actor: Actor, milestone: Milestone, reason: str) -> None:
    from didimdol.projects.actions.gates import cancel_waiting

    if not MILESTONE.move("drop", actor, milestone, reason=reason, facts={"amount": milestone.amount}):
        return
    milestone.note = normal(reason.strip())
    save(milestone, "note")
    cancel_waiting(SYSTEM, milestone, "milestone dropped")
    set_tests_aside(milestone)


def set_tests_aside(milestone: Milestone) -> None:
    """Tests that nobody needs to sign any more: a newer one stands, or the milestone is out."""
    for test in WitnessedTest.objects.within(milestone=milestone, state__in=("recorded", "half_signed")).order_by("pk"):
        test = locked(test)
        test.milestone = milestone
        TEST.move("set_aside", SYSTEM, test)


def _tell_startup(milestone: Milestone, subject: Text, body: Text) -> None:
    project = milestone.project
    people: list[Person] = persons_with(*STARTUP, organisation=project.startup_id, challenge=project.challenge_id)
    number = f"{project.number} {milestone.position}"
    notify(
        [person.id for person in people],
        subject=text(f"{subject['ko']} · {number}", f"{subject['en']} · {number}"),
        body=body,
        url=milestone.get_absolute_url(),
    )
