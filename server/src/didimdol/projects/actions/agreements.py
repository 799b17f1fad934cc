"""The agreement with its charter: drafted, offered for signature, taken back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from io import BytesIO
from typing import Any

from didimdol.kernel import blobs
from didimdol.kernel.access import require
from didimdol.kernel.action import action, audit, locked, notify, save
from didimdol.kernel.actor import SYSTEM, Actor
from didimdol.kernel.problems import BadInput, WrongState
from didimdol.kernel.words import normal, text
from didimdol.people.models import Person
from didimdol.people.queries import person_of
from didimdol.projects import rules
from didimdol.projects.actions.opening import managers_of, startup_people
from didimdol.projects.content import Charter, Owner, charter_of, read
from didimdol.projects.documents import render
from didimdol.projects.models import Agreement, Project
from didimdol.projects.queries import agreement_of, approved_plan
from didimdol.projects.settling import charter_problems
from didimdol.projects.states.agreement import AGREEMENT, LINK, PLAN

MOST_PDF = 50_000_000


@action
def draft_agreement(
    *,
    actor: Actor,
    project: Project,
    charter: Charter | Mapping[str, Any],
    budget_owner: Person | None,
    decision_on: date | None,
) -> Agreement:
    """Write the draft over the approved plan; after a refusal, the next version. ``budget_owner`` None: the charter's
    ``owner`` names somebody without an account. Raises AccessDenied, WrongState, BadInput."""
    project = locked(project)
    by = require(rules.may_draft_agreement(actor, project))
    plan = approved_plan(project)
    if plan is None:
        raise WrongState("plan_not_approved", *_NO_PLAN)
    written = read(Charter, charter)
    if problems := charter_problems(project, plan, written, budget_owner, decision_on):
        raise BadInput(
            "charter_incomplete",
            text("협약서에 고칠 것이 있습니다.", "The agreement needs mending."),
            fields=problems,
        )
    if written.owner is None and budget_owner is not None:
        written = written.model_copy(update={"owner": Owner(name=budget_owner.name, email=budget_owner.email)})
    values: dict[str, Any] = {
        "plan": plan,
        "charter": written.model_dump(mode="json"),
        "budget_owner": budget_owner,
        "decision_on": decision_on,
        "drafted_by": person_of(actor),
    }
    newest = agreement_of(project)
    if newest is not None and newest.state in ("offered", "signed"):
        raise WrongState("agreement_is_fixed", *_FIXED, state=newest.state)
    facts = {"decision_on": str(decision_on), "grant": plan.grant}
    if newest is None or newest.state != "draft":
        agreement = Agreement(project=project, version=newest.version + 1 if newest else 1, **values)
        AGREEMENT.enter(actor, agreement, by=by, facts=facts)
        PLAN.tell_waits(plan)
        if newest is not None and newest.state == "declined":
            AGREEMENT.tell_waits(newest)
        return agreement
    agreement = locked(newest)
    agreement.project = project
    for name, value in values.items():
        setattr(agreement, name, value)
    save(agreement, *values)
    audit("agreement.saved", agreement, by=by, facts=facts)
    return agreement


@action
def offer_agreement(*, actor: Actor, agreement: Agreement) -> Agreement:
    """Fix the text as a PDF with its hash and ask the parties to sign. Raises AccessDenied, WrongState, BadInput."""
    agreement = held(agreement)
    require(rules.may_offer(actor, agreement))
    if agreement.state == "draft":
        charter = charter_of(agreement.charter)
        if problems := charter_problems(
            agreement.project, agreement.plan, charter, agreement.budget_owner, agreement.decision_on
        ):
            raise BadInput(
                "charter_incomplete",
                text(" ".join(p["ko"] for p in problems.values()), " ".join(p["en"] for p in problems.values())),
                text("협약서를 고쳐 저장한 뒤 다시 요청해 주십시오.", "Mend and save the agreement first."),
            )
        content, code = render(agreement)
        operator = agreement.project.challenge.programme.operator_id
        agreement.pdf = blobs.store(BytesIO(content), organisation=operator, most_bytes=MOST_PDF)
        agreement.sha256, agreement.code = agreement.pdf.sha256, code
        save(agreement, "pdf", "sha256", "code")
    if AGREEMENT.move("offer", actor, agreement, facts={"sha256": agreement.sha256, "version": agreement.version}):
        project = agreement.project
        owner = [agreement.budget_owner_id] if agreement.budget_owner_id else []
        notify(
            [*startup_people(project), *owner],
            subject=text(
                f"협약서에 서명해 주십시오 · {project.number}", f"Please sign the agreement · {project.number}"
            ),
            body=text(
                "협약서를 읽고 서명해 주십시오. 세 당사자가 모두 서명하면 과제가 시작됩니다.",
                "Please read and sign the agreement. The project starts once all three parties have signed.",
            ),
            url=agreement.get_absolute_url(),
        )
    return agreement


@action
def take_back_agreement(*, actor: Actor, agreement: Agreement, reason: str) -> Agreement:
    """Take a draft or an offer back, with whatever was signed on it; a new version may follow.

    Raises AccessDenied, WrongState, BadInput.
    """
    agreement = held(agreement)
    if AGREEMENT.move("take_back", actor, agreement, reason=reason):
        agreement.ended_reason = normal(reason.strip())
        save(agreement, "ended_reason")
        revoke_links(agreement)
        PLAN.tell_waits(agreement.plan)
        notify(
            [*startup_people(agreement.project), *managers_of(agreement.project)],
            subject=text(
                f"협약서를 거두었습니다 · {agreement.project.number}",
                f"The agreement was taken back · {agreement.project.number}",
            ),
            body=text(agreement.ended_reason, agreement.ended_reason),
            url=agreement.get_absolute_url(),
        )
    return agreement


def held(agreement: Agreement) -> Agreement:
    """The agreement locked, with its project locked before it."""
    project = locked(agreement.project)
    agreement = locked(agreement)
    agreement.project = project
    return agreement


def revoke_links(agreement: Agreement) -> None:
    """Whoever ends an agreement ends its links."""
    for link in agreement.links.filter(state="sent").order_by("pk"):
        link = locked(link)
        link.agreement = agreement
        LINK.move("revoke", SYSTEM, link)


_NO_PLAN = (
    text("승인된 수정사업계획서가 없습니다.", "There is no approved plan."),
    text("계획이 승인된 뒤에 협약서를 작성합니다.", "The agreement is drafted once the plan is approved."),
)
_FIXED = (
    text("서명을 요청한 협약서는 바꿀 수 없습니다.", "An agreement offered for signature does not change."),
    text("먼저 협약서를 거두어 주십시오.", "Take it back first."),
)
