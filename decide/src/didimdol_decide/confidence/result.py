"""The advisory estimates as data. Advice only: no record seals it, no rule reads it.

Probabilities are shares with 4 decimals; points are out of 100 with 2 decimals; `None` means that the ballots
cannot say it, and a note says why.
"""

from __future__ import annotations

from typing import Literal

from didimdol_decide.plain import Number, Plain, Text

Leaning = Literal["harsh", "lenient", "neither"]
Linked = Literal["all", "panel", "none"]


class ApplicationLine(Plain):
    """One application.

    outcome, rank, final: the official result, unchanged. stands: whether it still could be selected here;
    others keep their outcome and have no estimate. resampled: P(selected) under resampled ballots; model:
    under the evaluator-offset model. quality, quality_low, quality_high: its score by the model without its
    evaluators' severity and with its bonus. rank_low..rank_high: interval of its rank, by the model where
    there is one. borderline: the probability is inside the band. lot: the draw, not opened yet, orders it.
    """

    id: str
    group: str
    outcome: str
    rank: int | None
    final: Number | None
    stands: bool
    resampled: Number | None
    model: Number | None
    quality: Number | None
    quality_low: Number | None
    quality_high: Number | None
    rank_low: int | None
    rank_high: int | None
    borderline: bool
    lot: bool

    @property
    def probability(self) -> Number | None:
        """P(selected) that decides the band: the model's, else the resampled one."""
        return self.resampled if self.model is None else self.model


class JudgeLine(Plain):
    """One evaluator of one kind in one stage.

    linked: "all": compared with all evaluators of the kind; "panel": only with those that shared ballots
    with it, directly or over others; "none": with nobody, so no estimate. offset: points that it gives above
    (positive: lenient) or below the others for the same work, with its interval. surprising: ballots further
    than 3 noise deviations from what the model expects.
    """

    stage: str
    body: str
    evaluator: str
    ballots: int
    linked: Linked
    offset: Number | None
    offset_low: Number | None
    offset_high: Number | None
    leaning: Leaning | None
    surprising: int


class FigureLine(Plain):
    """A figure of agreement with its interval."""

    value: Number | None
    low: Number | None
    high: Number | None


class BodySummary(Plain):
    """One kind of evaluators in one stage. panels: parts of the evaluator-application graph that share no
    evaluator; with more than one, evaluators of different parts cannot be compared. *_sd: by the model."""

    stage: str
    body: str
    ballots: int
    panels: int
    quality_sd: Number | None
    judge_sd: Number | None
    noise_sd: Number | None
    alpha_interval: FigureLine
    alpha_ordinal: FigureLine
    icc_1: FigureLine
    icc_k: FigureLine


class Confidence(Plain):
    """How sure a ranking is. stage: the decision looked at is the shortlist of this stage, or the selection
    if it is the last one (`final`). places: by group. expected: sum of P(selected) by group: equal to the
    places where enough applications pass the cut-off in every draw."""

    stage: str
    final: bool
    draws: int
    seed: int
    places: dict[str, int]
    expected_resampled: dict[str, Number]
    expected_model: dict[str, Number] | None
    applications: tuple[ApplicationLine, ...]
    judges: tuple[JudgeLine, ...]
    bodies: tuple[BodySummary, ...]
    notes: tuple[Text, ...]


class PlanLine(Plain):
    """One panel size in one world (place in `PanelDesign.worlds`). holds: share of the places that a second
    panel of the same design gives to the same applications; right: share that goes to the truly best."""

    world: int
    seats: int
    holds: Number
    right: Number


class Plan(Plain):
    """luck: what a draw would reach. enough: by world, the smallest panel size that reaches the target, or
    None; enough_everywhere: the smallest that reaches it in every world."""

    luck: Number
    target: Number
    lines: tuple[PlanLine, ...]
    enough: tuple[int | None, ...]
    enough_everywhere: int | None
