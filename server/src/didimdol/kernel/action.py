"""Actions: the only functions that change rows.

    @action
    def lock_ballot(*, actor: Actor, ballot: Ballot) -> Ballot: ...

One transaction: check access, check the transition, change, audit, notify, defer. Nothing leaves before commit. The
database refuses writes to audited tables outside an action (``kernel.guard``). An action that changed something and
audited nothing is an error.
"""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ParamSpec, TypeVar, cast
from uuid import UUID

from django.apps import apps
from django.db import connection, models, transaction

from didimdol.kernel import clock
from didimdol.kernel.actor import Actor, Grant
from didimdol.kernel.ports import Port
from didimdol.kernel.problems import Stale
from didimdol.kernel.rows import Row
from didimdol.kernel.words import Text

P = ParamSpec("P")
R = TypeVar("R")
RowT = TypeVar("RowT", bound=Row)


@dataclass(frozen=True, slots=True)
class AuditIntent:
    """What happened. ``facts`` hold no personal data; ``personal`` is stored beside the chain, committed to by salt."""

    type: str
    subject_model: str
    subject_id: UUID | None
    challenge: UUID | None
    facts: dict[str, Any]
    personal: dict[str, str]
    by: Grant | None
    at: datetime
    version: int = 1


@dataclass(frozen=True, slots=True)
class NotifyIntent:
    """A message to persons. ``to``: person ids."""

    to: tuple[UUID, ...]
    subject: Text
    body: Text
    url: str


@dataclass(frozen=True, slots=True)
class WaitIntent:
    """The to-dos of a row from now on: what stood before is closed, ``waits`` (see kernel.transitions) opened."""

    subject_model: str
    subject_id: UUID
    challenge: UUID | None
    waits: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class DeferIntent:
    task: str
    arguments: dict[str, Any]


@dataclass(slots=True)
class Context:
    name: str
    actor: Actor
    audits: list[AuditIntent] = field(default_factory=list)
    notices: list[NotifyIntent] = field(default_factory=list)
    waits: list[WaitIntent] = field(default_factory=list)
    deferred: list[DeferIntent] = field(default_factory=list)


#: the sinks: filled by notices (notices, waits), the worker (deferred) and records (audits; last in the transaction)
notice_sink: Port[Callable[[Context], None]] = Port("kernel.notice_sink")
defer_sink: Port[Callable[[Context], None]] = Port("kernel.defer_sink")
audit_sink: Port[Callable[[Context], None]] = Port("kernel.audit_sink")

_current: ContextVar[Context | None] = ContextVar("didimdol_action", default=None)


class OutsideAction(RuntimeError):
    """audit(), notify(), defer() or a transition outside an action."""


class Unaudited(RuntimeError):
    """An action ended without telling the log what it did."""


def current() -> Context:
    context = _current.get()
    if context is None:
        raise OutsideAction("only an action may write; wrap it in @action")
    return context


@contextmanager
def writing(name: str, actor: Actor) -> Iterator[Context]:
    """The inside of an action. Rooms use ``@action``; this is for the decorator, migrations and test set-up."""
    outer = _current.get()
    context = Context(name, actor)
    with transaction.atomic():
        before = _allow_writes(name)
        token = _current.set(context)
        try:
            yield context
            if outer is not None:
                for collected, more in (
                    (outer.audits, context.audits),
                    (outer.notices, context.notices),
                    (outer.waits, context.waits),
                    (outer.deferred, context.deferred),
                ):
                    cast(list[Any], collected).extend(more)
            else:
                notice_sink.ask(context)
                defer_sink.ask(context)
                audit_sink.ask(context)
            # Not on the way of an error: the rollback restores the setting, and a query would hide what went wrong.
            if not connection.needs_rollback:
                _allow_writes(before)
        finally:
            _current.reset(token)


def _allow_writes(name: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(current_setting('didimdol.action', true), ''), set_config('didimdol.action', %s, true)",
            [name],
        )
        return str(cursor.fetchone()[0])


REGISTERED: dict[str, Callable[..., Any]] = {}


