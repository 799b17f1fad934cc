"""Sales: recorded by one side, confirmed by another by their evidence; introductions and what came of them."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from didimdol.kernel import clock
from didimdol.kernel.action import writing
from didimdol.kernel.actor import SYSTEM
from didimdol.kernel.problems import AccessDenied, BadInput, Invisible, WrongState
from didimdol.notices.models import Message, Todo
from didimdol.outcomes import actions, queries
from didimdol.outcomes.models import Introduction, Sale, SaleVerdict
from didimdol.people.enums import Role
from didimdol.records.models import AuditEvent
from server.tests import worlds
from server.tests.outcomes.worlds import Signed, refused


def pdf() -> BytesIO:
    return BytesIO(b"%PDF-1.7\n1 0 obj\n")


def sell(signed: Signed, who: str = "ceo", *, shown: bool = True, **more: Any) -> Sale:
    given: dict[str, Any] = {"amount": 5_000_000, "currency": "KRW", "sold_on": date(2025, 6, 1), "customer": "강전자"}
    if shown:
        given |= {"stream": pdf(), "filename": "세금계산서.pdf"}
    return actions.record_sale(actor=signed.acts(who), case=signed.case, **{**given, **more})


def waits(sale: Sale) -> set[str]:
    found = Todo.objects.unscoped(why="test").filter(subject_id=sale.pk, closed_at=None)
    return set(found.values_list("role", flat=True))


@pytest.mark.parametrize("who", ["lead", "owner", "manager"])
def test_the_company_or_the_operator_confirms_what_the_startup_records(signed: Signed, who: str) -> None:
    sale = sell(signed)
    assert waits(sale) == {"manager", "demand_lead"}
    actions.confirm_sale(actor=signed.acts(who), sale=sale)
    assert SaleVerdict.objects.within(sale=sale).get().verdict == "confirmed"
    assert waits(sale) == set()
    assert queries.confirmed_sums([signed.case.pk]) == {"KRW": 5_000_000}


@pytest.mark.parametrize("who", ["ceo", "coordinator", "auditor", "rival", "sponsor_person", "rival_ceo"])
def test_nobody_else_confirms(signed: Signed, who: str) -> None:
    sale = sell(signed)
    for settle in (actions.confirm_sale, lambda **k: actions.refuse_sale(reason="x", **k)):
        with pytest.raises(AccessDenied):
            settle(actor=signed.acts(who), sale=sale)
    assert queries.confirmed_sums([signed.case.pk]) == {}


def test_what_the_company_records_the_operator_confirms(signed: Signed) -> None:
    sale = sell(signed, "lead")
    assert waits(sale) == {"manager"}
    for who in ("lead", "owner"):  # a colleague neither: nobody confirms their own side's entry
        with refused("own_work"):
            actions.confirm_sale(actor=signed.acts(who), sale=sale)
    actions.confirm_sale(actor=signed.acts("manager"), sale=sale)


def test_not_even_with_a_second_hat(signed: Signed) -> None:
    worlds.give(signed.lead, signed.world.operator, Role.MANAGER, signed.world.challenge)
    sale = sell(signed, "lead")
    with refused("own_work"):
        actions.confirm_sale(actor=signed.acts("lead"), sale=sale)


def test_without_evidence_nothing_is_confirmed(signed: Signed) -> None:
    sale = sell(signed, shown=False)
    assert waits(sale) == {"ceo", "staff"}
    with refused("sale_without_evidence"):
        actions.confirm_sale(actor=signed.acts("lead"), sale=sale)
    with pytest.raises(AccessDenied):
        actions.add_sale_evidence(actor=signed.acts("lead"), sale=sale, stream=pdf(), filename="a.pdf")
    actions.add_sale_evidence(actor=signed.acts("ceo"), sale=sale, stream=pdf(), filename="a.pdf")
    assert waits(sale) == {"manager", "demand_lead"}
    actions.confirm_sale(actor=signed.acts("lead"), sale=sale)


def test_settled_once(signed: Signed) -> None:
    sale = sell(signed)
    with pytest.raises(BadInput):
        actions.refuse_sale(actor=signed.acts("lead"), sale=sale, reason=" ")
    actions.refuse_sale(actor=signed.acts("lead"), sale=sale, reason="다른 거래입니다")
    assert (
        Message.objects.within(person=signed.ceo, subject__contains="매출").filter(body__contains="다른 거래").exists()
    )
    for again in (
        lambda: actions.confirm_sale(actor=signed.acts("manager"), sale=sale),
        lambda: actions.withdraw_sale(actor=signed.acts("ceo"), sale=sale, reason="x"),
        lambda: actions.add_sale_evidence(actor=signed.acts("ceo"), sale=sale, stream=pdf(), filename="a.pdf"),
    ):
        with pytest.raises(WrongState):
            again()
    with pytest.raises(IntegrityError), transaction.atomic(), writing("tests.second", SYSTEM):
        SaleVerdict(sale=sale, verdict="confirmed", by=signed.lead).save()


def test_the_recorder_takes_a_wrong_entry_back(signed: Signed) -> None:
    sale = sell(signed)
    with pytest.raises(AccessDenied):
        actions.withdraw_sale(actor=signed.acts("lead"), sale=sale, reason="x")
    actions.withdraw_sale(actor=signed.acts("ceo"), sale=sale, reason="금액이 틀렸습니다")
    assert queries.confirmed_sums([signed.case.pk]) == {}


def test_currencies_are_never_mixed(signed: Signed) -> None:
    for amount, currency in ((199_900, "USD"), (100, "USD"), (3_000_000, "KRW"), (50_000, "JPY")):
        actions.confirm_sale(actor=signed.acts("lead"), sale=sell(signed, amount=amount, currency=currency))
    sell(signed, amount=777, currency="EUR")  # nobody confirmed it
    assert queries.confirmed_sums([signed.case.pk]) == {"KRW": 3_000_000, "JPY": 50_000, "USD": 200_000}


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"amount": 0}, "amount"), ({"amount": 1.5}, "amount"), ({"currency": "BTC"}, "currency"),
        ({"sold_on": date(2025, 6, 3)}, "sold_on"), ({"customer": "  "}, "customer"),
    ],
)  # fmt: skip
def test_bad_entries_are_refused(signed: Signed, more: dict[str, Any], field: str) -> None:
    with pytest.raises(BadInput) as bad:
        sell(signed, **more)
    assert field in bad.value.fields
    assert not Sale.objects.within(case=signed.case).exists()


@pytest.mark.parametrize("who", ["manager", "auditor", "rival", "sponsor_person"])
def test_only_the_parties_record(signed: Signed, who: str) -> None:
    with pytest.raises(AccessDenied):
        sell(signed, who)


def test_amounts_and_customers_stay_off_the_chain(signed: Signed) -> None:
    sale = sell(signed, amount=123_456_789, customer="비밀고객")
    event = AuditEvent.objects.within(subject_id=sale.pk).get(type="outcomes_sale.recorded")
    assert "123456789" not in str(event.facts)
    assert "비밀고객" not in str(event.facts)


def test_a_sale_is_typed_into_the_form_and_confirmed_on_its_page(signed: Signed, signed_in: Any) -> None:
    client, url = signed_in(signed.ceo), f"/outcomes/{signed.case.pk}/sales/new/"
    data = {"amount": "1.999,00", "currency": "USD", "sold_on": "2025-06-01", "customer": "Acme"}
    page = client.post(url, data)
    assert page.status_code == 422
    assert "1,999.00처럼" in page.content.decode()
    assert client.post(url, {**data, "amount": "1,999.00"}).status_code == 302
    sale = Sale.objects.within(case=signed.case).get()
    assert sale.amount == 199_900
    assert client.get(f"/outcomes/sales/{sale.pk}/confirm/").status_code == 403
    upload = client.post(f"/outcomes/sales/{sale.pk}/evidence/", {"file": BytesIO(b"%PDF-1.7 x")})
    assert upload.status_code == 422  # a file without a name that says its kind
    named = BytesIO(b"%PDF-1.7 x")
    named.name = "invoice.pdf"
    assert client.post(f"/outcomes/sales/{sale.pk}/evidence/", {"file": named}).status_code == 302
    shown = sale.evidence.get()
    lead = signed_in(signed.lead)
    assert "USD\u00a01,999.00" in lead.get(f"/outcomes/sales/{sale.pk}/confirm/").content.decode()
    assert b"".join(lead.get(f"/outcomes/evidence/{shown.pk}/").streaming_content) == b"%PDF-1.7 x"
    assert lead.post(f"/outcomes/sales/{sale.pk}/confirm/").status_code == 302
    assert "확인된 합계" in client.get(signed.case.get_absolute_url()).content.decode()
    for stranger in (signed.rival, signed.rival_ceo, signed.sponsor_person):
        for path in (
            f"/outcomes/evidence/{shown.pk}/",
            f"/outcomes/sales/{sale.pk}/confirm/",
            f"/outcomes/sales/{sale.pk}/refuse/",
        ):
            assert signed_in(stranger).get(path).status_code == 404


# --- introductions -------------------------------------------------------------------------------------------------


def introduce(signed: Signed, who: str = "sponsor_person", **more: Any) -> Introduction:
    given = {"to_name": "Pacific Devices", "country": "US", "kind": "customer"}
    return actions.record_introduction(actor=signed.acts(who), case=signed.case, **{**given, **more})


@pytest.mark.parametrize("who", ["sponsor_person", "lead", "owner"])
def test_sponsor_and_company_introduce(signed: Signed, who: str) -> None:
    made = introduce(signed, who)
    assert (made.result, made.introduced_on) == ("open", clock.today().date())
    assert Message.objects.within(person=signed.ceo, body__contains="Pacific Devices").exists()


@pytest.mark.parametrize("who", ["ceo", "manager", "auditor", "rival", "rival_ceo"])
def test_nobody_else_introduces(signed: Signed, who: str) -> None:
    with pytest.raises(AccessDenied):
        introduce(signed, who)


def test_a_sponsor_of_another_challenge_neither_introduces_nor_reaches_it(
    signed: Signed, make_organisation: Any
) -> None:
    stranger = worlds.person("남의후원")
    worlds.give(stranger, make_organisation("technology_sponsor", "다른후원"), Role.SPONSOR, signed.world.challenge)
    signed.sponsor_person = stranger
    with pytest.raises(AccessDenied):
        introduce(signed)
    with pytest.raises(Invisible):
        queries.access_case_to_introduce(signed.acts("sponsor_person"), signed.case.pk)


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"to_name": " "}, "to_name"), ({"country": "XX"}, "country"), ({"kind": "friend"}, "kind"),
        ({"introduced_on": date(2025, 6, 3)}, "introduced_on"),
    ],
)  # fmt: skip
def test_bad_introductions_are_refused(signed: Signed, more: dict[str, Any], field: str) -> None:
    with pytest.raises(BadInput) as bad:
        introduce(signed, **more)
    assert field in bad.value.fields


def test_the_result_is_told_by_who_introduced_or_by_the_startup(signed: Signed) -> None:
    made = introduce(signed)
    actions.report_introduction_result(actor=signed.acts("ceo"), introduction=made, result="meeting", note="6월 면담")
    told = actions.report_introduction_result(actor=signed.acts("sponsor_person"), introduction=made, result="contract")
    assert (told.result, told.note) == ("contract", "6월 면담")
    for who in ("lead", "rival", "manager", "rival_ceo"):
        with pytest.raises(AccessDenied):
            actions.report_introduction_result(actor=signed.acts(who), introduction=made, result="none")
    with pytest.raises(BadInput):
        actions.report_introduction_result(actor=signed.acts("ceo"), introduction=made, result="perhaps")


def test_the_sponsors_page_shows_introductions_and_no_decision(signed: Signed, signed_in: Any) -> None:
    made = introduce(signed)
    client = signed_in(signed.sponsor_person)
    page = client.get("/outcomes/introductions/").content.decode()
    assert "Pacific Devices" in page
    assert f"/outcomes/{signed.case.pk}/introduce/" in page
    assert client.post(
        f"/outcomes/{signed.case.pk}/introduce/",
        {"to_name": "둘째", "country": "JP", "kind": "partner", "introduced_on": "2025-06-01"},
    ).status_code == 302  # fmt: skip
    assert client.post(f"/outcomes/introductions/{made.pk}/result/", {"result": "meeting"}).status_code == 302
    assert client.get(signed.case.get_absolute_url()).status_code == 404
    rival = signed_in(signed.rival)
    assert "Pacific Devices" not in rival.get("/outcomes/introductions/").content.decode()
    assert rival.get(f"/outcomes/introductions/{made.pk}/result/").status_code == 404
    assert rival.get(f"/outcomes/{signed.case.pk}/introduce/").status_code == 404
