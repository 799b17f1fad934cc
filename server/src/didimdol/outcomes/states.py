"""From the review to revenue: what a case may become, by whom, and whom it waits for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from didimdol.kernel.access import Access, Allowed, Denied
from didimdol.kernel.transitions import Move, State, Table, WaitFor
from didimdol.kernel.words import Text, text
from didimdol.outcomes import rules
from didimdol.outcomes.models import AdoptionCase, Sale
from didimdol.people.enums import Role


def _company(what: Text, role: Role) -> Callable[[AdoptionCase], Iterable[WaitFor]]:
    """A to-do of the company without a date: the next step after the decision."""

    def waits(case: AdoptionCase) -> Iterable[WaitFor]:
        project = case.project
        yield WaitFor(
            text(f"{what['ko']} · {project.number}", f"{what['en']} · {project.number}"),
            case.get_absolute_url(),
            role=role,
            organisation=project.company_id,
            challenge=project.challenge_id,
        )

    return waits


def _budget_owner(case: AdoptionCase) -> Iterable[WaitFor]:
    project = case.project
    what = text(f"도입 여부를 결정해 주십시오 · {project.number}", f"Decide on adoption · {project.number}")
    yield WaitFor(
        what,
        case.get_absolute_url(),
        person=case.budget_owner_id,
        role=Role.BUDGET_OWNER,
        organisation=project.company_id,
        challenge=project.challenge_id,
        until=case.due_at,
    )


def sale_waits(sale: Sale, *, shown: bool) -> list[WaitFor]:
    """Whom an entry waits for: first for its evidence, then for somebody of another side to confirm it."""
    project, url = sale.case.project, sale.get_absolute_url()
    by_startup = sale.organisation_id == project.startup_id
    if not shown:
        what = text(
            f"매출의 증빙을 올려 주십시오 · {project.number}", f"Upload the evidence of a sale · {project.number}"
        )
        roles = rules.STARTUP if by_startup else (Role.DEMAND_LEAD,)
        return [
            WaitFor(what, url, role=role, organisation=sale.organisation_id, challenge=project.challenge_id)
            for role in roles
        ]
    what = text(f"매출을 확인해 주십시오 · {project.number}", f"Confirm a sale · {project.number}")
    operator = project.challenge.programme.operator_id
    others: list[tuple[Any, Role]] = [(operator, Role.MANAGER)]
    if by_startup:
        others.append((project.company_id, Role.DEMAND_LEAD))
    return [
        WaitFor(what, url, role=role, organisation=organisation, challenge=project.challenge_id)
        for organisation, role in others
    ]


def has_confirmed_sale(case: AdoptionCase) -> Access:
    return Allowed if case.sales.filter(verdict__verdict="confirmed").exists() else Denied("no_confirmed_sale")


ADOPTION = Table(
    "adoption",
    State("under_review", "도입 검토 중", "Under review", kind="info", waits=_budget_owner),
    State("follow_on", "후속 PoC", "Follow-on PoC", kind="info", waits=_budget_owner),
    State("adopted", "도입 결정", "Adopted", kind="ok",
          waits=_company(text("계약을 맺으면 계약서를 올려 주십시오", "Upload the contract once it is made"), Role.DEMAND_LEAD)),
    State("contracted", "계약", "Contracted", kind="ok",
          waits=_company(text("출시하면 알려 주십시오", "Report the shipment"), Role.DEMAND_LEAD)),
    State("shipped", "출시", "Shipped", kind="ok"),
    State("revenue_confirmed", "매출 확인", "Revenue confirmed", kind="ok", final=True),
    State("declined", "도입하지 않음", "Declined", kind="", final=True),
    State("closed", "PoC 중단으로 종료", "Closed: the PoC ended", kind="", final=True),
    Move("adopt", ("under_review", "follow_on"), "adopted", rules.may_decide, "도입 결정", "Adopt"),
    Move("follow_on", "under_review", "follow_on", rules.may_decide, "후속 PoC 결정", "Decide on a follow-on PoC"),
    Move("decline", ("under_review", "follow_on", "adopted", "contracted"), "declined", rules.may_decide,
         "도입하지 않기로 결정", "Decline", reason_required=True),
    Move("contract", "adopted", "contracted", rules.may_advance, "계약 기록", "Record the contract"),
    Move("ship", "contracted", "shipped", rules.may_advance, "출시 기록", "Record the shipment"),
    Move("confirm_revenue", "shipped", "revenue_confirmed", rules.may_advance, "매출 확인", "Confirm revenue",
         guard=has_confirmed_sale),
    Move("close", "under_review", "closed", rules.by_system, "PoC 중단으로 종료", "Close with the PoC", reason_required=True),
)  # fmt: skip

#: decision → move
DECIDES = {"adopted": "adopt", "follow_on": "follow_on", "declined": "decline"}
#: target → move
ADVANCES = {"contracted": "contract", "shipped": "ship", "revenue_confirmed": "confirm_revenue"}
#: states in which the company has taken it up
ADOPTED = ("adopted", "contracted", "shipped", "revenue_confirmed")
