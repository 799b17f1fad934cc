"""Who prepares a draw, who commits and reveals for which body, and who sees what of it."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from didimdol.evaluation import rules
from didimdol.evaluation.draw_models import DrawCommitment, DrawReveal
from didimdol.kernel.access import Access, Allowed, Denied, allowed_by, reasons
from didimdol.kernel.actor import Actor, Grant
from didimdol.kernel.words import text
from didimdol.people.enums import Role
from didimdol.programmes import rules as programme_rules

OPERATOR, AUDITOR, PARTY = "operator", "auditor", "party-"
#: who acts for the operator's side
OPERATOR_ROLES = (Role.COORDINATOR, Role.MANAGER)
#: who acts for a party that is the second body, by its part in the challenge
PARTY_ROLES: dict[str, tuple[Role, ...]] = {
    "demand_company": (Role.DEMAND_LEAD, Role.BUDGET_OWNER),
    "technology_sponsor": (Role.SPONSOR,),
}
OF_PARTIES = tuple(role for roles in PARTY_ROLES.values() for role in roles)

reasons(
    {
        "draw_not_your_body": text(
            "이 추첨에서 약속하는 기관의 담당자가 아닙니다.",
            "You act for neither of the bodies that commit in this draw.",
        ),
        "draw_same_person": text(
            "한 사람이 두 기관을 위해 약속하거나 공개할 수 없습니다. 다른 담당자가 해야 합니다.",
            "Nobody commits or reveals for both bodies; somebody else of yours must do it.",
        ),
        "draw_not_all_committed": text(
            "모든 기관이 약속하기 전에는 아무도 공개하지 못합니다.", "Nobody reveals before every body has committed."
        ),
        "draw_operator_first": text(
            "운영기관이 먼저 공개합니다. 그래야 운영기관이 결과를 알고 나서 거부할 수 없습니다.",
            "The operator reveals first, so that it cannot refuse once it knows the outcome.",
        ),
        "draw_revealed_already": text(
            "이 기관은 이미 공개했습니다. 다른 기관이 공개하면 추첨이 이루어집니다.",
            "Your body has revealed already; the draw is made when the other one has.",
        ),
        "draw_over": text("이 추첨은 이미 끝났습니다.", "This draw is over."),
        "draw_not_all_revealed": text("아직 공개하지 않은 기관이 있습니다.", "A body has not revealed yet."),
        "draw_seat": text(
            "추첨으로 뽑힌 위원입니다. 추첨 화면에서 대체를 요청하십시오.",
            "This evaluator was drawn: ask for a replacement on the draw's page.",
        ),
        "not_drawn": text("추첨으로 뽑힌 위원이 아닙니다.", "This person does not sit here by the draw."),
        "draw_vacate_first": text(
            "평가하고 있는 위원입니다. 먼저 해촉하여 평가표를 정리한 뒤 추첨을 이어 뽑으십시오.",
            "This evaluator is scoring: vacate the seat first, which settles their ballots, then continue the draw.",
        ),
        "draw_round_closed": text("마감한 평가의 위원은 바꾸지 않습니다.", "The round is closed: its evaluators stay."),
    }
)


def prepares(actor: Actor, draw: Any) -> Access:
    """The pool, the seal, giving up, replacements: who conducts the round."""
    return rules.conducts(actor, draw.round)


def bodies(draw: Any) -> tuple[str, str]:
    return OPERATOR, draw.witness


def grant_for(actor: Actor, draw: Any, body: str) -> Grant | None:
    challenge = draw.round.challenge
    if body == OPERATOR:
        return actor.grant(*OPERATOR_ROLES, organisation=challenge.programme.operator_id, challenge=challenge.pk)
    roles = (Role.AUDITOR,) if body == AUDITOR else OF_PARTIES
    return actor.grant(*roles, organisation=draw.witness_organisation_id, challenge=challenge.pk)


def body_of(actor: Actor, draw: Any) -> str | None:
    """The body that the actor acts for; the operator's people only ever for the operator."""
    return next((body for body in bodies(draw) if grant_for(actor, draw, body) is not None), None)


