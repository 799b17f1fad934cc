"""Reads of draws: what may not be seen does not exist."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from didimdol.evaluation import draw_rules
from didimdol.evaluation.guards import of_company, panel_rules
from didimdol.evaluation.models import Draw, DrawPerson, DrawReplacement, Round
from didimdol.kernel.actor import Actor
from didimdol.kernel.problems import Absent, Invisible
from didimdol.kernel.rows import ScopedQuerySet
from didimdol.people.enums import Role
from didimdol.people.models import Organisation
from didimdol.people.queries import persons_with
from didimdol.programmes.models import Challenge

_RELATED = ("round__challenge__programme__operator", "round__challenge__rulebook", "witness_organisation", "record")


def draws_visible_to(actor: Actor) -> ScopedQuerySet[Draw]:
    return Draw.objects.visible(draw_rules.visible_to(actor)).select_related(*_RELATED)


def access_draw(actor: Actor, id: UUID) -> Draw:
    """A draw for those who conduct or audit it, or act for its second body. Raises Invisible."""
    found = draws_visible_to(actor).filter(pk=id).first()
    if found is None:
        raise Invisible("draw", id)
    return found


def conducted_draw(actor: Actor, id: UUID) -> Draw:
    """A draw with its names, for those who conduct or audit it. Raises Invisible."""
    found = Draw.objects.visible(draw_rules.conducted(actor)).select_related(*_RELATED).filter(pk=id).first()
    if found is None:
        raise Invisible("draw", id)
    return found


def conducted_person(actor: Actor, id: UUID) -> DrawPerson:
    """Somebody in a pool, for those who conduct the round. Raises Invisible."""
    found = DrawPerson.objects.within(pk=id).select_related("person", "organisation", "seat").first()
    if found is None:
        raise Invisible("draw person", id)
    found.draw = conducted_draw(actor, found.draw_id)
    return found


def conducted_replacement(actor: Actor, id: UUID) -> DrawReplacement:
    found = DrawReplacement.objects.within(pk=id).select_related("leaving__person", "leaving__seat", "asked_by").first()
    if found is None:
        raise Invisible("draw replacement", id)
    found.draw = found.leaving.draw = conducted_draw(actor, found.draw_id)
    return found


def public_draw(id: UUID) -> Draw:
    """A draw for everybody, from its seal on. Raises Absent."""
    found = Draw.objects.within(pk=id).exclude(pool_digest="").select_related(*_RELATED).first()
    if found is None:
        raise Absent("draw", id)
    return found


def public_draws(challenge: Challenge) -> list[Draw]:
    """The draws of a challenge that were sealed, in the order of its stages."""
    found = Draw.objects.within(round__challenge=challenge).exclude(pool_digest="").select_related(*_RELATED)
    return list(found.order_by("round__position", "body", "number"))


def draws_of(round: Round) -> list[Draw]:
    return list(round.draws.select_related(*_RELATED).order_by("body", "number"))


def people_of(draw: Draw) -> list[DrawPerson]:
    """Everybody in the pool, with the draw as it is at hand."""
    rows = list(draw.people.select_related("person", "organisation", "seat").order_by("person__name", "pk"))
    for row in rows:
        row.draw = draw
    return rows


def replacements_of(draw: Draw) -> list[DrawReplacement]:
    found = draw.replacements.select_related(
        "leaving__person", "leaving__seat", "arrived__person", "asked_by", "answered_by"
    )
    rows = list(found.order_by("created_at", "pk"))
    for row in rows:
        row.draw = row.leaving.draw = draw
    return rows


# --- the second body -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Witness:
    """A body that could commit beside the operator: somebody can act for it now."""

    key: str
    organisation: Organisation
    people: Sequence[str] = field(default_factory=tuple)


def witnesses(round: Round) -> list[Witness]:
    """Companies first: they depend on the operator the least; the operator's own auditor last."""
    challenge = round.challenge
    found = []
    for party in challenge.parties.select_related("organisation").order_by("part", "key"):
        roles = draw_rules.PARTY_ROLES.get(party.part, ())
        able = persons_with(*roles, organisation=party.organisation_id, challenge=challenge.pk) if roles else []
        if able:
            key = f"{draw_rules.PARTY}{party.key}"
            found.append(Witness(key, party.organisation, [person.name for person in able]))
    operator = challenge.programme.operator
    auditors = persons_with(Role.AUDITOR, organisation=operator.pk, challenge=challenge.pk)
    if auditors:
        found.append(Witness(draw_rules.AUDITOR, operator, [person.name for person in auditors]))
    return found


# --- drawn or named ------------------------------------------------------------------------------------------------


def is_to_be_drawn(round: Round) -> bool:
    """The rulebook says that this stage's external experts are drawn."""
    panel = panel_rules(round)
    return panel is not None and panel.draw == "random"


def named_not_drawn(round: Round) -> int:
    """How many external experts hold a seat without having been drawn, where the rulebook asks for the draw."""
    return sum(not drawn for _, drawn in _experts(round)) if is_to_be_drawn(round) else 0


def drawn_and_named(round: Round, body: str) -> tuple[int, int]:
    seats = [drawn for key, drawn in _experts(round) if key == body]
    return sum(seats), len(seats) - sum(seats)


def _experts(round: Round) -> list[tuple[str, bool]]:
    rows = round.seats.exclude(state="vacated").values_list("body", "drawn_as__standing")
    return [(body, standing == "drawn") for body, standing in rows if not of_company(body)]
