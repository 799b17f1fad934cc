"""What the commands about matchings read and write, for the JSON Schemas (`didimdol_decide.schema`)."""

from __future__ import annotations

from didimdol_decide.matching.change import Change
from didimdol_decide.matching.clash import Clash
from didimdol_decide.matching.cutoffs import StabilityProof
from didimdol_decide.matching.inputs import MatchingInputs
from didimdol_decide.matching.outcome import MatchingOutcome

SHAPES: dict[str, object] = {
    "matching-problem": MatchingInputs,
    "matching-outcome": MatchingOutcome,
    "matching-change": Change,
    "matching-clash": Clash,
    "matching-proof": StabilityProof,
}
