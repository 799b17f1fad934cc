"""From the database to the plain inputs of didimdol_decide, and back to one line an application."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from didimdol.applications.models import Application
from didimdol.evaluation.guards import stage_rules
from didimdol.evaluation.models import Ballot, Round
from didimdol.programmes.queries import rules_of
from didimdol.selection.enums import WITHDRAWN
from didimdol.selection.models import Line
from didimdol_decide.canonical import plain
from didimdol_decide.ranking import RankedApplication, shortlist
from didimdol_decide.record import SelectionInputs, SelectionOutcome


def inputs_of(round: Round) -> SelectionInputs:
    """All that the outcome of ``round`` depends on: every stage up to it. No name enters: ids are pseudonyms."""
    challenge = round.challenge
    rulebook = rules_of(challenge)
    assert challenge.rulebook is not None
    ballots: dict[str, list[dict[str, object]]] = defaultdict(list)
    cast = Ballot.objects.within(seat__round__challenge=challenge, seat__round__position__lte=round.position)
    # These columns and no rows: a row of the round would bring its whole assignment along with every ballot.
    columns = cast.filter(state="locked").values_list(
        "seat__round__stage", "application", "seat", "seat__body", "points"
    )
    for stage, application, seat, body, points in columns:
        ballots[stage].append({"application": str(application), "evaluator": str(seat), "body": body, "points": points})
    return SelectionInputs.model_validate(
        {
            "rulebook_digest": challenge.rulebook.digest,
            "stages": stage_rules(rulebook),
            "selection": rulebook.evaluation.selection,
            "applications": _candidates(round),
            "ballots": dict(ballots),
            "lottery": {"commitment": round.lottery_commitment, "seed": round.lottery_seed},
            "title": {"ko": challenge.name["ko"], "en": challenge.name.get("en") or None},
        }
    ).in_order()


def _candidates(round: Round) -> list[dict[str, object]]:
    """Every application that was ever submitted; those that left carry the reason's key."""
    lines = Line.objects.within(selection__round__challenge=round.challenge_id).exclude(excluded="")
    excluded = dict(lines.values_list("application_id", "excluded"))
    went_on = _went_on(round)
    submitted = Application.objects.within(challenge=round.challenge_id).exclude(number="").select_related("field")
    return [
        {
            "id": str(a.pk),
            "field": a.field.key if a.field else "",
            "excluded": reason,
            "excluded_after": went_on.get(a.pk) if reason else None,
        }
        for a in submitted
        for reason in [WITHDRAWN if a.state == "withdrawn" else excluded.get(a.pk)]
    ]


def _went_on(round: Round) -> dict[UUID, str]:
    """Application → the last stage before this one whose released shortlist it is on: who leaves later keeps that
    place, so that nobody moves up onto a list that is out already."""
    if not round.position:
        return {}
    lines = Line.objects.within(
        selection__round__challenge=round.challenge_id, selection__round__position__lt=round.position
    )
    passed = lines.filter(selection__state="released", computed="passed").order_by("selection__round__position")
    return dict(passed.values_list("application_id", "selection__round__stage"))


@dataclass(frozen=True, slots=True)
class Computed:
    """What a line says: the key of its outcome, its rank in the group, and the score it was ranked by."""

    outcome: str
    rank: int | None
    score: str


def lines_of(
    stage: str, inputs: SelectionInputs, outcome: SelectionOutcome, came_in: Collection[str]
) -> dict[str, Computed]:
    """Application → line. Of the last stage every application has one; of another those that ``came_in``."""
    if stage == inputs.stages[-1].key:
        return {
            entry.id: Computed(entry.outcome, entry.rank, "" if entry.final is None else plain(entry.final))
            for entry in outcome.ranking.applications
        }
    going_on = shortlist(
        inputs.selection, inputs.stages, inputs.applications, outcome.scores, stage, inputs.lottery.seed
    )
    here = {entry.id: entry for entry in outcome.ranking.applications if entry.id in came_in}
    ranks = _ranks(stage, here.values(), outcome, going_on)
    lines = {}
    for identity, entry in here.items():
        score = outcome.scores[stage].get(identity)
        lines[identity] = Computed(
            "passed" if identity in going_on else entry.outcome,
            ranks.get(identity),
            plain(score.total) if score is not None and score.total is not None else "",
        )
    return lines


def _ranks(
    stage: str, entries: Collection[RankedApplication], outcome: SelectionOutcome, going_on: Collection[str]
) -> dict[str, int]:
    """Ranks of a shortlist in each group. Equals share a rank, unless they stand on either side of the line."""
    groups: dict[str, list[tuple[object, str]]] = defaultdict(list)
    for entry in entries:
        score = outcome.scores[stage].get(entry.id)
        if entry.outcome != "excluded" and score is not None and score.total is not None and score.passed:
            groups[entry.group].append(((-score.total, entry.id not in going_on), entry.id))
    ranks: dict[str, int] = {}
    for keys in groups.values():
        order = sorted(keys)
        for place, (key, identity) in enumerate(order, start=1):
            ranks[identity] = ranks[order[place - 2][1]] if place > 1 and order[place - 2][0] == key else place
    return ranks
