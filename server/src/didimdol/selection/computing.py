"""From the database to the plain inputs of didimdol_decide, and back."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from didimdol_decide.ballots import Ballot as DecideBallot
from didimdol_decide.ranking import Candidate, shortlist
from didimdol_decide.record import SelectionInputs
from didimdol_decide.record.outcome import SelectionOutcome, compute
from didimdol_decide.rules import SelectionRule, StageRule

from didimdol.applications.models import Application
from didimdol.evaluation.guards import stage_rules
from didimdol.evaluation.models import Ballot, Round
from didimdol.kernel import clock
from didimdol.programmes.queries import rules_of
from didimdol.selection.models import Line


def inputs_of(round: Round) -> SelectionInputs:
    """All that the outcome of ``round`` depends on: every stage up to it. Names never enter: ids are pseudonyms."""
    challenge = round.challenge
    rulebook = rules_of(challenge)
    stages: list[StageRule] = stage_rules(rulebook)
    rounds = list(Round.objects.within(challenge=challenge).filter(position__lte=round.position).order_by("position"))
    ballots: dict[str, list[DecideBallot]] = defaultdict(list)
    for ballot in Ballot.objects.within(seat__round__in=rounds).filter(state="locked").select_related("seat__round"):
        ballots[ballot.seat.round.stage].append(
            DecideBallot.model_validate(
                {
                    "application": str(ballot.application_id),
                    "evaluator": str(ballot.seat_id),
                    "body": ballot.seat.body,
                    "points": ballot.points,
                }
            )
        )
    return SelectionInputs.model_validate(
        {
            "rulebook_digest": challenge.rulebook.digest,
            "stages": stages,
            "selection": rulebook.evaluation.selection,
            "applications": candidates(round),
            "ballots": {key: tuple(rows) for key, rows in ballots.items()},
            "lottery": {"commitment": round.lottery_commitment, "seed": round.lottery_seed},
            "title": {"ko": challenge.name["ko"], "en": challenge.name.get("en") or challenge.name["ko"]},
            "sealed_at": clock.now().astimezone(clock.KST).isoformat(timespec="seconds"),
        }
    )


def candidates(round: Round) -> tuple[Candidate, ...]:
    """Every submitted application of the challenge; those that left carry the reason's key."""
    excluded = dict(
        Line.objects.within(selection__round__challenge=round.challenge).exclude(excluded="").values_list("application_id", "excluded")
    )
    rows = Application.objects.within(challenge=round.challenge).exclude(number="").select_related("field")
    return tuple(
        Candidate.model_validate(
            {
                "id": str(a.pk),
                "field": a.field.key if a.field else "",
                "excluded": "withdrawn" if a.state == "withdrawn" else excluded.get(a.pk),
            }
        )
        for a in rows
    )


def outcome_of(round: Round) -> tuple[SelectionOutcome, dict[str, dict[str, Any]]]:
    """The computed outcome, and per application: its outcome's key, rank and score as the operator sees them."""
    inputs = inputs_of(round)
    found = compute(inputs)
    rule: SelectionRule = inputs.selection
    last = round.stage == inputs.stages[-1].key
    going_on = set() if last else set(shortlist(rule, inputs.stages, inputs.applications, found.scores, round.stage, inputs.lottery.seed))
    lines: dict[str, dict[str, Any]] = {}
    here = found.scores[round.stage]
    order = sorted((i for i in here if here[i].total is not None), key=lambda i: (-(here[i].total or 0), i))
    for entry in found.ranking.applications:
        if not last and entry.outcome != "excluded" and entry.id not in here:
            continue  # it left at an earlier stage, whose selection tells it
        if last:
            if entry.stopped_at not in (None, round.stage):
                continue
            lines[entry.id] = {"computed": entry.outcome, "rank": entry.rank, "score": "" if entry.final is None else str(entry.final)}
        else:
            score = here.get(entry.id)
            total = score.total if score else None
            lines[entry.id] = {
                "computed": "passed" if entry.id in going_on else entry.outcome if entry.stopped_at == round.stage or entry.outcome == "excluded" else "not_selected",
                "rank": order.index(entry.id) + 1 if entry.id in order else None,
                "score": "" if total is None else str(total),
            }
    return found, lines