def takes_part(actor: Actor, draw: Any) -> Access:
    body = body_of(actor, draw)
    if actor.person is None or body is None:
        return Denied("draw_not_your_body")
    if _other_hand(actor, draw, body):
        return Denied("draw_same_person")
    return allowed_by(grant_for(actor, draw, body), "draw_not_your_body")


def _other_hand(actor: Actor, draw: Any, body: str) -> bool:
    """The person has acted for the other body already, or made the pool that this one is to witness."""
    others = [
        *DrawCommitment.objects.within(draw=draw).exclude(body=body).values_list("person_id", flat=True),
        *DrawReveal.objects.within(draw=draw).exclude(body=body).values_list("person_id", flat=True),
    ]
    if body != OPERATOR:
        others.append(draw.opened_by_id)
    return actor.person in others


def all_committed(draw: Any) -> Access:
    done = DrawCommitment.objects.within(draw=draw).count()
    return Access(True) if done == len(bodies(draw)) else Denied("draw_not_all_committed")


def all_revealed(draw: Any) -> Access:
    done = DrawReveal.objects.within(draw=draw).count()
    return Access(True) if done == len(bodies(draw)) else Denied("draw_not_all_revealed")


def may_reveal(actor: Actor, draw: Any) -> Access:
    """The actor's body may open its commitment now: all have committed, and the operator goes first."""
    access = takes_part(actor, draw)
    if not access:
        return access
    if draw.state != "committed":
        return Denied("draw_not_all_committed" if draw.state in ("pool", "sealed") else "draw_over")
    first = DrawReveal.objects.within(draw=draw, body=OPERATOR).exists()
    return access if first or body_of(actor, draw) == OPERATOR else Denied("draw_operator_first")


def has_to_reveal(actor: Actor, draw: Any) -> Access:
    """As ``may_reveal``, and the actor's body has not done so yet."""
    access = may_reveal(actor, draw)
    done = access and DrawReveal.objects.within(draw=draw, body=body_of(actor, draw)).exists()
    return Denied("draw_revealed_already") if done else access


def replaceable(leaving: Any) -> Access:
    """The draw may say who follows: before the assignment, and while the round is scored for a place that is empty."""
    state = leaving.draw.round.state
    if leaving.standing != "drawn":
        return Denied("not_drawn")
    if state == "closed":
        return Denied("draw_round_closed")
    empty = leaving.seat is None or leaving.seat.state == "vacated"
    return Allowed if empty or state in ("preparing", "declaring") else Denied("draw_vacate_first")


def answers_replacement(actor: Actor, replacement: Any) -> Access:
    """Accepted or refused by somebody else than who asked."""
    access = prepares(actor, replacement.draw)
    return Denied("own_work") if access and actor.person == replacement.asked_by_id else access


def notes_replacement(actor: Actor, replacement: Any) -> Access:
    """Recorded, without another hand, that nobody could follow: nothing is drawn."""
    return prepares(actor, replacement.draw)


# --- what is seen --------------------------------------------------------------------------------------------------


def conducted(actor: Actor) -> Q:
    return rules.operated(actor, "round__challenge__")


def visible_to(actor: Actor) -> Q:
    """Who conducts or audits the round; from the seal on, the people of the second body too (pseudonyms only)."""
    condition = conducted(actor)
    for grant in actor.grants:
        if grant.role in OF_PARTIES and grant.organisation:
            mine = Q(witness_organisation=grant.organisation, witness__startswith=PARTY) & ~Q(pool_digest="")
            condition |= mine & Q(round__challenge=grant.challenge) if grant.challenge else mine
    return condition


def sees_names(actor: Actor, draw: Any) -> bool:
    return bool(programme_rules.runs(actor, draw.round.challenge, *rules.CONDUCT))


def is_released(draw: Any) -> bool:
    """The challenge's results are out: from then on everybody sees what was drawn."""
    return bool(draw.round.challenge.state == "closed")
