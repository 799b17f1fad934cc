"""The real agent, as a process of its own, against a real server: it measures a real model in the real sandbox."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from didimdol.kernel.actor import SYSTEM
from didimdol.records.verifying import verify
from didimdol.verification import actions, evidence, queries
from didimdol.verification.models import DeviceJob
from didimdol_lab.contract import Criterion, InputSpec, ModelCard, Plan, Progress
from didimdol_lab.evidence import attested
from server.tests.verification.conftest import fall_silent, problem, queue

pytestmark = [
    pytest.mark.django_db(transaction=True),
    # The live server lasts the whole session: it starts before a test's settings say where static files are.
    pytest.mark.filterwarnings("ignore:No directory at:UserWarning"),
]
LAB = Path(__file__).parents[3] / "lab" / "src"
LABELS = ["runtime:onnxruntime-cpu"]
#: a plan that a busy machine can follow: what else runs is measured, and does not make the run invalid
PLAN = Plan(
    processes=2, min_samples=662, min_seconds="0.5", max_seconds=60, max_foreign_cpu_share=1, max_involuntary_share=1000,
    inputs={"x": InputSpec(shape=[1, 64])},
)  # fmt: skip
LATENCY = Criterion(key="fast", metric="latency", statistic="p99", comparison="<=", threshold="1000", unit="ms")


def model_bytes() -> bytes:
    import numpy
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    weights = numpy.random.default_rng(7).standard_normal((64, 64)).astype("float32")
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["x", "w"], ["h"]), helper.make_node("Relu", ["h"], ["y"])],
        "small",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 64])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 64])],
        [numpy_helper.from_array(weights, "w")],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(made)
    return bytes(made.SerializeToString())


@pytest.fixture
def start_agent(live_server: Any, make_organisation: Any, tmp_path: Path) -> Iterator[Callable[[str], Any]]:
    """Register a device of this name and start its agent for one job."""
    operator = make_organisation("operator", "진흥원")
    started: list[subprocess.Popen[str]] = []

    def start(name: str) -> tuple[Any, subprocess.Popen[str]]:
        device, clear = actions.register_device(actor=SYSTEM, organisation=operator, name=name, labels=LABELS)
        token, work = tmp_path / f"{device.id}.token", tmp_path / str(device.id)
        token.write_text(clear)
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "didimdol_lab.cli", "agent", "--lang", "ko", "--once"),
                *("--server", live_server.url, "--token-file", str(token), "--work-dir", str(work)),
            ],
            env={**os.environ, "PYTHONPATH": str(LAB), "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        return device, process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


def register_first(start_agent: Any, owner: Any, make_organisation: Any) -> DeviceJob:
    """A job needs a device that could take it before any agent has started."""
    other = make_organisation("operator", "먼저 등록한 곳")
    actions.register_device(actor=SYSTEM, organisation=other, name="아직 꺼진 장비", labels=LABELS)
    return queue(owner.id, content=model_bytes(), plan=PLAN, labels=LABELS)


def test_the_agent_measures_a_real_model(start_agent: Any, owner: Any, make_organisation: Any) -> None:
    job = register_first(start_agent, owner, make_organisation)
    device, process = start_agent("측정기")
    said, _ = process.communicate(timeout=240)
    job = DeviceJob.objects.within(pk=job.pk).select_related("run").get()
    assert (job.state, job.device_id) == ("done", device.id), (job.refusal, said)
    measurement = evidence.measurement_of(job.run)
    assert len(measurement.pooled_ns()) >= 662
    assert measurement.model_sha256 == job.model.sha256
    assert job.run.valid
    assert {"denied:network", "denied:file"} <= set(measurement.sandbox_layers)
    assert job.run.card["operators"] == {"MatMul": 1, "Relu": 1}
    device.refresh_from_db()
    signed = attested(
        job.run.envelope.encode(), measurement, Plan.model_validate(job.plan), ModelCard.model_validate(job.run.card)
    )
    assert (signed.public_key, signed.job, signed.fencing) == (device.public_key, str(job.id), job.fencing)
    [check] = DeviceJob.objects.within(health_of=device)
    assert (device.state, check.state, check.leases[0]["end"]) == ("good", "done", "done")
    [row] = evidence.rows([LATENCY], job, {"fast": "5"}, "ko")
    assert row.verdict == "met"
    drawn = evidence.histogram(job, [LATENCY])
    assert drawn is not None
    assert sum(bar.count for bar in drawn.bars) == len(measurement.pooled_ns())
    assert verify().holds
    again = queue(owner.id, content=model_bytes(), plan=PLAN, labels=LABELS)
    assert (again.state, again.run_id) == ("done", job.run_id)


def test_what_is_no_model_is_refused_with_the_reason(start_agent: Any, owner: Any, make_organisation: Any) -> None:
    register_first(start_agent, owner, make_organisation)
    job = queue(owner.id, content=b"this is no model", plan=PLAN, labels=LABELS, priority=-1)
    _, process = start_agent("측정기")
    said, _ = process.communicate(timeout=240)
    job.refresh_from_db()
    assert job.state == "refused", said
    assert job.refusal["message"]["ko"]
    [row] = evidence.rows([LATENCY], job, {}, "ko")
    assert row.verdict == "측정 불가"


def test_a_killed_agents_job_is_done_by_another(start_agent: Any, owner: Any, make_organisation: Any) -> None:
    job = register_first(start_agent, owner, make_organisation)
    first, killed = start_agent("쓰러질 장비")
    lines = iter(killed.stdout.readline, "")  # it says so when it has begun, after its health check
    assert next(line for line in lines if str(job.id) in line)
    killed.send_signal(signal.SIGKILL)
    killed.wait(timeout=30)
    job.refresh_from_db()
    assert (job.state, job.device_id, job.fencing) == ("leased", first.id, 1)
    fall_silent(job)
    second, process = start_agent("이어받을 장비")
    said, _ = process.communicate(timeout=240)
    job.refresh_from_db()
    assert (job.state, job.device_id, job.fencing, job.attempts) == ("done", second.id, 2, 2), said
    assert [lease["end"] for lease in job.leases] == ["expired", "done"]
    with problem(actions.StaleLease, "stale_lease"):
        actions.report_progress(actor=queries.actor_of(first), job=job, fencing=1, progress=Progress(phase="measuring"))
    assert verify().holds
