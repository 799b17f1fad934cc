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
    """To-dos of others: one line for a thing that waits for several roles of one organisation, and one for those of a
    kind that wait for the same until the same time."""
    things: dict[tuple[object, ...], list[Todo]] = {}
    for todo in todos:
        about = (todo.subject_id, todo.person_id, todo.organisation_id, todo.until, todo.what["ko"])
        things.setdefault(about, []).append(todo)
    alike: dict[tuple[object, ...], list[list[Todo]]] = {}
    for same in things.values():
        todo = same[0]
        roles = tuple(sorted(each.role for each in same))
        key = (todo.subject_model, todo.person_id, roles, todo.organisation_id, todo.until)
        alike.setdefault(key, []).append(same)
    lines = []
    for group in alike.values():
        line = replace(waits([group[0][0]], lang)[0], who=who_all(group[0], lang))
        more = len(group) - 1
        what = pick(text(f"{line.what} 외 {more}건", f"{line.what} and {more} more"), lang) if more else line.what
        lines.append(replace(line, what=what))
    return lines


def who_all(todos: Iterable[Todo], lang: str | None = None) -> str:
    """For whom one thing waits: a person, or the roles of one organisation."""
    same = list(todos)
    if same[0].person is not None or len(same) == 1:
        return who(same[0], lang)
    labels = {role.value: pick(label, lang) for role, label in ROLE_LABELS.items()}
    roles = "·".join(sorted(labels.get(todo.role, todo.role) for todo in same))
    organisation = same[0].organisation
    return f"{pick(organisation.name, lang)} {roles}" if organisation else roles


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
