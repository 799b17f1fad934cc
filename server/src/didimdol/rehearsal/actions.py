"""The one write of a rehearsal into the live data: its report."""

from __future__ import annotations

from typing import Any

from didimdol.kernel.access import require
from didimdol.kernel.action import action, audit, save
from didimdol.kernel.actor import Actor
from didimdol.people.models import Organisation
from didimdol.rehearsal import rules
from didimdol.rehearsal.models import RehearsalReport


@action
def store_report(*, actor: Actor, operator: Organisation, report: dict[str, Any]) -> RehearsalReport:
    """Keep the report for the operator's programme managers. By the command at the terminal. Raises AccessDenied."""
    require(rules.may_store(actor))
    counts, challenge = report["counts"], report["challenge"]
    row = RehearsalReport(
        operator=operator,
        key=challenge["key"],
        digest=challenge["digest"],
        applicants=report["applicants"],
        seed=report["seed"],
        whole=report["whole"],
        blocking=counts["blocking"],
        warnings=counts["warning"],
        seconds=round(report["seconds"]),
        content=report,
    )
    save(row)
    audit(
        "rehearsal_report.stored",
        row,
        facts={"key": row.key, "digest": row.digest, "whole": row.whole, "outcome": report["outcome_digest"]},
    )
    return row
