"""Who may, and what they see. A project exists for its three parties only: rivals get 404."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q

from didimdol.kernel.access import Access, Allowed, Denied, allowed_by, reasons
from didimdol.kernel.actor import Actor
from didimdol.kernel.words import text
from didimdol.people.enums import Role
from didimdol.programmes import rules as programme_rules
from didimdol.projects.models import Agreement, OwnContribution, Plan, Project, SigningLink, SupportItem

STARTUP = (Role.CEO, Role.STAFF)
COMPANY = (Role.DEMAND_LEAD, Role.BUDGET_OWNER)
OPERATES = (Role.MANAGER, Role.COORDINATOR, Role.AUDITOR)
RUNNING = ("preparing", "active")


# --- whose project it is (for the rooms above too) ----------------------------------------------------------------


def is_startup(actor: Actor, project: Project, *roles: Role) -> Access:
    """Acts for the project's startup in one of ``roles`` (chief executive or staff when none is named)."""
    grant = actor.grant(*(roles or STARTUP), organisation=project.startup_id, challenge=project.challenge_id)
    return allowed_by(grant, "only_its_startup")


def is_company(actor: Actor, project: Project, *roles: Role) -> Access:
    """Acts for the project's demand company in one of ``roles`` (lead or budget owner when none is named)."""
    asked = {"organisation": project.company_id, "challenge": project.challenge_id, "field": project.field.key}
    return allowed_by(actor.grant(*(roles or COMPANY), **asked), "only_its_company")  # type: ignore[arg-type]


def runs(actor: Actor, project: Project, *roles: Role) -> Access:
    """Acts for the operator of the project's challenge (programme manager when no role is named)."""
    return programme_rules.runs(actor, project.challenge, *roles)


def may_read(actor: Actor, project: Project) -> Access:
    """The project with its plan, agreement and milestones: its parties and those who run the challenge."""
    for access in (is_startup(actor, project), is_company(actor, project), runs(actor, project, *OPERATES)):
        if access:
            return access
    return Denied("not_a_party")


def is_sponsor(actor: Actor, project: Project) -> Access:
    """The technology sponsor of the challenge: sees support, never plan, agreement or money."""
    parties = {party.organisation_id for party in project.challenge.parties.all() if party.part == "technology_sponsor"}
    for grant in actor.grants:
        of_this = grant.challenge in (None, project.challenge_id)
        if grant.role == Role.SPONSOR and of_this and grant.organisation in parties:
            return Access(True, by=grant)
    return Denied("not_a_party")


def may_read_support(actor: Actor, project: Project) -> Access:
    access = may_read(actor, project)
    return access or is_sponsor(actor, project)


def projects_seen(actor: Actor) -> Q:
    """Projects of the actor's own startup and company, and of the challenges that their operator runs."""
    condition = Q(pk__in=[])
    for grant in actor.grants:
        if grant.organisation is None:
            continue
        if grant.role in STARTUP:
            own = Q(startup=grant.organisation)
        elif grant.role in COMPANY:
            own = Q(company=grant.organisation)
            own &= Q(field__key=grant.field) if grant.field else Q()
        elif grant.role in OPERATES:
            own = Q(challenge__programme__operator=grant.organisation)
        else:
            continue
        condition |= own & Q(challenge=grant.challenge) if grant.challenge else own
    return condition


def support_seen(actor: Actor) -> Q:
    """The same, and the projects of the challenges that the actor's organisation sponsors."""
    condition = projects_seen(actor)
    for grant in actor.grants:
        if grant.role == Role.SPONSOR and grant.organisation is not None:
            own = Q(challenge__parties__organisation=grant.organisation)
            own &= Q(challenge__parties__part="technology_sponsor")
            condition |= own & Q(challenge=grant.challenge) if grant.challenge else own
    return condition


def by_system(actor: Actor, row: object) -> Access:
    """Moves that follow from another fact (the third signature), never asked for by a person."""
    return Allowed if actor.kind == "system" else Denied("follows_by_itself")


def may_export(actor: Actor) -> Access:
    """The list as a file: who runs challenges, of what they see."""
    return allowed_by(actor.grant(*OPERATES), "only_the_operator")


