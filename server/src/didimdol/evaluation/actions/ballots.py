"""Writes of ballots: scored, locked, reopened, stepped back from."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from didimdol.evaluation import rules
from didimdol.evaluation.actions.given import bad
from didimdol.evaluation.enums import GROUNDS, Standing
from didimdol.evaluation.guards import body_of, gaps, in_time, point_problem
from didimdol.evaluation.models import Ballot, Conflict, Round
from didimdol.evaluation.signals import ballots_settled
from didimdol.evaluation.states import BALLOT, ROUND
from didimdol.kernel import clock
from didimdol.kernel.access import require
from didimdol.kernel.action import action, audit, check_version, locked, notify, save
from didimdol.kernel.actor import Actor
from didimdol.kernel.problems import BadInput, WrongState
from didimdol.kernel.words import Text, normal, text

MOST_COMMENT = 4000


@action
def save_ballot(
    *, actor: Actor, ballot: Ballot, points: Mapping[str, str], comments: Mapping[str, str], version: int | None = None
) -> Ballot:
    """Keep scores and comments of a draft. Raises BadInput naming the criterion and its maximum, Stale, WrongState,
    AccessDenied after the closing time."""
    ballot = locked(ballot)
    by = require(rules.holds_ballot(actor, ballot))
    if ballot.state != "draft":
        raise WrongState(
            "ballot_locked",
            text("제출한 평가표는 고칠 수 없습니다.", "A locked ballot cannot be changed."),
            text("고쳐야 하면 간사에게 다시 열어 달라고 요청하십시오.", "Ask the coordinator to reopen it if needed."),
        )
    require(in_time(ballot))
    check_version(ballot, version)
    kept, said = _checked(ballot, points, comments)
    if (kept, said) == (ballot.points, ballot.comments):
        audit("ballot.saved_again", ballot, by=by)
        return ballot
    ballot.points, ballot.comments = kept, said
    save(ballot, "points", "comments")
    audit("ballot.saved", ballot, by=by, facts={"scored": len(kept), "commented": len(said)})
    return ballot


def _checked(
    ballot: Ballot, points: Mapping[str, str], comments: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, str]]:
    criteria = {c.key: c for c in body_of(ballot.seat).criteria}
    problems: dict[str, Text] = {}
    kept: dict[str, str] = {}
    for key, value in points.items():
        value = str(value).strip()
        if key not in criteria:
            problems[key] = text(f"평가표에 없는 항목입니다: {key[:60]}", f"Not on the ballot: {key[:60]}")
        elif value:
            problem = point_problem(value, criteria[key])
            if problem is not None:
                problems[key] = problem
            else:
                kept[key] = format(Decimal(value).normalize() + 0, "f")
    said = {key: normal(value).strip() for key, value in comments.items() if key in criteria and value.strip()}
    for key in [key for key, value in said.items() if len(value) > MOST_COMMENT]:
        problems[f"{key}-comment"] = text(
            f"의견은 {MOST_COMMENT:,}자까지 쓸 수 있습니다(현재 {len(said[key]):,}자).",
            f"At most {MOST_COMMENT:,} characters (now {len(said[key]):,}).",
        )
    if problems:
        raise BadInput("ballot_invalid", next(iter(problems.values())), fields=problems)
    return kept, said


@action
def lock_ballot(*, actor: Actor, ballot: Ballot, version: int | None = None) -> Ballot:
    """Submit a ballot. Raises BadInput naming each criterion that lacks something, Stale, WrongState, AccessDenied."""
    ballot = _locked_in_round(ballot)
    if ballot.state == "draft" and rules.holds_ballot(actor, ballot):
        require(in_time(ballot))
        check_version(ballot, version)
        lacking = gaps(ballot)
        if lacking:
            raise BadInput(
                "ballot_incomplete",
                text(
                    f"제출하기 전에 채울 항목이 {len(lacking)}개 있습니다.",
                    f"{len(lacking)} things are missing before it can be locked.",
                ),
                fields=lacking,
            )
    if BALLOT.move("lock", actor, ballot):
        ballot.locked_at = clock.now()
        save(ballot, "locked_at")
        ROUND.tell_waits(ballot.seat.round)
        ballots_settled.send(Round, round=ballot.seat.round, applications=[ballot.application_id])
    return ballot


@action
def reopen_ballot(*, actor: Actor, ballot: Ballot, reason: str) -> Ballot:
    """Let an evaluator correct a locked ballot while the round is scored; the reason is on record."""
    ballot = _locked_in_round(ballot)
    if BALLOT.move("reopen", actor, ballot, reason=reason):
        ballot.locked_at = None
        save(ballot, "locked_at")
        ROUND.tell_waits(ballot.seat.round)
        notify(
            [ballot.seat.person_id],
            subject=text("평가표가 다시 열렸습니다", "Your ballot was reopened"),
            body=text(f"사유: {reason}", f"Reason: {reason}"),
            url=ballot.get_absolute_url(),
        )
    return ballot


@action
def recuse(*, actor: Actor, ballot: Ballot, ground: str, reason: str) -> Ballot:
    """Step back from an application after all: the conflict is on record and the documents close at once."""
    if ground not in GROUNDS:
        raise bad("ground", "ground_required", text("사유를 고르십시오.", "Choose the ground."))
    ballot = _locked_in_round(ballot)
    if not BALLOT.move("recuse", actor, ballot, reason=reason, facts={"ground": ground}):
        return ballot
    of = {"round": ballot.seat.round, "person_id": ballot.seat.person_id, "application": ballot.application}
    row = Conflict.objects.within(**of).first() or Conflict(**of)
    row.standing, row.ground, row.note = Standing.CONFLICT, ground, normal(reason)
    save(row, "standing", "ground", "note")
    audit("conflict.declared", row, facts={"standing": row.standing, "ground": ground})
    ROUND.tell_waits(ballot.seat.round)
    ballots_settled.send(Round, round=ballot.seat.round, applications=[ballot.application_id])
    return ballot


def _locked_in_round(ballot: Ballot) -> Ballot:
    """The ballot as it is now, with its round held still: no ballot moves while the round closes."""
    round = locked(ballot.seat.round)
    ballot = locked(ballot)
    ballot.seat.round = round
    return ballot
