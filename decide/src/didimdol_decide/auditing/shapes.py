"""What `audit` reads and writes, for the JSON Schemas (`didimdol_decide.schema`)."""

from __future__ import annotations

from didimdol_decide.auditing.findings import AuditResult
from didimdol_decide.auditing.rule import AuditRule


class AuditReport(AuditResult):
    """What --json prints. ok: nothing was found."""

    ok: bool


SHAPES: dict[str, object] = {"audit-rule": AuditRule}
RESULTS: dict[str, object] = {"audit-report": AuditReport}
