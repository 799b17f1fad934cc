"""Where an action's notices and waits go: rows in the same transaction, mails after it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from didimdol.kernel import clock
from didimdol.kernel.action import Context, DeferIntent, WaitIntent, save
from didimdol.kernel.words import normal, pick
from didimdol.notices.models import Message, Todo
from didimdol.people.models import Person


def receive(context: Context) -> None:
    """The port ``kernel.notice_sink``."""
    _keep_waits(context)
    _keep_messages(context)


def _keep_waits(context: Context) -> None:
    """What stood before is closed and the new is opened; a to-do that is the same as before keeps its ``since``."""
    last: dict[UUID, WaitIntent] = {intent.subject_id: intent for intent in context.waits}
    if not last:
        return
    standing: dict[UUID, list[Todo]] = {}
    rows = Todo.objects.within(subject_id__in=list(last), closed_at=None)
    for todo in rows.select_for_update(of=("self",)).order_by("pk"):
        standing.setdefault(todo.subject_id, []).append(todo)
    now = clock.now()
    fresh: list[Todo] = []
    for subject, intent in last.items():
        before = {_key(todo): todo for todo in standing.get(subject, [])}
        for waiting in intent.waits:
            todo = Todo(
                subject_model=intent.subject_model,
                subject_id=subject,
                challenge=waiting.challenge or intent.challenge,
                what=waiting.what,
                url=waiting.url,
                person_id=waiting.person,
                role=str(waiting.role),
                organisation_id=waiting.organisation,
                since=now,
                until=waiting.until,
            )
            if before.pop(_key(todo), None) is None:
                fresh.append(todo)
        for ended in before.values():
            ended.closed_at = now
            save(ended, "closed_at")
    Todo.objects.bulk_create(fresh)


def _key(todo: Todo) -> tuple[Any, ...]:
    return (
        todo.challenge, todo.what["ko"], todo.what["en"], todo.url, todo.person_id, todo.role, todo.organisation_id,
        todo.until,
    )  # fmt: skip


def _keep_messages(context: Context) -> None:
    wanted = {person for intent in context.notices for person in intent.to}
    if not wanted:
        return
    persons = {person.id: person for person in Person.objects.filter(pk__in=wanted, is_active=True)}
    messages: list[Message] = []
    for intent in context.notices:
        for identity in intent.to:
            if (person := persons.get(identity)) is None:
                continue
            messages.append(
                Message(
                    person=person,
                    address=person.email,
                    subject=normal(pick(intent.subject, person.language))[:300],
                    body=normal(pick(intent.body, person.language)),
                    url=intent.url,
                )
            )
    Message.objects.bulk_create(messages)
    context.deferred += [DeferIntent("notices.send_message", {"message": str(m.id)}) for m in messages]
