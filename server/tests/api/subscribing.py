"""What tests of webhooks ask of a subscription."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from didimdol.api.models import Delivery, Subscription
from didimdol.kernel.actor import SYSTEM
from didimdol.people import actions as people
from didimdol.people.enums import OrganisationKind, Role
from server.tests import worlds

Subscribe = Callable[..., Subscription]


def deliveries(subscription: Subscription) -> list[Delivery]:
    return list(Delivery.objects.within(subscription=subscription).order_by("created_at", "pk"))


def fresh(subscription: Subscription) -> Subscription:
    return Subscription.objects.within(pk=subscription.pk).get()


def rival_operator(world: worlds.World) -> tuple[Any, Any]:
    body = people.create_organisation(
        actor=SYSTEM, kind=OrganisationKind.OPERATOR, name={"ko": "다른원", "en": "Other"}
    )
    manager = worlds.person("다른 담당")
    worlds.give(manager, body, Role.MANAGER)
    return manager, body
