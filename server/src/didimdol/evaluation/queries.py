"""Reads of the evaluation: what may not be seen does not exist."""

from __future__ import annotations

from collections import Counter
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from didimdol.applications.models import Application
from didimdol.evaluation.enums import Standing
from didimdol.evaluation.models import Ballot, Conflict, Round, Seat
from didimdol.evaluation.ports import passed_to_stage
from didimdol.kernel.actor import Actor
from didimdol.kernel.problems import Invisible
from didimdol.kernel.rows import ScopedQuerySet
from didimdol.people.enums import Role

CONDUCT = (Role.COORDINATOR, Role.MANAGER, Role.AUDITOR)


def _of_the_operator(actor: Actor, path: str) -> Q:
    """Rows of the challenges that the actor's operator runs; ``path`` leads to the challenge."""
    condition = Q(pk__in=[])
    for grant in actor.grants:
        if grant.role in CONDUCT and grant.organisation:
            reach = Q(**{f"{path}programme__operator": grant.organisation})
            condition |= reach & Q(**{f"{path}pk": grant.challenge}) if grant.challenge else reach
    return condition


def rounds_visible_to(actor: Actor) -> ScopedQuerySet[Round]:
    """Rounds that the actor conducts, audits or holds a seat in."""
    seated = Q(Exists(Seat.objects.within(person_id=actor.person, round=OuterRef("pk")).exclude(state="vacated")))
    mine = seated if actor.person else Q(pk__in=[])
    return (
        Round.objects.visible(_of_the_operator(actor, "challenge__") | mine)
        .select_related("challenge__programme", "challenge__rulebook")
        .order_by("-created_at")
    )


def access_round(actor: Actor, id: UUID) -> Round:
    found = rounds_visible_to(actor).filter(pk=id).first()
    if found is None:
        raise Invisible("round", id)
    return found


def conducted_round(actor: Actor, id: UUID) -> Round:
    """A round for those who conduct or audit it; a seat is not enough."""
    found = Round.objects.visible(_of_the_operator(actor, "challenge__")).filter(pk=id).select_related("challenge__programme", "challenge__rulebook").first()
    if found is None:
        raise Invisible("round", id)
    return found


def access_seat(actor: Actor, round_id: UUID) -> Seat:
    """The actor's own seat in a round."""
    found = (
        Seat.objects.visible(person_id=actor.person or UUID(int=0), round_id=round_id)
        .exclude(state="vacated")
        .select_related("round__challenge__programme", "round__challenge__rulebook", "organisation")
        .first()
    )
    if found is None:
        raise Invisible("seat", round_id)
    return found


def conducted_seat(actor: Actor, id: UUID) -> Seat:
    found = Seat.objects.visible(_of_the_operator(actor, "round__challenge__")).filter(pk=id).select_related("round__challenge__programme", "person").first()
    if found is None:
        raise Invisible("seat", id)
    return found


def _not_in_conflict(actor: Actor) -> Q:
    conflicts = Conflict.objects.within(person_id=actor.person, application=OuterRef("application")).exclude(standing=Standing.NONE)
    return ~Q(Exists(conflicts))


def ballots_visible_to(actor: Actor) -> ScopedQuerySet[Ballot]:
    """One's own ballots, unless a conflict stands between; for those who conduct: all, and their contents only once
    locked (see ``contents_visible``)."""
    own = Q(seat__person_id=actor.person or UUID(int=0)) & _not_in_conflict(actor)
    return Ballot.objects.visible(own | _of_the_operator(actor, "seat__round__challenge__")).select_related(
        "seat__round__challenge__programme", "seat__round__challenge__rulebook", "seat__person", "seat__organisation",
        "application__field", "application__startup", "application__rulebook", "application__challenge",
    )  # fmt: skip


def access_ballot(actor: Actor, id: UUID) -> Ballot:
    found = ballots_visible_to(actor).filter(pk=id).first()
    if found is None:
        raise Invisible("ballot", id)
    return found


def contents_visible(actor: Actor, ballot: Ballot) -> bool:
    """Points and comments: to the holder always; to the coordinator and auditor once locked; to nobody else."""
    if actor.person == ballot.seat.person_id:
        return True
    challenge = ballot.seat.round.challenge
    conducts = actor.grant(Role.COORDINATOR, Role.AUDITOR, organisation=challenge.programme.operator_id, challenge=challenge.pk)
    return conducts is not None and ballot.state == "locked"


def own_ballots(actor: Actor, round: Round) -> list[Ballot]:
    own = ballots_visible_to(actor).filter(seat__person_id=actor.person, seat__round=round).exclude(state="recused")
    return list(own.order_by("application__number"))


def evaluator_sees(actor: Actor) -> Q:
    """The applications an evaluator sees (fills the port of applications): assigned, declared free, no conflict."""
    if actor.person is None:
        return Q(pk__in=[])
    ballots = Ballot.objects.within(seat__person_id=actor.person, application=OuterRef("pk")).exclude(state="recused")
    conflicts = Conflict.objects.within(person_id=actor.person, application=OuterRef("pk")).exclude(standing=Standing.NONE)
    return Q(Exists(ballots)) & ~Q(Exists(conflicts))


def evaluated(round: Round) -> list[Application]:
    """The applications of a round: all submitted ones, or those that the stage before it let through."""
    candidates = Application.objects.within(challenge_id=round.challenge_id).filter(state="submitted")
    if round.position:
        candidates = candidates.filter(pk__in=passed_to_stage.ask(round.challenge_id, round.stage))
    return list(candidates.select_related("field", "startup").order_by("number"))


def to_declare(seat: Seat) -> list[tuple[Application, Conflict | None]]:
    """The applicants a seat must declare about, with what is known already. Only the applicant's name is for showing."""
    known = {c.application_id: c for c in Conflict.objects.within(round=seat.round, person_id=seat.person_id)}
    return [(a, known.get(a.pk)) for a in evaluated(seat.round) if concerns(seat, a)]


def concerns(seat: Seat, application: Application) -> bool:
    """A demand company's evaluator only ever meets their own field's applications."""
    return not seat.fields or seat.body == "expert" or bool(application.field and application.field.key in seat.fields)


def progress(round: Round) -> list[dict[str, Any]]:
    """Per seat: what is assigned and locked. For the coordinator's page; three queries whatever the size."""
    seats = list(round.seats.exclude(state="vacated").select_related("person", "organisation").order_by("body", "person__name"))
    counts: Counter[tuple[UUID, str]] = Counter(
        Ballot.objects.within(seat__round=round).values_list("seat_id", "state")
    )
    return [
        {
            "seat": seat,
            "assigned": counts[seat.pk, "draft"] + counts[seat.pk, "locked"],
            "locked": counts[seat.pk, "locked"],
            "recused": counts[seat.pk, "recused"],
        }
        for seat in seats
    ]
