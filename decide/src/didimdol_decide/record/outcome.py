"""The calculation a record seals."""

from __future__ import annotations

from didimdol_decide.plain import Id, Key, Plain
from didimdol_decide.ranking import Ranking, rank
from didimdol_decide.record.inputs import SelectionInputs
from didimdol_decide.scoring import StageScore, score_stages


class SelectionOutcome(Plain):
    """Scores by stage and application, with their calculation sheets, and the ranking that follows."""

    scores: dict[str, dict[str, StageScore]]
    ranking: Ranking


class ScoredSelection(Plain):
    """What `score` finds before anything is sealed.

    ranking: of the selection, or of the shortlist of the last stage that has ballots (`at`: "final", or that
    stage's key); None where no application has a score. open_ties: ids that only the draw will order, where
    its seed is not known yet; until then they stand in an order that means nothing.
    """

    scores: dict[Key, dict[Id, StageScore]]
    at: str | None
    ranking: Ranking | None
    open_ties: tuple[tuple[Id, ...], ...]


def compute(inputs: SelectionInputs) -> SelectionOutcome:
    """Score and rank.

    Raises BallotInvalid; ValueError for ballots or bonuses of an unknown stage or application, and as
    `ranking.rank`.
    """
    everyone = {candidate.id for candidate in inputs.applications}
    scores = score_stages(inputs.stages, inputs.ballots, inputs.bonuses, everyone)
    ranking = rank(inputs.selection, inputs.stages, inputs.applications, scores, inputs.lottery.seed)
    return SelectionOutcome(scores=scores, ranking=ranking)
