"""Reads of the evaluation: what may not be seen does not exist."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from didimdol.applications.models import Application
from didimdol.evaluation import rules
from didimdol.evaluation.enums import LEFT, WHY_NOT, Standing
from didimdol.evaluation.guards import of_company, stage_rules
from didimdol.evaluation.models import AssignmentRecord, Ballot, Conflict, Round, Seat
from didimdol.evaluation.ports import passed_to_stage
from didimdol.kernel import clock
from didimdol.kernel.actor import Actor
from didimdol.kernel.problems import Invisible
from didimdol.kernel.rows import ScopedQuerySet
from didimdol.people.enums import Role
from didimdol.people.models import Organisation, RoleAssignment
from didimdol.people.queries import in_force
from didimdol.programmes.models import Challenge, Field
from didimdol.programmes.queries import rules_of

_CHALLENGE = ("challenge__programme__operator", "challenge__rulebook")


# --- rounds --------------------------------------------------------------------------------------------------------


def rounds_conducted_by(actor: Actor) -> ScopedQuerySet[Round]:
    """Rounds that the actor conducts or audits; a seat is not enough."""
    return (
        Round.objects.visible(rules.operated(actor, "challenge__")).select_related(*_CHALLENGE).order_by("-created_at")
    )


def rounds_visible_to(actor: Actor) -> ScopedQuerySet[Round]:
    """Rounds that the actor conducts, audits or holds a seat in."""
    seats = Seat.objects.visible(rules.seated(actor)).filter(round=OuterRef("pk"))
    condition = rules.operated(actor, "challenge__") | Q(Exists(seats))
    return Round.objects.visible(condition).select_related(*_CHALLENGE).order_by("-created_at")


def access_round(actor: Actor, id: UUID) -> Round:
    found = rounds_visible_to(actor).filter(pk=id).first()
    if found is None:
        raise Invisible("round", id)
    return found


def conducted_round(actor: Actor, id: UUID) -> Round:
    """A round for those who conduct or audit it. Raises Invisible."""
    found = rounds_conducted_by(actor).filter(pk=id).first()
    if found is None:
        raise Invisible("round", id)
    return found


def stages_to_open(actor: Actor) -> list[tuple[Challenge, str]]:
    """Challenges whose call has closed, with the stage that comes next, for those who may open it."""
    condition = rules.operated(actor, "", (Role.COORDINATOR, Role.MANAGER))
    waiting = Challenge.objects.visible(condition).filter(
        state__in=("announced", "evaluating"), closes_at__lte=clock.now()
    )
    found = []
    for challenge in waiting.select_related("rulebook").prefetch_related("rounds").order_by("-closes_at"):
        opened = {round.stage for round in challenge.rounds.all()}
        left = [rule.key for rule in stage_rules(rules_of(challenge)) if rule.key not in opened]
        if left and all(round.state == "closed" for round in challenge.rounds.all()):
            found.append((challenge, left[0]))
    return found


def stages_assigned(challenge: UUID) -> set[str]:
    """The stages of a challenge whose applications have been assigned (fills the port of programmes)."""
    found = Round.objects.within(challenge=challenge, state__in=("scoring", "closed"))
    return set(found.values_list("stage", flat=True))


# --- seats ---------------------------------------------------------------------------------------------------------


def own_seats(actor: Actor) -> ScopedQuerySet[Seat]:
    if actor.person is None:
        return Seat.objects.visible(rules.NOTHING)
    return Seat.objects.visible(rules.seated(actor)).select_related(
        "round__challenge__programme", "round__challenge__rulebook", "organisation"
    )


def access_seat(actor: Actor, round_id: UUID) -> Seat:
    """The actor's own seat in a round."""
    found = own_seats(actor).filter(round_id=round_id).first()
    if found is None:
        raise Invisible("seat", round_id)
    return found


def seat_in(actor: Actor, round: Round) -> Seat | None:
    return own_seats(actor).filter(round=round).first()


