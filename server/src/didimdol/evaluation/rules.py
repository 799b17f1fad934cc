"""Who conducts a round, who holds a seat, and who may open an application's documents while evaluating."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from didimdol.applications.models import Application
from didimdol.evaluation.enums import LEFT, Standing
from didimdol.evaluation.models import Ballot, Conflict
from didimdol.kernel.access import Access, Allowed, Denied, allowed_by, reasons
from didimdol.kernel.actor import Actor
from didimdol.kernel.words import text
from didimdol.people.enums import Role
from didimdol.programmes import rules as programme_rules

#: see how a round goes
CONDUCT = (Role.COORDINATOR, Role.MANAGER, Role.AUDITOR)
#: read the ballots of others, once they are locked
READ = (Role.COORDINATOR, Role.AUDITOR)
EVALUATE = (Role.EXPERT, Role.DEMAND_EVALUATOR)
NOTHING = Q(pk__in=[])

reasons(
    {
        "not_your_seat": text("이 자리의 위원이 아닙니다.", "This seat is not yours."),
        "not_your_ballot": text("이 평가표의 위원이 아닙니다.", "This ballot is not yours."),
        "evaluator_role_ended": text("평가위원 역할이 끝났습니다.", "Your role as an evaluator has ended."),
        "declare_conflicts_first": text(
            "이해충돌 여부를 신고한 뒤에 문서를 열 수 있습니다.",
            "Declare your conflicts of interest before any document opens.",
        ),
        "in_conflict": text("이해충돌이 있는 신청입니다.", "You have a conflict of interest with this application."),
        "expertise_used": text(
            "배정이 끝나 전문 분야를 바꿀 수 없습니다. 다음 평가에서 위촉될 때 고칠 수 있습니다.",
            "The applications were assigned by it, so it stays. It can be corrected with the next seat.",
        ),
        "challenge_cancelled": text(
            "취소된 챌린지의 평가는 더 진행하지 않습니다.",
            "The challenge was cancelled: its evaluation goes no further.",
        ),
        "not_assigned": text("배정받지 않은 신청입니다.", "This application is not assigned to you."),
    }
)


# --- moves ---------------------------------------------------------------------------------------------------------


def conducts(actor: Actor, round: Any) -> Access:
    """Coordinators conduct rounds; managers may too. Of a cancelled challenge nobody does."""
    access = programme_rules.runs(actor, round.challenge, Role.COORDINATOR, Role.MANAGER)
    return Denied("challenge_cancelled") if access and round.challenge.state == "cancelled" else access


def conducts_of_seat(actor: Actor, seat: Any) -> Access:
    return conducts(actor, seat.round)


def conducts_of_ballot(actor: Actor, ballot: Any) -> Access:
    return conducts(actor, ballot.seat.round)


def coordinates_ballot(actor: Actor, ballot: Any) -> Access:
    """Only the coordinator has to do with single ballots: a manager never does (domain.md §9)."""
    return programme_rules.runs(actor, ballot.seat.round.challenge, Role.COORDINATOR)


def holds_seat(actor: Actor, seat: Any) -> Access:
    if actor.person is None or actor.person != seat.person_id:
        return Denied("not_your_seat")
    grant = actor.grant(*EVALUATE, organisation=seat.organisation_id, challenge=seat.round.challenge_id)
    return allowed_by(grant, "evaluator_role_ended")


def tells_expertise(actor: Actor, seat: Any) -> Access:
    """What an evaluator knows, they say themselves, or who conducts the round for them; until the assignment uses it."""
    own = holds_seat(actor, seat)
    told = own if own else conducts_of_seat(actor, seat)
    if told and (seat.state == "vacated" or seat.round.state not in ("preparing", "declaring")):
        return Denied("expertise_used")
    return told


def holds_ballot(actor: Actor, ballot: Any) -> Access:
    """The ballot is the actor's, and nothing stands between them and the applicant."""
    if actor.person is None or actor.person != ballot.seat.person_id:
        return Denied("not_your_ballot")
    return Denied("in_conflict") if in_conflict(actor, ballot.application) else holds_seat(actor, ballot.seat)


# --- what is seen --------------------------------------------------------------------------------------------------


def operated(actor: Actor, path: str, roles: tuple[Role, ...] = CONDUCT) -> Q:
    """Rows of the challenges that the actor's operator runs; ``path`` leads to the challenge."""
    condition = NOTHING
    for grant in actor.grants:
        if grant.role in roles and grant.organisation:
            reach = Q(**{f"{path}programme__operator": grant.organisation})
            condition |= reach & Q(**{f"{path}pk": grant.challenge}) if grant.challenge else reach
    return condition


def seated(actor: Actor, path: str = "") -> Q:
    """Rows of the seats that the actor holds, in a role that is in force; ``path`` leads to the seat."""
    held = NOTHING
    for grant in actor.grants:
        if grant.role in EVALUATE and grant.organisation:
            reach = Q(**{f"{path}organisation": grant.organisation})
            held |= reach & Q(**{f"{path}round__challenge": grant.challenge}) if grant.challenge else reach
    return held & Q(**{f"{path}person": actor.person}) & ~Q(**{f"{path}state": "vacated"})


# --- conflicts -----------------------------------------------------------------------------------------------------


def in_conflict(actor: Actor, application: Application) -> bool:
    """A conflict follows the person: one found in any round closes the application to them in all."""
    return bool(conflicts_of(actor).filter(application=application).exists())


def conflicts_of(actor: Actor) -> Any:
    return Conflict.objects.within(person_id=actor.person).exclude(standing=Standing.NONE)


def evaluator_may_open(actor: Actor, application: Application) -> Access:
    """May this evaluator open the documents and the model of ``application``? (fills the port of applications)

    While the round is scored, and not a moment longer: what is no longer needed is no longer open, nor what belongs to a
    cancelled challenge.
    """
    if actor.person is None or in_conflict(actor, application):
        return Denied("in_conflict")
    ballots = Ballot.objects.within(application=application, seat__round__state="scoring").exclude(
        Q(state__in=LEFT) | Q(application__challenge__state="cancelled")
    )
    if not ballots.filter(seated(actor, "seat__")).exists():
        return Denied("not_assigned")
    declared = Conflict.objects.within(person_id=actor.person, application=application, standing=Standing.NONE)
    return Allowed if declared.exists() else Denied("declare_conflicts_first")
