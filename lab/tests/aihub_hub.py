"""The local AI Hub of the tests: its process, scenarios, fixtures (known through conftest.py), and short ways to ask."""

from __future__ import annotations

import json
import subprocess
import urllib.request
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from onnx import helper

import hostile_models as h
from didimdol_lab.aihub import settings as aihub_settings
from didimdol_lab.contract import Measurement, ModelCard, Plan
from didimdol_lab.contract.criteria import Criterion
from didimdol_lab.intake import check
from didimdol_lab.measure import measure
from didimdol_lab.refusals import Refused

TOKEN = "5ecret-token-of-the-account"
needs_the_client = pytest.mark.skipif(
    not aihub_settings.installed(), reason="no environment of qai-hub: make aihub"
)
PHONE = {
    "name": "Samsung Galaxy S23",
    "os": "13",
    "attributes": ["chipset:qualcomm-snapdragon-8gen2", "os:android", "framework:onnx", "framework:tflite"],
}
OLD_PHONE = {**PHONE, "os": "9"}
TABLET = {"name": "Samsung Galaxy Tab S8", "os": "12", "attributes": ["os:android", "framework:tflite"]}
BOARD = {"name": "Dragonwing RB3 Gen 2", "os": "", "attributes": ["framework:qnn"]}
LAYERS = [
    ["relu_1", "Relu", "NPU", 60],
    ["conv_1", "Conv", "NPU", 300],
    ["<img src=x onerror=alert(1)>", "Cast", "CPU", 5],
    ["later", "Relu", "NPU", None],
]
GOOD = {
    "state": "MEASURING_PERFORMANCE",
    "profile": {
        "times": [1000 + each % 7 for each in range(221)],
        "first_load": 52_000,
        "warm_load": 9_000,
        "memory": [11_000_000, 23_000_000],
        "layers": LAYERS,
        "tools": {"QAIRT": "2.45.0", "ONNX Runtime": "1.24.1"},
    },
    "operation": "relu",
    "outputs": ["y"],
}


class Server:
    """A process that speaks AI Hub's protocol."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [aihub_settings.python(), Path(__file__).with_name("aihub_server.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.address = f"http://127.0.0.1:{self.process.stdout.readline().strip()}"

    def stop(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait(timeout=30)
        self.process.stdout.close()


class Hub:
    """A server with its scenario, and an account there."""

    def __init__(self, server: Server, folder: Path) -> None:
        self.server, self.address = server, server.address
        self.ini = folder / "client.ini"
        self.write(TOKEN)

    def begin(self, scenario: dict[str, Any]) -> None:
        request = urllib.request.Request(
            f"{self.address}/scenario", json.dumps(scenario).encode(), method="POST"
        )
        with urllib.request.urlopen(request):
            pass

    def write(self, token: str, api: str | None = None) -> None:
        address = api or self.address
        self.ini.write_text(f"[api]\napi_token = {token}\napi_url = {address}\nweb_url = {self.address}\n")

    def seen(self) -> list[dict[str, Any]]:
        with urllib.request.urlopen(f"{self.address}/seen") as answer:
            found: list[dict[str, Any]] = json.load(answer)
            return found

    def submitted(self) -> list[dict[str, Any]]:
        return [each for each in self.seen() if "job" in each]


Start = Callable[..., Hub]


@pytest.fixture(scope="module")
def servers() -> Iterator[Callable[[], Server]]:
    """The running server; a new one where a test made the last one go away."""
    running: list[Server] = []

    def current() -> Server:
        if not running or running[-1].process.poll() is not None:
            running.append(Server())
        return running[-1]

    yield current
    for server in running:
        server.stop()


@pytest.fixture
def hub(servers: Callable[[], Server], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Start:
    """Gives the server a scenario, and makes it the AI Hub of this process's environment."""

    def start(**scenario: Any) -> Hub:
        made = Hub(servers(), tmp_path)
        whole = {
            "token": TOKEN,
            "devices": [PHONE, OLD_PHONE, TABLET, BOARD],
            "inference": [GOOD],
            **scenario,
        }
        made.begin(whole)
        monkeypatch.setenv("QAIHUB_CLIENT_INI", str(made.ini))
        monkeypatch.setenv("DIDIMDOL_AIHUB_POLL_SECONDS", "0.01")
        return made

    return start


@pytest.fixture
def capped(monkeypatch: pytest.MonkeyPatch) -> None:
    """A lower limit for answers, so that a flood ends soon."""
    plain = aihub_settings.Settings
    monkeypatch.setattr(aihub_settings, "Settings", lambda **given: plain(**given, answer_bytes=20_000_000))


@pytest.fixture(scope="module")
def relu(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """y = relu(x), float[2, 3] both."""
    graph = helper.make_graph(
        [helper.make_node("Relu", ["x"], ["y"])], "g", [h.value("x", [2, 3])], [h.value("y", [2, 3])]
    )
    return h.save(h.model(graph), tmp_path_factory.mktemp("models") / "secret-product.onnx")


@cache
def checked(path: Path) -> ModelCard:
    return check(path, inputs={})


def plan(device: str = PHONE["name"], target: dict[str, str] | None = None, **more: object) -> Plan:
    return Plan.model_validate(
        {"runtime": "qualcomm-ai-hub", "target": {"device": device, **(target or {})}} | more
    )


def there(path: Path, asked: Plan, **more: Any) -> Measurement:
    return measure(path, asked, send_to_qualcomm=True, card=checked(path), **more)


def refused(path: Path, asked: Plan | None = None) -> Refused:
    with pytest.raises(Refused) as found:
        there(path, asked or plan())
    assert TOKEN not in found.value.refusal.model_dump_json()
    return found.value


def latency(statistic: str, threshold: str) -> Criterion:
    return Criterion.model_validate(
        {"key": statistic, "metric": "latency", "statistic": statistic, "comparison": "<="}
        | {"threshold": threshold, "unit": "ms"}
    )


def value_of(metric: str) -> Criterion:
    """A limit that every figure keeps."""
    units = {"load_time": "ms", "first_inference": "ms", "peak_memory": "MB", "accelerator_share": "%"}
    comparison, threshold = (">=", "0") if metric == "accelerator_share" else ("<=", "1000000")
    return Criterion.model_validate(
        {"key": metric, "metric": metric, "statistic": "value", "comparison": comparison}
        | {"threshold": threshold, "unit": units[metric]}
    )