# --- plan ----------------------------------------------------------------------------------------------------------


def may_write_plan(actor: Actor, project: Project) -> Access:
    return is_startup(actor, project) if project.state == "preparing" else _settled(is_startup(actor, project))


def may_submit_plan(actor: Actor, plan: Plan) -> Access:
    return may_write_plan(actor, plan.project)


def may_judge_plan(actor: Actor, plan: Plan) -> Access:
    """The programme manager; never who wrote it."""
    access = runs(actor, plan.project)
    if not access:
        return access
    if plan.written_by_id == actor.person:
        return Denied("own_work")
    return access if plan.project.state == "preparing" else _settled(access)


def nothing_signed(plan: Plan) -> Access:
    """An approved plan goes back only while no signature stands on the agreement over it."""
    signed = plan.agreements.filter(state__in=["offered", "signed"], signatures__isnull=False).exists()
    return Denied("already_signing") if signed or plan.project.state != "preparing" else Allowed


# --- agreement -----------------------------------------------------------------------------------------------------


def may_draft_agreement(actor: Actor, project: Project) -> Access:
    """The programme manager or the demand company's lead."""
    access = runs(actor, project)
    if not access:
        access = is_company(actor, project, Role.DEMAND_LEAD)
    if not access:
        return Denied("only_those_who_draft")
    return access if project.state == "preparing" else _settled(access)


def may_write_agreement(actor: Actor, agreement: Agreement) -> Access:
    return may_draft_agreement(actor, agreement.project)


def may_offer(actor: Actor, agreement: Agreement) -> Access:
    return runs(actor, agreement.project)


def party_of(actor: Actor, agreement: Agreement) -> tuple[str, Access]:
    """For which party the actor signs: chief executive, the budget owner who is named, programme manager."""
    project = agreement.project
    if access := is_startup(actor, project, Role.CEO):
        return "startup", access
    if access := is_company(actor, project, Role.BUDGET_OWNER):
        return "company", access if agreement.budget_owner_id == actor.person else Denied("another_budget_owner")
    if access := runs(actor, project):
        return "operator", access
    return "", Denied("not_a_signer")


def may_sign(actor: Actor, agreement: Agreement) -> Access:
    return party_of(actor, agreement)[1]


def may_send_link(actor: Actor, agreement: Agreement) -> Access:
    """To the budget owner: by the programme manager or the company's own lead."""
    access = runs(actor, agreement.project)
    access = access or is_company(actor, agreement.project, Role.DEMAND_LEAD)
    return access or Denied("only_those_who_draft")


def may_revoke_link(actor: Actor, link: SigningLink) -> Access:
    return Allowed if actor.kind == "system" else may_send_link(actor, link.agreement)


def may_record_paper(actor: Actor, agreement: Agreement, party: str = "") -> Access:
    """The programme manager for everybody; the startup and the company for themselves."""
    project = agreement.project
    if access := runs(actor, project):
        return access
    if party in ("", "startup") and (access := is_startup(actor, project, Role.CEO)):
        return access
    if party in ("", "company") and (access := is_company(actor, project)):
        return access
    return Denied("not_your_signature")


# --- support and own contribution ----------------------------------------------------------------------------------


def may_promise_support(actor: Actor, project: Project) -> Access:
    access = is_company(actor, project) or is_sponsor(actor, project) or runs(actor, project)
    if not access:
        return Denied("only_who_supports")
    return access if project.state in RUNNING else Denied("project_has_ended")


def may_log_hours(actor: Actor, item: SupportItem) -> Access:
    """Whose people worked: the organisation that provides the item."""
    project = item.project
    if item.provider_id == project.company_id:
        access = is_company(actor, project)
    else:
        access = is_sponsor(actor, project)
        access = access if access and access.by and access.by.organisation == item.provider_id else runs(actor, project)
    if not access:
        return Denied("only_who_supports")
    return access if project.state in RUNNING else Denied("project_has_ended")


def may_receive_support(actor: Actor, item: SupportItem) -> Access:
    return is_startup(actor, item.project)


