"""The life of an application. What the evaluation makes of it is told by the rooms above, never stored here.

The deadline stands in ``rules.may_submit``: it is judged once, by the moment at which the request came in, so that a
submission which waited for another one is not late for it.
"""

from __future__ import annotations

from collections.abc import Iterable

from didimdol.applications import rules
from didimdol.applications.completeness import gaps
from didimdol.applications.models import Application
from didimdol.kernel.access import Access, Allowed, Denied
from didimdol.kernel.transitions import Move, State, Table, WaitFor
from didimdol.kernel.words import text


def _startup_finishes(application: Application) -> Iterable[WaitFor]:
    name = application.challenge.name
    for role in rules.WRITERS:
        yield WaitFor(
            what=text(f"신청서 작성·제출: {name['ko']}", f"Finish and submit: {name.get('en') or name['ko']}"),
            url=application.get_absolute_url(),
            role=role,
            organisation=application.startup_id,
            challenge=application.challenge_id,
            until=rules.last_moment(application.challenge),
        )


def complete(application: Application) -> Access:
    lacking = gaps(application)
    if not lacking:
        return Allowed
    return Denied(
        "application_incomplete",
        missing_ko=", ".join(gap.what["ko"] for gap in lacking),
        missing_en=", ".join(gap.what["en"] for gap in lacking),
    )


APPLICATION = Table(
    "application",
    State("draft", "작성 중", "Draft", kind="", waits=_startup_finishes),
    State("submitted", "제출 완료", "Submitted", kind="ok"),
    State("withdrawn", "철회", "Withdrawn", kind="", final=True),
    Move("submit", "draft", "submitted", rules.is_chief_executive, "제출", "Submit", guard=complete),
    Move(
        "withdraw",
        ("draft", "submitted"),
        "withdrawn",
        rules.is_chief_executive,
        "철회",
        "Withdraw",
        reason_required=True,
    ),
)
