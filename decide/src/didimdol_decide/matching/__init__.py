"""Startups to demands: matched by deferred acceptance or an exact method, checked and explained.

Every startup orders the demands it would work for, every demand the startups. Deferred acceptance: startups
propose in their order; a demand holds the ones it ranks highest, as far as its own capacity and the quotas
around it (of its field, of the challenge) reach. What comes out leaves no startup and demand that would both
rather have each other, and no startup gains by telling another order than its own. The exact methods (extra
`assign`) fill the most seats among the stable matchings with equals left equal, or reach the highest value
within budgets and reserves; they promise no such honesty. Pairs that stand already may be frozen.
"""

from didimdol_decide.matching.exact import Infeasible, NotFinished
from didimdol_decide.matching.inputs import (
    Budget,
    Demand,
    MatchingInputs,
    Method,
    Pair,
    Quota,
    Reserve,
    Score,
    Startup,
)
from didimdol_decide.matching.optimum import Optimum
from didimdol_decide.matching.outcome import MatchingOutcome, PassedOver, StartupLine, compute, explained
from didimdol_decide.matching.record import FORMAT, check_matching, recompute_matching, seal_matching
from didimdol_decide.matching.solve import match
from didimdol_decide.matching.verify import Violation, blocking_pairs, verify

__all__ = [
    "FORMAT",
    "Budget",
    "Demand",
    "Infeasible",
    "MatchingInputs",
    "MatchingOutcome",
    "Method",
    "NotFinished",
    "Optimum",
    "Pair",
    "PassedOver",
    "Quota",
    "Reserve",
    "Score",
    "Startup",
    "StartupLine",
    "Violation",
    "blocking_pairs",
    "check_matching",
    "compute",
    "explained",
    "match",
    "recompute_matching",
    "seal_matching",
    "verify",
]