def may_contribute(actor: Actor, project: Project) -> Access:
    access = is_startup(actor, project)
    return access if not access or project.state in RUNNING else Denied("project_has_ended")


def may_confirm_contribution(actor: Actor, contribution: OwnContribution) -> Access:
    access = runs(actor, contribution.project, Role.MANAGER, Role.COORDINATOR)
    return Denied("own_work") if access and contribution.given_by_id == actor.person else access


def may_read_money(actor: Actor, project: Project) -> Access:
    """Own contribution with its evidence: the startup and those who run the challenge; not the demand company."""
    access = is_startup(actor, project)
    return access or runs(actor, project, *OPERATES)


# --- the end -------------------------------------------------------------------------------------------------------


def may_open(actor: Actor, project: object = None) -> Access:
    return by_system(actor, project)


def may_withdraw(actor: Actor, project: Project) -> Access:
    """The startup's chief executive; the system where the place ended before anything was signed."""
    return Allowed if actor.kind == "system" else is_startup(actor, project, Role.CEO)


def may_stop(actor: Actor, project: Project) -> Access:
    return runs(actor, project)


def may_give_up(place: UUID) -> Access:
    """Fills selection's port: a place is simply given up only while nothing is signed, or once the project ended."""
    if Project.objects.within(place=place, signed_at__isnull=False, ended_at__isnull=True).exists():
        return Denied("project_signed")
    return Allowed


def _settled(access: Access) -> Access:
    return Denied("project_is_settled") if access else access


reasons(
    {
        "project_signed": text(
            "협약이 체결되어 과제를 중단하는 절차를 거쳐야 합니다. 과제 화면에서 ‘협약 포기’를 하십시오.",
            "The agreement is signed: the project has to be ended. Use “Withdraw” on the project's page.",
        ),
        "not_a_party": text(
            "이 과제의 당사자가 아닙니다.", "You are not a party of this project."
        ),
        "only_its_startup": text(
            "이 과제를 수행하는 창업기업만 할 수 있습니다.", "Only the startup of this project may do this."
        ),
        "only_its_company": text(
            "이 과제의 수요기업만 할 수 있습니다.", "Only the demand company of this project may do this."
        ),
        "only_those_who_draft": text(
            "사업 담당이나 수요기업 실무 책임만 할 수 있습니다.",
            "Only the programme manager or the demand company's lead may do this.",
        ),
        "only_who_supports": text(
            "지원을 제공하는 기관만 할 수 있습니다.", "Only the organisation that gives the support may do this."
        ),
        "follows_by_itself": text(
            "다른 일이 끝나면 저절로 이루어집니다.", "This follows by itself from another step."
        ),
        "project_is_settled": text(
            "협약이 체결되었거나 끝난 과제의 내용은 바꿀 수 없습니다.",
            "The project is signed or has ended: this does not change any more.",
        ),
        "project_has_ended": text("이미 끝난 과제입니다.", "The project has ended."),
        "already_signing": text(
            "이미 서명이 시작되어 계획을 되돌릴 수 없습니다. 협약을 먼저 거두어 주십시오.",
            "Signing has begun: the plan cannot go back. Take the agreement back first.",
        ),
        "another_budget_owner": text(
            "협약서에 적힌 사업부 책임자만 서명할 수 있습니다.",
            "Only the budget owner whom the agreement names may sign for the company.",
        ),
        "not_a_signer": text(
            "서명하는 사람은 창업기업의 대표자, 협약서의 사업부 책임자, 사업 담당입니다.",
            "Signers are the startup's chief executive, the budget owner named, and the programme manager.",
        ),
        "not_your_signature": text(
            "다른 당사자의 종이 서명은 사업 담당이 등록합니다.",
            "Another party's paper signature is recorded by the programme manager.",
        ),
        "contribution_missing": text(
            "확인된 자기부담금이 모자랍니다(현금 {cash}원, 현물 {in_kind}원 부족).",
            "Confirmed own contribution is short by {cash} won in cash and {in_kind} won in kind.",
        ),
    }
)  # fmt: skip
