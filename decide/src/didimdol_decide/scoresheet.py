"""The calculation sheet of a stage as data: ballots, bodies, items, and the score that follows."""

from __future__ import annotations

from typing import Literal

from didimdol_decide.plain import Number, Plain, Text

Dropped = Literal["high", "low"]
Trimmed = Literal["panel", "body", "none"]


class BallotLine(Plain):
    """One ballot on the calculation sheet. points: sum in points of `maximum`; total: out of 100, rounded for
    reading; dropped: which end it was dropped at, if any."""

    evaluator: str
    body: str
    points: Number
    maximum: int
    total: Number
    dropped: Dropped | None


class BodyLine(Plain):
    """One body on the calculation sheet: ballots cast and counted, its mean (0..100) and mean x weight."""

    body: str
    ballots: int
    counted: int
    quorum: int
    weight: Number
    mean: Number | None
    weighted: Number | None


class CriterionLine(Plain):
    """Mean of one item over all ballots of the body (none dropped), in percent of its maximum."""

    body: str
    criterion: str
    ballots: int
    percent: Number
    exact: str


class StageScore(Plain):
    """Score of one application in one stage, with the whole calculation.

    status: "scored", or "no_quorum" (then the figures are None and `explanation` says which body is short).
    base: rounded score without bonus; base_exact: the same as a fraction "n/d"; total: rounded base + bonus.
    cutoff: the bar in points; passed: whether the compared score (base, or total where the rule says so)
    reaches it (equal passes). trimmed: "panel", "body" or "none", what was in fact done.
    """

    application: str
    stage: str
    status: Literal["scored", "no_quorum"]
    ballots: tuple[BallotLine, ...]
    bodies: tuple[BodyLine, ...]
    criteria: tuple[CriterionLine, ...]
    trimmed: Trimmed
    bonus_filed: Number
    bonus: Number
    base: Number | None
    base_exact: str | None
    total: Number | None
    cutoff: Number
    passed: bool

    @property
    def explanation(self) -> Text | None:
        """Why there is no score, in words; None where there is one. Worded here and not stored: a record must
        stay byte-equal when a sentence is improved."""
        if self.status == "scored":
            return None
        short = [line for line in self.bodies if line.ballots < line.quorum]
        counts = ", ".join(f"'{line.body}' {line.ballots}/{line.quorum}" for line in short)
        return Text(
            ko=f"평가표가 의결 정족수에 못 미쳐 점수를 내지 않습니다 (제출/필요): {counts}.",
            en=f"Not scored: too few ballots for the quorum (cast/needed): {counts}.",
        )
