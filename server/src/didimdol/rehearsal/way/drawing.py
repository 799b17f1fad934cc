"""The draw of a stage's experts, by the actions that people use: a sealed pool, two bodies that commit and reveal."""

from __future__ import annotations

import json
from datetime import timedelta

from didimdol.evaluation import actions as evaluation
from didimdol.evaluation.draw_rules import AUDITOR, OPERATOR, PARTY
from didimdol.evaluation.guards import of_company, open_seats, stage_of
from didimdol.evaluation.models import Draw, Round
from didimdol.kernel import clock
from didimdol.people.models import Person
from didimdol.programmes.models import Party
from didimdol.rehearsal import crowd
from didimdol.rehearsal.panels import SPARE
from didimdol.rehearsal.world import World
from didimdol_decide.drawing import new_reveal

REVEAL_WITHIN, BETWEEN = timedelta(days=5), timedelta(minutes=5)


def draw_experts(world: World, round: Round) -> None:
    """Every body of experts is drawn, a few more than a panel has seats."""
    witness, second = _second_body(world)
    for body in stage_of(round).bodies:
        if not of_company(body.key):
            draw = sealed_draw(world, round, body.key, witness)
            _commit_and_reveal(world, draw, second)
    for seat in round.seats.filter(state="invited").select_related("person"):
        known = world.draw("expertise", seat.person.email).choice(crowd.EXPERTISE)
        evaluation.correct_expertise(
            actor=world.actor("coordinator"), seat=seat, keywords=", ".join(known.keywords), sentence=known.sentence
        )


def sealed_draw(world: World, round: Round, body: str, witness: str) -> Draw:
    """Opened, with what the quotas ask about stated, and sealed: both bodies are asked to commit."""
    coordinator, rule = world.actor("coordinator"), stage_of(round).body(body)
    seats = rule.seats + open_seats(round) + SPARE
    draw = evaluation.open_draw(actor=coordinator, round=round, body=body, seats=seats, witness=witness)
    pool = draw.people.order_by("person__email").values_list("person_id", flat=True)
    stated = {person: _stated(number) for number, person in enumerate(pool)}
    draw = evaluation.change_pool(actor=coordinator, draw=draw, stated=stated)
    return evaluation.seal_pool(actor=coordinator, draw=draw, reveal_by=clock.now() + REVEAL_WITHIN)


def _second_body(world: World) -> tuple[str, Person]:
    """The technology sponsor, where the challenge has one: it has no evaluator of its own on the panel."""
    party = Party.objects.within(challenge=world.challenge, part="technology_sponsor").order_by("key").first()
    return (f"{PARTY}{party.key}", world.persons["sponsor"]) if party else (AUDITOR, world.persons["auditor"])


def _stated(number: int) -> tuple[bool, str, str, str]:
    """Half are market experts, half are women, in every combination; a third come from outside the capital."""
    return (
        True,
        ("market", "technical")[number % 2],
        ("f", "m")[number // 2 % 2],
        ("outside", "capital", "capital")[number % 3],
    )


def _commit_and_reveal(world: World, draw: Draw, second: Person) -> None:
    secrets = [
        (world.actor("coordinator"), new_reveal(OPERATOR)),
        (world.actor(second), new_reveal(draw.witness)),
    ]
    for actor, secret in secrets:
        clock.move_to(clock.now() + BETWEEN)
        commitment = secret.commitment(draw.pool_digest).commitment
        draw = evaluation.commit_secret(actor=actor, draw=draw, commitment=commitment)
    for actor, secret in secrets:
        clock.move_to(clock.now() + BETWEEN)
        draw = evaluation.reveal_secret(actor=actor, draw=draw, secret=json.dumps(secret.as_json()))
