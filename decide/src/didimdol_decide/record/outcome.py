"""The calculation a record seals."""

from __future__ import annotations

from didimdol_decide.plain import Plain
from didimdol_decide.ranking import Ranking, rank
from didimdol_decide.record.inputs import SelectionInputs
from didimdol_decide.scoring import StageScore, score_stages


class SelectionOutcome(Plain):
    """Scores by stage and application, with their calculation sheets, and the ranking that follows."""

    scores: dict[str, dict[str, StageScore]]
    ranking: Ranking


def compute(inputs: SelectionInputs) -> SelectionOutcome:
    """Score and rank.

    Raises BallotInvalid; ValueError for ballots or bonuses of an unknown stage or application, and as
    `ranking.rank`.
    """
    everyone = {candidate.id for candidate in inputs.applications}
    scores = score_stages(inputs.stages, inputs.ballots, inputs.bonuses, everyone)
    ranking = rank(inputs.selection, inputs.stages, inputs.applications, scores, inputs.lottery.seed)
    return SelectionOutcome(scores=scores, ranking=ranking)
