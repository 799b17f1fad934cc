"""The operator's list: search, filters, pages, Excel, and the same few queries whatever the size."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from django.urls import reverse

from didimdol.applications.models import Application
from didimdol.kernel.action import audit, save, writing
from didimdol.kernel.actor import SYSTEM
from didimdol.records.models import AccessEntry, AuditEvent
from server.tests.applications.conftest import Call

LIST = "/applications/"


def test_find_and_filter(call: Call) -> None:
    call.submitted()
    call.submit(call.fill(call.start("rival", call.rival), "rival"), "rival")
    startup, name = call.another_startup("아직 쓰는 중")
    call.start(name, startup)
    client = call.client("coordinator")
    page = client.get(LIST).content.decode()
    assert "apply-2025-0001" in page and "먹구름" in page
    assert "작성 중인 신청 1건" in page and "아직 쓰는 중" not in page
    found = client.get(LIST, {"q": "먹구름"}).content.decode()
    assert "apply-2025-0002" in found and "apply-2025-0001" not in found
    found = client.get(LIST, {"q": "RAINCLOUD"}).content.decode()
    assert "apply-2025-0002" in found
    empty = client.get(LIST, {"challenge": "apply-2025", "field": "robot"}).content.decode()
    assert "apply-2025-0001" not in empty and "apply-2025-0002" not in empty
    assert client.get(LIST, {"after": "nonsense"}).status_code == 422


def test_a_startup_sees_its_own_list(call: Call) -> None:
    call.submitted()
    call.submit(call.fill(call.start("rival", call.rival), "rival"), "rival")
    page = call.client("staff").get(LIST).content.decode()
    assert "apply-2025-0001" in page and "apply-2025-0002" not in page
    assert call.client("lead").get(LIST).status_code == 200


def many(call: Call, count: int) -> None:
    """Submitted rows, quickly: what is measured here is reading."""
    with writing("tests.many", SYSTEM):
        for n in range(count):
            startup = call.make_organisation("startup", f"창업기업 {n}")
            save(
                Application(
                    challenge=call.challenge,
                    rulebook=call.challenge.rulebook,
                    field=call.field(),
                    startup=startup,
                    state="submitted",
                    title=f"과제 {n}",
                    started_by=call.people["ceo"],
                    submitted_by=call.people["ceo"],
                    submitted_at=call.challenge.opens_at,
                    number=f"many-{n:04d}",
                )
            )
        audit("tests.made", None, facts={"rows": count})


@pytest.mark.parametrize("rows", [1, 50])
def test_the_same_queries_at_1_and_50_rows(call: Call, queries: Any, rows: int) -> None:
    many(call, rows)
    client = call.client("coordinator")
    client.get(LIST)
    with queries(7):
        page = client.get(LIST)
    assert page.content.decode().count("many-") >= rows


def test_excel_with_a_reason(call: Call) -> None:
    call.submitted()
    client = call.client("manager")
    address = reverse("applications:export", args=["apply-2025"])
    assert client.get(address).status_code == 200
    assert client.post(address, {"reason": " "}).status_code == 422
    answer = client.post(address, {"reason": "평가 준비"})
    assert answer.status_code == 200 and "apply-2025-applications.xlsx" in answer["Content-Disposition"]
    book = zipfile.ZipFile(io.BytesIO(answer.content))
    assert "apply-2025-0001" in book.read("xl/sharedStrings.xml").decode()
    assert "<f>" not in book.read("xl/worksheets/sheet1.xml").decode()
    assert AuditEvent.objects.within(type="application.list_exported").count() == 1
    assert AccessEntry.objects.within(purpose="평가 준비", outcome="opened").exists()
    assert call.client("ceo").post(address, {"reason": "궁금"}).status_code == 403
    assert call.client("rival").get(address).status_code == 403
