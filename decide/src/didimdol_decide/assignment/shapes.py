"""The JSON Schemas of what the commands about assignments read and write, as shipped under `schemas/`.

python -m didimdol_decide.assignment.shapes FOLDER    # writes them anew
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from didimdol_decide.assignment.problem import AssignmentProblem
from didimdol_decide.assignment.proof import Proof
from didimdol_decide.assignment.repairs import Diagnosis
from didimdol_decide.assignment.result import Assignment
from didimdol_decide.assignment.whatif import Change, Outcome
from didimdol_decide.assignment.whynot import Answer
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


def schema(name: str) -> str:
    """The text of one schema file."""
    return json.dumps(SHAPES[name].model_json_schema(), ensure_ascii=False, indent=2, sort_keys=True) + "\n"


if __name__ == "__main__":
    for shape in SHAPES:
        Path(sys.argv[1], f"{shape}.json").write_text(schema(shape), encoding="utf-8")
