"""Reads of webhooks."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q

from didimdol.api import rules
from didimdol.api.enums import KEEPERS
from didimdol.api.models import Delivery, Subscription
from didimdol.kernel.actor import Actor
from didimdol.kernel.problems import Invisible
from didimdol.kernel.rows import ScopedQuerySet
from didimdol.people.enums import OrganisationKind
from didimdol.people.models import Organisation
from didimdol.people.queries import organisations_of
from didimdol.programmes.models import Challenge


def subscriptions_visible_to(actor: Actor) -> ScopedQuerySet[Subscription]:
    """Of the organisations for which the actor keeps webhooks, the removed ones left out."""
    rows = Subscription.objects.visible(rules.subscriptions_seen(actor)).exclude(state="ended")
    found: ScopedQuerySet[Subscription] = rows.select_related("organisation", "challenge", "owner")
    return found


def access_subscription(actor: Actor, id: UUID) -> Subscription:
    """Raises Invisible."""
    found = subscriptions_visible_to(actor).filter(pk=id).first()
    if found is None:
        raise Invisible("webhook", id)
    return found


def deliveries_of(subscription: Subscription) -> ScopedQuerySet[Delivery]:
    """The caller has reached the subscription by ``access_subscription``."""
    return Delivery.objects.within(subscription=subscription)


def access_delivery(actor: Actor, id: UUID) -> Delivery:
    """Raises Invisible."""
    found = (
        Delivery.objects.visible(subscription__in=subscriptions_visible_to(actor).select_related(None).values("pk"))
        .filter(pk=id)
        .select_related("subscription__organisation", "subscription__challenge", "subscription__owner")
        .first()
    )
    if found is None:
        raise Invisible("webhook delivery", id)
    return found


def subscribers(actor: Actor) -> list[Organisation]:
    """The organisations for which the actor may set up webhooks."""
    kept = {role for roles in KEEPERS.values() for role in roles}
    mine = actor.organisations(*kept)
    return [
        row
        for row in organisations_of(actor)
        if row.pk in mine
        and any(
            g.role in KEEPERS.get(OrganisationKind(row.kind), ()) and g.organisation == row.pk for g in actor.grants
        )
    ]


def access_subscriber(actor: Actor, id: UUID) -> Organisation:
    """Raises Invisible."""
    found = next((row for row in subscribers(actor) if row.pk == id), None)
    if found is None:
        raise Invisible("organisation", id)
    return found


def challenges_for(actor: Actor, organisation: Organisation) -> list[Challenge]:
    """The challenges that concern the organisation, newest first: run by it, applied to, or demanded in."""
    concern = {
        OrganisationKind.OPERATOR: Q(programme__operator=organisation),
        OrganisationKind.STARTUP: Q(applications__startup=organisation),
        OrganisationKind.DEMAND_COMPANY: Q(parties__organisation=organisation) | Q(fields__demand_company=organisation),
    }.get(OrganisationKind(organisation.kind), Q(pk__in=[]))
    rows = Challenge.objects.visible(concern).distinct().order_by("-created_at", "pk")
    return [row for row in rows[:200] if rules.may_subscribe(actor, organisation, row)]
