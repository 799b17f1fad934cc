"""Writes of webhooks."""

from didimdol.api.actions.deliveries import queue_deliveries, record_attempt, redeliver, send_test, withhold_delivery
from didimdol.api.actions.subscriptions import (
    change_subscription,
    create_subscription,
    end_subscription,
    pause_subscription,
    resume_subscription,
    rotate_secret,
    stop_orphan,
)

__all__ = [
    "change_subscription",
    "create_subscription",
    "end_subscription",
    "pause_subscription",
    "queue_deliveries",
    "record_attempt",
    "redeliver",
    "resume_subscription",
    "rotate_secret",
    "send_test",
    "stop_orphan",
    "withhold_delivery",
]
