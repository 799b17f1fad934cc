"""What the pages of a draw show, and to whom."""

from __future__ import annotations

from typing import Any

from didimdol.design.parts import Stone
from didimdol.evaluation import draw_queries, draw_rules, drawing
from didimdol.evaluation.draw_public import public_record
from didimdol.evaluation.draw_states import DRAW, REPLACEMENT
from didimdol.evaluation.draw_words import BARRED, GROUNDS, GROUPS, NAMES, WAYS, body_name, body_names
from didimdol.evaluation.following import may_ask
from didimdol.evaluation.guards import panel_rules, role_ended, stage_of, words_of
from didimdol.evaluation.models import Draw, DrawPerson, Round
from didimdol.kernel import clock
from didimdol.kernel.access import Access, Allowed, Denied, reasons
from didimdol.kernel.actor import Actor
from didimdol.kernel.words import Text, pick, text

_STONES = ("pool", "sealed", "committed", "drawn")


def shown(actor: Actor, draw: Draw) -> dict[str, Any]:
    """What everybody who may see the draw reads: no names, and no secret before all are there."""
    round = draw.round
    committed = {row.body: row for row in draw.commitments.select_related("person")}
    revealed = {row.body: row for row in draw.reveals.all()}
    names = body_names(draw)
    return {
        "draw": draw,
        "round": round,
        "challenge": round.challenge,
        "stage": words_of(stage_of(round)),
        "body": body_name(draw),
        "state": DRAW.state(draw),
        "stones": stones(draw),
        "bodies": [
            {
                "name": names[key],
                "committed": committed.get(key),
                "revealed": revealed.get(key),
                "secret": revealed[key].secret if draw.state == "drawn" and key in revealed else "",
            }
            for key in draw_rules.bodies(draw)
        ],
        "overdue": draw.reveal_by is not None
        and draw.state in ("sealed", "committed")
        and clock.now() > draw.reveal_by,
        "reads": draw_rules.sees_names(actor, draw),
        "may_commit": draw.state == "sealed" and may_commit(actor, draw, set(committed)),
        "may_reveal": draw.state == "committed" and draw_rules.has_to_reveal(actor, draw),
    }


def may_commit(actor: Actor, draw: Draw, done: set[str]) -> bool:
    return draw_rules.body_of(actor, draw) not in done and bool(draw_rules.takes_part(actor, draw))


def conducting(actor: Actor, draw: Draw) -> dict[str, Any]:
    """With names: the pool, the quotas, who was drawn, who left and who followed."""
    people = draw_queries.people_of(draw)
    asked = [quota.attribute for _, quota in drawing.quotas_of(panel_rules(draw.round))]
    prepares = draw_rules.prepares(actor, draw)
    replacements = draw_queries.replacements_of(draw)
    drawn = [row.seat for row in people if row.standing == "drawn" and row.seat is not None]
    ended = {seat.pk for seat in role_ended(draw.round, drawn)} if drawn else set()
    waiting = {row.leaving_id for row in replacements if row.state == "asked"}
    return {
        "prepares": prepares,
        "may_seal": enough(draw, people) if draw.state == "pool" else Allowed,
        "free": drawing.free_in(draw, people),
        "quotas": [
            {"line": line, "name": GROUPS[line.attribute][line.value]} for line in drawing.quota_lines(draw, people)
        ],
        "panel": panel_rules(draw.round),
        "columns": [NAMES[attribute] for attribute in asked],
        "people": [_person(draw, row, asked) for row in people],
        "members": [
            {
                "row": row,
                "may_replace": prepares and asking and row.pk not in waiting,
                "role_ended": row.seat_id in ended,
                "vacated": row.seat is not None and row.seat.state == "vacated",
                "used_up": asking.reason == "draw_used_up",
            }
            for row, asking in ((row, may_ask(row)) for row in people if row.standing == "drawn")
        ],
        "replacements": [
            {
                "row": row,
                "state": REPLACEMENT.state(row),
                "ground": GROUNDS[row.ground],
                "may_answer": row.state == "asked"
                and draw_rules.replaceable(row.leaving)
                and draw_rules.answers_replacement(actor, row),
            }
            for row in replacements
        ],
    }


