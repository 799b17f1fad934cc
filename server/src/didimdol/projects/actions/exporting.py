"""The list of projects taken out of the system."""

from __future__ import annotations

from didimdol.kernel.access import require
from didimdol.kernel.action import action, audit
from didimdol.kernel.actor import Actor
from didimdol.kernel.problems import BadInput
from didimdol.kernel.words import normal, text
from didimdol.projects import rules
from didimdol.records.opening import opened


@action
def export_projects(*, actor: Actor, rows: int, reason: str) -> None:
    """A download carries its reason (안전성 확보조치 기준). Raises AccessDenied, BadInput."""
    by = require(rules.may_export(actor))
    reason = normal(reason.strip())
    if not reason:
        message = text("사유를 적어 주십시오.", "Please give the reason.")
        raise BadInput("reason_required", message, fields={"reason": message})
    audit("project.list_exported", by=by, facts={"rows": rows}, personal={"reason": reason})
    opened(actor, "export: projects", None, purpose=reason)
