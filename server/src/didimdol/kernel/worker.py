"""Background work: Procrastinate on the same database. A task deferred by an action rolls back with it."""

from __future__ import annotations

from procrastinate.contrib.django import app
from procrastinate.exceptions import TaskNotFound

from didimdol.kernel.action import Context, defer_sink


class UnknownTask(LookupError):
    """An action deferred a task that no room registered."""


def queue(context: Context) -> None:
    for intent in context.deferred:
        try:
            task = app.configure_task(intent.task, allow_unknown=False)
        except TaskNotFound as error:
            raise UnknownTask(intent.task) from error
        task.defer(**intent.arguments)


defer_sink.fill(queue)
