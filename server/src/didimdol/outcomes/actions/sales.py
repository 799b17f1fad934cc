"""Sales: recorded by one side, confirmed by another, each with its evidence."""

from __future__ import annotations

from datetime import date
from typing import IO

from didimdol.kernel import clock
from didimdol.kernel.access import Denied, require
from didimdol.kernel.action import action, audit, locked, notify, save, wait
from didimdol.kernel.actor import Actor, Grant
from didimdol.kernel.problems import BadInput, WrongState
from didimdol.kernel.words import normal, text
from didimdol.outcomes import rules
from didimdol.outcomes.actions.filing import file_evidence, told
from didimdol.outcomes.amounts import check_amount
from didimdol.outcomes.models import AdoptionCase, Evidence, Sale, SaleVerdict
from didimdol.outcomes.states import sale_waits
from didimdol.people.models import Organisation


@action
def record_sale(
    *,
    actor: Actor,
    case: AdoptionCase,
    amount: int,
    currency: str,
    sold_on: date,
    customer: str,
    note: str = "",
    stream: IO[bytes] | None = None,
    filename: str = "",
) -> Sale:
    """Revenue that came of the PoC, by the startup or the company. ``amount``: minor units (see outcomes.amounts).

    Without evidence it is kept, but cannot be confirmed. Raises AccessDenied, BadInput.
    """
    case = locked(case)
    by = require(rules.may_record_sale(actor, case))
    check_amount(amount, currency)
    _check_day(sold_on)
    if not customer.strip():
        message = text("누구에게 판 것인지 적어 주십시오.", "Say who bought.")
        raise BadInput("customer_required", message, fields={"customer": message})
    assert actor.person is not None and by is not None and by.organisation is not None  # a role in one of the parties
    sale = Sale(
        case=case,
        amount=amount,
        currency=currency,
        sold_on=sold_on,
        customer=normal(customer.strip())[:200],
        note=normal(note.strip())[:300],
        organisation=Organisation.objects.within(pk=by.organisation).get(),
        recorded_by_id=actor.person,
    )
    save(sale)
    # amounts stay off the chain: what a startup earns is its own affair
    audit("outcomes_sale.recorded", sale, by=by, facts={"currency": currency, "sold_on": sold_on})
    if stream is not None:
        _file(actor, sale, stream, filename)
    wait(sale, sale_waits(sale, shown=stream is not None))
    return sale


def _check_day(sold_on: date) -> None:
    if sold_on > clock.today().date():
        message = text("앞으로 있을 매출은 적을 수 없습니다.", "A sale of the future cannot be recorded.")
        raise BadInput("bad_day", message, fields={"sold_on": message})


def _file(actor: Actor, sale: Sale, stream: IO[bytes], filename: str) -> Evidence:
    assert actor.person is not None
    return file_evidence(
        sale.case, "sale", person=actor.person, organisation=sale.organisation_id, stream=stream, filename=filename, sale=sale
    )  # fmt: skip


@action
def add_sale_evidence(*, actor: Actor, sale: Sale, stream: IO[bytes], filename: str) -> Evidence:
    """More evidence, by the side that recorded it, until somebody has settled it."""
    sale, by = _open(actor, sale, rules.may_add_evidence)
    evidence = _file(actor, sale, stream, filename)
    audit("outcomes_sale.shown", sale, by=by)
    wait(sale, sale_waits(sale, shown=True))
    return evidence


@action
def confirm_sale(*, actor: Actor, sale: Sale) -> Sale:
    """The company or the operator has seen the evidence. Nobody confirms what their own side recorded."""
    sale, by = _open(actor, sale, rules.may_settle_sale)
    if not sale.evidence.exists():
        require(Denied("sale_without_evidence"))
    _settle(actor, sale, "confirmed", "", by)
    return sale


@action
def refuse_sale(*, actor: Actor, sale: Sale, reason: str) -> Sale:
    """The entry is wrong, or its evidence does not show it."""
    sale, by = _open(actor, sale, rules.may_settle_sale)
    _settle(actor, sale, "refused", told(reason), by)
    return sale


@action
def withdraw_sale(*, actor: Actor, sale: Sale, reason: str) -> Sale:
    """Whoever recorded it takes a wrong entry back before it is settled, and records it anew."""
    sale, by = _open(actor, sale, rules.may_withdraw_sale)
    _settle(actor, sale, "withdrawn", told(reason), by)
    return sale


def _open(actor: Actor, sale: Sale, rule: object) -> tuple[Sale, Grant | None]:
    """The sale, while nobody has settled it. Its case is what is locked: a sale is append-only, and the application's
    database role may not lock a row that it may not change."""
    locked(sale.case)
    by = require(rule(actor, sale))  # type: ignore[operator]
    settled = SaleVerdict.objects.within(sale=sale).first()
    if settled is not None:
        raise WrongState(
            "sale_settled",
            text("이미 처리된 매출입니다.", "This entry is settled already."),
            text("잘못되었으면 새로 적어 주십시오.", "If it is wrong, record it anew."),
            verdict=settled.verdict,
        )
    return sale, by


def _settle(actor: Actor, sale: Sale, verdict: str, reason: str, by: Grant | None) -> None:
    assert actor.person is not None
    save(SaleVerdict(sale=sale, verdict=verdict, reason=reason, by_id=actor.person))
    audit(f"outcomes_sale.{verdict}", sale, by=by, personal={"reason": reason} if reason else {})
    wait(sale, [])
    if verdict == "refused":
        number = sale.case.project.number
        notify(
            [sale.recorded_by_id],
            subject=text(f"매출이 확인되지 않았습니다 · {number}", f"A sale was refused · {number}"),
            body=text(f"사유: {reason}", f"Reason: {reason}"),
            url=sale.get_absolute_url(),
        )
