"""The writes that assign the applications, and fill the seats that became empty since."""

from __future__ import annotations

from didimdol.applications.models import Application
from didimdol.evaluation import queries, rules
from didimdol.evaluation.actions.declaring import find_conflicts
from didimdol.evaluation.actions.replacing import note_used_up
from didimdol.evaluation.actions.sessions import panels_changed
from didimdol.evaluation.assigning import inputs_of, seats_of, solve
from didimdol.evaluation.clash import NoAssignment
from didimdol.evaluation.continuing import may_fill, places_of
from didimdol.evaluation.filling import propose
from didimdol.evaluation.guards import empty_seats
from didimdol.evaluation.models import AssignmentRecord, Ballot, Round, Seat
from didimdol.evaluation.signals import ballots_settled
from didimdol.evaluation.states import BALLOT, ROUND
from didimdol.evaluation.unassigned import explain_clash
from didimdol.kernel.access import require
from didimdol.kernel.action import action, audit, locked, locked_all, notify, save
from didimdol.kernel.actor import Actor
from didimdol.kernel.problems import BadInput, WrongState
from didimdol.kernel.words import text
from didimdol_decide.assignment import Infeasible


@action
def assign_ballots(*, actor: Actor, round: Round, previewed: str = "") -> Round:
    """Assign the applications by min-cost flow and start the scoring. ``previewed``: the fingerprint of what was shown.
    Raises NoAssignment with the named cause, BadInput when it is no longer the one that was shown."""
    locked(round.challenge)  # who sits on its panels is amended before or refused after, never beside
    round = locked(round)
    if not ROUND.move("start_scoring", actor, round):
        return round
    find_conflicts(round, seats_of(round))  # somebody may have joined an applicant since
    applications, seats, problem = inputs_of(round)
    try:
        found = solve(round, problem)
    except Infeasible as infeasible:
        raise NoAssignment(explain_clash(round, applications, seats, problem)) from infeasible
    _check_previewed(previewed, found.fingerprint)
    assignment = found.assignment
    save(AssignmentRecord(round=round, content=found.content()))
    audit(
        "round.assigned",
        round,
        facts={
            "pairs": len(assignment.pairs),
            "problem_digest": assignment.instance_digest,
            "objective": assignment.objective,
            "solver": assignment.solver,
        },
    )
    _enter(actor, [(pair.application, pair.evaluator) for pair in assignment.pairs], applications, seats)
    ROUND.tell_waits(round)  # until now no ballot was open
    panels_changed(round)
    return round


@action
def fill_seats(*, actor: Actor, round: Round, previewed: str = "") -> Round:
    """Fill the seats that became empty while the round is scored, with the least change: who has begun stays. A new
    revision of the assignment's record. Raises WrongState when there is nothing to fill, AccessDenied while a draw can say
    who follows, BadInput when the proposal is no longer the one that was shown."""
    round = locked(round)
    by = require(rules.conducts(actor, round))
    if round.state != "scoring":
        raise WrongState("round_not_scoring", text("평가 중인 때가 아닙니다.", "The round is not being scored."))
    places = places_of(round, empty_seats(round))
    require(may_fill(places))
    drafts = {
        (str(b.application_id), str(b.seat_id)): b
        for b in locked_all(list(Ballot.objects.within(seat__round=round, state="draft")))
    }
    find_conflicts(round, seats_of(round))
    found = propose(round)
    _check_previewed(previewed, found.fingerprint)
    if not found.came:
        raise WrongState(
            "nothing_to_fill",
            text("채울 수 있는 빈자리가 없습니다.", "There is no empty seat that could be filled."),
            text(
                "이미 채워졌는지 평가 화면에서 확인해 주십시오.", "See on the round's page whether it has been filled."
            ),
        )
    note_used_up(actor, by, places)
    reason = text("빈자리를 가장 적은 변경으로 채우기 위해", "To fill an empty seat with the least change")
    seats = {str(seat.pk): seat for seat in found.seats}
    for pair in found.went:
        ballot = drafts[pair]
        ballot.seat = seats[pair[1]]
        BALLOT.move("move", actor, ballot, reason=reason["ko"])
    _enter(actor, found.came, found.applications, found.seats)
    ballots_settled.send(Round, round=round, applications=[drafts[pair].application_id for pair in found.went])
    revision = queries.assignment_records(round).values_list("revision", flat=True)[0] + 1
    save(AssignmentRecord(round=round, revision=revision, content=found.content()))
    audit(
        "round.seats_filled",
        round,
        by=by,
        facts={
            "revision": revision,
            "filled": len(found.came),
            "moved": len(found.went),
            "left_empty": sum(count for _, _, count in found.left),
            "problem_digest": found.after.instance_digest,
            "solver": found.after.solver,
        },
    )
    notify(
        [seats[seat].person_id for _, seat in found.went],
        subject=text("배정이 바뀌었습니다", "Your assignment has changed"),
        body=text(
            "아직 시작하지 않으신 평가표가 다른 위원에게 넘어갔습니다. 내 평가표를 확인해 주십시오.",
            "A ballot that you had not begun went to another evaluator. Please look at your ballots.",
        ),
        url=round.get_absolute_url(),
    )
    ROUND.tell_waits(round)
    return round


def _check_previewed(previewed: str, now: str) -> None:
    if previewed and previewed != now:
        raise BadInput(
            "inputs_changed",
            text(
                "확인하신 뒤에 신고·신청·위원·평가표가 바뀌어 배정이 달라졌습니다.",
                "Declarations, applications, evaluators or ballots changed since you looked: the assignment is another one.",
            ),
            text("아래의 새 배정을 확인하고 다시 진행해 주십시오.", "Look at the new one below and confirm again."),
        )


def _enter(actor: Actor, pairs: list[tuple[str, str]], applications: list[Application], seats: list[Seat]) -> None:
    """New ballots, and a word to those who hold them."""
    by_seat, by_application = {str(seat.pk): seat for seat in seats}, {str(a.pk): a for a in applications}
    for application, seat in pairs:
        BALLOT.enter(actor, Ballot(seat=by_seat[seat], application=by_application[application]))
    told = {by_seat[seat].person_id: by_seat[seat].round for _, seat in pairs}
    notify(
        list(told),
        subject=text("평가할 신청이 배정되었습니다", "Applications are assigned to you"),
        body=text(
            "배정된 신청과 측정 근거를 확인하고 평가표를 제출해 주십시오.",
            "Please read the applications with their measured evidence and lock your ballots.",
        ),
        url=next(iter(told.values())).get_absolute_url() if told else "",
    )
