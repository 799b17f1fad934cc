"""Reads: what waits for whom, and the messages of a person."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from uuid import UUID

from django.db.models import F, QuerySet

from didimdol.design.parts import Wait
from didimdol.kernel.actor import Actor
from didimdol.kernel.problems import Invisible
from didimdol.kernel.words import pick, text
from didimdol.notices import rules
from didimdol.notices.models import Message, Todo
from didimdol.people.enums import ROLE_LABELS, Role


def todos_for(actor: Actor) -> QuerySet[Todo]:
    """What waits for the actor, as a person or by a role; the most urgent first."""
    return _in_order(Todo.objects.visible(rules.waits_for(actor), closed_at=None))


def waiting_on_others(actor: Actor, challenge_ids: Collection[UUID]) -> QuerySet[Todo]:
    """What waits for somebody else in these challenges. The caller has checked that the actor runs them."""
    mine = Todo.objects.visible(rules.waits_for(actor), closed_at=None).values("pk")
    return _in_order(Todo.objects.within(challenge__in=list(challenge_ids), closed_at=None).exclude(pk__in=mine))


def _in_order(todos: QuerySet[Todo]) -> QuerySet[Todo]:
    return todos.select_related("person", "organisation").order_by(F("until").asc(nulls_last=True), "since", "id")


def waits(todos: Iterable[Todo], lang: str | None = None, *, own: bool = False) -> list[Wait]:
    """To-dos as the design draws them. ``own``: they are the reader's, so nobody is named. What waits for another
    person leads to that person's own page, which opens for nobody else: it is told without its link."""
    return [
        Wait(
            what=pick(todo.what, lang),
            url=todo.url if own or todo.person_id is None else "",
            who="" if own else who(todo, lang),
            since=todo.since,
            until=todo.until,
        )
        for todo in todos
    ]


def gathered(todos: Iterable[Todo], lang: str | None = None) -> list[Wait]:
    """To-dos of others, those of one kind that wait for the same person until the same time in one line."""
    alike: dict[tuple[object, ...], list[Todo]] = {}
    for todo in todos:
        key = (todo.subject_model, todo.person_id, todo.role, todo.organisation_id, todo.until)
        alike.setdefault(key, []).append(todo)
    lines = waits([group[0] for group in alike.values()], lang)
    return [
        replace(
            line, what=pick(text(f"{line.what} 외 {len(group) - 1}건", f"{line.what} and {len(group) - 1} more"), lang)
        )
        if len(group) > 1
        else line
        for line, group in zip(lines, alike.values(), strict=True)
    ]


def who(todo: Todo, lang: str | None = None) -> str:
    """For whom it waits: a person's name, or a role and its organisation."""
    if todo.person is not None:
        return todo.person.name
    role = pick(ROLE_LABELS[Role(todo.role)], lang) if todo.role in {r.value for r in Role} else todo.role
    return f"{pick(todo.organisation.name, lang)} {role}".strip() if todo.organisation else role


def unread_count(actor: Actor) -> int:
    if actor.person is None:
        return 0
    return Message.objects.visible(rules.messages_of(actor), read_at=None).count()


def messages_of(actor: Actor) -> QuerySet[Message]:
    return Message.objects.visible(rules.messages_of(actor))


def access_message(actor: Actor, id: UUID) -> Message:
    found = messages_of(actor).filter(pk=id).first()
    if found is None:
        raise Invisible("message", id)
    return found


def all_mail() -> QuerySet[Message]:
    """Every mail that went out; for the development inbox only."""
    return Message.objects.unscoped(why="the development inbox shows every mail").select_related("person")
