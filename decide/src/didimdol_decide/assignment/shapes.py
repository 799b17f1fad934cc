"""What the commands about assignments read and write, for the JSON Schemas (`didimdol_decide.schema`)."""

from __future__ import annotations

from didimdol_decide.assignment.problem import AssignmentProblem
from didimdol_decide.assignment.proof import Proof
from didimdol_decide.assignment.repairs import Diagnosis
from didimdol_decide.assignment.result import Assignment
from didimdol_decide.assignment.verify import Violation
from didimdol_decide.assignment.whatif import Change, Outcome
from didimdol_decide.assignment.whynot import Answer
from didimdol_decide.plain import Plain


class AssignmentRecord(Plain):
    """A problem with its assignment: what `assign` writes, the platform exports and `recompute` checks."""

    problem: AssignmentProblem
    problem_digest: str | None = None
    assignment: Assignment
    proof: Proof | None = None


class InfeasibleRecord(Plain):
    """A problem that has no assignment, with the proof and what would help: what `assign` writes then."""

    problem: AssignmentProblem
    diagnosis: Diagnosis


class WhatIf(Plain):
    """What `what-if` writes; a diagnosis where there is no assignment any more."""

    outcome: Outcome
    diagnosis: Diagnosis | None = None


class Verification(Plain):
    """What `verify-assignment`, and `recompute` of an assignment or a schedule, print with --json.

    infeasible: instead of the violations, where the record proves that there is no assignment."""

    ok: bool
    violations: tuple[Violation, ...] = ()
    infeasible: bool | None = None


SHAPES: dict[str, object] = {
    "assignment-problem": AssignmentProblem,
    "assignment": Assignment,
    "assignment-proof": Proof,
    "assignment-diagnosis": Diagnosis,
    "assignment-change": Change,
    "assignment-outcome": Outcome,
    "assignment-answer": Answer,
    "assignment-record": AssignmentRecord,
    "assignment-infeasible": InfeasibleRecord,
    "assignment-what-if": WhatIf,
    "verification": Verification,
}
