"""Real connections beside each other: two verdicts on a sale, two decisions on a case, two reminders."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest

from didimdol.kernel import clock
from didimdol.kernel.actor import SYSTEM
from didimdol.kernel.problems import Problem, WrongState
from didimdol.notices.models import Message
from didimdol.outcomes import actions
from didimdol.outcomes.models import SaleVerdict
from server.tests import worlds
from server.tests.outcomes.worlds import Signed
from server.tests.together import together

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_sale_is_confirmed_or_refused_never_both(signed: Signed) -> None:
    sale = actions.record_sale(
        actor=signed.acts("ceo"), case=signed.case, amount=1_000, currency="KRW", sold_on=date(2025, 6, 1),
        customer="강전자", stream=BytesIO(b"%PDF-1.7 x"), filename="a.pdf",
    )  # fmt: skip
    lead, manager = signed.acts("lead"), signed.acts("manager")
    results = together(
        lambda: actions.confirm_sale(actor=lead, sale=sale),
        lambda: actions.refuse_sale(actor=manager, sale=sale, reason="다른 거래"),
    )
    assert [type(r) for r in results if isinstance(r, Problem)] == [WrongState]
    assert SaleVerdict.objects.within(sale=sale).count() == 1


def test_two_decisions_at_once_are_one(signed: Signed) -> None:
    owner = signed.acts("owner")
    results = together(
        lambda: actions.decide_adoption(actor=owner, case=signed.case, decision="adopted", kind="embedded"),
        lambda: actions.decide_adoption(actor=owner, case=signed.case, decision="follow_on"),
    )
    assert [type(r) for r in results if isinstance(r, Problem)] in ([], [WrongState])
    case = signed.fresh()
    # adopted may follow a follow-on; the other way round is refused
    assert case.state == "adopted"
    assert case.kind == "embedded"


def test_two_workers_remind_once(signed: Signed) -> None:
    clock.move_to(worlds.kst("2026-07-03 10:00"))
    together(*[lambda: actions.remind_case(actor=SYSTEM, case=signed.case)] * 2)
    assert Message.objects.within(person=signed.owner).filter(subject__contains="214일째 답 없음").count() == 1
