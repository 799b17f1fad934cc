"""Writes of replacements: somebody drawn steps back, and the same draw says who follows."""

from __future__ import annotations

from collections.abc import Iterable

from didimdol.evaluation import draw_rules, drawing
from didimdol.evaluation.actions.drawing import locked_draw, seal_record, seat_drawn
from didimdol.evaluation.actions.given import bad
from didimdol.evaluation.continuing import Place
from didimdol.evaluation.draw_states import REPLACEMENT
from didimdol.evaluation.draw_words import ASKED, GROUNDS, VACATED
from didimdol.evaluation.following import leaving_with, may_ask
from didimdol.evaluation.models import Draw, DrawPerson, DrawReplacement
from didimdol.evaluation.states import ROUND, SEAT
from didimdol.kernel.access import require
from didimdol.kernel.action import action, locked, locked_all, save
from didimdol.kernel.actor import Actor, Grant
from didimdol.kernel.problems import WrongState
from didimdol.kernel.words import normal, text
from didimdol_decide.drawing import NoWay, Recusal


@action
def ask_replacement(*, actor: Actor, leaving: DrawPerson, ground: str, note: str = "") -> DrawReplacement:
    """Ask that somebody drawn be replaced; another person accepts it. While the round is scored, only for a seat that was
    vacated, and only where somebody could follow. Raises AccessDenied (``following.may_ask``), BadInput, WrongState
    (asked already)."""
    draw = locked_draw(leaving.draw)
    by = require(draw_rules.prepares(actor, draw))
    assert actor.person is not None  # whoever conducts is a person
    leaving = _locked_person(draw, leaving)
    require(may_ask(leaving))
    if ground not in ASKED:
        raise bad("ground", "unknown_ground", text("사유를 고르십시오.", "Choose the ground."))
    if draw.replacements.filter(leaving=leaving, state="asked").exists():
        raise WrongState(
            "replacement_asked", text("이미 대체를 요청했습니다.", "A replacement has been asked for already.")
        )
    replacement = DrawReplacement(
        draw=draw, leaving=leaving, ground=ground, note=normal(note).strip()[:2000], asked_by_id=actor.person
    )
    REPLACEMENT.enter(actor, replacement, by=by, facts={"code": leaving.code, "ground": ground})
    return replacement


@action
def accept_replacement(*, actor: Actor, replacement: DrawReplacement) -> DrawReplacement:
    """Accept it: the seat is vacated, the same draw names who follows, the record gets its next revision. Where nobody
    can follow the seat stays empty. Raises AccessDenied (who asked cannot accept), WrongState."""
    draw = locked_draw(replacement.draw)
    replacement = locked(replacement)
    replacement.draw = draw
    by = require(draw_rules.answers_replacement(actor, replacement))
    if replacement.state != "asked":
        REPLACEMENT.move("accept", actor, replacement)  # answered before: says so, or refuses
        return replacement
    leaving = _locked_person(draw, replacement.leaving)
    require(draw_rules.replaceable(leaving))
    gone = leaving_with(draw, leaving)
    inputs = drawing.inputs_of(draw)
    ground = GROUNDS[replacement.ground]
    words = f"{ground['ko']} / {ground['en']}"
    recusal = Recusal(panel=draw.body, people=tuple(sorted(gone)), reason=words)
    _vacate(actor, leaving, words)
    replacement.answered_by_id = actor.person
    try:
        record = seal_record(draw, inputs.model_copy(update={"recusals": (*inputs.recusals, recusal)}))
    except NoWay:
        REPLACEMENT.move("leave_empty", actor, replacement, along=("answered_by",))
        ROUND.tell_waits(draw.round)
        return replacement
    draw.record = record
    save(draw, "record")
    arrived = record.document["payload"]["outcome"]["replacements"][-1]["arrived"]
    rows = seat_drawn(actor, by, draw, arrived)
    replacement.arrived = rows[0]
    REPLACEMENT.move("accept", actor, replacement, facts={"record": record.digest}, along=("arrived", "answered_by"))
    ROUND.tell_waits(draw.round)
    return replacement


@action
def refuse_replacement(*, actor: Actor, replacement: DrawReplacement, reason: str) -> DrawReplacement:
    """Refuse it, with the reason: who was drawn stays."""
    draw = locked_draw(replacement.draw)
    replacement = locked(replacement)
    replacement.draw = draw
    replacement.answered_by_id = actor.person
    REPLACEMENT.move("refuse", actor, replacement, reason=normal(reason).strip(), along=("answered_by",))
    return replacement


def note_used_up(actor: Actor, by: Grant | None, places: Iterable[Place]) -> None:
    """Others take over where nobody in the pool could follow: each such place is recorded as one that stays empty."""
    assert actor.person is not None  # whoever conducts is a person
    for place in places:
        if place.stage != "used_up" or place.person.standing != "drawn":
            continue
        draw = locked_draw(place.person.draw)
        leaving = _locked_person(draw, place.person)
        asked = draw.replacements.filter(leaving=leaving, state="asked").first()
        if asked is None:
            asked = DrawReplacement(draw=draw, leaving=leaving, ground=VACATED, asked_by_id=actor.person)
            REPLACEMENT.enter(actor, asked, by=by, facts={"code": leaving.code, "ground": VACATED})
        asked = locked(asked)
        asked.draw, asked.leaving = draw, leaving
        REPLACEMENT.move("note_used_up", actor, asked)
        leaving.standing = "left"
        save(leaving, "standing")


def _locked_person(draw: Draw, person: DrawPerson) -> DrawPerson:
    person = locked(person)
    person.draw = draw
    return person


def _vacate(actor: Actor, leaving: DrawPerson, words: str) -> None:
    leaving.standing = "left"
    save(leaving, "standing")
    if leaving.seat is not None and leaving.seat.state != "vacated":
        SEAT.move("vacate", actor, locked_all([leaving.seat])[0], reason=words)
