"""What the tests of verification share: devices, blobs, plans and plausible measurements."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from didimdol.kernel import blobs, clock
from didimdol.kernel.action import locked, save, writing
from didimdol.kernel.actor import SYSTEM
from didimdol.kernel.models import Blob
from didimdol.kernel.problems import Problem
from didimdol.verification import actions, queries
from didimdol.verification.models import Device, DeviceJob
from didimdol_lab.contract import Interference, Measurement, ModelCard, Plan

LABELS = ["arch:x86_64", "runtime:onnxruntime-cpu"]


@contextmanager
def problem(kind: type[Problem], code: str) -> Iterator[Any]:
    with pytest.raises(kind) as found:
        yield found
    assert code in found.value.code


def keep(content: bytes, organisation: UUID) -> Blob:
    with writing("tests.keep", SYSTEM):
        return blobs.store(io.BytesIO(content), organisation=organisation, most_bytes=10_000_000)


def queue(
    owner: UUID, *, content: bytes = b"a model", plan: Plan | None = None, labels: Any = LABELS, **more: Any
) -> DeviceJob:
    return actions.queue_job(
        actor=SYSTEM,
        owner=owner,
        subject=more.pop("subject", None) or uuid4(),
        challenge=more.pop("challenge", None),
        model=keep(content, owner),
        model_name=more.pop("model_name", "model.onnx"),
        dataset=more.pop("dataset", None),
        plan=plan or Plan(),
        labels=labels,
        **more,
    )


def claim(device: Device) -> DeviceJob | None:
    """As its agent asks; what the platform has learnt of the device in the meantime counts."""
    device.refresh_from_db()
    return actions.claim_job(actor=queries.actor_of(device), device=device, labels=device.labels, versions={"x": "1"})


def pass_check(device: Device) -> DeviceJob:
    """The device under suspicion takes its health check, and passes it."""
    job = claim(device)
    assert job is not None and job.health_of_id == device.id
    return finish(device, job)


def measured(job: DeviceJob, *, valid: bool = True, samples: int = 700) -> Measurement:
    nanoseconds = [5_000_000 + (n * 7919) % 1_000_000 for n in range(samples)]
    return Measurement(
        model_sha256=job.model.sha256,
        plan_digest=job.plan_digest,
        samples_ns=[nanoseconds],
        load_ms=[12.5],
        first_inference_ms=7.25,
        peak_memory_bytes=52_000_000,
        model_size_bytes=job.model.size,
        cpu_ns_per_inference=5_000_000,
        environment={"cpu": "Test CPU", "os": "Linux"},
        sandbox_layers=["seccomp", "landlock-5", "denied:network"],
        interference=Interference(foreign_cpu_share=0.01 if valid else 0.4, involuntary_switches=3),
        validity="valid" if valid else "invalid",
        invalid_reasons=[] if valid else ["foreign CPU share 0.4 > 0.1"],
        started_at="2025-03-01T10:00:00+00:00",
        ended_at="2025-03-01T10:00:09+00:00",
    )


def card(job: DeviceJob) -> ModelCard:
    return ModelCard(
        opset=17, producer="pytest", inputs=[], outputs=[], parameters=10, nodes=3, operators={"Relu": 1},
        size_bytes=job.model.size, sha256=job.model.sha256, precision="f32",
    )  # fmt: skip


def finish(device: Device, job: DeviceJob, **more: Any) -> DeviceJob:
    return actions.complete_job(
        actor=queries.actor_of(device), job=job, fencing=job.fencing, measurement=measured(job, **more), card=card(job)
    )


def fall_silent(job: DeviceJob) -> None:
    """The lease has run out: its end lies in the past."""
    with writing("tests.silence", SYSTEM):
        job = locked(job)
        job.lease_until = clock.real() - timedelta(seconds=1)
        save(job, "lease_until")


@pytest.fixture
def owner(make_organisation: Callable[..., Any]) -> Any:
    return make_organisation("startup", "이음AI")


@pytest.fixture
def operator(make_organisation: Callable[..., Any]) -> Any:
    return make_organisation("operator", "진흥원")


@pytest.fixture
def make_device(operator: Any) -> Callable[..., tuple[Device, str]]:
    def make(name: str = "노트북 1호기", labels: Any = LABELS, organisation: Any = None) -> tuple[Device, str]:
        return actions.register_device(actor=SYSTEM, organisation=organisation or operator, name=name, labels=labels)

    return make


@pytest.fixture
def device(make_device: Callable[..., tuple[Device, str]]) -> Device:
    return make_device()[0]


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
