"""The list of demands."""

from __future__ import annotations

from collections.abc import Mapping

from didimdol.demands.queries import demands_visible_to
from didimdol.demands.states import DEMAND
from didimdol.design.parts import Badge, Column, Empty, Filter, Link, Table
from didimdol.kernel.actor import Actor
from didimdol.kernel.paging import page
from didimdol.kernel.words import pick, say
from didimdol.programmes.queries import challenges_visible_to

SORTS = {"decision_on": ("decision_on",), "-decision_on": ("-decision_on",)}
PAGE = 50


def demand_table(actor: Actor, asked: Mapping[str, str], *, size: int = PAGE) -> Table:
    """Filters: q (in the title), challenge (slug), state; sort by decision date. Constant number of queries."""
    rows = demands_visible_to(actor)
    words, slug, state = (
        asked.get("q", "").replace("\0", "").strip(),
        asked.get("challenge", "").replace("\0", ""),
        asked.get("state", ""),
    )
    if words:
        rows = rows.filter(title__ko__icontains=words) | rows.filter(title__en__icontains=words)
    if slug:
        rows = rows.filter(challenge__slug=slug)
    if state in DEMAND.states:
        rows = rows.filter(state=state)
    sort = asked.get("sort", "")
    order = SORTS.get(sort, ("-created_at",))
    if sort in SORTS:
        rows = rows.filter(decision_on__isnull=False)
    found = page(rows, order=order, cursor=asked.get("after", ""), size=size)
    challenges = challenges_visible_to(actor).order_by("-created_at")[:100]
    return Table(
        columns=[
            Column("title", str(say("수요", "Demand"))),
            Column("challenge", str(say("챌린지 · 분야", "Challenge, field"))),
            Column("criteria", str(say("기준", "Criteria")), number=True),
            Column("decision_on", str(say("도입 결정일", "Decision")), sort="decision_on"),
            Column("state", str(say("상태", "State"))),
        ],
        rows=[
            {
                "title": Link(pick(d.title), d.get_absolute_url(), pick(d.company.name)),
                "challenge": Link(pick(d.challenge.name), d.challenge.get_absolute_url(), pick(d.field.name)),
                "criteria": len(d.criteria),
                "decision_on": d.decision_on,
                "state": Badge(pick(DEMAND.state(d).label), DEMAND.state(d).kind),
            }
            for d in found.rows
        ],
        caption=str(say("수요", "Demands")),
        sort=sort,
        filters=[
            Filter("q", str(say("이름", "Name")), words),
            Filter("challenge", str(say("챌린지", "Challenge")), slug, [(c.slug, pick(c.name)) for c in challenges]),
            Filter("state", str(say("상태", "State")), state, [(s.key, pick(s.label)) for s in DEMAND.states.values()]),
        ],
        empty=Empty(
            str(say("공개된 수요가 없습니다.", "No demand is public yet.")),
            str(
                say(
                    "수요기업이 수요를 내고 운영기관이 승인하면 여기에 보입니다.",
                    "A demand shows here once a company wrote it and the operator approved.",
                )
            ),
        ),
        next=found.next_cursor or "",
    )
