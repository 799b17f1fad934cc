"""How well evaluators suit applications, from what both wrote: BM25 over Korean and English words, explained.

Integers throughout: the same texts give the same millionths for ever. No library is needed.
"""

from didimdol_decide.affinity.inputs import (
    Application,
    Bid,
    BidChoice,
    Conflict,
    Evaluator,
    Passage,
    Settings,
    Texts,
)
from didimdol_decide.affinity.measure import Measure
from didimdol_decide.affinity.result import Affinities, PairAffinity, SharedTerm
from didimdol_decide.affinity.words import Morphemes

__all__ = [
    "Affinities",
    "Application",
    "Bid",
    "BidChoice",
    "Conflict",
    "Evaluator",
    "Measure",
    "Morphemes",
    "PairAffinity",
    "Passage",
    "Settings",
    "SharedTerm",
    "Texts",
]