def conducted_seat(actor: Actor, id: UUID) -> Seat:
    condition = rules.operated(actor, "round__challenge__")
    found = (
        Seat.objects.visible(condition).filter(pk=id).select_related("round__challenge__programme", "person").first()
    )
    if found is None:
        raise Invisible("seat", id)
    return found


def told_seat(actor: Actor, id: UUID) -> Seat:
    """A seat for its holder and for those who conduct or audit the round."""
    condition = rules.seated(actor) if actor.person is not None else rules.NOTHING
    condition |= rules.operated(actor, "round__challenge__")
    seats = Seat.objects.visible(condition).select_related("round__challenge__programme", "person")
    found = seats.filter(pk=id).first()
    if found is None:
        raise Invisible("seat", id)
    return found


def evaluators_for(round: Round, *, company: bool) -> QuerySet[RoleAssignment]:
    """Who may get a seat: the roles in force for this challenge (for all of an organisation's: of its parties)."""
    role = Role.DEMAND_EVALUATOR if company else Role.EXPERT
    whole = Q(challenge=None, organisation__in=round.challenge.parties.values("organisation"))
    here = Q(challenge=round.challenge_id) | (whole if company else Q(challenge=None))
    held = RoleAssignment.objects.within(role=role.value).filter(here).filter(in_force())
    return held.select_related("person", "organisation").order_by("person__name", "pk")


def fields_of_company(challenge: Challenge, organisation: Organisation) -> list[str]:
    """The fields whose applications a demand company judges: its own, and those without a company yet. Where the
    rulebook builds no walls: all."""
    party = challenge.parties.filter(organisation=organisation, part="demand_company").exists()
    fields = list(Field.objects.within(challenge=challenge, retired=False))
    owned = [f.key for f in fields if f.demand_company_id == organisation.pk]
    if not owned and not party:
        return []
    if not rules_of(challenge).demands.walls:
        return [f.key for f in fields]
    return owned + [f.key for f in fields if party and f.demand_company_id is None]


def fields_possible(round: Round, seats: list[Seat]) -> dict[str, list[str]]:
    """Seat → the fields that its demand company judges and its holder's role allows. Seats of experts: none named."""
    company = [s for s in seats if of_company(s.body) and s.organisation_id and s.state != "vacated"]
    own = {o.pk: fields_of_company(round.challenge, o) for o in {seat.organisation for seat in company}}
    held = RoleAssignment.objects.within(
        person_id__in=[seat.person_id for seat in company], role=Role.DEMAND_EVALUATOR.value
    ).filter(in_force(), Q(challenge=None) | Q(challenge=round.challenge_id))
    roles: dict[tuple[UUID, UUID], set[str]] = defaultdict(set)
    for person, organisation, field in held.values_list("person_id", "organisation_id", "field"):
        roles[person, organisation].add(field)
    return {
        str(seat.pk): [key for key in own[seat.organisation_id] if "" in held or key in held]
        for seat in company
        for held in [roles[seat.person_id, seat.organisation_id]]
    }


# --- ballots -------------------------------------------------------------------------------------------------------


def _own_ballot(actor: Actor) -> Q:
    """One's own, neither given up nor withdrawn, with nothing between the person and the applicant (in whichever round
    it was found)."""
    if actor.person is None:
        return rules.NOTHING
    conflicts = rules.conflicts_of(actor).filter(application=OuterRef("application"))
    standing = ~Q(state__in=LEFT) & Q(application__state="submitted")
    return rules.seated(actor, "seat__") & standing & ~Q(Exists(conflicts))


