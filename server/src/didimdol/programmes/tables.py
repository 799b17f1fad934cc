"""The public list of challenges."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db.models import Q

from didimdol.design.parts import Badge, Column, Empty, Filter, Link, Table
from didimdol.kernel import clock
from didimdol.kernel.actor import Actor
from didimdol.kernel.paging import page
from didimdol.kernel.words import pick, say
from didimdol.programmes.models import Challenge
from didimdol.programmes.queries import challenges_visible_to, phase
from didimdol.programmes.words import PHASES

SORTS = {"closes_at": ("closes_at",), "-closes_at": ("-closes_at",)}
PAGE = 50
MOST_CURRENT = 6


def in_phase(name: str, now: datetime) -> Q:
    """The same answer as ``queries.phase``, for the database."""
    if name == "open":
        return Q(state="announced", opens_at__lte=now, closes_at__gt=now)
    if name == "closed":
        return Q(state="announced", closes_at__lte=now)
    if name == "upcoming":
        return Q(state="announced") & (Q(opens_at__isnull=True) | Q(closes_at__isnull=True) | Q(opens_at__gt=now))
    return Q(state="closed" if name == "released" else name)


def challenge_table(actor: Actor, asked: Mapping[str, str], *, size: int = PAGE) -> tuple[Table, list[Challenge]]:
    """The list, and the calls that are open now or next. Filters: q, phase. Constant number of queries."""
    # A row of the list needs neither the rules nor their text.
    visible = challenges_visible_to(actor).select_related(None).select_related("programme__operator")
    now = clock.now()
    current = visible.filter(in_phase("open", now) | in_phase("upcoming", now)).order_by("closes_at", "pk")[
        :MOST_CURRENT
    ]
    rows = visible
    words, wanted = asked.get("q", "").replace("\0", "").strip(), asked.get("phase", "")
    if words:
        rows = rows.filter(Q(name__ko__icontains=words) | Q(name__en__icontains=words))
    if wanted in PHASES:
        rows = rows.filter(in_phase(wanted, now))
    sort = asked.get("sort", "")
    if sort in SORTS:
        rows = rows.filter(closes_at__isnull=False)
    found = page(rows, order=SORTS.get(sort, ("-created_at",)), cursor=asked.get("after", ""), size=size)
    table = Table(
        columns=[
            Column("name", str(say("챌린지", "Challenge"))),
            Column("opens", str(say("접수 시작", "Opens"))),
            Column("closes", str(say("접수 마감", "Closes")), sort="closes_at"),
            Column("phase", str(say("단계", "Phase"))),
        ],
        rows=[
            {
                "name": Link(pick(row.name), row.get_absolute_url(), _note(row)),
                "opens": row.opens_at,
                "closes": row.closes_at,
                "phase": Badge(pick(PHASES[phase(row)][0]), PHASES[phase(row)][1]),
            }
            for row in found.rows
        ],
        caption=str(say("챌린지", "Challenges")),
        sort=sort,
        filters=[
            Filter("q", str(say("이름", "Name")), words),
            Filter(
                "phase", str(say("단계", "Phase")), wanted, [(key, pick(label)) for key, (label, _) in PHASES.items()]
            ),
        ],
        empty=Empty(
            str(say("아직 공고한 챌린지가 없습니다.", "No challenge has been announced yet.")),
            str(say("공고하면 이곳에 보입니다.", "It shows here once it is announced.")),
        ),
        next=found.next_cursor or "",
    )
    return table, list(current)


def _note(row: Challenge) -> str:
    operator = pick(row.programme.operator.name)
    return f"{operator} · {say('예시', 'Example')}" if row.example else operator
