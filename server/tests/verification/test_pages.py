"""The pages of those who look after devices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from didimdol.kernel.pages import frame
from didimdol.records.models import AccessEntry
from didimdol.verification import queries as reads
from didimdol.verification.models import Device, DeviceJob
from server.tests.verification.conftest import LABELS, claim, finish, queue

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_role(operator: Any, make_person: Any, grant: Any, signed_in: Any) -> Callable[..., Client]:
    def sign_in(role: str, organisation: Any = None) -> Client:
        person = make_person()
        grant(person, organisation or operator, role)
        return signed_in(person)

    return sign_in


@pytest.mark.parametrize("role", ["verifier", "manager", "auditor"])
def test_the_operators_people_see_devices_and_queue(as_role: Any, owner: Any, device: Device, role: str) -> None:
    queue(owner.id, model_name="목소리.onnx")
    page = as_role(role).get(reverse("verification:devices")).content.decode()
    assert device.name in page
    assert "목소리.onnx" in page
    assert ("장비 등록" in page) is (role != "auditor")


def test_others_are_refused(as_role: Any, owner: Any, client: Client) -> None:
    assert as_role("ceo", owner).get(reverse("verification:devices")).status_code == 403
    assert as_role("coordinator").get(reverse("verification:register")).status_code == 403
    assert client.get(reverse("verification:devices")).status_code == 302


def test_registering_shows_the_token_once(as_role: Any, operator: Any) -> None:
    client = as_role("verifier")
    form = {"organisation": str(operator.id), "name": "노트북 2호기", "labels": "arch:x86_64\nruntime:onnxruntime-cpu"}
    answer = client.post(reverse("verification:register"), form)
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    clear = answer.context["clear"]
    assert f">{clear}<" in answer.content.decode()
    device = reads.device_of_token(clear)
    assert device is not None
    assert (device.name, device.labels, device.organisation) == ("노트북 2호기", LABELS, operator.id)
    assert clear not in client.get(reverse("verification:devices")).content.decode()


@pytest.mark.parametrize(
    ("field", "value"), [("labels", ""), ("labels", "nonsense"), ("name", ""), ("organisation", "other")]
)
def test_a_wrong_form_is_shown_again(
    as_role: Any, operator: Any, make_organisation: Any, field: str, value: str
) -> None:
    other = make_organisation("operator", "다른 기관")
    form = {"organisation": str(operator.id), "name": "장비", "labels": "arch:x86_64"}
    form[field] = str(other.id) if value == "other" else value
    answer = as_role("verifier").post(reverse("verification:register"), form)
    assert answer.status_code == 422
    assert answer.context["form"].errors[field]
    for told in answer.context["form"].errors[field]:
        summary = answer.content.decode().partition('class="errors"')[2].partition("</div>")[0]
        assert summary.count(told) == 1 and summary.count("<li>") == 1
    assert not Device.objects.within(name="장비").exists()


def test_retiring_needs_a_reason_and_ones_own_device(as_role: Any, device: Device, make_organisation: Any) -> None:
    url = reverse("verification:retire", args=[device.id])
    stranger = as_role("verifier", make_organisation("operator", "다른 기관"))
    assert stranger.post(url, {"reason": "장난"}).status_code == 404
    auditor = as_role("auditor")
    assert auditor.get(url).status_code == 403
    assert auditor.post(url, {"reason": "장난"}).status_code == 403
    client = as_role("verifier")
    assert client.get(url).status_code == 200
    assert client.post(url, {"reason": ""}).status_code == 422
    assert client.post(url, {"reason": "교체"}).status_code == 302
    device.refresh_from_db()
    assert device.retired_at is not None


def test_a_job_from_queue_to_evidence(as_role: Any, owner: Any, device: Device) -> None:
    client = as_role("verifier")
    job = queue(owner.id)
    url, live = reverse("verification:job", args=[job.id]), reverse("verification:progress", args=[job.id])
    assert f'hx-get="{live}"' in client.get(url).content.decode()
    first = client.get(live)
    assert first.status_code == 200
    assert client.get(live, headers={"If-None-Match": first["ETag"]}).status_code == 304
    finish(device, claim(device))  # type: ignore[arg-type]
    page = client.get(url).content.decode()
    assert "Test CPU" in page
    assert "지연시간 분포" in page
    assert "hx-get" not in page
    assert AccessEntry.objects.within(subject_id=job.id, what="device job").exists()


def test_cancelling_and_measuring_again(as_role: Any, owner: Any, device: Device) -> None:
    client = as_role("verifier")
    job = queue(owner.id)
    assert reverse("verification:cancel", args=[job.id]) in client.get(job.get_absolute_url()).content.decode()
    assert client.post(reverse("verification:cancel", args=[job.id]), {"reason": "잘못 맡김"}).status_code == 302
    assert DeviceJob.objects.within(pk=job.pk).get().state == "cancelled"
    other = queue(owner.id, content=b"other")
    finish(device, claim(device), valid=False)  # type: ignore[arg-type]
    repeat = reverse("verification:repeat", args=[other.id])
    assert as_role("auditor").post(repeat, {"reason": "그냥"}).status_code == 403
    assert client.post(repeat, {"reason": "방해받음"}).status_code == 302
    assert DeviceJob.objects.within(pk=other.pk).get().state == "queued"


def test_a_finished_job_is_not_cancelled(as_role: Any, owner: Any, device: Device) -> None:
    job = queue(owner.id)
    finish(device, claim(device))  # type: ignore[arg-type]
    answer = as_role("verifier").post(reverse("verification:cancel", args=[job.id]), {"reason": "늦음"})
    assert answer.status_code == 409


def test_filters_and_english(as_role: Any, owner: Any, device: Device) -> None:
    client = as_role("manager")
    queue(owner.id, model_name="one.onnx")
    queue(owner.id, content=b"2", model_name="two.onnx")
    page = client.get(
        reverse("verification:devices") + "?model=two", headers={"Accept-Language": "en"}
    ).content.decode()
    assert "two.onnx" in page
    assert "one.onnx" not in page
    assert "Last heard from" in page
    assert "one.onnx" not in client.get(reverse("verification:devices") + "?state=done").content.decode()


@pytest.mark.parametrize("rows", [1, 50])
def test_the_page_costs_the_same_with_one_row_and_fifty(
    as_role: Any, owner: Any, make_device: Any, rows: int, queries: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr(frame, "_answer", lambda request: {})  # its cost belongs to the site
    for n in range(rows):
        device, _ = make_device(f"{n}호기")
        queue(owner.id, content=str(n).encode())
        claim(device)
    client = as_role("verifier")
    client.get(reverse("verification:devices"))
    with queries(COST):
        assert client.get(reverse("verification:devices")).status_code == 200


COST = 6
