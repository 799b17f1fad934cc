"""The calculation a record seals."""

from __future__ import annotations

from didimdol_decide.plain import Plain
from didimdol_decide.ranking import Ranking, rank
from didimdol_decide.record.inputs import SelectionInputs
from didimdol_decide.scoring import StageScore, score_stage


class SelectionOutcome(Plain):
    """Scores by stage and application, with their calculation sheets, and the ranking that follows."""

    scores: dict[str, dict[str, StageScore]]
    ranking: Ranking


def compute(inputs: SelectionInputs) -> SelectionOutcome:
    """Score and rank.

    Raises BallotInvalid; ValueError for ballots or bonuses of an unknown stage or application, and as
    `ranking.rank`.
    """
    known = {stage.key for stage in inputs.stages}
    for key in sorted({*inputs.ballots, *inputs.bonuses}):
        if key not in known:
            raise ValueError(f"ballots or bonuses for stage {key!r}, which does not exist")
    everyone = {candidate.id for candidate in inputs.applications}
    scores: dict[str, dict[str, StageScore]] = {}
    for place, stage in enumerate(inputs.stages):
        ballots = inputs.ballots.get(stage.key, ())
        bonuses = inputs.bonuses.get(stage.key, {})
        present = {ballot.application for ballot in ballots} | set(bonuses)
        if strangers := sorted(present - everyone):
            raise ValueError(f"ballots or bonuses for application {strangers[0]!r}, which does not stand")
        # Later stages see only those who came that far.
        scores[stage.key] = score_stage(stage, ballots, bonuses, everyone if place == 0 else present)
    ranking = rank(inputs.selection, inputs.stages, inputs.applications, scores, inputs.lottery.seed)
    return SelectionOutcome(scores=scores, ranking=ranking)
