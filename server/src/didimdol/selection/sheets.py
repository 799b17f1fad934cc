"""The calculation sheet of one application: every figure from the ballots to the score, by stage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from didimdol.evaluation.models import Seat
from didimdol.kernel.words import pick, text
from didimdol.selection.explaining import DROPPED, TRIMMED, Words
from didimdol.selection.formulas import Formulas, formulas_of, items_of, rounding_of
from didimdol.selection.models import Line, Selection
from didimdol_decide.canonical import plain
from didimdol_decide.record import SelectionInputs, SelectionOutcome
from didimdol_decide.scoring import StageScore


@dataclass(frozen=True, slots=True)
class BallotRow:
    """``who``: the seat by its body and number: the sheet names nobody. ``items``: the sum that ``points`` is, for those
    who may read single ballots."""

    who: str
    items: str
    points: str
    maximum: int
    total: str
    dropped: str


@dataclass(frozen=True, slots=True)
class BodyRow:
    name: str
    ballots: int
    counted: int
    mean: str
    weight: str
    weighted: str
    formula: str


@dataclass(frozen=True, slots=True)
class StageSheet:
    """``problem``: why there is no score, where there is none."""

    name: str
    ballots: list[BallotRow]
    bodies: list[BodyRow]
    criteria: list[tuple[str, str, str]]  # body, criterion, mean in percent of its maximum
    trimmed: str
    formulas: Formulas
    base: str
    bonus: str
    total: str
    cutoff: str
    passed: bool
    problem: str


@dataclass(frozen=True, slots=True)
class Sheet:
    line: Line
    stages: list[StageSheet]
    parts: list[tuple[str, str, str]]  # stage, total, weight in the final score
    final: str
    rounded: str
    ties: list[tuple[str, str, int]]  # rule, own value, how many were equal


class Sheets:
    """Reads a selection once, for one sheet or all of them. ``itemised``: with the items of single ballots."""

    def __init__(self, selection: Selection, *, itemised: bool = False) -> None:
        self.selection = selection
        self.itemised = itemised
        self.inputs = SelectionInputs.model_validate(selection.inputs)
        self.outcome = SelectionOutcome.model_validate(selection.outcome)
        self.words = Words(self.inputs)
        self.entries = {entry.id: entry for entry in self.outcome.ranking.applications}
        self.seats = seat_numbers(selection.round.challenge_id)

    def sheet(self, line: Line) -> Sheet:
        key = str(line.application_id)
        entry = self.entries[key]
        keys = [stage.key for stage in self.inputs.stages]
        reached = keys[: keys.index(self.selection.round.stage) + 1]
        scores = [self.outcome.scores[stage][key] for stage in reached if key in self.outcome.scores[stage]]
        weights = self.inputs.selection.stage_weights
        return Sheet(
            line=line,
            stages=[self._stage(score) for score in scores],
            parts=[
                (self.words.stage(stage), plain(total), plain(weights[stage]))
                for stage, total in entry.stage_totals.items()
                if stage in weights and entry.final is not None
            ],
            final="" if entry.final is None else plain(entry.final),
            rounded=rounding_of(self.inputs.selection.decimals, self.inputs.selection.rounding),
            ties=[
                (
                    f"{self.words.tie_at(tie.at)}: {self.words.tie_rule(tie.as_json())}",
                    _short(tie.by, tie.value),
                    tie.tied,
                )
                for tie in entry.tie_trail
            ],
        )

    def _stage(self, score: StageScore) -> StageSheet:
        stage = score.stage
        problem = score.explanation
        formulas = formulas_of(self.words.stages[stage], score)
        items = self._items(score) if self.itemised else {}
        return StageSheet(
            name=self.words.stage(stage),
            ballots=[
                BallotRow(
                    who=f"{self.words.body(stage, ballot.body)} {self.seats.get(ballot.evaluator, '')}".strip(),
                    items=items.get(ballot.evaluator, ""),
                    points=plain(ballot.points),
                    maximum=ballot.maximum,
                    total=plain(ballot.total),
                    dropped=pick(DROPPED[ballot.dropped]) if ballot.dropped else "",
                )
                for ballot in score.ballots
            ],
            bodies=[
                BodyRow(
                    name=self.words.body(stage, body.body),
                    ballots=body.ballots,
                    counted=body.counted,
                    mean="" if body.mean is None else plain(body.mean),
                    weight=plain(body.weight),
                    weighted="" if body.weighted is None else plain(body.weighted),
                    formula=formulas.means.get(body.body, ""),
                )
                for body in score.bodies
            ],
            criteria=[
                (
                    self.words.body(stage, row.body),
                    self.words.criterion(stage, row.body, row.criterion),
                    plain(row.percent),
                )
                for row in score.criteria
            ],
            trimmed=pick(TRIMMED[score.trimmed]),
            formulas=formulas,
            base="" if score.base is None else plain(score.base),
            bonus=plain(score.bonus),
            total="" if score.total is None else plain(score.total),
            cutoff=plain(score.cutoff),
            passed=score.passed,
            problem=_problem(score, self.words) if problem else "",
        )

    def _items(self, score: StageScore) -> dict[str, str]:
        cast = self.inputs.ballots.get(score.stage, ())
        rule = self.words.stages[score.stage]
        return {b.evaluator: items_of(rule, b.body, b.points) for b in cast if b.application == score.application}

    def group(self, line: Line, lines: Sequence[Line]) -> list[Line]:
        """Those of ``lines`` that compete with ``line`` for the same places."""
        key = self.entries[str(line.application_id)].group
        return [other for other in lines if self.entries[str(other.application_id)].group == key]


def own_parts(line: Line) -> list[tuple[str, str, str]]:
    """Of what an applicant's own final score is made: stage, own total, announced weight. Empty where it has none."""
    inputs = SelectionInputs.model_validate(line.selection.inputs)
    words, weights = Words(inputs), inputs.selection.stage_weights
    entries = {entry["id"]: entry for entry in line.selection.outcome["ranking"]["applications"]}
    entry = entries[str(line.application_id)]
    if entry["final"] is None:
        return []
    return [
        (words.stage(stage), total, plain(weights[stage]))
        for stage, total in entry["stage_totals"].items()
        if stage in weights
    ]


