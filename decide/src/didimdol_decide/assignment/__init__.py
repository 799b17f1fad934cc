"""Who evaluates what: an exact assignment, its explanation, its check, and the proof where none exists.

Only `assign` and the search for a certificate need OR-Tools (the extra `assign`), and load it when called.
"""

from didimdol_decide.assignment.certificate import Certificate, check_certificate
from didimdol_decide.assignment.problem import (
    Affinity,
    AssignApplication,
    AssignEvaluator,
    AssignmentProblem,
    Conflict,
    Pin,
)
from didimdol_decide.assignment.result import Assignment, BetterRanked, Pair
from didimdol_decide.assignment.solve import Infeasible, assign
from didimdol_decide.assignment.verify import Violation, verify

__all__ = [
    "Affinity",
    "AssignApplication",
    "AssignEvaluator",
    "Assignment",
    "AssignmentProblem",
    "BetterRanked",
    "Certificate",
    "Conflict",
    "Infeasible",
    "Pair",
    "Pin",
    "Violation",
    "assign",
    "check_certificate",
    "verify",
]
