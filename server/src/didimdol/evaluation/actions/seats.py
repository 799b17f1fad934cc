"""Writes of seats: who sits on a panel."""

from __future__ import annotations

from django.urls import reverse

from didimdol.evaluation import queries, rules
from didimdol.evaluation.actions.declaring import ask_to_declare, find_conflicts
from didimdol.evaluation.actions.expertise import last_expertise
from didimdol.evaluation.actions.given import bad
from didimdol.evaluation.actions.sessions import panels_changed
from didimdol.evaluation.assigning import MOST
from didimdol.evaluation.expertise import Expertise
from didimdol.evaluation.guards import of_company, stage_of
from didimdol.evaluation.models import Ballot, Round, Seat
from didimdol.evaluation.signals import ballots_settled
from didimdol.evaluation.states import BALLOT, ROUND, SEAT
from didimdol.kernel.access import require
from didimdol.kernel.action import action, audit, locked, locked_all, notify, save
from didimdol.kernel.actor import Actor, Grant
from didimdol.kernel.problems import WrongState
from didimdol.kernel.words import text
from didimdol.people import rules as people_rules
from didimdol.people.enums import Role
from didimdol.people.models import Organisation, Person, RoleAssignment
from didimdol.people.queries import in_force


@action
def seat_evaluator(
    *,
    actor: Actor,
    round: Round,
    person: Person,
    organisation: Organisation,
    body: str,
    fields: list[str] | None = None,
    most: int = 50,
    expertise: Expertise | None = None,
) -> Seat:
    """Give a person a seat; while the round is scored too, so that they can fill empty ones.

    ``expertise``: as their last seat said, where it is left out or empty. Raises BadInput when they cannot sit for this
    body, WrongState once the round is closed.
    """
    by = require(rules.conducts(actor, round))
    round = locked(round)
    if round.draws.filter(body=body, state__in=("sealed", "committed")).exists():
        raise bad("body", "draw_under_way", *_DRAW_UNDER_WAY)
    return place(
        actor,
        by,
        round=round,
        person=person,
        organisation=organisation,
        body=body,
        fields=fields,
        most=most,
        expertise=expertise,
    )


def place(
    actor: Actor,
    by: Grant | None,
    *,
    round: Round,
    person: Person,
    organisation: Organisation,
    body: str,
    fields: list[str] | None = None,
    most: int = 50,
    expertise: Expertise | None = None,
) -> Seat:
    """Give the seat, inside an action that has locked the round and knows by which right. Raises as ``seat_evaluator``."""
    if round.state == "closed":
        raise WrongState(
            "too_late_to_seat",
            text("마감한 평가에는 위원을 더할 수 없습니다.", "The round is closed; no seat can be added."),
        )
    if body not in [b.key for b in stage_of(round).bodies]:
        raise bad(
            "body",
            "unknown_body",
            text(f"평가 주체 ‘{body}’이(가) 규칙집에 없습니다.", f"The rulebook has no body “{body}”."),
        )
    if round.seats.filter(person=person).exclude(state="vacated").exists():
        raise bad("person", "seated_already", text("이미 이 평가의 위원입니다.", "This person has a seat already."))
    _check_most(most)
    held = _role_held(round, person, organisation, body)
    if of_company(body):
        fields = _company_fields(round, organisation, held, fields)
    else:
        fields = [key for key in fields or [] if round.challenge.fields.filter(key=key).exists()]
    known = expertise or last_expertise(round, person)
    seat = Seat(
        round=round,
        person=person,
        organisation=organisation,
        body=body,
        fields=sorted(fields),
        most=most,
        expertise=known.as_json(),
    )
    SEAT.enter(actor, seat, by=by, facts={"body": body, "fields": seat.fields})
    find_conflicts(round, [seat])
    if round.state != "preparing":
        ask_to_declare(round, [seat])
    ROUND.tell_waits(round)
    panels_changed(round)
    return seat


def _check_most(most: int) -> None:
    if not 1 <= most <= MOST:
        raise bad(
            "most",
            "most_out_of_range",
            text(f"1건에서 {MOST:,}건까지 정할 수 있습니다.", f"Between 1 and {MOST:,} applications."),
        )


