"""Budgets and payments: what they may become, by whom, and whom each waits for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from didimdol.funding import rules
from didimdol.kernel.transitions import Move, State, Table, WaitFor
from didimdol.kernel.words import Text, text
from didimdol.people.enums import Role
from didimdol.projects.models import Project

Waits = Callable[[Any], Iterable[WaitFor]]


def for_startup(project: Project, what: Text, url: str, *roles: Role) -> Iterable[WaitFor]:
    for role in roles or rules.STARTUP:
        yield WaitFor(
            named(what, project.number),
            url,
            role=role.value,
            organisation=project.startup_id,
            challenge=project.challenge_id,
        )


def for_operator(project: Project, what: Text, url: str, *roles: Role, step: str = "") -> Iterable[WaitFor]:
    """``step``: of the project, where it is about one of several."""
    for role in roles or rules.OPERATES:
        yield WaitFor(
            named(what, f"{project.number} {step}".rstrip()),
            url,
            role=role.value,
            organisation=project.challenge.programme.operator_id,
            challenge=project.challenge_id,
        )


def named(what: Text, name: str) -> Text:
    return text(f"{what['ko']} · {name}", f"{what['en']} · {name}")


def _startup(what: Text) -> Waits:
    return lambda row: for_startup(row.project, what, row.get_absolute_url())


def _operator(what: Text, *roles: Role) -> Waits:
    return lambda row: for_operator(row.project, what, row.get_absolute_url(), *roles)


def _payer(what: Text, *roles: Role) -> Waits:
    return lambda payment: for_operator(
        payment.project, what, payment.get_absolute_url(), *roles, step=str(payment.milestone.position)
    )


BUDGET = Table(
    "budget",
    State("draft", "작성 중", "Draft", kind="quiet"),
    State("submitted", "제출됨", "Submitted", waits=_operator(text("예산을 검토해 주십시오", "Review the budget"))),
    State("returned", "보완 요청", "Returned", kind="warn", waits=_startup(text("예산을 보완해 주십시오", "Mend the budget"))),
    State("approved", "승인됨", "Approved", kind="ok"),
    State("superseded", "지난 예산", "Superseded", kind="quiet", final=True),
    Move("submit", "draft", "submitted", rules.may_submit_budget, "제출", "Submit"),
    Move("return", "submitted", "returned", rules.may_judge_budget, "보완 요청", "Return", reason_required=True),
    Move("approve", "submitted", "approved", rules.may_judge_budget, "승인", "Approve"),
    Move("supersede", ("approved", "returned"), "superseded", rules.follows, "새 예산으로 바뀜", "Superseded by a newer one"),
)  # fmt: skip

DISBURSEMENT = Table(
    "disbursement",
    State("requested", "요청됨", "Requested",
          waits=_payer(text("지급 요청을 검토하고 승인해 주십시오", "Review and approve the payment"))),
    State("approved", "승인됨", "Approved",
          waits=_payer(text("승인된 지급을 실행해 주십시오(승인한 사람은 할 수 없습니다)",
                            "Release the approved payment (not by who approved it)"), Role.MANAGER)),
    State("held", "보류", "Held", kind="warn",
          waits=_payer(text("보류한 지급을 확인해 주십시오", "Look into the held payment"))),
    State("released", "지급됨", "Paid", kind="ok", final=True),
    State("cancelled", "취소됨", "Cancelled", kind="quiet", final=True),
    Move("approve", "requested", "approved", rules.may_approve, "지급 승인", "Approve"),
    Move("release", "approved", "released", rules.may_release, "지급 실행", "Release"),
    Move("hold", ("requested", "approved"), "held", rules.may_hold, "보류", "Hold", reason_required=True),
    Move("unhold", "held", "requested", rules.may_unhold, "보류 해제", "Lift the hold"),
    Move("cancel", ("requested", "approved", "held"), "cancelled", rules.may_cancel, "지급 취소", "Cancel", reason_required=True),
)  # fmt: skip
