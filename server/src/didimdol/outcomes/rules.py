"""Who decides on adoption, who confirms what, and who sees which case."""

from __future__ import annotations

from django.db.models import Q

from didimdol.kernel.access import Access, Allowed, Denied, allowed_by, reasons
from didimdol.kernel.actor import Actor, Grant
from didimdol.kernel.words import text
from didimdol.outcomes.models import AdoptionCase, Introduction, Sale
from didimdol.people.enums import Role
from didimdol.programmes import rules as programme_rules
from didimdol.programmes.models import Challenge, Party
from didimdol.projects import rules as project_rules
from didimdol.projects.models import Project

STARTUP, COMPANY, RUN = project_rules.STARTUP, project_rules.COMPANY, project_rules.OPERATES
SPONSOR = (Role.SPONSOR,)
SPONSOR_PART = "technology_sponsor"


# --- who somebody is to a case -------------------------------------------------------------------------------------


def of_startup(actor: Actor, case: AdoptionCase) -> Grant | None:
    return project_rules.is_startup(actor, case.project).by


def of_company(actor: Actor, case: AdoptionCase) -> Grant | None:
    return project_rules.is_company(actor, case.project).by


def manages(actor: Actor, case: AdoptionCase) -> Access:
    return programme_rules.runs(actor, case.project.challenge, Role.MANAGER)


def of_sponsor(actor: Actor, challenge: Challenge) -> Grant | None:
    """The grant of a technology sponsor that has a part in the challenge."""
    held = [g for g in actor.grants if g.role in SPONSOR and g.organisation and g.challenge in (None, challenge.pk)]
    if not held:
        return None
    parts = Party.objects.within(challenge=challenge, part=SPONSOR_PART)
    sponsors = set(parts.values_list("organisation_id", flat=True))
    return next((g for g in held if g.organisation in sponsors), None)


# --- the case ------------------------------------------------------------------------------------------------------


def by_system(actor: Actor, case: AdoptionCase | None = None) -> Access:
    return Allowed if actor.kind == "system" else Denied("outcomes_system_only")


def may_decide(actor: Actor, case: AdoptionCase) -> Access:
    """The budget owner who signed the charter; where nobody with an account did, any budget owner of the company."""
    grant = project_rules.is_company(actor, case.project, Role.BUDGET_OWNER).by
    if grant is None or case.budget_owner_id not in (None, actor.person):
        return Denied("only_the_budget_owner")
    return Access(True, by=grant)


def may_hand_over(actor: Actor, case: AdoptionCase) -> Access:
    """The budget owner leaves or changes: the company says who decides now, or the operator does."""
    grant = of_company(actor, case)
    if grant is not None:
        return Access(True, by=grant)
    return manages(actor, case) or Denied("only_company_or_operator")


def may_advance(actor: Actor, case: AdoptionCase) -> Access:
    """Contract and shipment: the company that adopts, or the operator."""
    grant = of_company(actor, case)
    return Access(True, by=grant) if grant else manages(actor, case) or Denied("only_company_or_operator")


def may_export(actor: Actor) -> Access:
    """One's own list, as far as one sees it."""
    grant = actor.grant(*STARTUP, *COMPANY, *RUN)
    return allowed_by(grant, "only_with_cases")


# --- sales ---------------------------------------------------------------------------------------------------------


def may_record_sale(actor: Actor, case: AdoptionCase) -> Access:
    return allowed_by(of_startup(actor, case) or of_company(actor, case), "only_the_parties")


def may_settle_sale(actor: Actor, sale: Sale) -> Access:
    """Confirm or refuse: the company or the operator, and never the side that recorded it."""
    case = sale.case
    company = of_company(actor, case)
    run = manages(actor, case)
    if not company and not run:
        return Denied("only_company_or_operator")
    # also a manager who acts for the company as well: nobody confirms what their own side wrote down
    if actor.person == sale.recorded_by_id or may_add_evidence(actor, sale):
        return Denied("own_work")
    return Access(True, by=run.by if run else company)


