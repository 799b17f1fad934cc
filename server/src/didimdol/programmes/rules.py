"""Who may do what with a challenge, and which challenges exist for whom."""

from __future__ import annotations

from django.db.models import Q

from didimdol.kernel.access import Access, Allowed, Denied, allowed_by, reasons
from didimdol.kernel.actor import SYSTEM, Actor
from didimdol.kernel.words import text
from didimdol.people.enums import Role
from didimdol.people.models import Organisation
from didimdol.programmes.models import Challenge, Party
from didimdol.programmes.rulebooks import rules_of

#: roles that work on a challenge before the public sees it
BEFORE_NOTICE = (
    Role.MANAGER,
    Role.COORDINATOR,
    Role.AUDITOR,
    Role.VERIFIER,
    Role.DEMAND_LEAD,
    Role.BUDGET_OWNER,
    Role.DEMAND_EVALUATOR,
    Role.SPONSOR,
    Role.EXPERT,
)
SEES_OPERATION = (Role.MANAGER, Role.COORDINATOR, Role.AUDITOR, Role.VERIFIER)


def runs(actor: Actor, challenge: Challenge, *roles: Role) -> Access:
    """The actor holds one of ``roles`` (programme manager when none is named) at the operator, for this challenge."""
    grant = actor.grant(
        *(roles or (Role.MANAGER,)), challenge=challenge.id, organisation=challenge.programme.operator_id
    )
    return allowed_by(grant, "only_the_operator")


def runs_evaluation(actor: Actor, challenge: Challenge) -> Access:
    return runs(actor, challenge, Role.MANAGER, Role.COORDINATOR)


def may_manage(actor: Actor, challenge: Challenge) -> Access:
    """See the operator's page of the challenge."""
    return runs(actor, challenge, *SEES_OPERATION)


def may_load(actor: Actor, operator: Organisation) -> Access:
    """Set up a new challenge: a manager of the operator without limit to one challenge, or the installation itself."""
    if actor == SYSTEM or actor.grant(Role.PLATFORM):
        return Allowed
    unlimited = next(
        (g for g in actor.grants if g.role == Role.MANAGER and g.organisation == operator.id and g.challenge is None),
        None,
    )
    return allowed_by(unlimited, "only_the_operator")


def may_change_draft(actor: Actor, challenge: Challenge) -> Access:
    if actor == SYSTEM or actor.grant(Role.PLATFORM):
        return Allowed
    return runs(actor, challenge)


def may_amend(actor: Actor, challenge: Challenge) -> Access:
    """An announced challenge (``late`` says what may change when); after the result, one whose matching has limits."""
    access = runs(actor, challenge)
    announced = challenge.state in ("announced", "evaluating")
    open_to_it = announced or (challenge.state == "closed" and _limits_the_matching(challenge))
    return access if not access or open_to_it else Denied("amend_announced_only")


def _limits_the_matching(challenge: Challenge) -> bool:
    matching = rules_of(challenge).matching
    return bool(matching.budgets or matching.reserves)


def visible_to(actor: Actor) -> Q:
    """Announced challenges are public; before that, they exist for those who prepare them."""
    public = Q(announced_at__isnull=False)
    whole = {g.organisation for g in actor.grants if g.role in BEFORE_NOTICE and g.organisation and g.challenge is None}
    single = {g.challenge for g in actor.grants if g.role in BEFORE_NOTICE and g.challenge}
    if actor.grant(Role.PLATFORM):
        return Q(pk__isnull=False)
    if not whole and not single:
        return public
    prepared = Q(programme__operator__in=whole) | Q(
        pk__in=Party.objects.within(organisation__in=whole).values("challenge_id")
    )
    return public | prepared | Q(pk__in=single)


reasons(
    {
        "only_the_operator": text(
            "이 챌린지를 운영하는 기관의 담당자만 할 수 있습니다.", "Only the operator of this challenge may do this."
        ),
        "amend_announced_only": text(
            "공고된 챌린지만 변경 공고를 할 수 있습니다. 접수가 끝난 뒤에는 아직 배정하지 않은 평가의 위원 구성만 바꿀 수 있고, 선정 결과를 공개한 뒤에는 매칭의 예산과 할당을 완화하는 것만 할 수 있습니다.",
            "Only an announced challenge can be amended; after the closing only panels that are not assigned yet, and after the "
            "result is out only the matching's budgets and group reserves, which can be loosened.",
        ),
    }
)
