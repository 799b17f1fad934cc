"""Is a score sheet right? Any agency's Excel or CSV sheet against the rule that it says it follows.

The arithmetic is `scoring`, `rounding` and `ranking`; here is only the way from cells to their inputs and back.
"""

from didimdol_decide.auditing.audit import NoTable, audit_grids
from didimdol_decide.auditing.cells import Cell, Grid
from didimdol_decide.auditing.findings import AuditResult, Finding
from didimdol_decide.auditing.guard import Refused
from didimdol_decide.auditing.questions import RuleIncomplete
from didimdol_decide.auditing.reading import read_grids
from didimdol_decide.auditing.rule import EXAMPLE, AuditRule, RuleInvalid, read_document, rule_of

__all__ = [
    "EXAMPLE",
    "AuditResult",
    "AuditRule",
    "Cell",
    "Finding",
    "Grid",
    "NoTable",
    "Refused",
    "RuleIncomplete",
    "RuleInvalid",
    "audit_grids",
    "read_document",
    "read_grids",
    "rule_of",
]
