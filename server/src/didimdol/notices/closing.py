"""To-dos of a challenge that is no more."""

from __future__ import annotations

from uuid import UUID

from didimdol.kernel import clock
from didimdol.kernel.action import save
from didimdol.notices.models import Todo


def close_all_of(challenge: UUID) -> None:
    """Nothing in this challenge waits for anybody any more. Inside the action that ends it."""
    now = clock.now()
    open_ones = Todo.objects.within(challenge=challenge, closed_at=None)
    for todo in open_ones.select_for_update(of=("self",)).order_by("pk"):
        todo.closed_at = now
        save(todo, "closed_at")