def enough(draw: Draw, people: list[DrawPerson]) -> Access:
    """Are there as many as the seats, and as each quota, ask for? Whether all of it goes together, the seal finds out."""
    free = drawing.free_in(draw, people)
    if free < draw.seats:
        return Denied("pool_short", have=free, need=draw.seats)
    for line in drawing.quota_lines(draw, people):
        if line.have < line.least:
            name = GROUPS[line.attribute][line.value]
            return Denied("quota_short", ko=name["ko"], en=name["en"], have=line.have, need=line.least)
    return Allowed


def may_seal(actor: Actor, draw: Draw) -> Access:
    """As the action asks, and whether there is anybody to draw."""
    access = DRAW.may("seal", actor, draw)
    return access and enough(draw, draw_queries.people_of(draw))


reasons(
    {
        "pool_short": text(
            f"뽑을 수 있는 사람이 {{have}}명이어서 {{need}}명을 뽑을 수 없습니다. {WAYS['people']['ko']} {WAYS['seats']['ko']}",
            f"{{have}} can be drawn, and {{need}} are to be. {WAYS['people']['en']} {WAYS['seats']['en']}",
        ),
        "quota_short": text(
            f"‘{{ko}}’은(는) {{need}}명이 필요한데 뽑을 수 있는 사람이 {{have}}명입니다. {WAYS['people']['ko']}",
            f"“{{en}}”: {{need}} are needed and {{have}} can be drawn. {WAYS['people']['en']}",
        ),
    }
)


def _person(draw: Draw, row: DrawPerson, asked: list[str]) -> dict[str, Any]:
    return {
        "row": row,
        "groups": [(NAMES[a], GROUPS[a].get(getattr(row, a)) or text("밝히지 않음", "Not stated")) for a in asked],
        "why": _why(draw, row),
    }


def _why(draw: Draw, row: DrawPerson) -> Text | None:
    """Why somebody cannot be drawn; None where they can."""
    if row.barred:
        return BARRED[row.barred]
    if not row.included:
        return text("명부에서 뺌", "left out of the pool")
    if not drawing.can_sit(draw, row):
        return text("연간 상한에 이름", "has reached the cap of the year")
    return None


def stones(draw: Draw) -> list[Stone]:
    """The way of a draw; of one that was given up, how far it came."""
    now = _STONES.index(draw.state) if draw.state in _STONES else None
    came = 2 if draw.commitments.count() == len(draw_rules.bodies(draw)) else 1 if draw.pool_digest else 0
    reached = came if now is None else now
    return [
        Stone(
            pick(DRAW.states[key].label),
            state="done" if n < reached or draw.state == "drawn" else "now" if n == now else "next",
            when=draw.state_since if n == now else None,
        )
        for n, key in enumerate(_STONES)
    ]


def told_to_all(draw: Draw) -> dict[str, Any]:
    """The public page: how many were drawn and how many named; what was drawn once the results are out."""
    drawn, named = draw_queries.drawn_and_named(draw.round, draw.body)
    released = draw.record is not None and draw_rules.is_released(draw)
    return {
        "released": released,
        "drawn": drawn if released else None,
        "named": named if released else None,
        "part": public_record(draw)["payload"] if released else None,
        "earlier": draw.number - 1,
    }


def on_round(actor: Actor, round: Round) -> dict[str, Any]:
    """The round's page: where its draws stand, and whether one is still owed."""
    draws = draw_queries.draws_of(round)
    seatable = round.state in ("preparing", "declaring")
    return {
        "draws": [{"draw": d, "state": DRAW.state(d), "body": body_name(d)} for d in draws],
        "draw_to_begin": seatable and not any(d.state in ("pool", "sealed", "committed") for d in draws),
        "draw_recommended": round.state == "preparing"
        and draw_queries.is_to_be_drawn(round)
        and not any(d.state != "ended" for d in draws),
        "drawn_seats": {
            person.seat_id: person.pk
            for person in DrawPerson.objects.within(draw__round=round, standing="drawn").exclude(seat=None)
        },
    }
