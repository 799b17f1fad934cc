"""Who conducts a round, who holds a seat, and who may open an application's documents while evaluating."""

from __future__ import annotations

from typing import Any

from didimdol.applications.models import Application
from didimdol.evaluation.enums import Standing
from didimdol.evaluation.models import Ballot, Conflict
from didimdol.kernel.access import Access, Allowed, Denied, reasons
from didimdol.kernel.actor import Actor
from didimdol.kernel.words import text
from didimdol.people.enums import Role
from didimdol.programmes import rules as programme_rules

reasons(
    {
        "not_your_seat": text("이 자리의 위원이 아닙니다.", "This seat is not yours."),
        "not_your_ballot": text("이 평가표의 위원이 아닙니다.", "This ballot is not yours."),
        "declare_conflicts_first": text(
            "이해충돌 여부를 신고한 뒤에 문서를 열 수 있습니다.", "Declare your conflicts of interest before any document opens."
        ),
        "in_conflict": text("이해충돌이 있는 신청입니다.", "You have a conflict of interest with this application."),
        "not_assigned": text("배정받지 않은 신청입니다.", "This application is not assigned to you."),
    }
)


def conducts(actor: Actor, round: Any) -> Access:
    """Coordinators conduct rounds; managers may too."""
    return programme_rules.runs(actor, round.challenge, Role.COORDINATOR, Role.MANAGER)


def conducts_of_seat(actor: Actor, seat: Any) -> Access:
    return conducts(actor, seat.round)


def conducts_of_ballot(actor: Actor, ballot: Any) -> Access:
    return conducts(actor, ballot.seat.round)


def holds_seat(actor: Actor, seat: Any) -> Access:
    if actor.person is None or actor.person != seat.person_id:
        return Denied("not_your_seat")
    return Access(True, by=actor.grant(Role.EXPERT, Role.DEMAND_EVALUATOR, challenge=seat.round.challenge_id))


def holds_ballot(actor: Actor, ballot: Any) -> Access:
    """The ballot is the actor's, and nothing stands between them and the applicant."""
    if actor.person is None or actor.person != ballot.seat.person_id:
        return Denied("not_your_ballot")
    if in_conflict(actor, ballot.application):
        return Denied("in_conflict")
    return Access(True, by=actor.grant(Role.EXPERT, Role.DEMAND_EVALUATOR, challenge=ballot.seat.round.challenge_id))


def in_conflict(actor: Actor, application: Application) -> bool:
    """A conflict follows the person: one found in any round closes the application to them in all."""
    return (
        Conflict.objects.within(person_id=actor.person, application=application)
        .exclude(standing=Standing.NONE)
        .exists()
    )


def evaluator_may_open(actor: Actor, application: Application) -> Access:
    """May this evaluator open the documents and the model of ``application``? (fills the port of applications)"""
    if actor.person is None or in_conflict(actor, application):
        return Denied("in_conflict")
    ballots = Ballot.objects.within(application=application, seat__person_id=actor.person).exclude(state="recused")
    if not ballots.exists():
        return Denied("not_assigned")
    declared = Conflict.objects.within(person_id=actor.person, application=application, standing=Standing.NONE)
    return Allowed if declared.exists() else Denied("declare_conflicts_first")
