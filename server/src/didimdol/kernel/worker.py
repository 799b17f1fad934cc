"""Background work: Procrastinate on the same database. A task deferred by an action rolls back with it."""

from __future__ import annotations

from procrastinate.contrib.django import app

from didimdol.kernel.action import Context, defer_sink


def queue(context: Context) -> None:
    for intent in context.deferred:
        app.configure_task(intent.task, allow_unknown=False).defer(**intent.arguments)


defer_sink.fill(queue)
