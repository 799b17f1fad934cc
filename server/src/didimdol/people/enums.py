"""Roles and kinds of organisation. Roles: domain.md §9, only those with work yet."""

from __future__ import annotations

from enum import StrEnum

from didimdol.kernel.words import Text, text


class OrganisationKind(StrEnum):
    OPERATOR = "operator"  # 전문기관·주관기관
    DEMAND_COMPANY = "demand_company"  # 수요기업 (partner firms of a sponsor too)
    TECHNOLOGY_SPONSOR = "technology_sponsor"
    STARTUP = "startup"
    EXPERT_BODY = "expert_body"  # where an external expert works


class Role(StrEnum):
    PLATFORM = "platform"  # installs and mends; no power without a staff session
    MANAGER = "manager"  # programme manager (전문기관 사업담당)
    COORDINATOR = "coordinator"  # panel coordinator (간사)
    EXPERT = "expert"  # evaluator: external expert
    DEMAND_EVALUATOR = "demand_evaluator"  # evaluator: demand-company technical / purchasing
    BUDGET_OWNER = "budget_owner"  # demand company: signs the charter, decides adoption
    DEMAND_LEAD = "demand_lead"  # demand company: writes demands, PoC lead
    SPONSOR = "sponsor"  # technology sponsor
    CEO = "ceo"  # startup: signs, submits
    STAFF = "staff"  # startup: drafts
    VERIFIER = "verifier"  # verification engineer: devices, jobs
    AUDITOR = "auditor"  # read-only, time-boxed, logged


ROLE_LABELS: dict[Role, Text] = {
    Role.PLATFORM: text("플랫폼 운영자", "Platform staff"),
    Role.MANAGER: text("사업 담당", "Programme manager"),
    Role.COORDINATOR: text("평가 간사", "Panel coordinator"),
    Role.EXPERT: text("평가위원(외부 전문가)", "Evaluator (external expert)"),
    Role.DEMAND_EVALUATOR: text("평가위원(수요기업)", "Evaluator (demand company)"),
    Role.BUDGET_OWNER: text("사업부 책임자", "Budget owner"),
    Role.DEMAND_LEAD: text("수요기업 실무 책임", "Demand company lead"),
    Role.SPONSOR: text("기술 후원사", "Technology sponsor"),
    Role.CEO: text("대표자", "Chief executive"),
    Role.STAFF: text("창업기업 담당", "Startup staff"),
    Role.VERIFIER: text("기술검증 담당", "Verification engineer"),
    Role.AUDITOR: text("감사", "Auditor"),
}

KIND_LABELS: dict[OrganisationKind, Text] = {
    OrganisationKind.OPERATOR: text("운영기관", "Operator"),
    OrganisationKind.DEMAND_COMPANY: text("수요기업", "Demand company"),
    OrganisationKind.TECHNOLOGY_SPONSOR: text("기술 후원사", "Technology sponsor"),
    OrganisationKind.STARTUP: text("창업기업", "Startup"),
    OrganisationKind.EXPERT_BODY: text("전문가 소속기관", "Expert's institution"),
}

#: Nobody approves their own work: pairs of roles that one person must not hold in one challenge (domain.md §9).
INCOMPATIBLE: tuple[tuple[Role, Role], ...] = (
    (Role.MANAGER, Role.EXPERT),  # 통합관리지침 §10⑤: host staff do not sit on panels
    (Role.MANAGER, Role.DEMAND_EVALUATOR),
    (Role.MANAGER, Role.CEO),
    (Role.MANAGER, Role.STAFF),
    (Role.COORDINATOR, Role.EXPERT),
    (Role.COORDINATOR, Role.DEMAND_EVALUATOR),
    (Role.CEO, Role.EXPERT),  # same-year applicants cannot be evaluators
    (Role.STAFF, Role.EXPERT),
    (Role.CEO, Role.DEMAND_EVALUATOR),
    (Role.STAFF, Role.DEMAND_EVALUATOR),
    (Role.COORDINATOR, Role.CEO),  # who runs the panel, measures the models or audits does not apply
    (Role.COORDINATOR, Role.STAFF),
    (Role.VERIFIER, Role.CEO),
    (Role.VERIFIER, Role.STAFF),
    (Role.AUDITOR, Role.CEO),
    (Role.AUDITOR, Role.STAFF),
    (Role.AUDITOR, Role.MANAGER),
    (Role.AUDITOR, Role.COORDINATOR),
    (Role.AUDITOR, Role.EXPERT),
    (Role.AUDITOR, Role.DEMAND_EVALUATOR),
)

#: in which kinds of organisation a role is held
ROLE_KINDS: dict[Role, tuple[OrganisationKind, ...]] = {
    Role.PLATFORM: (OrganisationKind.OPERATOR,),
    Role.MANAGER: (OrganisationKind.OPERATOR,),
    Role.COORDINATOR: (OrganisationKind.OPERATOR,),
    Role.EXPERT: (OrganisationKind.EXPERT_BODY,),
    Role.DEMAND_EVALUATOR: (OrganisationKind.DEMAND_COMPANY,),
    Role.BUDGET_OWNER: (OrganisationKind.DEMAND_COMPANY,),
    Role.DEMAND_LEAD: (OrganisationKind.DEMAND_COMPANY,),
    Role.SPONSOR: (OrganisationKind.TECHNOLOGY_SPONSOR,),
    Role.CEO: (OrganisationKind.STARTUP,),
    Role.STAFF: (OrganisationKind.STARTUP,),
    Role.VERIFIER: (OrganisationKind.OPERATOR,),
    Role.AUDITOR: (OrganisationKind.OPERATOR,),
}
