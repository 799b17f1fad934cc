"""What the background tasks do: decide who hears, and send. The request goes out between two transactions, in none."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from uuid import UUID

from django.db.models import Q

from didimdol.api import actions, outbound, signing
from didimdol.api.models import Delivery, Subscription
from didimdol.api.payloads import body_of
from didimdol.api.subjects import listener, seen
from didimdol.kernel import clock
from didimdol.kernel.actor import SYSTEM, Actor
from didimdol.people.queries import actor_of
from didimdol.records.models import AuditEvent

RELATED = ("organisation", "challenge", "owner")


class TryLater(Exception):
    """The receiver did not take it: the queue tries again, later each time."""


def tell(events: Collection[UUID]) -> None:
    """Make the deliveries of these events: one for each webhook that listens and sees the thing now."""
    found = list(
        AuditEvent.objects.unscoped(why="by the ids of the queue").filter(pk__in=events).order_by("at_real", "sequence")
    )
    told: list[tuple[Subscription, AuditEvent]] = []
    for subscription in _listening(found):
        who = _listener(subscription)
        if not who.grants:
            actions.stop_orphan(actor=SYSTEM, subscription=subscription)
            continue
        things: dict[str, dict[UUID, list[AuditEvent]]] = defaultdict(lambda: defaultdict(list))
        for event in found:
            wanted = event.type in subscription.topics and subscription.challenge_id in (None, event.challenge_id)
            if wanted and event.subject_id is not None:
                things[event.subject_model][event.subject_id].append(event)
        for model, by_id in things.items():
            sees = seen(who, subscription.organisation, model, list(by_id))
            told += [(subscription, event) for id in by_id if id in sees for event in by_id[id]]
    if told:
        actions.queue_deliveries(actor=SYSTEM, told=told)


def _listening(events: list[AuditEvent]) -> list[Subscription]:
    challenges = {event.challenge_id for event in events}
    rows = Subscription.objects.unscoped(why="everybody who listens; each is asked what they see").filter(
        Q(challenge=None) | Q(challenge__in=challenges),
        state="active",
        topics__has_any_keys=sorted({event.type for event in events}),
    )
    return list(rows.select_related(*RELATED).order_by("created_at", "pk"))


def _listener(subscription: Subscription) -> Actor:
    if not subscription.owner.is_active:
        return Actor(kind="person")
    return listener(actor_of(subscription.owner), subscription.organisation)


def deliver(delivery: UUID) -> None:
    """One attempt. At least once: a worker that dies after the answer sends again, with the same delivery id.

    Raises TryLater while it was not taken and is not given up.
    """
    row = (
        Delivery.objects.unscoped(why="one delivery of the queue")
        .filter(pk=delivery, state="waiting")
        .select_related("event", *(f"subscription__{name}" for name in RELATED))
        .first()
    )
    if row is None or row.subscription.state != "active":
        return  # settled meanwhile, or switched off: what waits goes out when it is switched on again
    subscription = row.subscription
    who = _listener(subscription)
    if not who.grants:
        actions.stop_orphan(actor=SYSTEM, subscription=subscription)
        return
    if row.event is not None and not _still_sees(who, subscription, row.event):
        actions.withhold_delivery(actor=SYSTEM, delivery=row.pk)
        return
    answer = outbound.post(subscription.url, *_request(row))
    row = actions.record_attempt(
        actor=SYSTEM, delivery=row.pk, status=answer.status, error=answer.error, milliseconds=answer.milliseconds
    )
    if row.state == "waiting":
        raise TryLater(answer.error)


def _still_sees(who: Actor, subscription: Subscription, event: AuditEvent) -> bool:
    ids = [event.subject_id] if event.subject_id else []
    return bool(seen(who, subscription.organisation, event.subject_model, ids))


def _request(row: Delivery) -> tuple[bytes, dict[str, str]]:
    subscription, body = row.subscription, body_of(row.payload)
    now = clock.real()
    keys = [signing.opened(subscription.secret)]
    if subscription.previous_secret and subscription.previous_until and now < subscription.previous_until:
        keys.append(signing.opened(subscription.previous_secret))
    return body, {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Didimdol-Webhooks/1",
        "Didimdol-Delivery": str(row.pk),
        "Didimdol-Event": row.topic,
        signing.HEADER: signing.signature(keys, int(now.timestamp()), body),
    }
