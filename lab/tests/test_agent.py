"""The agent against a server that speaks the protocol over loopback."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import hostile_models as h
from didimdol_lab.agent import Agent, Client
from didimdol_lab.cli import main
from didimdol_lab.contract import FailureRequest, Plan, ResultRequest
from didimdol_lab.evidence import attested, own_key

TOKEN = "right-token"


class Platform(ThreadingHTTPServer):
    """The server's side: one job, real fencing, everything received is kept."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.job: dict[str, Any] | None = None
        self.model = b""
        self.dataset = b""
        self.fencing = 7
        self.cancel = False
        self.busy = 0
        self.refusals: list[bytes] = []
        self.checks: list[dict[str, Any]] = []
        self.received: list[tuple[str, Any]] = []
        self.beaten = threading.Event()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def offer(self, built: Any, plan: dict[str, Any], dataset: bytes = b"", beat: float = 20.0) -> None:
        self.model, self.dataset = built.SerializeToString(), dataset
        self.job = {
            "id": "0c9a5e1e-0000-4000-8000-000000000001",
            "fencing": 7,
            "lease_seconds": 60,
            "heartbeat_seconds": beat,
            "plan": plan,
            "model_name": "m.onnx",
            "model_sha256": hashlib.sha256(self.model).hexdigest(),
            "model_size": len(self.model),
            "dataset_sha256": hashlib.sha256(dataset).hexdigest() if dataset else None,
        }

    def got(self, what: str) -> list[Any]:
        return [body for path, body in self.received if path.endswith(what)]


class Handler(BaseHTTPRequestHandler):
    server: Platform

    def log_message(self, *_: object) -> None:
        pass

    def _answer(self, code: int, body: bytes = b"{}") -> None:
        self.send_response(code)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _refused(self) -> bool:
        if self.headers["Authorization"] != f"Bearer {TOKEN}":
            self._answer(401)
            return True
        return False

    def do_GET(self) -> None:
        if self._refused():
            return
        if self.headers["X-Fencing"] != str(self.server.fencing):
            self._answer(409)
            return
        self._answer(200, self.server.model if self.path.endswith("/model") else self.server.dataset)

    def do_POST(self) -> None:
        platform = self.server
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self._refused():
            return None
        platform.received.append((self.path, body))
        if self.path == "/agent/v1/claim":
            if platform.busy:
                platform.busy -= 1
                return self._answer(503)
            if platform.refusals:
                return self._answer(409, platform.refusals.pop(0))
            if platform.checks:
                return self._answer(
                    200, json.dumps({"job": platform.checks.pop(), "retry_after": 3}).encode()
                )
            job, platform.job = platform.job, None
            return self._answer(200, json.dumps({"job": job, "retry_after": 3}).encode())
        if body["fencing"] != platform.fencing:
            platform.beaten.set()
            return self._answer(409)
        if self.path.endswith("/heartbeat"):
            platform.beaten.set()
            return self._answer(200, json.dumps({"lease_seconds": 60, "cancel": platform.cancel}).encode())
        return self._answer(200)


@pytest.fixture
def platform() -> Iterator[Platform]:
    server = Platform()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


class Lines(list[str]):
    def __call__(self, ko: str, en: str) -> None:
        assert ko != en
        self.append(en)


def agent(platform: Platform, work_dir: Path, token: str = TOKEN, **more: Any) -> tuple[Agent, Lines]:
    lines = Lines()
    client = Client(platform.address, token)
    return Agent(client, say=lines, labels=["room:test"], work_dir=work_dir, **more), lines


def plan(**more: Any) -> dict[str, Any]:
    values = {"processes": 1, "min_samples": 11, "min_seconds": 0, "max_attempts": 1, **more}
    calm = {"max_foreign_cpu_share": "1", "max_involuntary_share": "1000000"}
    return Plan.model_validate({**values, **calm}).model_dump(mode="json")


