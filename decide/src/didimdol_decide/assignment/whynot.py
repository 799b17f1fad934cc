"""Why does this evaluator not sit on that panel? What it would cost, exactly, and who would have to move."""

from __future__ import annotations

from typing import Literal

from didimdol_decide.assignment.arrays import Arrays
from didimdol_decide.assignment.problem import AssignmentProblem
from didimdol_decide.assignment.proof import points
from didimdol_decide.assignment.residual import Residual
from didimdol_decide.assignment.result import Assignment
from didimdol_decide.assignment.solve import arrays_of
from didimdol_decide.plain import Plain, Text


class Move(Plain):
    """A pair that would come or go."""

    application: str
    evaluator: str
    comes: bool


class Answer(Plain):
    """verdict: seated (they do sit there), barred (a conflict, field or day forbids it), no_seat (no seat of
    their body there), impossible (no assignment under the rules has this pair), costs (the best assignment
    with this pair is worth `loss` millionths less; 0: equal choice). moves: what would change, the pair asked
    for first."""

    application: str
    evaluator: str
    verdict: Literal["seated", "barred", "no_seat", "impossible", "costs"]
    loss: int | None = None
    moves: tuple[Move, ...] = ()
    message: Text


class Questions:
    """Prepared once for an assignment with the highest total; each question is then a search of milliseconds.

    Raises ValueError where the assignment is not one with the highest total: the loss against it has no
    meaning."""

    def __init__(self, problem: AssignmentProblem, assignment: Assignment) -> None:
        self.problem = problem
        self.arrays: Arrays = arrays_of(problem)
        self.sits = {(pair.application, pair.evaluator) for pair in assignment.pairs}
        self.residual = Residual(self.arrays, self.arrays.worth, self.arrays.marked(self.sits))
        self.applications = {entry.id: entry for entry in problem.applications}
        self.evaluators = {entry.id: entry for entry in problem.evaluators}
        self.barred: dict[tuple[str, str], str] = {}
        for row in problem.conflicts:
            self.barred.setdefault((row.application, row.evaluator), row.reason)

    def why_not(self, application: str, evaluator: str) -> Answer:
        """Why `evaluator` does not sit on the panel of `application`. Raises KeyError for a name not in the
        problem."""
        panel, person = self.applications[application], self.evaluators[evaluator]
        pair = (application, evaluator)

        def answer(verdict: str, ko: str, en: str, **more: object) -> Answer:
            return Answer.model_validate(
                {
                    "application": application,
                    "evaluator": evaluator,
                    "verdict": verdict,
                    "message": {"ko": ko, "en": en},
                    **more,
                }
            )

        if pair in self.sits:
            return answer(
                "seated",
                f"{evaluator}은(는) {application}에 배정되어 있습니다.",
                f"{evaluator} sits on {application}.",
            )
        if pair in self.barred:
            why = self.barred[pair]
            return answer("barred", f"이해충돌로 배정할 수 없습니다: {why}", f"Barred by a conflict: {why}")
        if not person.may_take(panel):
            return answer("barred", "맡은 분야나 참석일이 아닙니다.", "Outside their fields or days.")
        arcs = self.arrays.marked([pair]).nonzero()[0].tolist()
        if not arcs:
            return answer(
                "no_seat",
                f"{application}에는 '{person.body}' 좌석이 없거나 모두 고정되었습니다.",
                f"{application} has no open seat for '{person.body}'.",
            )
        found = self.residual.loss(arcs[0])
        if found is None:
            return answer(
                "impossible",
                "이 배정을 넣으면 좌석·건수(하루 포함)·기관 규칙을 모두 지키는 배정이 없습니다.",
                "No assignment that keeps seats, loads, daily maxima and organisation rules has this pair.",
            )
        loss, steps = found
        moves = [(sign > 0, *self.arrays.pair(arc)) for sign, arc in steps]
        told = ", ".join(f"{'+' if comes else '-'}{a}–{e}" for comes, a, e in moves[1:]) or "-"
        return answer(
            "costs",
            f"배정하면 적합도 합계가 {points(loss)} 줄어듭니다. 함께 바뀌는 배정: {told}",
            f"It would cost {points(loss)} of total affinity. What would move with it: {told}",
            loss=loss,
            moves=[{"application": a, "evaluator": e, "comes": comes} for comes, a, e in moves],
        )
