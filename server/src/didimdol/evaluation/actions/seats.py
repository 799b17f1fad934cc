"""Writes of seats: who sits on a panel."""

from __future__ import annotations

from didimdol.evaluation import queries, rules
from didimdol.evaluation.actions.declaring import find_conflicts
from didimdol.evaluation.actions.expertise import last_expertise
from didimdol.evaluation.actions.given import bad
from didimdol.evaluation.expertise import Expertise
from didimdol.evaluation.guards import of_company, stage_of
from didimdol.evaluation.models import Round, Seat
from didimdol.evaluation.states import ROUND, SEAT
from didimdol.kernel.access import require
from didimdol.kernel.action import action, locked
from didimdol.kernel.actor import Actor
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
    """Give a person a seat. ``expertise``: as their last seat said, where it is left out or empty. Raises BadInput when
    they cannot sit for this body, WrongState once applications are assigned."""
    by = require(rules.conducts(actor, round))
    round = locked(round)
    if round.state not in ("preparing", "declaring"):
        raise WrongState(
            "too_late_to_seat",
            text("배정이 끝나 위원을 더할 수 없습니다.", "The applications are assigned; no seat can be added."),
        )
    if body not in [b.key for b in stage_of(round).bodies]:
        raise bad(
            "body",
            "unknown_body",
            text(f"평가 주체 ‘{body}’이(가) 규칙집에 없습니다.", f"The rulebook has no body “{body}”."),
        )
    if round.seats.filter(person=person).exclude(state="vacated").exists():
        raise bad("person", "seated_already", text("이미 이 평가의 위원입니다.", "This person has a seat already."))
    if not 1 <= most <= 1000:
        raise bad(
            "most",
            "most_out_of_range",
            text("1건에서 1,000건까지 정할 수 있습니다.", "Between 1 and 1,000 applications."),
        )
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
    find_conflicts(seat)
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
    """Take an evaluator off a panel before they were assigned anything."""
    round = locked(seat.round)
    seat = locked(seat)
    if SEAT.move("vacate", actor, seat, reason=reason):
        ROUND.tell_waits(round)
    return seat