def test_a_job_from_claim_to_result(platform: Platform, tmp_path: Path) -> None:
    arrays = tmp_path / "d.npz"
    np.savez(arrays, x=np.eye(4, dtype=np.float32), labels=np.array([0, 1, 2, 0]))
    work = tmp_path / "work"
    work.mkdir()
    inputs = {"x": {"shape": [1, 4]}}
    platform.offer(h.classifier(), plan(inputs=inputs), arrays.read_bytes(), beat=0.05)
    worker, lines = agent(platform, work)
    assert worker.serve(once=True) == 0
    claim = platform.got("/claim")[0]
    assert "runtime:onnxruntime-cpu" in claim["labels"]
    assert "room:test" in claim["labels"]
    result = ResultRequest.model_validate(platform.got("/result")[0])
    assert result.measurement.accuracy is not None
    assert (result.measurement.accuracy.correct, result.measurement.accuracy.total) == (3, 4)
    assert result.measurement.model_sha256 == result.card.sha256
    assert result.measurement.plan_digest == Plan.model_validate(plan(inputs=inputs)).digest()
    beats = platform.got("/heartbeat")
    assert beats
    assert all(beat["fencing"] == 7 for beat in beats)
    assert list(work.iterdir()) == []
    assert "reported" in lines[-1]


def test_a_result_is_signed_with_the_devices_own_key(platform: Platform, tmp_path: Path) -> None:
    """As the command runs it: the key is made beside the token, once, and for its owner only."""
    inputs = {"x": {"shape": [1, 4]}}
    token = tmp_path / "device-token"
    token.write_text(TOKEN)
    arguments = ["agent", "--server", platform.address, "--token-file", str(token), "--once", "--lang", "en"]
    for _ in range(2):
        platform.offer(h.classifier(), plan(inputs=inputs))
        assert main([*arguments, "--work-dir", str(tmp_path / "work")]) == 0
    key = Path(f"{token}.key.pem")
    assert key.stat().st_mode & 0o777 == 0o600
    claims, results = platform.got("/claim"), platform.got("/result")
    assert [claim["public_key"] for claim in claims] == [own_key(key).public_hex] * 2
    assert claims[0]["boot"] != claims[1]["boot"]
    for result in results:
        found = ResultRequest.model_validate(result)
        assert found.envelope is not None
        said = attested(
            found.envelope.encode(),
            found.measurement,
            Plan.model_validate(plan(inputs=inputs)),
            found.card,
        )
        assert (said.public_key, said.fencing) == (own_key(key).public_hex, 7)
        assert said.job == "0c9a5e1e-0000-4000-8000-000000000001"