def action(function: Callable[P, R]) -> Callable[P, R]:
    """Make ``function(*, actor, …)`` an action. Callers may add ``idempotency_key=…``: the second call with the same
    key by the same person returns what the first one made, and does nothing."""
    parameters = inspect.signature(function).parameters
    if "actor" not in parameters or any(p.kind is not p.KEYWORD_ONLY for p in parameters.values()):
        raise TypeError(f"{function.__name__}: an action takes keyword-only arguments, actor among them")
    room = function.__module__.removeprefix("didimdol.").partition(".")[0]
    name = f"{room}.{function.__name__}"

    @functools.wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:
        if args:
            raise TypeError(f"{name} takes keyword arguments only")
        key = kwargs.pop("idempotency_key", None)
        with writing(name, kwargs["actor"]) as context:
            if key:
                repeated, first = _first_time(name, kwargs["actor"], str(key))
                if not first:
                    return _made_before(repeated)
            result = function(**kwargs)  # type: ignore[call-arg]
            if not context.audits:
                raise Unaudited(name)
            if key and isinstance(result, models.Model):
                repeated.result_model, repeated.result_id = result._meta.label, result.pk
                repeated.save(update_fields=["result_model", "result_id"])
            return result

    REGISTERED[name] = run
    return cast(Callable[P, R], run)


def _first_time(name: str, actor: Actor, key: str) -> tuple[Any, bool]:
    repeated_request = apps.get_model("kernel", "RepeatedRequest")
    # The unique constraint makes a double click wait for the first one to commit, and then find it.
    made, first = repeated_request.objects.get_or_create(
        person=actor.person, action=name, key=key, defaults={"created_at": clock.real()}
    )
    return made, first


def _made_before(repeated: Any) -> Any:
    if not repeated.result_model:
        return None
    return apps.get_model(repeated.result_model)._base_manager.get(pk=repeated.result_id)


# --- what an action says while it runs -----------------------------------------------------------------------------


def audit(
    type: str,
    subject: models.Model | None = None,
    *,
    facts: dict[str, Any] | None = None,
    personal: dict[str, str] | None = None,
    by: Grant | None = None,
    challenge: UUID | None = None,
    version: int = 1,
) -> None:
    """Put an event on the chain of the subject's challenge (of the site where it reaches none)."""
    if not re.fullmatch(r"[a-z_]+\.[a-z_]+", type):
        raise ValueError(f"an event is named room_thing.past_tense, not {type!r}")
    if challenge is None and isinstance(subject, Row):
        challenge = subject.challenge_reached()
    current().audits.append(
        AuditIntent(
            type=type,
            subject_model=subject._meta.label if subject is not None else "",
            subject_id=subject.pk if subject is not None else None,
            challenge=challenge,
            facts=facts or {},
            personal=personal or {},
            by=by,
            at=clock.now(),
            version=version,
        )
    )


def notify(to: list[UUID] | tuple[UUID, ...], *, subject: Text, body: Text, url: str = "") -> None:
    """Send a message (page and mail) to persons, after commit."""
    if to:
        current().notices.append(NotifyIntent(tuple(dict.fromkeys(to)), subject, body, url))


def wait(subject: Row, waits: list[Any]) -> None:
    """From now on ``subject`` waits for these (kernel.transitions.WaitFor); its earlier to-dos are closed."""
    current().waits.append(WaitIntent(subject._meta.label, subject.pk, subject.challenge_reached(), tuple(waits)))


def defer(task: str, **arguments: Any) -> None:
    """Queue a background task by its name, in this transaction: ids in, one action out."""
    current().deferred.append(DeferIntent(task, arguments))


# --- rows ----------------------------------------------------------------------------------------------------------


def locked(row: RowT) -> RowT:
    """The row as it is now, locked until the transaction ends."""
    return type(row)._base_manager.select_for_update(of=("self",)).get(pk=row.pk)


def locked_all(rows: list[RowT]) -> list[RowT]:
    """Several rows of one table locked in id order, so that two actions never wait for each other in a circle."""
    if not rows:
        return []
    found = (
        type(rows[0])._base_manager.select_for_update(of=("self",)).filter(pk__in=[r.pk for r in rows]).order_by("pk")
    )
    return cast(list[RowT], list(found))


def kept_still(rows: list[RowT]) -> None:
    """Nobody changes these rows of one table until the transaction ends, in id order; rows that refer to them may come
    (``locked_all`` would make those wait, and who inserts them may hold what is wanted here next)."""
    if rows:
        held = type(rows[0])._base_manager.select_for_update(of=("self",), no_key=True)
        list(held.filter(pk__in=[row.pk for row in rows]).order_by("pk"))


def check_version(row: Row, version: int | None) -> None:
    """Raise Stale when somebody saved ``row`` since the caller read it. ``None``: the caller did not read it."""
    if version is not None and row.row_version != version:
        raise Stale


def save(row: Row, *fields: str) -> None:
    """Store a new row, or the named fields of an old one with its next version."""
    current()
    if row._state.adding:
        row.save(force_insert=True)
        return
    if not fields:
        raise TypeError("name the fields that changed")
    row.row_version += 1
    row.save(update_fields=[*fields, "row_version"])
