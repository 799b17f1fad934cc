"""The way of a PoC as stones: what is done, where it stands, what comes next."""

from __future__ import annotations

from datetime import date, datetime

from didimdol.design.parts import Stone
from didimdol.kernel.words import Text, pick, text
from didimdol.projects.models import Agreement, Plan, Project


def way_of(project: Project, plan: Plan | None, agreement: Agreement | None) -> list[Stone]:
    approved = plan is not None and plan.state == "approved"
    signed = project.signed_at is not None
    graded = project.state in ("evaluated", "completed", "completed_early")
    ended = project.ended_at is not None
    way: list[tuple[Text, datetime | date | None, bool, str]] = [
        (text("매칭", "Match"), project.created_at, True, ""),
        (text("계획 승인", "Plan"), plan.state_since if plan and approved else None, approved or signed, "plan/"),
        (text("협약", "Agreement"), project.signed_at, signed, "agreement/"),
        (text("수행", "Work"), project.ends_on, graded, ""),
        (text("최종평가", "Final evaluation"), None, graded, ""),
        (text("마무리", "End"), project.ended_at, ended, ""),
    ]
    stones, now = [], False
    for label, when, done, path in way:
        # A project that was stopped goes no further: what was not reached stays next.
        here = not done and not now and not ended
        now = now or here
        url = f"{project.get_absolute_url()}{path}" if path else ""
        stones.append(Stone(pick(label), "", "done" if done else "now" if here else "next", when, url))
    return stones
