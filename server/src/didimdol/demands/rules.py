"""Who writes, approves and sees a demand. Companies of one challenge are rivals: they never see each other's drafts."""

from __future__ import annotations

from django.db.models import Q

from didimdol.demands.models import Demand
from didimdol.kernel.access import Access, Allowed, Denied, allowed_by, reasons
from didimdol.kernel.actor import Actor
from didimdol.kernel.words import text
from didimdol.people.enums import Role
from didimdol.people.models import Organisation
from didimdol.programmes.models import Challenge
from didimdol.programmes.queries import phase
from didimdol.programmes.rules import SEES_OPERATION, runs

WRITERS = (Role.DEMAND_LEAD, Role.BUDGET_OWNER)
#: after the application window nobody could claim a new demand any more
WRITABLE_PHASES = ("draft", "upcoming", "open")


def may_create(actor: Actor, challenge: Challenge, company: Organisation) -> Access:
    grant = actor.grant(*WRITERS, organisation=company.id, challenge=challenge.id)
    if grant is None:
        return Denied("only_the_demand_company")
    if phase(challenge) not in WRITABLE_PHASES:
        return Denied("demands_are_closed")
    return allowed_by(grant, "only_the_demand_company")


def may_write(actor: Actor, demand: Demand) -> Access:
    return may_create(actor, demand.challenge, demand.company)


def may_edit(actor: Actor, demand: Demand) -> Access:
    """Change the content: the company's writers, until it was proposed or after it was returned."""
    access = may_write(actor, demand)
    if not access:
        return access
    return access if demand.state in ("draft", "returned") else Denied("demand_is_fixed")


def may_approve(actor: Actor, demand: Demand) -> Access:
    """The operator's manager; never somebody who wrote it or writes for the company."""
    access = runs(actor, demand.challenge)
    if not access:
        return access
    if actor.person == demand.written_by_id or actor.grant(*WRITERS, organisation=demand.company_id):
        return Denied("own_work")
    return access


def may_withdraw(actor: Actor, demand: Demand) -> Access:
    """The company that wrote it, or the operator."""
    own = actor.grant(*WRITERS, organisation=demand.company_id, challenge=demand.challenge_id)
    return allowed_by(own, "only_the_demand_company") if own else runs(actor, demand.challenge)


def may_open_dataset(actor: Actor, demand: Demand) -> Access:
    """Sealed from startups and other companies: the company itself, and the operator's verification engineer."""
    own = actor.grant(*WRITERS, organisation=demand.company_id, challenge=demand.challenge_id)
    return allowed_by(own, "dataset_is_sealed") if own else _verifier(actor, demand)


def _verifier(actor: Actor, demand: Demand) -> Access:
    return Allowed if runs(actor, demand.challenge, Role.VERIFIER) else Denied("dataset_is_sealed")


def visible_to(actor: Actor) -> Q:
    condition = Q(published_at__isnull=False, challenge__announced_at__isnull=False)
    for grant in actor.grants:
        if grant.role in WRITERS:
            own = Q(company=grant.organisation)
            condition |= own & Q(challenge=grant.challenge) if grant.challenge else own
        elif grant.role in SEES_OPERATION:
            # What a company has not proposed yet is its own affair.
            run = Q(challenge__programme__operator=grant.organisation) & ~Q(state="draft")
            condition |= run & Q(challenge=grant.challenge) if grant.challenge else run
    return condition


reasons(
    {
        "only_the_demand_company": text(
            "이 수요를 낸 기업의 담당자만 할 수 있습니다.", "Only the company of this demand may do this."
        ),
        "demands_are_closed": text(
            "접수가 끝난 챌린지의 수요는 새로 쓰거나 고칠 수 없습니다.",
            "Demands cannot be written or changed after applications have closed.",
        ),
        "demand_is_fixed": text(
            "제안한 뒤에는 내용을 바꿀 수 없습니다. 보완 요청을 받으면 다시 고칠 수 있습니다.",
            "A proposed demand cannot be changed. It can be edited again when it is returned.",
        ),
        "dataset_is_sealed": text(
            "데이터 세트는 수요기업과 기술검증 담당만 열 수 있습니다.",
            "The data set is open to the demand company and the verification engineer only.",
        ),
        "demand_incomplete": text("아직 빠진 항목이 있습니다: {missing_ko}", "Still missing: {missing_en}"),
    }
)
