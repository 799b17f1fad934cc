"""The lists, the download, and what everybody may know."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from didimdol.kernel import clock
from didimdol.kernel.action import audit, writing
from didimdol.kernel.actor import SYSTEM
from didimdol.outcomes import actions, statistics
from didimdol.outcomes.models import AdoptionCase, Introduction, Sale
from didimdol.programmes.models import Challenge
from didimdol.records.models import AuditEvent
from server.tests import worlds
from server.tests.outcomes.worlds import DUE, Signed, make_project


def more(signed: Signed, count: int, *, due: date = DUE) -> list[AdoptionCase]:
    """Further signed projects of the same company."""
    clock.move_to(worlds.OPEN)
    applications = [worlds.apply(signed.world, "laptop") for _ in range(count)]
    clock.move_to(worlds.kst("2025-06-02 10:00"))
    return [
        AdoptionCase.objects.within(
            project=make_project(signed.world, signed.demand, application, due + timedelta(days=n), signed.owner)
        ).get()
        for n, application in enumerate(applications)
    ]


def test_overdue_first_then_due_then_decided(signed: Signed, signed_in: Any) -> None:
    early, late = more(signed, 2, due=date(2025, 11, 1))
    actions.decide_adoption(actor=signed.acts("owner"), case=early, decision="adopted", kind="purchased")
    clock.move_to(worlds.kst("2025-11-10 10:00"))
    client = signed_in(signed.world.manager)
    page = client.get("/outcomes/").content.decode()
    order = [page.index(case.project.number) for case in (late, signed.case, early)]
    assert order == sorted(order)
    assert "8일째 답 없음" in page
    only = client.get("/outcomes/?state=overdue").content.decode()
    assert late.project.number in only
    assert signed.case.project.number not in only
    assert early.project.number in client.get("/outcomes/?state=adopted").content.decode()
    assert signed.project.number not in client.get("/outcomes/?q=아무것도").content.decode()
    english = client.get("/outcomes/", headers={"accept-language": "en"}).content.decode()
    assert "no answer for 8 days" in english


def test_pages_of_fifty_follow_each_other(signed: Signed, signed_in: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("didimdol.outcomes.tables.SIZE", 2)
    cases = [signed.case, *more(signed, 3, due=date(2025, 11, 1))]
    actions.decide_adoption(actor=signed.acts("owner"), case=cases[1], decision="adopted", kind="purchased")
    from didimdol.outcomes.tables import cases_table

    first = cases_table(signed.acts("manager"), {})
    second = cases_table(signed.acts("manager"), {"after": first.next})
    seen = [row["project"].label for row in (*first.rows, *second.rows)]
    assert sorted(seen) == sorted(case.project.number for case in cases)
    assert seen[-1] == cases[1].project.number
    assert second.next == ""


def count(client: Client, url: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def test_the_lists_cost_the_same_with_one_row_and_fifty(signed: Signed, signed_in: Any) -> None:
    """1 and 50 sales and introductions, 1 and 10 cases."""
    client = signed_in(signed.world.manager)
    urls = ("/outcomes/", "/outcomes/introductions/", "/outcomes/statistics/", signed.case.get_absolute_url())

    def fill(rows: int) -> None:
        with writing("tests.fill", SYSTEM):
            for number in range(rows):
                Sale(case=signed.case, amount=1, currency="KRW", sold_on=DUE, customer=f"{number}",
                     organisation=signed.project.startup, recorded_by=signed.ceo).save()  # fmt: skip
                Introduction(case=signed.case, organisation=signed.sponsor, to_name=f"{number}", country="US",
                             kind="customer", introduced_on=DUE, made_by=signed.sponsor_person).save()  # fmt: skip
            audit("tests.fill", signed.case)

    fill(1)
    for url in urls:
        client.get(url)
    before = [count(client, url) for url in urls]
    fill(49)
    more(signed, 9)
    assert [count(client, url) for url in urls] == before


def written(content: bytes) -> tuple[str, str]:
    """The words and the figures of a workbook."""
    with ZipFile(BytesIO(content)) as book:
        return book.read("xl/sharedStrings.xml").decode(), book.read("xl/worksheets/sheet1.xml").decode()


def test_the_download_carries_its_reason_and_only_ones_own(signed: Signed, signed_in: Any) -> None:
    clock.move_to(worlds.kst("2026-07-03 10:00"))
    client = signed_in(signed.lead)
    assert client.post("/outcomes/export/", {"reason": " "}).status_code == 422
    answer = client.post("/outcomes/export/", {"reason": "이사회 보고"})
    words, figures = written(answer.content)
    assert signed.project.number in words
    assert "<v>214</v>" in figures
    event = AuditEvent.objects.unscoped(why="test").get(type="adoption.list_exported")
    assert event.facts["rows"] == 1
    rival = signed_in(signed.rival).post("/outcomes/export/", {"reason": "궁금"})
    assert signed.project.number not in written(rival.content)[0]
    assert signed_in(signed.sponsor_person).post("/outcomes/export/", {"reason": "궁금"}).status_code == 403


def released(signed: Signed) -> None:
    with writing("tests.close", SYSTEM):
        Challenge.objects.within(pk=signed.world.challenge.pk).update(state="closed")
        audit("tests.close", signed.world.challenge)


def sold(signed: Signed, case: AdoptionCase, ceo: Any, amount: int) -> None:
    from didimdol.people.queries import actor_of

    named = BytesIO(b"%PDF-1.7 x")
    sale = actions.record_sale(
        actor=actor_of(ceo), case=case, amount=amount, currency="KRW", sold_on=date(2025, 6, 1), customer="비밀고객",
        stream=named, filename="a.pdf",
    )  # fmt: skip
    actions.confirm_sale(actor=signed.acts("manager"), sale=sale)


def test_everybody_sees_totals_that_name_nobody(signed: Signed) -> None:
    others = more(signed, 2)
    released(signed)
    actions.decide_adoption(actor=signed.acts("owner"), case=signed.case, decision="adopted", kind="embedded")
    sold(signed, signed.case, signed.ceo, 11_000_000)
    sold(signed, others[0], signed.world.ceos[-2], 22_000_000)
    (figures,) = statistics.by_challenge()
    assert (figures.projects, figures.adopted, figures.waiting, figures.kinds) == (3, 1, 2, {"embedded": 1})
    assert (figures.sellers, figures.sales) == (2, {})  # of two each would know the other's
    sold(signed, others[1], signed.world.ceos[-1], 33_000_000)
    assert statistics.by_challenge()[0].sales == {"KRW": 66_000_000}
    page = Client().get("/outcomes/statistics/").content.decode()
    assert "66,000,000원" in page
    for secret in ("비밀고객", signed.project.number, signed.project.startup.name["ko"], "11,000,000"):
        assert secret not in page


def test_of_one_or_two_startups_only_their_number_is_told(signed: Signed) -> None:
    actions.decide_adoption(
        actor=signed.acts("owner"), case=signed.case, decision="declined", reason_code="cost", reason="단가"
    )
    page = Client().get("/outcomes/statistics/").content.decode()
    assert "나머지는 공개하지 않습니다" in page
    assert "도입하지 않음" not in page


def test_the_notice_leads_to_the_outcomes_once_there_are_some(signed: Signed) -> None:
    url = signed.world.challenge.get_absolute_url()
    assert "/outcomes/statistics/" not in Client().get(url).content.decode()
    released(signed)
    assert "/outcomes/statistics/" in Client().get(url).content.decode()
