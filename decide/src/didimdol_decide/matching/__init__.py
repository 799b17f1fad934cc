"""Startups to demands: startup-proposing deferred acceptance with laminar quotas, checked and explained.

Every startup orders the demands it would work for, every demand the startups. Startups propose in their
order; a demand holds the ones it ranks highest, as far as its own capacity and the quotas around it (of its
field, of the challenge) reach. What comes out leaves no startup and demand that would both rather have each
other, and no startup gains by telling another order than its own. Pairs that stand already may be frozen.
"""

from didimdol_decide.matching.inputs import Demand, MatchingInputs, Pair, Quota, Startup
from didimdol_decide.matching.outcome import MatchingOutcome, PassedOver, StartupLine, compute
from didimdol_decide.matching.record import FORMAT, recompute_matching, seal_matching
from didimdol_decide.matching.solve import match
from didimdol_decide.matching.verify import Violation, blocking_pairs, verify

__all__ = [
    "FORMAT",
    "Demand",
    "MatchingInputs",
    "MatchingOutcome",
    "Pair",
    "PassedOver",
    "Quota",
    "Startup",
    "StartupLine",
    "Violation",
    "blocking_pairs",
    "compute",
    "match",
    "recompute_matching",
    "seal_matching",
    "verify",
]
