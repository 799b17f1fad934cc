"""To-dos as whom they wait for has them: each must lead to a page that opens for them."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.test import Client

from didimdol.notices.models import Todo
from didimdol.notices.queries import todos_for
from didimdol.people.models import Person
from didimdol.people.queries import actor_of


def open_todos(**more: Any) -> list[Todo]:
    return list(Todo.objects.unscoped(why="a test").filter(closed_at=None, **more).order_by("since", "pk"))


def told(todo: Todo) -> str:
    return f"{todo.subject_model}: {todo.what['en']}"


def refused(clients: dict[Any, Client]) -> list[str]:
    """What somebody finds on their list and cannot open: "what → status". ``clients``: signed in before, by person."""
    found = []
    asked = Q(pk__in=[todo.person_id for todo in open_todos() if todo.person_id])
    asked |= Q(assignments__role__in={todo.role for todo in open_todos() if not todo.person_id})
    for person in Person.objects.filter(asked).distinct().order_by("email"):
        for todo in todos_for(actor_of(person)):
            if person.pk not in clients:
                clients[person.pk] = Client()
                clients[person.pk].force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
            status = clients[person.pk].get(todo.url, follow=True).status_code
            if status != 200:
                found.append(f"{told(todo)} → {status}")
    return found