def ballots_visible_to(actor: Actor) -> ScopedQuerySet[Ballot]:
    """One's own; for coordinators and auditors all of their challenges (what is in them: ``contents_visible``).

    A manager follows the progress of a round and never sees a single ballot.
    """
    operated = rules.operated(actor, "seat__round__challenge__", rules.READ)
    return Ballot.objects.visible(_own_ballot(actor) | operated).select_related(
        "seat__round__challenge__programme", "seat__round__challenge__rulebook", "seat__person", "seat__organisation",
        "application__field", "application__startup", "application__rulebook", "application__challenge__programme",
        "application__challenge__rulebook",
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
    reads = actor.grant(*rules.READ, organisation=challenge.programme.operator_id, challenge=challenge.pk)
    return reads is not None and ballot.state == "locked"


def own_ballots(actor: Actor) -> ScopedQuerySet[Ballot]:
    """The actor's ballots in every round, for lists."""
    return Ballot.objects.visible(_own_ballot(actor)).select_related(
        "seat__round__challenge__rulebook", "application__field", "application__startup"
    )


def is_blind(round: Round) -> bool:
    """Applicants are pseudonyms to the evaluators of this stage."""
    return round.stage in rules_of(round.challenge).evaluation.blind_stages


# --- applications --------------------------------------------------------------------------------------------------


def evaluator_sees(actor: Actor) -> Q:
    """The applications an evaluator sees (fills the port of applications): assigned in a round that is being scored,
    and no conflict. Ballots exist only after the declaration."""
    if actor.person is None:
        return rules.NOTHING
    ballots = Ballot.objects.visible(rules.seated(actor, "seat__")).filter(
        ~Q(state__in=LEFT), seat__round__state="scoring", application=OuterRef("pk")
    )
    return (
        Q(state="submitted")
        & Q(Exists(ballots))
        & ~Q(Exists(rules.conflicts_of(actor).filter(application=OuterRef("pk"))))
    )


def evaluated(round: Round) -> list[Application]:
    """The applications of a round: all submitted ones, or those that the stage before it let through."""
    candidates = Application.objects.within(challenge_id=round.challenge_id).filter(state="submitted")
    if round.position:
        candidates = candidates.filter(pk__in=passed_to_stage.ask(round.challenge_id, round.stage))
    return list(candidates.select_related("field", "startup").order_by("number"))


def to_declare(seat: Seat) -> list[tuple[Application, Conflict | None]]:
    """The applicants a seat must declare about, with what is known already, by company name. Only that name is for
    showing: not even the order tells more."""
    known = {c.application_id: c for c in Conflict.objects.within(round=seat.round, person_id=seat.person_id)}
    mine = [a for a in evaluated(seat.round) if concerns(seat, a)]
    return [(a, known.get(a.pk)) for a in sorted(mine, key=lambda a: (a.startup.name["ko"], str(a.startup_id)))]


def relations(applications: list[Application], seats: list[Seat]) -> list[tuple[Seat, Application]]:
    """Who belongs, or ever belonged, to which applicant: by the seat's organisation and all roles of the person. One
    query."""
    bodies: dict[UUID, set[UUID]] = defaultdict(set)
    held = RoleAssignment.objects.within(person_id__in=[seat.person_id for seat in seats])
    for person, organisation in held.values_list("person_id", "organisation_id"):
        bodies[person].add(organisation)
    return [
        (seat, application)
        for seat in seats
        for application in applications
        if application.startup_id == seat.organisation_id or application.startup_id in bodies[seat.person_id]
    ]


def concerns(seat: Seat, application: Application) -> bool:
    """A demand company's evaluator only ever meets their own fields' applications."""
    if not of_company(seat.body):
        return True
    return application.field is not None and application.field.key in seat.fields


# --- progress ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SeatProgress:
    seat: Seat
    assigned: int
    locked: int
    left: int
    conflicts: int


def progress(round: Round) -> list[SeatProgress]:
    """Per seat: what is assigned, locked and given up, and how many conflicts; who left too, where ballots of theirs
    count. Three queries whatever the size."""
    cast = Ballot.objects.within(seat=OuterRef("pk"), state="locked")
    seats = list(
        round.seats.filter(~Q(state="vacated") | Exists(cast))
        .select_related("person", "organisation")
        .order_by("body", "person__name", "pk")
    )
    ballots = Ballot.objects.within(seat__round=round).values_list("seat_id", "state").annotate(n=Count("pk"))
    counts = {(seat, state): n for seat, state, n in ballots}
    declared = Conflict.objects.within(round=round).exclude(standing=Standing.NONE).values_list("person_id", flat=True)
    conflicts = Counter(declared)
    return [
        SeatProgress(
            seat,
            counts.get((seat.pk, "draft"), 0) + counts.get((seat.pk, "locked"), 0),
            counts.get((seat.pk, "locked"), 0),
            sum(counts.get((seat.pk, state), 0) for state in LEFT),
            conflicts[seat.person_id],
        )
        for seat in seats
    ]


def conflicts_in(round: Round) -> list[Conflict]:
    """What was declared and found, for those who conduct the round: who, with whom, on which ground."""
    found = Conflict.objects.within(round=round).exclude(standing=Standing.NONE)
    return list(found.select_related("person", "application__startup").order_by("person__name", "pk"))


def assignment_of(round: Round) -> tuple[str, list[dict[str, Any]]]:
    """The digest of the assignment's problem, and the chosen pairs with their explanation; "" and none before it."""
    kept = assignment_records(round).values_list("content__problem_digest", "content__assignment__pairs")
    return kept.first() or ("", [])


def compared(round: Round) -> tuple[list[Application], list[Seat], dict[str, dict[str, str]]]:
    """The applications and seats whose affinities belong together, and application → seat → affinity as recorded: of
    the assignment once there is one, else as the round stands."""
    people = round.seats.select_related("person").order_by("pk")
    kept = AssignmentRecord.objects.within(round=round).values_list(
        "content__problem__applications", "content__problem__evaluators", "content__problem__affinity"
    )
    record = kept.order_by("-revision").first()
    if record is None:
        return evaluated(round), list(people.exclude(state="vacated")), {}
    applications, evaluators, rows = record
    recorded: dict[str, dict[str, str]] = {}
    for row in rows:
        recorded.setdefault(row["application"], {})[row["evaluator"]] = row["value"]
    of_round = Application.objects.within(challenge_id=round.challenge_id)
    found = of_round.filter(pk__in=[entry["id"] for entry in applications]).select_related("field", "startup")
    return (
        list(found.order_by("number")),
        list(people.filter(pk__in=[entry["id"] for entry in evaluators])),
        recorded,
    )


def panel_of(round: Round, application: Application) -> set[UUID]:
    """The seats that hold a ballot on the application."""
    ballots = Ballot.objects.within(seat__round=round, application=application).exclude(state__in=LEFT)
    return set(ballots.values_list("seat_id", flat=True))


def barred_from(application: Application, seats: list[Seat]) -> set[UUID]:
    """The persons of these seats who have a conflict with the application, in whichever round it was found."""
    people = [seat.person_id for seat in seats]
    found = Conflict.objects.within(application=application, person_id__in=people).exclude(standing=Standing.NONE)
    return set(found.values_list("person_id", flat=True))


def assignment_records(round: Round) -> QuerySet[AssignmentRecord]:
    """The revisions of a round's assignment, the one in force first."""
    return AssignmentRecord.objects.within(round=round).order_by("-revision")


def panels(round: Round, chosen: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Per application its panel: ballots with the assignment's explanation. Constant number of queries."""
    ballots = list(
        Ballot.objects.within(seat__round=round)
        .select_related("seat__person", "seat__organisation", "application__field", "application__startup")
        .order_by("application__number", "seat__body", "seat__person__name")
    )
    names = {str(b.seat_id): b.seat.person.name for b in ballots}
    names |= {str(s.pk): s.person.name for s in round.seats.select_related("person")}
    pairs = {(p["application"], p["evaluator"]): p for p in chosen}
    rows: dict[UUID, dict[str, Any]] = {}
    for ballot in ballots:
        row = rows.setdefault(ballot.application_id, {"application": ballot.application, "members": []})
        pair = pairs.get((str(ballot.application_id), str(ballot.seat_id)), {})
        better = [
            {"name": names.get(entry["evaluator"], "–"), "why": WHY_NOT[entry["reason"]]}
            for entry in pair.get("better", [])
        ]
        row["members"].append({"ballot": ballot, "pair": pair, "better": better})
    return list(rows.values())
