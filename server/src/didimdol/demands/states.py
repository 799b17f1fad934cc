"""The life of a demand."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from didimdol.demands import rules
from didimdol.demands.content import missing
from didimdol.demands.models import Demand
from didimdol.kernel.access import Access, Allowed, Denied
from didimdol.kernel.transitions import Move, State, Table, WaitFor
from didimdol.kernel.words import Text, text
from didimdol.people.enums import Role


def _company_acts(what: Text) -> Callable[[Demand], Iterable[WaitFor]]:
    def waits(demand: Demand) -> Iterable[WaitFor]:
        yield WaitFor(
            what=text(
                f"{demand.title['ko']}: {what['ko']}", f"{demand.title.get('en') or demand.title['ko']}: {what['en']}"
            ),
            url=demand.get_absolute_url(),
            role=Role.DEMAND_LEAD,
            organisation=demand.company_id,
            challenge=demand.challenge_id,
            until=demand.challenge.opens_at,
        )

    return waits


def _operator_decides(demand: Demand) -> Iterable[WaitFor]:
    yield WaitFor(
        what=text(
            f"수요 승인: {demand.title['ko']}", f"Approve the demand: {demand.title.get('en') or demand.title['ko']}"
        ),
        url=demand.get_absolute_url(),
        role=Role.MANAGER,
        organisation=demand.challenge.programme.operator_id,
        challenge=demand.challenge_id,
        until=demand.challenge.opens_at,
    )


def complete(demand: Demand) -> Access:
    lacking = missing(demand)
    if not lacking:
        return Allowed
    return Denied(
        "demand_incomplete",
        missing_ko=", ".join(item["ko"] for item in lacking),
        missing_en=", ".join(item["en"] for item in lacking),
    )


DEMAND = Table(
    "demand",
    State("draft", "작성 중", "Draft", kind="", waits=_company_acts(text("수요 작성", "finish the demand"))),
    State("proposed", "승인 대기", "Awaiting approval", kind="info", waits=_operator_decides),
    State("returned", "보완 요청", "Returned", kind="warn", waits=_company_acts(text("보완", "mend the demand"))),
    State("published", "공개", "Published", kind="ok"),
    State("withdrawn", "철회", "Withdrawn", kind="", final=True),
    Move("propose", ("draft", "returned"), "proposed", rules.may_write, "제안", "Propose", guard=complete),
    Move("publish", "proposed", "published", rules.may_approve, "승인·공개", "Approve and publish", guard=complete),
    Move("send_back", "proposed", "returned", rules.may_approve, "보완 요청", "Return", reason_required=True),
    Move(
        "withdraw",
        ("draft", "proposed", "returned", "published"),
        "withdrawn",
        rules.may_withdraw,
        "철회",
        "Withdraw",
        reason_required=True,
    ),
)
