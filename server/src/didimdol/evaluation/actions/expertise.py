"""Writes of evaluators' expertise: taken over with a seat, corrected until the assignment."""

from __future__ import annotations

from didimdol.evaluation import rules
from didimdol.evaluation.expertise import Expertise, expertise_given
from didimdol.evaluation.models import Round, Seat
from didimdol.kernel.access import require
from didimdol.kernel.action import action, audit, check_version, locked, save
from didimdol.kernel.actor import Actor
from didimdol.people.models import Person


def last_expertise(round: Round, person: Person) -> Expertise:
    """What the person said with their newest seat in a challenge of the same operator; another operator's is not ours."""
    operator = round.challenge.programme.operator_id
    seats = Seat.objects.within(person=person, round__challenge__programme__operator=operator).exclude(expertise={})
    newest = seats.order_by("-created_at", "-pk").first()
    return Expertise.of(newest) if newest else Expertise()


@action
def correct_expertise(
    *, actor: Actor, seat: Seat, keywords: str, sentence: str = "", version: int | None = None
) -> Seat:
    """Say what the evaluator knows: they themselves, or who conducts the round, until the assignment is computed from
    it. Raises BadInput for too much, Stale."""
    round = locked(seat.round)
    seat = locked(seat)
    seat.round = round
    by = require(rules.tells_expertise(actor, seat))
    check_version(seat, version)
    given = expertise_given(keywords, sentence)
    own = actor.person == seat.person_id
    if given == Expertise.of(seat):
        audit("seat.expertise_kept", seat, by=by, facts={"own": own})
        return seat
    seat.expertise = given.as_json()
    save(seat, "expertise")
    facts = {"own": own, "keywords": len(given.keywords), "sentence": bool(given.sentence)}
    audit("seat.expertise_corrected", seat, by=by, facts=facts)
    return seat
