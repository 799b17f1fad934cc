"""The write that assigns the applications."""

from __future__ import annotations

from didimdol.evaluation import queries
from didimdol.evaluation.actions.declaring import find_conflicts
from didimdol.evaluation.assigning import solve
from didimdol.evaluation.models import AssignmentRecord, Ballot, Round
from didimdol.evaluation.states import BALLOT, ROUND
from didimdol.kernel.action import action, audit, locked, notify, save
from didimdol.kernel.actor import Actor
from didimdol.kernel.words import text


@action
def assign_ballots(*, actor: Actor, round: Round) -> Round:
    """Assign the applications by min-cost flow and start the scoring. Raises BadInput with the named cause when no
    assignment exists."""
    round = locked(round)
    if not ROUND.move("start_scoring", actor, round):
        return round
    seats = list(round.seats.filter(state="ready").select_related("person", "organisation").order_by("pk"))
    for seat in seats:
        seat.round = round
        find_conflicts(seat)  # somebody may have joined an applicant since
    applications = queries.evaluated(round)
    problem, found = solve(round, applications, seats)
    content = {
        "problem": problem.as_json(),
        "problem_digest": problem.digest(),
        "assignment": found.as_json(),
    }
    save(AssignmentRecord(round=round, content=content))
    audit(
        "round.assigned",
        round,
        facts={"pairs": len(found.pairs), "problem_digest": problem.digest(), "solver": found.solver},
    )
    by_seat = {str(seat.pk): seat for seat in seats}
    by_application = {str(a.pk): a for a in applications}
    for pair in found.pairs:
        BALLOT.enter(actor, Ballot(seat=by_seat[pair.evaluator], application=by_application[pair.application]))
    ROUND.tell_waits(round)  # until now no ballot was open
    notify(
        [seat.person_id for seat in seats if found.loads.get(str(seat.pk))],
        subject=text("평가할 신청이 배정되었습니다", "Applications are assigned to you"),
        body=text(
            "배정된 신청과 측정 근거를 확인하고 평가표를 제출해 주십시오.",
            "Please read the applications with their measured evidence and lock your ballots.",
        ),
        url=round.get_absolute_url(),
    )
    return round
