"""Why does this evaluator not sit on that panel? From the record of the assignment, in words with names."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from uuid import UUID

from didimdol.evaluation.assignment_words import Names, worth
from didimdol.evaluation.clash_words import ground_of
from didimdol.evaluation.models import AssignmentRecord
from didimdol.kernel.words import Text, text
from didimdol_decide.assignment import Assignment, AssignmentProblem, Infeasible
from didimdol_decide.assignment.proof import Proof
from didimdol_decide.assignment.whatif import difference, reassign
from didimdol_decide.assignment.whynot import Questions


@dataclass(frozen=True, slots=True)
class Told:
    """``moves``: (comes, application, evaluator): what would change, that pair first."""

    sentence: Text
    moves: list[tuple[bool, str, str]]


class Kept:
    """A revision of the assignment, read once: records never change, so a process keeps the last ones."""

    def __init__(self, content: dict[str, object]) -> None:
        self.problem = AssignmentProblem.model_validate(content["problem"])
        self.assignment = Assignment.model_validate(content["assignment"])
        self.proof = Proof.model_validate(content["proof"]) if content.get("proof") else None
        self.pairs = {(pair.application, pair.evaluator) for pair in self.assignment.pairs}

    @cached_property
    def questions(self) -> Questions:
        return Questions(self.problem, self.assignment)

    def why_not(self, application: str, evaluator: str, names: Names) -> Told:
        """Exact: where the total is the highest, what it would lose; else the least that would have to move. Raises
        KeyError for what this revision does not know."""
        panel = {entry.id: entry for entry in self.problem.applications}[application]
        person = {entry.id: entry for entry in self.problem.evaluators}[evaluator]
        if (application, evaluator) in self.pairs:
            return Told(text("이 신청에 배정되어 있습니다.", "They do sit on this panel."), [])
        for row in self.problem.conflicts:
            if (row.application, row.evaluator) == (application, evaluator):
                ground = ground_of(row.reason)
                return Told(text(f"배정할 수 없습니다: {ground['ko']}.", f"Cannot be assigned: {ground['en']}."), [])
        if not person.may_take(panel):
            return Told(text("배정할 수 없습니다: 맡은 분야가 아닙니다.", "Cannot be assigned: not their field."), [])
        if not panel.demand.get(person.body) and not panel.free:
            return Told(
                text("이 신청에는 이 평가 주체의 자리가 없습니다.", "This panel has no seat of their body."), []
            )
        if self.assignment.objective == "affinity":
            return self._loss(application, evaluator, names)
        return self._least(application, evaluator, names)

    def _loss(self, application: str, evaluator: str, names: Names) -> Told:
        found = self.questions.why_not(application, evaluator)
        if found.loss is None:
            return IMPOSSIBLE
        moves = [(move.comes, names.application(move.application), names.seat(move.evaluator)) for move in found.moves]
        if not found.loss:
            return Told(
                text(
                    "적합도 합계가 같은 배정이 또 있습니다. 그 가운데에서 미리 약정한 추첨값이 골랐습니다.",
                    "Another assignment has the same total. The draw that was committed to chose between them.",
                ),
                moves,
            )
        return Told(
            text(
                f"배정하면 적합도 합계가 {worth(found.loss)} 줄어듭니다. 함께 바뀌는 배정은 아래와 같습니다.",
                f"The total affinity would fall by {worth(found.loss)}. What would move with it stands below.",
            ),
            moves,
        )

    def _least(self, application: str, evaluator: str, names: Names) -> Told:
        """Without a highest total a loss has no meaning: what would have to move at the least, and what comes of it."""
        asked = (application, evaluator)
        try:
            after = reassign(self.problem, self.pairs, self.assignment.seed, {asked})
        except (Infeasible, ValueError):  # the second: that seat is pinned to somebody who has begun
            return IMPOSSIBLE
        change = difference((self.problem, self.assignment), (self.problem, after))
        moves = sorted(change.moved, key=lambda m: ((m.application, m.evaluator) != asked, not m.comes))
        return Told(
            text(
                f"배정하려면 적어도 아래가 바뀌어야 합니다. 가장 낮은 신청의 적합도는 {worth(change.floor_before)} → "
                f"{worth(change.floor_after)}, 합계는 {worth(change.total_before)} → {worth(change.total_after)}이(가) 됩니다.",
                f"At least the following would have to change. The lowest application would go from "
                f"{worth(change.floor_before)} to {worth(change.floor_after)}, the total from {worth(change.total_before)} "
                f"to {worth(change.total_after)}.",
            ),
            [(move.comes, names.application(move.application), names.seat(move.evaluator)) for move in moves],
        )


IMPOSSIBLE = Told(
    text(
        "이 배정을 넣으면 자리와 건수의 규칙을 모두 지키는 배정이 없습니다.",
        "No assignment that keeps seats and loads has this pair.",
    ),
    [],
)


@lru_cache(maxsize=4)
def kept(record: UUID) -> Kept:
    """The record with this id. The caller has checked the access."""
    return Kept(AssignmentRecord.objects.within(pk=record).values_list("content", flat=True).get())