def test_a_key_that_cannot_be_kept_is_told_before_anything_is_asked(
    platform: Platform, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    token, key = tmp_path / "device-token", tmp_path / "nonsense.pem"
    token.write_text(TOKEN)
    key.write_text("nonsense")
    arguments = ["agent", "--server", platform.address, "--token-file", str(token), "--key", str(key)]
    assert main([*arguments, "--lang", "en"]) == 2
    assert "--key" in capsys.readouterr().err
    assert platform.received == []


def test_a_health_check_does_not_count_as_the_one_job(platform: Platform, tmp_path: Path) -> None:
    inputs = {"x": {"shape": [1, 4]}}
    platform.offer(h.classifier(), plan(inputs=inputs))
    platform.checks = [{**(platform.job or {}), "health": True}]
    worker, lines = agent(platform, tmp_path)
    assert worker.serve(once=True) == 0
    assert len(platform.got("/claim")) == len(platform.got("/result")) == 2
    assert [line.partition(" (")[0] for line in lines if "reported" not in line] == [
        "Health check of this device",
        "Starting job 0c9a5e1e-0000-4000-8000-000000000001.",
    ]


def test_without_a_key_nothing_is_signed(platform: Platform, tmp_path: Path) -> None:
    platform.offer(h.classifier(), plan(inputs={"x": {"shape": [1, 4]}}))
    assert agent(platform, tmp_path)[0].serve(once=True) == 0
    assert platform.got("/claim")[0]["public_key"] is None
    assert platform.got("/result")[0]["envelope"] is None


def test_the_platforms_refusal_is_passed_on_and_asked_again(platform: Platform, tmp_path: Path) -> None:
    words = {"ko": "다른 열쇠가 등록되어 있습니다.", "en": "Another key is registered."}
    told = {
        "code": "other_key",
        "message": words,
        "remedy": {"ko": "장비 화면에서", "en": "On the \x1b[2Jpage."},
    }
    platform.refusals = [json.dumps(told).encode(), b"no words", b""]
    platform.offer(h.classifier(), plan(inputs={"x": {"shape": [1, 4]}}))
    pauses: list[float] = []

    def wait(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            raise KeyboardInterrupt

    worker, lines = agent(platform, tmp_path, wait=wait)
    with pytest.raises(KeyboardInterrupt):
        worker.serve()
    assert "Another key is registered. On the \\u001b[2Jpage." in lines[0]
    assert "cannot be reached" in lines[1]
    assert pauses[0] < pauses[2]


def test_nothing_to_do(platform: Platform, tmp_path: Path) -> None:
    worker, lines = agent(platform, tmp_path)
    assert worker.serve(once=True) == 0
    assert lines == []


def test_a_wrong_token_ends_the_agent_with_one_line(platform: Platform, tmp_path: Path) -> None:
    worker, lines = agent(platform, tmp_path, token="wrong")
    assert worker.serve() == 1
    assert len(lines) == 1
    assert "token" in lines[0]


def test_a_refused_model_is_reported_as_a_failure(platform: Platform, tmp_path: Path) -> None:
    platform.offer(h.external_initializer("../secret"), plan())
    worker, _ = agent(platform, tmp_path)
    assert worker.serve(once=True) == 0
    failure = FailureRequest.model_validate(platform.got("/failure")[0])
    assert failure.refusal.code == "external_data"
    assert platform.got("/result") == []


def test_tampered_bytes_are_never_opened(platform: Platform, tmp_path: Path) -> None:
    platform.offer(h.good(), plan())
    platform.model = platform.model[:-1] + b"!"
    worker, _ = agent(platform, tmp_path)
    assert worker.serve(once=True) == 0
    assert platform.got("/failure")[0]["refusal"]["code"] == "download_failed"


def test_a_stale_lease_is_dropped(platform: Platform, tmp_path: Path) -> None:
    platform.offer(h.good(), plan())
    platform.fencing = 8
    worker, lines = agent(platform, tmp_path)
    assert worker.serve(once=True) == 0
    assert platform.got("/result") == platform.got("/failure") == []
    assert "lease is lost" in lines[-1]


@pytest.mark.parametrize("how", ["cancelled", "stale"])
def test_a_heartbeat_answer_kills_the_running_child(how: str, platform: Platform, tmp_path: Path) -> None:
    """The model would run for the whole time limit of an hour; only the heartbeat ends it."""
    platform.offer(h.endless_loop(), plan(limits={"memory_mb": 1000, "seconds": 3600}), beat=1.0)
    if how == "cancelled":
        platform.cancel = True
    worker, lines = agent(platform, tmp_path)
    if how == "stale":
        fetch = Client.fetch

        def fetch_then_lose(self: Client, *arguments: Any, **options: Any) -> bool:
            whole = fetch(self, *arguments, **options)
            platform.fencing = 8
            return whole

        worker._client.fetch = fetch_then_lose.__get__(worker._client)  # type: ignore[method-assign]
    assert worker.serve(once=True) == 0
    assert platform.got("/result") == platform.got("/failure") == []
    assert ("cancelled" if how == "cancelled" else "lease is lost") in lines[-1]


def test_a_busy_server_is_asked_again_with_growing_pauses(platform: Platform, tmp_path: Path) -> None:
    pauses: list[float] = []

    class Enough(Exception):
        pass

    def wait(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 9:
            raise Enough

    platform.busy = 8
    worker, lines = agent(platform, tmp_path, wait=wait)
    with pytest.raises(Enough):
        worker.serve()
    assert all(0 < pause <= 30 for pause in pauses)
    assert max(pauses[:8]) > 10
    assert 2.4 <= pauses[8] <= 3.6  # the server's own retry_after, with jitter
    assert len(lines) == 8


def test_an_absent_server_is_one_line(tmp_path: Path) -> None:
    lines = Lines()
    worker = Agent(Client("http://127.0.0.1:9", TOKEN), say=lines, work_dir=tmp_path)
    assert worker.serve(once=True) == 1
    assert len(lines) == 1


def test_sigterm_ends_agent_and_child_at_once(platform: Platform, tmp_path: Path) -> None:
    platform.offer(h.endless_loop(), plan(limits={"memory_mb": 1000, "seconds": 3600}), beat=0.5)
    token = tmp_path / "token"
    token.write_text(TOKEN)
    work = tmp_path / "work"
    command = [sys.executable, "-m", "didimdol_lab.cli", "agent", "--server", platform.address]
    command += ["--token-file", str(token), "--work-dir", str(work), "--lang", "en"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=dict(os.environ)) as process:
        assert platform.beaten.wait(60)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 128 + signal.SIGTERM
    assert list(work.iterdir()) == []
