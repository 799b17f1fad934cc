"""Who computes, decides and releases; who sees a result, and when."""

from __future__ import annotations

from typing import Any

from didimdol.kernel.access import Access, Allowed, Denied, reasons
from didimdol.kernel.actor import Actor
from didimdol.kernel.words import text
from didimdol.people.enums import Role
from didimdol.programmes import rules as programme_rules

reasons(
    {
        "held_lines_only": text("보류한 신청이 없습니다.", "No application is held."),
        "no_line_left": text("모든 신청이 보류되어 공개할 결과가 없습니다.", "Every application is held; there is nothing to release."),
        "call_again": text(
            "‘{group}’ 분야의 자리가 {shortfall}개 남았고 공고는 이를 허용하지 않습니다. 재공고가 필요합니다.",
            "{shortfall} places of “{group}” stay empty, which the notice does not allow: a new notice is needed.",
        ),
    }
)


def computes(actor: Actor, selection: Any) -> Access:
    return programme_rules.runs(actor, selection.round.challenge, Role.COORDINATOR, Role.MANAGER)


def decides(actor: Actor, selection: Any) -> Access:
    """A manager decides, but never the person who computed it."""
    access = programme_rules.runs(actor, selection.round.challenge, Role.MANAGER)
    if access and selection.computed_by_id == actor.person:
        return Denied("own_work")
    return access


def releases(actor: Actor, selection: Any) -> Access:
    return programme_rules.runs(actor, selection.round.challenge, Role.MANAGER)


def something_to_release(selection: Any) -> Access:
    return Allowed if selection.lines.filter(held=False).exists() else Denied("no_line_left")


def may_see_full_record(actor: Actor, selection: Any) -> Access:
    """The full record holds every ballot: auditors always; managers once released."""
    challenge = selection.round.challenge
    roles = (Role.AUDITOR, Role.MANAGER) if selection.state == "released" else (Role.AUDITOR,)
    return programme_rules.runs(actor, challenge, *roles)
