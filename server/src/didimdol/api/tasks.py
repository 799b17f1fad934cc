"""Telling subscribers: which of them hears of an event, and each delivery until it arrives or is given up."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from didimdol.api import sending

#: after a failure 5, 25, 125, … seconds: with MOST_ATTEMPTS attempts about 27 hours
RETRY = RetryStrategy(max_attempts=20, exponential_wait=5, retry_exceptions=[sending.TryLater])


@app.task(name="api.tell_subscribers")
def tell_subscribers(events: Sequence[str]) -> None:
    sending.tell([UUID(event) for event in events])


@app.task(name="api.deliver", retry=RETRY)
def deliver(delivery: str) -> None:
    sending.deliver(UUID(delivery))
