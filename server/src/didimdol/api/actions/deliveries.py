"""Deliveries: made from events, tried, given up, sent again."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from didimdol.api import rules
from didimdol.api.actions.subscriptions import switch_off
from didimdol.api.enums import TEST_TOPIC
from didimdol.api.models import Delivery, Subscription
from didimdol.api.payloads import payload_of, test_payload
from didimdol.api.states import DELIVERY
from didimdol.kernel import clock
from didimdol.kernel.access import Access, Allowed, Denied, reasons, require
from didimdol.kernel.action import action, audit, defer, locked, save
from didimdol.kernel.actor import Actor
from didimdol.kernel.limits import limit
from didimdol.kernel.words import text
from didimdol.records.models import AuditEvent

#: attempts at one delivery, over about 27 hours (see tasks.RETRY)
MOST_ATTEMPTS = 8
#: failed attempts in a row, whatever the delivery, after which a webhook is switched off
MOST_FAILURES = 20
KEPT_ATTEMPTS = 30
TESTS_AN_HOUR = 30
GONE = 410


@action
def queue_deliveries(*, actor: Actor, told: Sequence[tuple[Subscription, AuditEvent]]) -> list[Delivery]:
    """By the system: one delivery a webhook and event, each once however often the events are told."""
    require(rules.is_system(actor, None))
    made = []
    events = {event.pk for _, event in told}
    before = Delivery.objects.within(event__in=events).values_list("subscription_id", "event_id")
    known = set(before)
    for subscription, event in told:
        if (subscription.pk, event.pk) in known:
            continue
        delivery = Delivery(id=uuid.uuid4(), subscription=subscription, event=event, topic=event.type)
        delivery.payload = payload_of(delivery.pk, event)
        made.append(delivery)
    now = clock.now()
    for delivery in made:
        delivery.state, delivery.state_since = DELIVERY.initial, now
        save(delivery)
        defer("api.deliver", delivery=str(delivery.pk))
    audit("webhook.queued", facts={"deliveries": [str(delivery.pk) for delivery in made]})
    return made


@action
def send_test(*, actor: Actor, subscription: Subscription) -> Delivery:
    """A delivery that tells nothing, to try the receiver out. Raises AccessDenied, TooMany."""
    by = require(rules.keeps(actor, subscription))
    require(_on(subscription))
    limit(f"webhook-test:{subscription.pk}", most=TESTS_AN_HOUR, per=timedelta(hours=1))
    delivery = Delivery(id=uuid.uuid4(), subscription=subscription, topic=TEST_TOPIC)
    delivery.payload = test_payload(delivery.pk)
    DELIVERY.enter(actor, delivery, by=by)
    audit("webhook.tested", subscription, by=by)
    defer("api.deliver", delivery=str(delivery.pk))
    return delivery


@action
def redeliver(*, actor: Actor, delivery: Delivery) -> Delivery:
    """Send a settled delivery again: the same id and body, so that a receiver may know it. Raises AccessDenied."""
    delivery = _standing(delivery.pk)
    require(rules.keeps_delivery(actor, delivery))
    require(_on(delivery.subscription))
    limit(f"webhook-again:{delivery.subscription_id}", most=600, per=timedelta(hours=1))
    if DELIVERY.move("redeliver", actor, delivery):
        delivery.attempts = 0
        save(delivery, "attempts")
        defer("api.deliver", delivery=str(delivery.pk))
    return delivery


@action
def withhold_delivery(*, actor: Actor, delivery: UUID) -> Delivery:
    """By the system: between the event and the delivery the subscriber lost sight of the thing."""
    row = _standing(delivery)
    DELIVERY.move("withhold", actor, row)
    return row


@action
def record_attempt(*, actor: Actor, delivery: UUID, status: int, error: str, milliseconds: int) -> Delivery:
    """By the system: what became of an attempt. Switches a webhook off that failed too often, or said it is gone."""
    require(rules.is_system(actor, None))
    row = _standing(delivery)
    entry = {"at": clock.real().isoformat(timespec="seconds"), "status": status, "error": error, "ms": milliseconds}
    row.log = [*row.log, entry][-KEPT_ATTEMPTS:]
    if row.state != "waiting":  # at least once: another worker was first
        save(row, "log")
        audit("webhook.attempt_late", row, facts={"status": status})
        return row
    row.attempts += 1
    subscription = locked(row.subscription)
    if not error:
        row.delivered_at = clock.real()
        save(row, "log", "attempts", "delivered_at")
        DELIVERY.move("deliver", actor, row, facts={"attempts": row.attempts, "status": status})
        if subscription.failures:
            subscription.failures = 0
            save(subscription, "failures")
        return row
    save(row, "log", "attempts")
    subscription.failures += 1
    save(subscription, "failures")
    if status == GONE or row.attempts >= MOST_ATTEMPTS:
        DELIVERY.move("give_up", actor, row, facts={"attempts": row.attempts, "status": status, "error": error})
    else:
        audit("webhook.attempt_failed", row, facts={"attempts": row.attempts, "status": status, "error": error})
    if subscription.state == "active" and (status == GONE or subscription.failures >= MOST_FAILURES):
        switch_off(actor, subscription, "gone" if status == GONE else "failing")
    return row


def _standing(delivery: UUID) -> Delivery:
    found = Delivery.objects.within(pk=delivery).select_related("subscription__organisation", "subscription__challenge")
    return found.select_for_update(of=("self",)).get()


def _on(subscription: Subscription) -> Access:
    return Allowed if subscription.state == "active" else Denied("webhook_is_off")


reasons({"webhook_is_off": text("꺼져 있는 웹훅입니다. 먼저 켜 주십시오.", "The webhook is off. Switch it on first.")})
