"""A device agent that speaks the real protocol and makes its measurements up: for the benchmark and the test of the queue.

Claims, fetches the model, beats, signs and reports as the real agent does (didimdol_lab.agent.client); only the measuring is
replaced by figures that no model ever had, so that thousands of jobs pass. Never run it against a platform in use.

Before each step it prints a line and waits for one from whoever started it: "leased ID", "idle SECONDS", "done ID",
"dropped ID". A kill after "leased" is a kill in the middle of a job. Ends when its input does.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from uuid import uuid4

from didimdol_lab.agent.client import Client, Stale
from didimdol_lab.contract import (
    ClaimRequest,
    Interference,
    Job,
    Measurement,
    ModelCard,
    Phase,
    Progress,
    ResultRequest,
)
from didimdol_lab.evidence import Signer, attest, own_key

LABELS = ["arch:x86_64", "runtime:onnxruntime-cpu"]


def made_up(job: Job) -> tuple[Measurement, ModelCard]:
    nanoseconds = [5_000_000 + (n * 7919) % 1_000_000 for n in range(700)]
    measurement = Measurement(
        model_sha256=job.model_sha256,
        plan_digest=job.plan.digest(),
        samples_ns=[nanoseconds],
        load_ms=[12.5],
        first_inference_ms=7.25,
        peak_memory_bytes=52_000_000,
        model_size_bytes=job.model_size,
        cpu_ns_per_inference=5_000_000,
        environment={"cpu": "made up"},
        interference=Interference(foreign_cpu_share=0.01, involuntary_switches=3),
        started_at="2025-03-01T10:00:00+00:00",
        ended_at="2025-03-01T10:00:09+00:00",
        boundary=job.plan.boundary,
        percentile_confidence=job.plan.percentile_confidence,
    )
    card = ModelCard(
        opset=17, producer="made up", inputs=[], outputs=[], parameters=10, nodes=3, operators={"Relu": 1},
        size_bytes=job.model_size, sha256=job.model_sha256, precision="f32",
    )  # fmt: skip
    return measurement, card


def result(job: Job, signer: Signer) -> ResultRequest:
    measurement, card = made_up(job)
    signed = attest(measurement, job.plan, card, job=job.id, fencing=job.fencing, signer=signer)
    return ResultRequest(fencing=job.fencing, measurement=measurement, card=card, envelope=signed.decode())


def offer(signer: Signer, boot: str) -> ClaimRequest:
    return ClaimRequest(labels=LABELS, versions={"made-up": "1"}, public_key=signer.public_hex, boot=boot)


def tell(line: str) -> bool:
    """Say what comes next and wait until told to go on; False when nobody listens any more."""
    print(line, flush=True)
    return bool(sys.stdin.readline())


def work(client: Client, job: Job, signer: Signer, folder: Path) -> None:
    target = folder / "model"
    target.unlink(missing_ok=True)
    assert client.fetch(job, "model", target, sha256=job.model_sha256, max_bytes=job.model_size)
    client.heartbeat(job, Progress(phase=Phase.measuring, done=1, total=3))
    client.result(job, result(job, signer))


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--server", required=True)
    arguments.add_argument("--token-file", type=Path, required=True)
    asked = arguments.parse_args()
    client = Client(asked.server, asked.token_file.read_text().strip(), timeout=120)
    signer = own_key(Path(f"{asked.token_file}.key.pem"))
    request = offer(signer, uuid4().hex)
    with tempfile.TemporaryDirectory() as folder:
        while True:
            answer = client.claim(request)
            job = answer.job
            if job is None:
                going = tell(f"idle {answer.retry_after}")
            elif job.health:
                work(client, job, signer, Path(folder))
                continue
            elif tell(f"leased {job.id}"):
                try:
                    work(client, job, signer, Path(folder))
                    going = tell(f"done {job.id}")
                except Stale:
                    going = tell(f"dropped {job.id}")
            else:
                return
            if not going:
                return


if __name__ == "__main__":
    main()
