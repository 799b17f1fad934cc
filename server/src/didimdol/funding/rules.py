"""Who asks for money, approves it and lets it go; and who sees it."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from didimdol.funding.models import BankAccount, Budget, Disbursement
from didimdol.kernel.access import Access, Allowed, Denied, allowed_by, reasons
from didimdol.kernel.actor import Actor
from didimdol.kernel.words import text
from didimdol.people.enums import Role
from didimdol.people.models import Organisation
from didimdol.programmes import rules as programme_rules
from didimdol.programmes.models import Challenge
from didimdol.projects import rules as project_rules
from didimdol.projects.models import Milestone, Project

STARTUP = (Role.CEO, Role.STAFF)
OPERATES = (Role.MANAGER, Role.COORDINATOR)
SEES = (*OPERATES, Role.AUDITOR)


# --- who sees money: the startup its own, the operator's people theirs; never a demand company or a sponsor ---------


def money_seen(actor: Actor, path: str = "") -> Q:
    """Projects whose money the actor sees; ``path`` leads to the project ("project__")."""
    condition = Q(pk__in=[])
    for grant in actor.grants:
        if grant.organisation is None:
            continue
        if grant.role in STARTUP:
            own = Q(**{f"{path}startup": grant.organisation})
        elif grant.role in SEES:
            own = Q(**{f"{path}challenge__programme__operator": grant.organisation})
        else:
            continue
        condition |= own & Q(**{f"{path}challenge": grant.challenge}) if grant.challenge else own
    return condition


def may_read(actor: Actor, project: Project) -> Access:
    return project_rules.may_read_money(actor, project)


def may_read_challenge(actor: Actor, challenge: Challenge) -> Access:
    """Totals, entries and trial balance of a challenge."""
    return programme_rules.runs(actor, challenge, *SEES)


def operates(actor: Actor, project: Project) -> Access:
    return project_rules.runs(actor, project, *OPERATES)


# --- budget --------------------------------------------------------------------------------------------------------


def may_write_budget(actor: Actor, project: Project) -> Access:
    access = project_rules.is_startup(actor, project)
    return access if not access or project.ended_at is None else Denied("money_project_ended")


def may_submit_budget(actor: Actor, budget: Budget) -> Access:
    return may_write_budget(actor, budget.project)


def may_judge_budget(actor: Actor, budget: Budget) -> Access:
    return operates(actor, budget.project)


def follows(actor: Actor, row: object) -> Access:
    """Moves that follow from another one, never asked for by a person."""
    return project_rules.by_system(actor, row)


# --- account -------------------------------------------------------------------------------------------------------


def may_register_account(actor: Actor, startup: Organisation) -> Access:
    """The chief executive alone says where the money goes."""
    return allowed_by(actor.grant(Role.CEO, organisation=startup.pk), "only_the_chief_executive")


def may_verify_account(actor: Actor, account: BankAccount) -> Access:
    """Somebody of an operator that is to pay this startup."""
    operators = set(
        Project.objects.within(startup=account.startup_id).values_list("challenge__programme__operator", flat=True)
    )
    grant = next((g for g in actor.grants if g.role in OPERATES and g.organisation in operators), None)
    return allowed_by(grant, "only_who_pays")


# --- payments ------------------------------------------------------------------------------------------------------


def may_request(actor: Actor, milestone: Milestone) -> Access:
    return project_rules.is_startup(actor, milestone.project)


def may_approve(actor: Actor, payment: Disbursement) -> Access:
    access = operates(actor, payment.project)
    return Denied("own_work") if access and actor.person == payment.requested_by_id else access


def may_release(actor: Actor, payment: Disbursement) -> Access:
    """A programme manager, never the person who approved it: money leaves by two hands."""
    access = project_rules.runs(actor, payment.project)
    if access and actor.person == payment.approved_by_id:
        return Denied("released_by_another")
    return Denied("own_work") if access and actor.person == payment.requested_by_id else access


def may_hold(actor: Actor, payment: Disbursement) -> Access:
    return Allowed if actor.kind == "system" else operates(actor, payment.project)


def may_unhold(actor: Actor, payment: Disbursement) -> Access:
    return operates(actor, payment.project)


def may_cancel(actor: Actor, payment: Disbursement) -> Access:
    """The startup takes its request back, the operator refuses it, or the project has ended."""
    if actor.kind == "system":
        return Allowed
    return project_rules.is_startup(actor, payment.project) or operates(actor, payment.project)


def may_settle(actor: Actor, row: Any) -> Access:
    """What is to be returned: a programme manager writes down what came back, or was rightly spent."""
    return project_rules.runs(actor, row)


reasons(
    {
        "only_the_chief_executive": text(
            "지급 계좌는 대표자만 등록하고 바꿀 수 있습니다.",
            "Only the chief executive registers or changes the account that is paid.",
        ),
        "only_who_pays": text(
            "이 기업의 과제를 운영하는 기관만 계좌를 확인할 수 있습니다.",
            "Only the operator of a project of this startup checks its account.",
        ),
        "released_by_another": text(
            "승인한 사람은 지급을 실행할 수 없습니다. 다른 사업 담당이 실행해야 합니다. 담당이 한 명뿐이면 사업 담당을 한 명 더 "
            "초대하거나, 승인을 평가 간사에게 맡기십시오.",
            "Whoever approved it does not release it: another programme manager has to. With only one manager, invite a "
            "second, or leave the approval to the coordinator.",
        ),
        "money_project_ended": text("끝난 과제입니다.", "The project has ended."),
    }
)
