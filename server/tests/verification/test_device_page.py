"""The page of a device: what it is, how it is, what it measured, and what its keepers may do."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from didimdol.kernel.actor import SYSTEM
from didimdol.kernel.pages import frame
from didimdol.records.models import AccessEntry, AuditEvent
from didimdol.verification import actions
from didimdol.verification import queries as reads
from didimdol.verification.models import Device, DeviceJob
from didimdol_lab.contract import Refusal
from didimdol_lab.evidence import key_id_of
from server.tests.verification.conftest import claim, fall_silent, finish, pass_check, queue

pytestmark = pytest.mark.django_db
KEY = "5e" * 32


@pytest.fixture
def as_role(operator: Any, make_person: Any, grant: Any, signed_in: Any) -> Callable[..., Client]:
    def sign_in(role: str, organisation: Any = None) -> Client:
        person = make_person()
        grant(person, organisation or operator, role)
        return signed_in(person)

    return sign_in


def page(client: Client, device: Device, query: str = "", lang: str = "ko") -> str:
    answer = client.get(device.get_absolute_url() + query, headers={"Accept-Language": lang})
    assert answer.status_code == 200
    return answer.content.decode()


def quarantine(device: Device) -> None:
    words = {"ko": "격리가 완전하지 않습니다", "en": "The sandbox is incomplete"}
    for _ in range(2):
        device.refresh_from_db()
        check = actions.claim_job(
            actor=reads.actor_of(device), device=device, labels=device.labels, versions={}, boot="one"
        )
        assert check is not None
        actions.refuse_job(
            actor=reads.actor_of(device), job=check, fencing=1,
            refusal=Refusal(code="sandbox_incomplete", message=words, remedy=words),
        )  # fmt: skip


def test_what_it_is_and_what_it_did(as_role: Any, owner: Any, device: Device) -> None:
    actions.enrol_key(actor=reads.actor_of(device), device=device, public_key=KEY)
    queue(owner.id, model_name="하나.onnx"), queue(owner.id, content=b"2", model_name="둘.onnx")
    first = claim_with_key(device)
    fall_silent(first)
    actions.requeue_overdue()
    client = as_role("verifier")
    shown = page(client, device)
    assert key_id_of(KEY) in shown and device.labels[0] in shown
    assert "점검 필요" in shown and "응답이 끊김" in shown and "하나.onnx" in shown
    assert "둘.onnx" not in shown  # it never took this one
    assert device.get_absolute_url() in client.get(reverse("verification:devices")).content.decode()
    english = page(client, device, lang="en")
    assert "To be checked" in english and "Fell silent" in english and "Allow a new key" in english
    assert "하나.onnx" not in page(client, device, "?state=done")
    assert "하나.onnx" in page(client, device, "?model=하나")


def claim_with_key(device: Device) -> DeviceJob:
    device.refresh_from_db()
    job = actions.claim_job(
        actor=reads.actor_of(device), device=device, labels=device.labels, versions={}, public_key=KEY
    )
    assert job is not None
    return job


def test_a_device_without_a_key_says_so(as_role: Any, owner: Any, device: Device) -> None:
    queue(owner.id)
    finish(device, claim(device))  # type: ignore[arg-type]
    shown = page(as_role("auditor"), device)
    assert "결과에 장비 서명이 붙지 않습니다" in shown and "1건" in shown and "장비 서명 0" in shown
    assert "새 열쇠 허용" not in shown and "퇴역" not in shown and "토큰 바꾸기" not in shown


def test_quarantine_is_seen_and_released_with_a_reason(as_role: Any, device: Device) -> None:
    quarantine(device)
    client, url = as_role("verifier"), reverse("verification:release", args=[device.id])
    shown = page(client, device)
    assert url in shown and shown.count("격리가 완전하지 않습니다") == 2
    assert "격리" in client.get(reverse("verification:devices")).content.decode()
    assert as_role("auditor").post(url, {"reason": "그냥"}).status_code == 403
    assert client.post(url, {"reason": ""}).status_code == 422
    assert client.post(url, {"reason": "고침"}).status_code == 302
    device.refresh_from_db()
    assert device.state == "suspect"
    assert client.post(url, {"reason": "또"}).status_code == 302  # released already
    pass_check(device)
    assert client.post(url, {"reason": "또"}).status_code == 409


def test_a_new_key_is_allowed_on_the_page(as_role: Any, device: Device) -> None:
    actions.enrol_key(actor=reads.actor_of(device), device=device, public_key=KEY)
    client, url = as_role("manager"), reverse("verification:new_key", args=[device.id])
    assert url in page(client, device)
    assert client.post(url, {"reason": ""}).status_code == 422
    assert client.post(url, {"reason": "디스크 교체"}).status_code == 302
    device.refresh_from_db()
    assert device.public_key == ""
    assert AuditEvent.objects.within(subject_id=device.id, type="device.new_key_allowed").exists()


def test_a_retired_device_offers_nothing_more(as_role: Any, device: Device) -> None:
    quarantine(device)
    actions.retire_device(actor=SYSTEM, device=device, reason="고장")
    client = as_role("verifier")
    shown = page(client, device)
    for name in ("release", "new_key", "token", "retire"):
        assert reverse(f"verification:{name}", args=[device.id]) not in shown
        told = client.get(reverse(f"verification:{name}", args=[device.id]))
        assert (
            told.status_code == 403
            and "<button" not in told.content.decode().partition("<main")[2].partition("</main")[0]
        )
    assert client.post(reverse("verification:token", args=[device.id]), {"reason": "다시"}).status_code == 403


def test_another_operators_device_does_not_exist(as_role: Any, device: Device, make_organisation: Any) -> None:
    stranger = as_role("verifier", make_organisation("operator", "다른 기관"))
    for name in ("device", "export", "new_key", "token", "release", "retire"):
        assert stranger.get(reverse(f"verification:{name}", args=[device.id])).status_code == 404
    assert stranger.get(reverse("verification:device", args=[uuid4()])).status_code == 404


def test_the_list_is_downloaded_as_filtered_for_a_reason(as_role: Any, owner: Any, device: Device) -> None:
    for name in ("하나.onnx", "=둘.onnx"):
        queue(owner.id, content=name.encode(), model_name=name)
        finish(device, claim(device))  # type: ignore[arg-type]
    client, url = as_role("auditor"), reverse("verification:export", args=[device.id])
    assert client.get(url).status_code == 200
    assert client.post(url, {"reason": ""}).status_code == 422
    answer = client.post(url + "?model=둘", {"reason": "분기 보고"})
    assert answer.status_code == 200
    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        texts = book.read("xl/sharedStrings.xml").decode()
        assert "<f>" not in book.read("xl/worksheets/sheet1.xml").decode()
    assert "=둘.onnx" in texts and "하나.onnx" not in texts
    [event] = AuditEvent.objects.within(subject_id=device.id, type="device.jobs_exported")
    assert event.facts == {"rows": 1}
    assert AccessEntry.objects.within(subject_id=device.id, what="export: jobs of a device").exists()


def test_a_check_has_a_page_of_its_own(as_role: Any, device: Device) -> None:
    quarantine(device)
    check = DeviceJob.objects.within(health_of=device).first()
    assert check is not None
    answer = as_role("verifier").get(check.get_absolute_url())
    assert answer.status_code == 200
    assert "격리가 완전하지 않습니다" in answer.content.decode()
    assert reverse("verification:repeat", args=[check.id]) not in answer.content.decode()


@pytest.mark.parametrize("rows", [1, 50])
def test_the_page_costs_the_same_with_one_row_and_fifty(
    as_role: Any, owner: Any, device: Device, rows: int, queries: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr(frame, "_answer", lambda request: {})  # its cost belongs to the site
    for n in range(rows):
        queue(owner.id, content=str(n).encode())
        finish(device, claim(device))  # type: ignore[arg-type]
        fall_silent(check_of(device, n))
        actions.requeue_overdue()
        actions.release_device(actor=SYSTEM, device=device, reason="다시") if quarantined(device) else None
        pass_check(device)
    client = as_role("verifier")
    client.get(device.get_absolute_url())
    with queries(COST):
        assert client.get(device.get_absolute_url()).status_code == 200


def quarantined(device: Device) -> bool:
    device.refresh_from_db()
    return device.state == "quarantined"


def check_of(device: Device, n: int) -> DeviceJob:
    device.refresh_from_db()
    check = actions.claim_job(
        actor=reads.actor_of(device), device=device, labels=device.labels, versions={"x": "1"}, boot=f"b{n}"
    )
    assert check is not None
    return check


COST = 8