def own_stages(line: Line) -> list[dict[str, Any]]:
    """What applicants may know of their own stages: totals and the bar; no ballot, no evaluator, nobody else."""
    selection = line.selection
    words = Words(SelectionInputs.model_validate(selection.inputs))
    key = str(line.application_id)
    return [
        {
            "name": words.stage(stage),
            "total": scores[key]["total"],
            "base": scores[key]["base"],
            "bonus": scores[key]["bonus"],
            "cutoff": scores[key]["cutoff"],
            "passed": scores[key]["passed"],
            "scored": scores[key]["status"] == "scored",
        }
        for stage, scores in _in_order(selection, words)
        if key in scores
    ]


def own_ties(line: Line) -> list[tuple[str, str, int]]:
    """The ties it was part of: the rule, its own value, how many were equal."""
    words = Words(SelectionInputs.model_validate(line.selection.inputs))
    key = str(line.application_id)
    entries = {entry["id"]: entry for entry in line.selection.outcome["ranking"]["applications"]}
    trail: list[dict[str, Any]] = entries[key]["tie_trail"]
    return [(f"{words.tie_at(t['at'])}: {words.tie_rule(t)}", _short(t["by"], t["value"]), t["tied"]) for t in trail]


def _in_order(selection: Selection, words: Words) -> list[tuple[str, dict[str, Any]]]:
    keys = list(words.stages)
    reached = keys[: keys.index(selection.round.stage) + 1]
    return [(key, selection.outcome["scores"][key]) for key in reached]


def _short(by: str, value: str) -> str:
    return f"{value[:12]}…" if by == "lottery" else value


def _problem(score: StageScore, words: Words) -> str:
    short = [row for row in score.bodies if row.ballots < row.quorum]
    counts = ", ".join(f"{words.body(score.stage, row.body)} {row.ballots}/{row.quorum}" for row in short)
    return pick(
        text(f"평가표가 의결 정족수에 못 미칩니다 (제출/필요): {counts}", f"Too few ballots (cast/needed): {counts}")
    )


def seat_numbers(challenge: UUID) -> dict[str, int]:
    """Seat → its number within its body and round, in an order that tells nobody's name."""
    seats: Sequence[tuple[UUID, UUID, str]] = list(
        Seat.objects.within(round__challenge=challenge).order_by("pk").values_list("pk", "round_id", "body")
    )
    counted: dict[tuple[UUID, str], int] = {}
    numbers = {}
    for pk, round_id, body in seats:
        numbers[str(pk)] = counted[round_id, body] = counted.get((round_id, body), 0) + 1
    return numbers
