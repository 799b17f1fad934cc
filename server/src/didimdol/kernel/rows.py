"""Base classes of everything stored, and the queryset that must be told its scope."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar, TypeVar, cast
from uuid import UUID

from django.db import models

from didimdol.kernel import clock
from didimdol.kernel.privacy import Privacy

M = TypeVar("M", bound=models.Model)


class Unscoped(RuntimeError):
    """Rows were read without saying whose. Use a query of the room, or ``unscoped(why=…)``."""


class ScopedQuerySet(models.QuerySet[M]):
    """A queryset that refuses to be evaluated until it was narrowed to what somebody may see.

    ``visible(q)`` narrows by a condition of the room's ``rules``; ``unscoped(why=…)`` says out loud that all rows are
    meant (commands, invariants). Reached through another row (``panel.seats.all()``) it is scoped by that row.
    """

    _scope: str = ""

    def _clone(self) -> ScopedQuerySet[M]:
        clone: ScopedQuerySet[M] = super()._clone()  # type: ignore[misc]
        clone._scope = self._scope
        return clone

    def _add_hints(self, **hints: Any) -> None:
        super()._add_hints(**hints)  # type: ignore[misc]
        if hints.get("instance") is not None:
            self._scope = "related"

    def visible(self, *conditions: models.Q, **lookups: Any) -> ScopedQuerySet[M]:
        narrowed: ScopedQuerySet[M] = self.filter(*conditions, **lookups)
        narrowed._scope = "visible"
        return narrowed

    def within(self, **lookups: Any) -> ScopedQuerySet[M]:
        """Rows of one challenge, organisation or parent row, for actions and the inside of rooms."""
        if not lookups:
            raise Unscoped("within() needs the scope")
        narrowed: ScopedQuerySet[M] = self.filter(**lookups)
        narrowed._scope = "within"
        return narrowed

    def unscoped(self, *, why: str) -> ScopedQuerySet[M]:
        if not why:
            raise Unscoped("unscoped() needs the reason")
        clone = self._clone()
        clone._scope = f"unscoped: {why}"
        return clone

    def _require(self) -> None:
        if not self._scope:
            raise Unscoped(f"{self.model.__name__}: say whose rows: visible(…), within(…) or unscoped(why=…)")

    def _fetch_all(self) -> None:
        self._require()
        super()._fetch_all()

    def count(self) -> int:
        self._require()
        return super().count()

    def exists(self) -> bool:
        self._require()
        return super().exists()

    def aggregate(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        self._require()
        return super().aggregate(*args, **kwargs)

    def iterator(self, *args: Any, **kwargs: Any) -> Any:
        self._require()
        return super().iterator(*args, **kwargs)

    def update(self, **kwargs: Any) -> int:
        self._require()
        return super().update(**kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        self._require()
        return super().delete()


class Row(models.Model):
    """A stored thing: a random outward id, a version against lost updates, and its reach.

    ``reach``: dotted attribute path to the challenge's id ("panel.challenge_id"), or "" where the row belongs to an
    organisation or the site. It chooses the audit chain.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    row_version = models.PositiveIntegerField(default=1, editable=False)

    objects = ScopedQuerySet.as_manager()

    reach: ClassVar[str] = ""
    privacy: ClassVar[Privacy]

    class Meta:
        abstract = True

    def challenge_reached(self) -> UUID | None:
        value: Any = self
        if not self.reach:
            return None
        for part in self.reach.split("."):
            value = getattr(value, part)
        return cast(UUID, value)


class AppendOnlyRow(Row):
    """Never changed and never deleted: the database refuses."""

    class Meta:
        abstract = True


class StatefulRow(Row):
    """A row that walks through a transition table. Only the engine sets ``state``."""

    state = models.CharField(max_length=40)
    state_since = models.DateTimeField(default=clock.now)

    class Meta:
        abstract = True


class BilingualField(models.JSONField):
    """``{"ko": …, "en": …}``; Korean is required unless ``blank``."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("default", dict)
        super().__init__(*args, **kwargs)
