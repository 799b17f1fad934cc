"""The JSON Schemas of what the commands about matchings read and write, as shipped under `schemas/`.

python -m didimdol_decide.matching.shapes FOLDER    # writes them anew
"""

from __future__ import annotations

import sys

from didimdol_decide.json_schema import write_schemas
from didimdol_decide.matching.change import Change
from didimdol_decide.matching.clash import Clash
from didimdol_decide.matching.cutoffs import StabilityProof
from didimdol_decide.matching.inputs import MatchingInputs
from didimdol_decide.matching.outcome import MatchingOutcome
from didimdol_decide.plain import Plain

SHAPES: dict[str, type[Plain]] = {
    "matching-problem": MatchingInputs,
    "matching-outcome": MatchingOutcome,
    "matching-change": Change,
    "matching-clash": Clash,
    "matching-proof": StabilityProof,
}

if __name__ == "__main__":
    write_schemas(SHAPES, sys.argv[1])
