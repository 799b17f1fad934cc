"""Writes of rounds: opened, extended, closed."""

from __future__ import annotations

import secrets
from datetime import datetime

from didimdol.design.texts import when_text
from didimdol.evaluation import queries, rules
from didimdol.evaluation.actions.given import bad, reason_given, require_ahead
from didimdol.evaluation.guards import stage_rules
from didimdol.evaluation.models import Ballot, DrawReplacement, Round
from didimdol.evaluation.signals import ballots_settled, round_opened
from didimdol.evaluation.states import BALLOT, ROUND, SEAT
from didimdol.kernel.access import require
from didimdol.kernel.action import action, audit, locked, notify, save, wait
from didimdol.kernel.actor import Actor
from didimdol.kernel.problems import WrongState
from didimdol.kernel.words import text
from didimdol.programmes import actions as programme_actions
from didimdol.programmes import rules as programme_rules
from didimdol.programmes.models import Challenge
from didimdol.programmes.queries import phase, rules_of
from didimdol_decide.lottery import commitment


@action
def open_round(*, actor: Actor, challenge: Challenge, stage: str, closes_at: datetime) -> Round:
    """Open the evaluation of a stage. Raises WrongState while applications still come in, BadInput for the stage or time."""
    by = require(programme_rules.runs_evaluation(actor, challenge))
    challenge = locked(challenge)
    if phase(challenge) not in ("closed", "evaluating"):
        raise WrongState(
            "call_not_closed",
            text("접수가 끝난 뒤에 평가를 시작할 수 있습니다.", "The evaluation starts after the call has closed."),
        )
    keys = [rule.key for rule in stage_rules(rules_of(challenge))]
    if stage not in keys:
        raise bad(
            "stage",
            "unknown_stage",
            text(f"평가 단계 ‘{stage}’이(가) 규칙집에 없습니다.", f"The rulebook has no stage “{stage}”."),
            text("가능한 단계: " + ", ".join(keys), "Stages: " + ", ".join(keys)),
        )
    require_ahead(closes_at)
    if Round.objects.within(challenge=challenge, stage=stage).exists():
        raise WrongState(
            "round_exists",
            text("이 단계의 평가가 이미 열려 있습니다.", "The evaluation of this stage is open already."),
        )
    # One draw decides ties in every stage, so that the final ranking repeats each shortlist exactly.
    first = Round.objects.within(challenge=challenge).order_by("position").first()
    seed = first.lottery_seed if first else secrets.token_hex(32)
    round = Round(
        challenge=challenge,
        stage=stage,
        position=keys.index(stage),
        closes_at=closes_at,
        lottery_seed=seed,
        lottery_commitment=commitment(seed),
    )
    if not queries.evaluated(round):
        raise WrongState("nothing_to_evaluate", text("평가할 신청이 없습니다.", "There is no application to evaluate."))
    if challenge.state == "announced":
        round.challenge = programme_actions.start_evaluation(actor=actor, challenge=challenge)
    ROUND.enter(actor, round, by=by, facts={"stage": stage, "lottery_commitment": round.lottery_commitment})
    round_opened.send(Round, round=round)
    return round


@action
def extend_round(*, actor: Actor, round: Round, closes_at: datetime, reason: str) -> Round:
    """Give the evaluators more time; they are told why. Raises WrongState, BadInput (no reason, not later)."""
    round = locked(round)
    by = require(rules.conducts(actor, round))
    if round.state == "closed":
        raise WrongState(
            "round_closed", text("마감한 평가는 연장할 수 없습니다.", "A closed round cannot be extended.")
        )
    require_ahead(closes_at)
    if closes_at <= round.closes_at:
        raise bad(
            "closes_at",
            "closes_earlier",
            text("지금 마감보다 뒤여야 합니다.", "It must be later than the present closing time."),
        )
    reason = reason_given(reason)
    before, round.closes_at = round.closes_at, closes_at
    save(round, "closes_at")
    audit("round.extended", round, by=by, facts={"from": before, "to": closes_at}, personal={"reason": reason})
    ROUND.tell_waits(round)
    for ballot in Ballot.objects.within(seat__round=round).filter(state="draft"):
        BALLOT.tell_waits(ballot)
    for seat in round.seats.filter(state="invited"):
        SEAT.tell_waits(seat)
    notify(
        [seat.person_id for seat in round.seats.exclude(state="vacated")],
        subject=text("평가 마감이 연장되었습니다", "The evaluation has been extended"),
        body=text(
            f"새 마감: {when_text(closes_at)}. 사유: {reason}",
            f"New closing time: {when_text(closes_at)}. Reason: {reason}",
        ),
        url=round.get_absolute_url(),
    )
    return round


@action
def close_round(*, actor: Actor, round: Round) -> Round:
    """End the scoring: every ballot is locked, or the closing time has passed."""
    round = locked(round)
    ballots = Ballot.objects.within(seat__round=round)
    missed = list(ballots.filter(state="draft"))
    facts = {"stage": round.stage, "locked": ballots.filter(state="locked").count(), "not_locked": len(missed)}
    if ROUND.move("close", actor, round, facts=facts):
        for ballot in missed:
            wait(ballot, [])  # nobody waits for it any more
        for seat in round.seats.filter(state="invited"):
            wait(seat, [])  # seated since the assignment, and still to declare
        for asked in DrawReplacement.objects.within(draw__round=round, state="asked"):
            wait(asked, [])
        ballots_settled.send(Round, round=round, applications=None)
    return round
