"""Who keeps webhooks."""

from __future__ import annotations

from django.db.models import Q

from didimdol.api.enums import KEEPERS
from didimdol.api.models import Delivery, Subscription
from didimdol.kernel.access import Access, Allowed, Denied, allowed_by, reasons
from didimdol.kernel.actor import Actor
from didimdol.kernel.words import text
from didimdol.people.enums import OrganisationKind
from didimdol.people.models import Organisation
from didimdol.programmes.models import Challenge

SCOPE_READ, SCOPE_WRITE = "webhooks:read", "webhooks:write"


def may_subscribe(actor: Actor, organisation: Organisation, challenge: Challenge | None = None) -> Access:
    """The roles of ``KEEPERS``; whoever holds one for one challenge only subscribes for that one."""
    roles = KEEPERS.get(OrganisationKind(organisation.kind), ())
    grant = actor.grant(*roles, organisation=organisation.pk, challenge=challenge.pk if challenge else None)
    if grant is not None and challenge is None:
        whole = [g for g in actor.grants if g.role in roles and g.organisation == organisation.pk and not g.challenge]
        return allowed_by(whole[0] if whole else None, "webhook_name_challenge")
    return allowed_by(grant, "webhook_keepers_only")


def keeps(actor: Actor, subscription: Subscription) -> Access:
    return may_subscribe(actor, subscription.organisation, subscription.challenge)


def keeps_or_system(actor: Actor, subscription: Subscription) -> Access:
    return Allowed if actor.kind == "system" else keeps(actor, subscription)


def keeps_delivery(actor: Actor, delivery: Delivery) -> Access:
    return keeps(actor, delivery.subscription)


def is_system(actor: Actor, row: object) -> Access:
    return Allowed if actor.kind == "system" else Denied("webhook_system_only")


def subscriptions_seen(actor: Actor) -> Q:
    condition = Q(pk__in=[])
    for kind, roles in KEEPERS.items():
        for grant in actor.grants:
            if grant.role in roles and grant.organisation:
                own = Q(organisation=grant.organisation, organisation__kind=kind.value)
                condition |= own & Q(challenge=grant.challenge) if grant.challenge else own
    return condition


reasons(
    {
        "webhook_keepers_only": text(
            "사업 담당, 창업기업의 대표자·담당자, 수요기업의 실무·사업부 책임자만 웹훅을 다룹니다.",
            "Webhooks are kept by programme managers, a startup's people, and a demand company's lead and budget owner.",
        ),
        "webhook_name_challenge": text(
            "맡은 챌린지가 정해져 있습니다. 그 챌린지를 골라 주십시오.",
            "Your role is for one challenge. Please choose that challenge.",
        ),
        "webhook_system_only": text("시스템만 할 수 있는 일입니다.", "Only the system does this."),
    }
)
