"""The JSON Schemas of what the commands about assignments read and write, as shipped under `schemas/`.

python -m didimdol_decide.assignment.shapes FOLDER    # writes them anew
"""

from __future__ import annotations

import sys

from didimdol_decide.assignment.problem import AssignmentProblem
from didimdol_decide.assignment.proof import Proof
from didimdol_decide.assignment.repairs import Diagnosis
from didimdol_decide.assignment.result import Assignment
from didimdol_decide.assignment.whatif import Change, Outcome
from didimdol_decide.assignment.whynot import Answer
from didimdol_decide.json_schema import write_schemas
from didimdol_decide.plain import Plain

SHAPES: dict[str, type[Plain]] = {
    "assignment-problem": AssignmentProblem,
    "assignment": Assignment,
    "assignment-proof": Proof,
    "assignment-diagnosis": Diagnosis,
    "assignment-change": Change,
    "assignment-outcome": Outcome,
    "assignment-answer": Answer,
}

if __name__ == "__main__":
    write_schemas(SHAPES, sys.argv[1])
