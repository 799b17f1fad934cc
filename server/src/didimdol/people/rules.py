"""Who may give which role, and see whom."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q

from didimdol.kernel.access import Access, Allowed, Denied, allowed_by, reasons
from didimdol.kernel.actor import Actor, Grant
from didimdol.kernel.words import pick, text
from didimdol.people.enums import INCOMPATIBLE, ROLE_LABELS, OrganisationKind, Role
from didimdol.people.models import Invitation, Organisation, RoleAssignment
from didimdol.people.ports import ChallengeFacts, challenge_facts

OPERATOR_ROLES = (Role.MANAGER, Role.COORDINATOR, Role.VERIFIER, Role.AUDITOR)
COMPANY_ROLES = (Role.DEMAND_LEAD, Role.BUDGET_OWNER, Role.DEMAND_EVALUATOR)
STARTUP_ROLES = (Role.CEO, Role.STAFF)
#: what a programme manager gives to people of other organisations, for a challenge of their own operator
GIVEN_BY_MANAGER = (Role.EXPERT, *COMPANY_ROLES, Role.SPONSOR)
EVALUATORS = (Role.EXPERT, Role.DEMAND_EVALUATOR)
#: roles whose holder cares for the people of the organisation
KEEPERS = (Role.MANAGER, Role.COORDINATOR, Role.DEMAND_LEAD, Role.BUDGET_OWNER, Role.CEO)


#: challenge → its operator, which never changes: so that a list asks once, not once a row
_operators: dict[UUID, UUID] = {}


def operator_of(challenge: UUID) -> UUID | None:
    """The organisation that runs ``challenge``; None where programmes does not know it."""
    if challenge not in _operators and challenge_facts.filled:
        remember_operators(challenge_facts.ask([challenge], []))
    return _operators.get(challenge)


def remember_operators(known: list[ChallengeFacts]) -> None:
    if len(_operators) > 10_000:
        _operators.clear()
    _operators.update({facts.id: facts.operator for facts in known})


def may_assign(
    actor: Actor, organisation: Organisation, role: str, challenge: UUID | None = None, field: str = ""
) -> Access:
    """May the actor give ``role`` in ``organisation``, for ``challenge`` (None: for all of the organisation's)?"""
    if actor.kind == "system":
        return Allowed
    if actor.person is None:
        return Denied("sign_in_first")
    if platform := actor.grant(Role.PLATFORM.value):
        # staff set an operator up; whom a startup trusts is the startup's affair
        return Denied("people_startup_decides") if role in STARTUP_ROLES else Access(True, by=platform)
    if role in OPERATOR_ROLES:
        if challenge is not None and operator_of(challenge) != organisation.id:
            return Denied("people_not_yours_to_give")
        return _by_own(actor, organisation, (Role.MANAGER,), challenge, field)
    if role in STARTUP_ROLES:
        if role == Role.CEO:
            return Denied("people_ceo_registers")
        return _by_own(actor, organisation, (Role.CEO,), challenge, field)
    if role in COMPANY_ROLES and (
        own := _by_own(actor, organisation, (Role.DEMAND_LEAD, Role.BUDGET_OWNER), challenge, field)
    ):
        return own
    if role in GIVEN_BY_MANAGER:
        if challenge is None:
            return Denied("people_name_challenge")
        return allowed_by(manages(actor, challenge), "people_not_yours_to_give")
    return Denied("people_not_yours_to_give")


def manages(actor: Actor, challenge: UUID) -> Grant | None:
    """The grant by which the actor manages ``challenge``: a manager's, of the operator that runs it."""
    operator = operator_of(challenge)
    if operator is None:
        return None
    return actor.grant(Role.MANAGER.value, organisation=operator, challenge=challenge)


def _by_own(
    actor: Actor, organisation: Organisation, roles: tuple[Role, ...], challenge: UUID | None, field: str
) -> Access:
    for grant in actor.grants:
        if grant.role not in roles or grant.organisation != organisation.id:
            continue
        # nobody gives more than they hold: a role for one challenge gives roles for that challenge
        if grant.challenge is not None and grant.challenge != challenge:
            continue
        if grant.field is not None and grant.field != field:
            continue
        return Access(True, by=grant)
    return Denied("people_not_yours_to_give")


def may_end(actor: Actor, assignment: RoleAssignment) -> Access:
    """Who gave it may end it, and everybody may lay down their own role (a startup's last chief executive not)."""
    if actor.kind != "system" and assignment.person_id == actor.person:
        return Denied("people_ceo_stays") if assignment.role == Role.CEO else Allowed
    if assignment.role == Role.CEO and actor.kind != "system":
        return Denied("people_ceo_stays")
    return may_assign(actor, assignment.organisation, assignment.role, assignment.challenge, assignment.field)


def may_withdraw(actor: Actor, invitation: Invitation) -> Access:
    if actor.person is not None and invitation.invited_by_id == actor.person:
        return Allowed
    return may_assign(actor, invitation.organisation, invitation.role, invitation.challenge, invitation.field)


def may_create_organisation(actor: Actor, kind: str) -> Access:
    if actor.kind == "system":
        return Allowed
    if kind in (OrganisationKind.OPERATOR, OrganisationKind.STARTUP):
        # a startup is registered by its own chief executive (register_startup)
        return allowed_by(actor.grant(Role.PLATFORM.value), "not_your_role", role=_label(Role.PLATFORM))
    return allowed_by(actor.grant(Role.PLATFORM.value, Role.MANAGER.value), "not_your_role", role=_label(Role.MANAGER))


def may_update_organisation(actor: Actor, organisation: Organisation) -> Access:
    if actor.kind == "system":
        return Allowed
    keeper = actor.grant(
        Role.MANAGER.value,
        Role.BUDGET_OWNER.value,
        Role.DEMAND_LEAD.value,
        Role.CEO.value,
        organisation=organisation.id,
    )
    return allowed_by(actor.grant(Role.PLATFORM.value) or keeper, "people_not_your_organisation")


def may_register_startup(actor: Actor) -> Access:
    if actor.person is None:
        return Denied("sign_in_first")
    if actor.grant(Role.CEO.value):
        return Denied("people_already_ceo")
    for grant in actor.grants:
        if excluded(Role.CEO, grant.role):
            return Denied("people_role_excludes_ceo", role=_label(Role(grant.role)))
    return Allowed


def may_invite(actor: Actor, organisation: Organisation) -> Access:
    """May the actor invite from the people page of ``organisation``? Which role they may give says ``may_assign``."""
    inviter = actor.grant(
        Role.MANAGER.value,
        Role.BUDGET_OWNER.value,
        Role.DEMAND_LEAD.value,
        Role.CEO.value,
        organisation=organisation.id,
    )
    return allowed_by(actor.grant(Role.PLATFORM.value) or inviter, "people_not_yours_to_give")


# --- who sees whom -------------------------------------------------------------------------------------------------


def organisations_seen(actor: Actor) -> Q:
    """Organisations whose people page the actor may open: those they act for; staff with an open session: all."""
    if actor.grant(Role.PLATFORM.value):
        return Q()
    return Q(pk__in=actor.organisations())


def assignments_seen(actor: Actor) -> Q:
    if actor.grant(Role.PLATFORM.value):
        return Q()
    if actor.person is None:
        return Q(pk__in=[])
    operators = actor.organisations(Role.MANAGER.value)
    operated = challenge_facts.ask([], list(operators)) if operators and challenge_facts.filled else []
    return members_seen(actor) | Q(challenge__in=[f.id for f in operated])


def members_seen(actor: Actor) -> Q:
    """Assignments in the actor's own organisations. Who evaluates is known to those who name evaluators only."""
    if actor.grant(Role.PLATFORM.value):
        return Q()
    name_evaluators = actor.organisations(Role.DEMAND_LEAD.value, Role.BUDGET_OWNER.value)
    return (
        Q(person=actor.person)
        | Q(organisation__in=actor.organisations()) & ~Q(role__in=[r.value for r in EVALUATORS])
        | Q(organisation__in=name_evaluators)
    )


def may_see_given(actor: Actor, organisation: Organisation, challenge: UUID | None = None) -> bool:
    """Who evaluates and who acts for the companies: for those who run the operator's challenges, not its engineers."""
    run = (Role.MANAGER.value, Role.COORDINATOR.value, Role.AUDITOR.value)
    whole = actor.grant(Role.PLATFORM.value) or actor.grant(*run, organisation=organisation.id, challenge=challenge)
    return organisation.kind == OrganisationKind.OPERATOR and whole is not None


def invitations_seen(actor: Actor) -> Q:
    if actor.person is None:
        return Q(pk__in=[])
    keeps = actor.organisations(*(r.value for r in KEEPERS))
    return Q(invited_by=actor.person) | Q(organisation__in=keeps)


# --- roles that exclude each other ---------------------------------------------------------------------------------


def clash(held: list[RoleAssignment], role: str, organisation: UUID, challenge: UUID | None) -> RoleAssignment | None:
    """The assignment among ``held`` that one person must not hold together with the new one (domain.md §9)."""
    for other in held:
        if excluded(role, other.role) and meet(role, organisation, challenge, other):
            return other
    return None


def excluded(one: str, other: str) -> bool:
    return any({one, other} == {a.value, b.value} for a, b in INCOMPATIBLE)


def meet(role: str, organisation: UUID, challenge: UUID | None, other: RoleAssignment) -> bool:
    """Do both reach one challenge? What is not known counts as met."""
    if challenge is not None and other.challenge is not None:
        return challenge == other.challenge
    reach = _reach(role, organisation, challenge)
    others = _reach(other.role, other.organisation_id, other.challenge)
    return reach is None or others is None or reach == others


def _reach(role: str, organisation: UUID, challenge: UUID | None) -> UUID | None:
    """The operator in whose challenges the role counts; None: in anybody's (a startup may apply everywhere)."""
    if challenge is not None:
        return operator_of(challenge)
    return organisation if role in OPERATOR_ROLES else None


def _label(role: Role) -> str:
    return pick(ROLE_LABELS[role])


reasons(
    {
        "people_startup_decides": text(
            "창업기업의 구성원은 그 기업의 대표자만 정합니다.",
            "Only the startup's chief executive decides who acts for it.",
        ),
        "people_ceo_registers": text(
            "대표자는 창업기업을 등록하면서 정해집니다.", "The chief executive is who registered the startup."
        ),
        "people_ceo_stays": text(
            "대표자 역할은 스스로 내려놓거나 다른 사람이 끝낼 수 없습니다.",
            "The chief executive's role cannot be laid down or ended here.",
        ),
        "people_name_challenge": text(
            "어느 챌린지에서의 역할인지 정해 주십시오.", "Say for which challenge the role is meant."
        ),
        "people_not_yours_to_give": text("이 역할을 줄 수 있는 범위가 아닙니다.", "This role is not yours to give."),
        "people_not_your_organisation": text(
            "이 조직의 정보를 고칠 수 있는 역할이 아닙니다.", "Your role does not allow changing this organisation."
        ),
        "people_already_ceo": text(
            "이미 창업기업의 대표자로 등록되어 있습니다.", "You are a startup's chief executive already."
        ),
        "people_role_excludes_ceo": text(
            "‘{role}’ 역할을 맡은 사람은 신청하는 기업의 대표자가 될 수 없습니다.",
            "Whoever is “{role}” cannot lead a startup that applies.",
        ),
        "people_own_role": text("자기 자신에게 역할을 줄 수 없습니다.", "Nobody gives a role to themselves."),
        "people_other_address": text(
            "이 초대는 다른 전자우편 주소로 보낸 것입니다. 초대받은 주소로 로그인해 주십시오.",
            "This invitation was sent to another address. Sign in with the address that was invited.",
        ),
        "people_no_staff": text(
            "플랫폼 운영자만 업무 접속을 열 수 있습니다.", "Only platform staff open a staff session."
        ),
        "people_not_by_token": text(
            "토큰으로는 할 수 없습니다. 화면에서 로그인해 주십시오.",
            "This cannot be done with a token. Sign in on the page.",
        ),
        "people_signed_in": text("이미 로그인한 사람은 새로 가입할 수 없습니다.", "You are signed in already."),
        "people_not_yourself": text("자기 계정에만 할 수 있습니다.", "Only for your own account."),
    }
)