def may_add_evidence(actor: Actor, sale: Sale) -> Access:
    """The side that recorded it shows it."""
    side = of_startup if sale.organisation_id == sale.case.project.startup_id else of_company
    grant = side(actor, sale.case)
    return allowed_by(grant, "only_who_recorded")


def may_withdraw_sale(actor: Actor, sale: Sale) -> Access:
    return may_add_evidence(actor, sale)


# --- introductions -------------------------------------------------------------------------------------------------


def introducer(actor: Actor, case: AdoptionCase) -> Grant | None:
    return of_company(actor, case) or of_sponsor(actor, case.project.challenge)


def may_introduce(actor: Actor, case: AdoptionCase) -> Access:
    return allowed_by(introducer(actor, case), "only_introducers")


def may_report_result(actor: Actor, introduction: Introduction) -> Access:
    """Who introduced, or the startup that was."""
    case = introduction.case
    own = actor.grant(
        *SPONSOR, *COMPANY, organisation=introduction.organisation_id, challenge=case.project.challenge_id
    )
    return allowed_by(own or of_startup(actor, case), "only_introducers")


# --- what exists for whom ------------------------------------------------------------------------------------------


def visible_to(actor: Actor, path: str = "") -> Q:
    """The cases of the projects that the actor sees: one's own startup's, one's own company's, or of the challenges that
    one's operator runs. ``path`` leads from the queryset's rows to the case."""
    return Q(**{f"{path}project__in": Project.objects.visible(project_rules.projects_seen(actor)).values("pk")})


def sponsored_by(actor: Actor, path: str = "") -> Q:
    """Cases of the challenges in which the actor's organisation is technology sponsor: for introductions only."""
    condition = Q(pk__in=[])
    for grant in actor.grants:
        if grant.role in SPONSOR and grant.organisation:
            parts = Party.objects.within(organisation=grant.organisation, part=SPONSOR_PART)
            if grant.challenge:
                parts = parts.filter(challenge=grant.challenge)
            condition |= Q(**{f"{path}project__challenge__in": parts.values("challenge_id")})
    return condition


reasons(
    {
        "outcomes_system_only": text("시스템만 할 수 있는 일입니다.", "Only the system does this."),
        "only_the_budget_owner": text(
            "이 건의 도입 여부는 협약에 적힌 사업부 책임자만 결정할 수 있습니다. 책임자가 바뀌었으면 ‘책임자 변경’을 하십시오.",
            "Only the budget owner named in the agreement decides. If that person changed, use “Change the budget owner”.",
        ),
        "only_company_or_operator": text(
            "수요기업 또는 사업 담당만 할 수 있습니다.", "Only the demand company or the programme manager may do this."
        ),
        "only_the_parties": text(
            "이 과제의 창업기업과 수요기업만 매출을 적을 수 있습니다.",
            "Only the startup and the demand company of this project record its sales.",
        ),
        "only_with_cases": text(
            "창업기업, 수요기업, 운영기관의 담당자만 할 수 있습니다.",
            "Only people of a startup, a demand company or the operator may do this.",
        ),
        "only_who_recorded": text(
            "이 매출을 적은 쪽만 할 수 있습니다.", "Only the side that recorded this sale may do this."
        ),
        "only_introducers": text(
            "소개한 기업과 소개받은 창업기업만 할 수 있습니다.",
            "Only the organisation that introduces, and for results the startup, may do this.",
        ),
        "sale_without_evidence": text(
            "증빙이 없는 매출은 확인할 수 없습니다. 적은 쪽이 먼저 증빙을 올려야 합니다.",
            "A sale without evidence cannot be confirmed. Whoever recorded it uploads the evidence first.",
        ),
        "no_confirmed_sale": text(
            "확인된 매출이 아직 없습니다. 매출을 먼저 확인해 주십시오.",
            "No sale is confirmed yet. Confirm one first.",
        ),
    }
)