@action
def change_seat(*, actor: Actor, seat: Seat, most: int, fields: list[str] | None = None) -> Seat:
    """Another maximum and other fields (None: those it has). Whoever gets a field more declares again. Once applications
    are assigned only the maximum can change. Raises BadInput, WrongState."""
    round = locked(seat.round)
    seat = locked(seat)
    by = require(rules.conducts(actor, round))
    if seat.state == "vacated" or round.state == "closed":
        raise WrongState("seat_settled", text("더는 바꿀 수 없는 자리입니다.", "This seat cannot be changed any more."))
    _check_most(most)
    if fields is None:
        fields = seat.fields
    elif of_company(seat.body):
        held = _role_held(round, seat.person, seat.organisation, seat.body)
        fields = _company_fields(round, seat.organisation, held, fields)
    else:
        fields = [key for key in fields if round.challenge.fields.filter(key=key).exists()]
    fields = sorted(fields)
    if fields != seat.fields and round.state == "scoring":
        raise bad(
            "fields",
            "fields_settled",
            text("배정된 뒤에는 담당 분야를 바꿀 수 없습니다.", "Once applications are assigned the fields stay."),
        )
    facts = {"most": [seat.most, most], "fields": [seat.fields, fields]}
    wider = of_company(seat.body) and not set(fields) <= set(seat.fields)
    seat.most, seat.fields, seat.round = most, fields, round
    save(seat, "most", "fields")
    audit("seat.changed", seat, by=by, facts=facts)
    if wider and seat.state == "ready":
        SEAT.move("ask_again", actor, seat)
        ask_to_declare(round, [seat])
    find_conflicts(round, [seat])
    ROUND.tell_waits(round)
    return seat


def _role_held(round: Round, person: Person, organisation: Organisation, body: str) -> list[RoleAssignment]:
    """The evaluator's roles by which ``person`` may sit. Raises BadInput without one, and for roles that exclude it."""
    role = Role.DEMAND_EVALUATOR if of_company(body) else Role.EXPERT
    all_roles = list(RoleAssignment.objects.within(person=person).filter(in_force()).select_related("organisation"))
    held = [
        r for r in all_roles
        if r.role == role and r.organisation_id == organisation.pk and r.challenge in (None, round.challenge_id)
    ]  # fmt: skip
    if not held:
        raise bad(
            "person",
            "no_evaluator_role",
            text("이 기관의 평가위원 역할이 없는 사람입니다.", "This person has no evaluator's role for this body."),
            text("먼저 초대하거나 역할을 부여해 주십시오.", "Invite them or give them the role first."),
        )
    # Roles can be given in either order, so what excludes an evaluator is asked again here (통합관리지침 §10⑤).
    clash = people_rules.clash(all_roles, role.value, organisation.pk, round.challenge_id)
    if clash is not None:
        raise bad(
            "person",
            "role_excludes_seat",
            text(
                "평가위원을 겸할 수 없는 역할이 있는 사람입니다.", "This person holds a role that excludes evaluating."
            ),
        )
    return held


def _company_fields(
    round: Round, organisation: Organisation, held: list[RoleAssignment], wanted: list[str] | None
) -> list[str]:
    own = queries.fields_of_company(round.challenge, organisation)
    if not own:
        raise bad(
            "person",
            "foreign_company",
            text("이 챌린지의 수요기업이 아닙니다.", "This company has no part in the challenge."),
        )
    if all(r.field for r in held):
        own = [key for key in own if key in {r.field for r in held}]
    chosen = [key for key in wanted if key in own] if wanted else own
    if not chosen:
        raise bad(
            "fields", "foreign_field", text("이 기업의 분야가 아닙니다.", "These are not fields of this company.")
        )
    return chosen


@action
def vacate_seat(*, actor: Actor, seat: Seat, reason: str) -> Seat:
    """An evaluator leaves the panel. What they locked stays and counts; their open ballots are closed to them at once,
    stay closed to everybody else, and leave seats to be filled (``fill_seats``)."""
    round = locked(seat.round)
    seat = locked(seat)
    seat.round = round
    if not SEAT.move("vacate", actor, seat, reason=reason):
        return seat
    ballots = locked_all(list(Ballot.objects.within(seat=seat, state="draft")))
    for ballot in ballots:
        ballot.seat = seat
        BALLOT.move("move", actor, ballot, reason=reason)
    if round.state == "scoring":
        notify(
            [seat.person_id],
            subject=text("평가위원 자리가 해촉되었습니다", "Your seat on the panel has ended"),
            body=text(
                f"사유: {reason.strip()}. 제출한 평가표는 그대로 반영되고, 남은 평가표는 다른 위원에게 넘어갑니다.",
                f"Reason: {reason.strip()}. Ballots that you locked stay; the others go to other evaluators.",
            ),
            url=reverse("evaluation:list"),
        )
        judged = Ballot.objects.within(seat=seat).values_list("application_id", flat=True)
        ballots_settled.send(Round, round=round, applications=list(judged))
    ROUND.tell_waits(round)
    panels_changed(round)
    return seat


_DRAW_UNDER_WAY = (
    text("이 평가 주체의 위원을 추첨하고 있습니다.", "The evaluators of this body are being drawn."),
    text("추첨을 마치거나 중단한 뒤에 위촉하십시오.", "Seat people after the draw, or give the draw up first."),
)
