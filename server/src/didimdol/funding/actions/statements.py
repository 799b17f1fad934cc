"""Somebody takes a statement of money out of the system (안전성 확보조치 기준: a download carries its reason)."""

from __future__ import annotations

from didimdol.funding import rules
from didimdol.kernel.access import require
from didimdol.kernel.action import action, audit
from didimdol.kernel.actor import Actor, Grant
from didimdol.kernel.problems import BadInput
from didimdol.kernel.rows import Row
from didimdol.kernel.words import normal, text
from didimdol.programmes.models import Challenge
from didimdol.projects.models import Project
from didimdol.records.opening import opened


@action
def export_statement(*, actor: Actor, project: Project, kind: str, reason: str) -> Project:
    """The statement of one project, as Excel or PDF. Raises AccessDenied, BadInput (no reason)."""
    _write_down(actor, project, kind, reason, require(rules.may_read(actor, project)))
    return project


@action
def export_challenge_statement(*, actor: Actor, challenge: Challenge, kind: str, reason: str) -> Challenge:
    """The statement of a challenge with its trial balance, as Excel or PDF. Raises AccessDenied, BadInput (no reason)."""
    _write_down(actor, challenge, kind, reason, require(rules.may_read_challenge(actor, challenge)))
    return challenge


def _write_down(actor: Actor, row: Row, kind: str, reason: str, by: Grant | None) -> None:
    reason = normal(reason.strip())
    if not reason:
        raise BadInput("reason_required", _REASON, fields={"reason": _REASON})
    audit("statement.exported", row, by=by, facts={"kind": kind}, personal={"reason": reason})
    opened(actor, "export: statement", row, purpose=reason)


_REASON = text("사유를 적어 주십시오.", "Please give the reason.")
