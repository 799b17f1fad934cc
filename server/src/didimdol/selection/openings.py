"""Matchings and meet-ups of the challenges one runs: the list of those that there are, and the next one to be opened."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Q
from django.http import HttpRequest

from didimdol.design.parts import Badge, Column, Empty, Filter, Link, Table
from didimdol.kernel import transitions
from didimdol.kernel.access import Access
from didimdol.kernel.actor import Actor
from didimdol.kernel.paging import page
from didimdol.kernel.rows import ScopedQuerySet
from didimdol.kernel.words import Text, pick, text
from didimdol.programmes.models import Challenge
from didimdol.programmes.queries import access_challenge


def opening(
    actor: Actor, slug: str, may_open: Callable[[Actor, Challenge], Access], ready: Callable[[Challenge], Access]
) -> dict[str, Any] | None:
    """The button that opens the next one of the challenge asked for, or why not yet; None for who opens none."""
    if not slug:
        return None
    challenge = access_challenge(actor, slug)
    return {"challenge": challenge, "access": ready(challenge)} if may_open(actor, challenge) else None


def listed(
    request: HttpRequest,
    found: ScopedQuerySet[Any],
    life: transitions.Table,
    *,
    caption: Text,
    columns: dict[str, Text],
    cells: Callable[[Any], dict[str, Any]],
    empty: Empty,
) -> Table:
    """One row each, newest first, to be looked for by challenge and state. ``columns``: those between number and state;
    ``cells``: a row → what stands in them and, where it is not the state's own badge, in ``state``."""
    asked = request.GET
    if words := asked.get("q", "").strip():
        named = Q(challenge__name__ko__icontains=words) | Q(challenge__name__en__icontains=words)
        found = found.filter(named | Q(challenge__slug__icontains=words))
    if slug := asked.get("challenge", ""):
        found = found.filter(challenge__slug=slug)
    if state := asked.get("state", ""):
        found = found.filter(state=state)
    rows = page(found, order=("-created_at",), cursor=asked.get("after", ""), size=50)
    return Table(
        columns=[
            Column("challenge", pick(text("챌린지", "Challenge")), head=True),
            Column("number", pick(text("회차", "Number")), number=True),
            *(Column(key, pick(label)) for key, label in columns.items()),
            Column("state", pick(text("상태", "State"))),
        ],
        rows=[
            {
                "challenge": Link(pick(row.challenge.name), row.get_absolute_url()),
                "number": row.number,
                "state": Badge(pick(life.state(row).label), life.state(row).kind),
                **cells(row),
            }
            for row in rows.rows
        ],
        caption=pick(caption),
        show_caption=False,
        filters=[
            Filter("q", pick(text("챌린지", "Challenge")), words),
            Filter("state", pick(text("상태", "State")), state, [(k, pick(s.label)) for k, s in life.states.items()]),
        ],
        empty=empty,
        next=rows.next_cursor or "",
    )
