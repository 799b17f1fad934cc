"""The signed evidence of a measurement as a download: genuine without the server, the same bytes each time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from didimdol.kernel.actor import SYSTEM
from didimdol.records import keys
from didimdol.records.actions import rotate_key
from didimdol.records.models import AccessEntry
from didimdol.verification.models import Device
from didimdol_lab.contract import Plan
from didimdol_lab.evidence import verify
from server.tests.verification.conftest import claim, finish, queue

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_role(operator: Any, make_person: Any, grant: Any, signed_in: Any) -> Callable[..., Client]:
    def sign_in(role: str, organisation: Any = None) -> Client:
        person = make_person()
        grant(person, organisation or operator, role)
        return signed_in(person)

    return sign_in


def url(job: Any) -> str:
    return reverse("verification:evidence", args=[job.pk])


def test_it_is_genuine_by_the_published_keys_alone(as_role: Any, owner: Any, device: Device) -> None:
    queue(owner.id)
    job = finish(device, claim(device))
    client = as_role("verifier")
    answer = client.get(url(job))
    assert answer["Content-Disposition"] == f'attachment; filename="evidence-{job.run.model_sha256[:12]}.zip"'
    published = {
        key["key_id"]: key["public_key"] for key in Client().get("/.well-known/didimdol-keys.json").json()["keys"]
    }
    report = verify(answer.content, known=published, model_sha256=job.run.model_sha256)
    assert (report.genuine, report.trusted, report.assurance) == (True, True, "measured_shared"), report.as_json()
    assert len(report.measurement.pooled_ns()) == 700
    assert not verify(answer.content, known={"k-0000000000000000": "00" * 32}).genuine
    assert client.get(url(job)).content == answer.content
    assert url(job) in client.get(job.get_absolute_url()).content.decode()
    assert AccessEntry.objects.unscoped(why="test").filter(what="evidence").count() == 2


def test_after_the_keys_are_rotated_both_files_are_genuine(as_role: Any, owner: Any, device: Device) -> None:
    queue(owner.id)
    job = finish(device, claim(device))
    client = as_role("verifier")
    before = client.get(url(job)).content
    rotate_key(actor=SYSTEM, reason="test")
    after = client.get(url(job)).content
    assert before != after
    assert all(verify(content, known=keys.published()).genuine for content in (before, after))


def test_what_was_not_measured_and_what_is_not_ones_own(as_role: Any, owner: Any, device: Device) -> None:
    job = queue(owner.id)
    assert as_role("verifier").get(url(job)).status_code == 404
    done = finish(device, claim(device))
    assert as_role("ceo", owner).get(url(done)).status_code == 404
    assert Client().get(url(done)).status_code == 302


def test_a_quick_measurement_is_not_signed(as_role: Any, owner: Any, device: Device) -> None:
    queue(owner.id, plan=Plan(min_samples=64, processes=1))
    answer = as_role("verifier").get(url(finish(device, claim(device))), headers={"accept": "application/json"})
    assert answer.status_code == 409
    assert answer.json()["code"] == "quick_measurement"
