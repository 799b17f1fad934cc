"""Who writes, submits, sees and opens an application."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from django.db.models import Q

from didimdol.applications.models import Application, Attachment
from didimdol.applications.ports import evaluator_may_open, evaluator_sees
from didimdol.design.texts import when_text
from didimdol.kernel import clock
from didimdol.kernel.access import Access, Allowed, Denied, allowed_by, reasons
from didimdol.kernel.actor import SYSTEM, Actor
from didimdol.kernel.words import text
from didimdol.people.enums import Role
from didimdol.people.models import Organisation
from didimdol.people.queries import persons_with
from didimdol.programmes.models import Challenge
from didimdol.programmes.queries import phase, rules_of, rules_of_version
from didimdol.programmes.rulebook import Rulebook
from didimdol.programmes.rules import runs

WRITERS = (Role.CEO, Role.STAFF)
OPERATES = (Role.MANAGER, Role.COORDINATOR, Role.AUDITOR)
MEASURES = (Role.MANAGER, Role.VERIFIER)
EVALUATES = (Role.EXPERT, Role.DEMAND_EVALUATOR)

Reader = Literal["startup", "operator", "evaluator"]


def rules_for(application: Application) -> Rulebook:
    """The rules it goes by: of a draft those in force, then the version pinned at submission."""
    if application.state == "draft":
        return rules_of(application.challenge)
    return rules_of_version(application.rulebook)


# --- seeing --------------------------------------------------------------------------------------------------------


def visible_to(actor: Actor) -> Q:
    """One's own startup's; submitted ones for the operator's people and, as evaluation says, for evaluators.

    A draft exists for its startup only.
    """
    condition = Q(pk__in=[])
    for grant in actor.grants:
        if grant.role in WRITERS:
            own = Q(startup=grant.organisation)
            condition |= own & Q(challenge=grant.challenge) if grant.challenge else own
        elif grant.role in OPERATES and grant.organisation:
            condition |= submitted_to(grant.organisation, grant.challenge)
    if any(grant.role in EVALUATES for grant in actor.grants):
        condition |= Q(submitted_at__isnull=False) & evaluator_sees.ask(actor)
    return condition


def submitted_to(operator: object, challenge: object = None) -> Q:
    run = Q(challenge__programme__operator=operator, submitted_at__isnull=False)
    return run & Q(challenge=challenge) if challenge else run


def reader(actor: Actor, application: Application) -> Reader:
    """As whom the actor reads it (who may not see it never gets here)."""
    if of_the_startup(actor, application):
        return "startup"
    return "operator" if runs(actor, application.challenge, *OPERATES) else "evaluator"


def of_the_startup(actor: Actor, application: Application) -> Access:
    grant = actor.grant(*WRITERS, organisation=application.startup_id, challenge=application.challenge_id)
    return allowed_by(grant, "only_the_startup")


# --- writing -------------------------------------------------------------------------------------------------------


def last_moment(challenge: Challenge, rulebook: Rulebook | None = None) -> datetime | None:
    """The first moment at which a draft can no longer be written or submitted: the closing, and the grace where the
    rulebook gives one (예비창업패키지 2025: who had begun by 16:00 could finish until 18:00; 2026: none)."""
    if challenge.closes_at is None:
        return None
    return challenge.closes_at + timedelta(minutes=(rulebook or rules_of(challenge)).notice.grace_minutes)


def in_window(challenge: Challenge, at: datetime | None = None) -> Access:
    """Is ``at`` (default: now, by the server's clock) before the last moment? At that moment it is too late."""
    at = at or clock.now()
    end = last_moment(challenge)
    if challenge.state != "announced" or challenge.opens_at is None or end is None:
        return Denied("applications_not_open")
    if at < challenge.opens_at:
        return Denied("applications_not_open")
    return Allowed if at < end else Denied("applications_closed", closed=when_text(end))


def may_start(actor: Actor, challenge: Challenge, startup: Organisation) -> Access:
    grant = actor.grant(*WRITERS, organisation=startup.id, challenge=challenge.id)
    if grant is None:
        return Denied("only_the_startup")
    now = phase(challenge)
    if now != "open":
        if now in ("draft", "upcoming") or challenge.closes_at is None:
            return Denied("applications_not_open")
        return Denied("applications_closed", closed=when_text(challenge.closes_at))
    return Access(True, by=grant)


def may_write(actor: Actor, application: Application, at: datetime | None = None) -> Access:
    """The startup's people, while it is a draft and the window is open."""
    access = of_the_startup(actor, application)
    if not access:
        return access
    if application.state != "draft":
        return Denied("application_frozen")
    window = in_window(application.challenge, at)
    return access if window else window


def is_chief_executive(actor: Actor, application: Application) -> Access:
    grant = actor.grant(Role.CEO, organisation=application.startup_id, challenge=application.challenge_id)
    if grant is not None:
        return Access(True, by=grant)
    if not of_the_startup(actor, application):
        return Denied("only_the_startup")
    return Denied("only_the_ceo", people=", ".join(chief_executives(application)) or "–")


def chief_executives(application: Application) -> list[str]:
    people = persons_with(Role.CEO, organisation=application.startup_id, challenge=application.challenge_id)
    return [person.name for person in people]


def may_submit(actor: Actor, application: Application, at: datetime | None = None) -> Access:
    """The chief executive, before the last moment. What is still missing is the transition's guard."""
    access = is_chief_executive(actor, application)
    if not access or application.state != "draft":
        return access
    window = in_window(application.challenge, at)
    return access if window else window


# --- measuring -----------------------------------------------------------------------------------------------------


def may_queue(actor: Actor, application: Application) -> Access:
    """Queue the frozen measurements of a submission that are not queued yet: the system, or the operator."""
    return Allowed if actor == SYSTEM else runs(actor, application.challenge, *MEASURES)


# --- opening -------------------------------------------------------------------------------------------------------


def may_open_document(actor: Actor, application: Application) -> Access:
    """Documents and the model: the startup itself; once submitted the operator, and evaluators by their port."""
    own = of_the_startup(actor, application)
    if own:
        return own
    if application.submitted_at is None:
        return Denied("draft_is_closed")
    operator = runs(actor, application.challenge, *OPERATES)
    return operator if operator else evaluator_may_open.ask(actor, application)


def may_open_model(actor: Actor, application: Application) -> Access:
    """The model itself: the startup, and the operator once it is submitted. Evaluators judge by what was measured:
    applicants consent to nothing more, and a demand company gets no model without an agreement (domain.md §9)."""
    access = may_open_document(actor, application)
    if access and reader(actor, application) == "evaluator":
        return Denied("model_is_measured_only")
    return access


def hidden_from(kind: Reader, attachment: Attachment, rulebook: Rulebook) -> bool:
    """A document that the rulebook hides from evaluators does not exist for them."""
    if kind != "evaluator":
        return False
    rule = next((rule for rule in rulebook.documents if rule.key == attachment.document), None)
    if rule is not None:
        return rule.blind
    question = next((entry for entry in rulebook.form.questions if entry.key == attachment.document), None)
    return question is not None and (question.blind or question.visible_to is not None)


reasons(
    {
        "only_the_startup": text(
            "이 신청을 한 창업기업의 대표자와 담당자만 할 수 있습니다.",
            "Only the people of the startup that applies may do this.",
        ),
        "only_the_ceo": text(
            "대표자만 할 수 있습니다. 할 수 있는 사람: {people}",
            "Only the chief executive may do this. Who can: {people}",
        ),
        "application_frozen": text(
            "제출했거나 철회한 신청은 바꿀 수 없습니다.", "A submitted or withdrawn application cannot be changed."
        ),
        "applications_not_open": text("지금은 접수 기간이 아닙니다.", "Applications are not open at present."),
        "applications_closed": text(
            "접수가 마감되었습니다. 마감: {closed} (서버 시각 기준)",
            "Applications are closed, by the server's clock, since {closed}.",
        ),
        "model_is_measured_only": text(
            "모델 파일은 측정에만 씁니다. 평가위원은 측정 결과로 평가합니다.",
            "The model file is used for measuring only. Evaluators judge by the measured results.",
        ),
        "draft_is_closed": text("제출하지 않은 신청의 문서는 열 수 없습니다.", "Documents of a draft are closed."),
        "application_incomplete": text("아직 빠진 항목이 있습니다: {missing_ko}", "Still missing: {missing_en}"),
    }
)
