"""Qualcomm AI Hub through its real client, against a local server that speaks its protocol. No figure is asserted that
the server did not give."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import onnx
import pytest
from onnx import helper

import hostile_models as h
import test_agent
from didimdol_lab import cli
from didimdol_lab.aihub import failures
from didimdol_lab.aihub import settings as aihub_settings
from didimdol_lab.contract import AI_HUB_FAULTS, Measurement, ModelCard, Plan, Progress, judge
from didimdol_lab.contract.criteria import Criterion
from didimdol_lab.evidence import verify
from didimdol_lab.intake import check
from didimdol_lab.measure import measure
from didimdol_lab.refusals import CATALOGUE, Refused

TOKEN = "5ecret-token-of-the-account"
pytestmark = pytest.mark.skipif(
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
site = test_agent.platform
"""The platform that the agent's tests speak to, as a fixture."""


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


def test_raw_samples_of_three_jobs(hub: Start, relu: Path) -> None:
    service = hub()
    asked, seen = plan(per_layer=True, compare_outputs=True), list[Progress]()
    record = there(relu, asked, progress=seen.append)
    assert record.samples_ns == [[1000 * micros for micros in GOOD["profile"]["times"]]] * 3
    assert (record.load_ms, record.warm_load_ms) == ([52.0] * 3, [9.0] * 3)
    assert record.peak_memory_bytes == record.memory_phases["measured"] == 23_000_000
    assert (record.runtime, record.boundary, record.assurance) == (
        "qualcomm-ai-hub",
        "model_only",
        "measured_shared",
    )
    assert record.model_sha256 == hashlib.sha256(relu.read_bytes()).hexdigest()
    # what the service does not tell
    assert not record.interference.known
    assert (record.cpu_ns_per_inference, record.first_inference_ms, record.sandbox_layers) == (0, 0, [])
    assert record.executed_precision == "not told by AI Hub"
    assert record.placement is not None
    assert record.placement.units == {"NPU": 3, "CPU": 1}
    assert record.placement.fallbacks == {"Cast": 1}
    assert [(layer.operator, layer.ns) for layer in record.layers] == [
        ("Conv", 300_000),
        ("Relu", 60_000),
        ("Cast", 5_000),
    ]
    assert "<" not in record.layers[2].name
    facts = record.environment
    assert (facts["device"], facts["os"]) == ("Samsung Galaxy S23", "13")  # the newest of two
    assert facts["chipset"] == "qualcomm-snapdragon-8gen2"
    assert facts["tools"] == "QAIRT 2.45.0, ONNX Runtime 1.24.1"
    assert facts["adapter"] == "untested adapter"
    assert (facts["jobs_at"], facts["profile_jobs"]) == (f"{service.address}/jobs/", "ji1 ji2 ji3")
    assert TOKEN not in record.model_dump_json()
    # the outputs that came back are those of the reference, on the same inputs
    (same,) = record.differences
    assert (same.output, same.max_abs) == ("y", 0.0)
    # what was sent: no compilation, the newest phone each time, the model under its hash
    jobs = service.submitted()
    assert {(each["device"], each["os"], each["name"]) for each in jobs} == {
        ("Samsung Galaxy S23", "13", f"didimdol-{record.model_sha256[:16]}")
    }
    assert {each["options"] for each in jobs} == {"--max_profiler_iterations 221"}
    assert "secret-product" not in json.dumps(service.seen())
    sent = [each["size"] for each in service.seen() if each.get("path") == "/store/m1"]
    assert sent == [relu.stat().st_size]
    notes = [each.note for each in seen]
    assert {"upload", "MEASURING_PERFORMANCE"} <= set(notes)
    assert seen[-1].phase == "done"
    # a verdict, and what stands behind it
    result = judge(latency("p99", "1.1"), record)
    assert result.verdict == "pass"
    assert "Whether other work ran on that device is not known." in result.reason["en"]


def test_an_output_that_differs_is_told(hub: Start, relu: Path) -> None:
    hub(inference=[{**GOOD, "shift": 0.25}])
    record = there(relu, plan(compare_outputs=True, processes=1))
    assert record.differences[0].max_abs == pytest.approx(0.25)


def test_files_by_the_keys_of_a_bucket(hub: Start, relu: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    service = hub(credentials=True)
    monkeypatch.setattr(aihub_settings, "KEPT", (*aihub_settings.KEPT, "AWS_ENDPOINT_URL_S3"))
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", service.address)
    record = there(relu, plan(compare_outputs=True, processes=1))
    assert record.differences[0].max_abs == 0.0
    stored = [(each["method"], each["path"]) for each in service.seen() if "/store/" in each.get("path", "")]
    assert stored[:2] == [("PUT", "/store/m1"), ("PUT", "/store/d2")]


@pytest.mark.parametrize("credentials", [True, False])
def test_a_store_that_takes_nothing_is_not_the_tokens_fault(
    hub: Start, relu: Path, monkeypatch: pytest.MonkeyPatch, credentials: bool
) -> None:
    service = hub(credentials=credentials, faults=[{"method": "PUT", "path": "/store/", "do": 403}])
    monkeypatch.setattr(aihub_settings, "KEPT", (*aihub_settings.KEPT, "AWS_ENDPOINT_URL_S3"))
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", service.address)
    assert refused(relu).refusal.code == "aihub_unavailable"


@pytest.mark.parametrize(
    ("more", "faults"),
    [
        ({"outputs": ["y"]}, [{"method": "GET", "path": "/store/.*-out", "do": "html"}]),
        ({"outputs": ["y"]}, [{"method": "GET", "path": "/store/.*-out", "do": "flood"}]),
        ({"operation": None}, []),
    ],
)
def test_outputs_that_are_none(
    hub: Start, relu: Path, capped: None, more: dict[str, Any], faults: list[dict[str, Any]]
) -> None:
    hub(inference=[{**GOOD, **more}], faults=faults)
    assert refused(relu, plan(compare_outputs=True, processes=1)).refusal.code == "aihub_answer"


def test_few_samples_decide_nothing(hub: Start, relu: Path) -> None:
    hub(inference=[{**GOOD, "profile": {**GOOD["profile"], "times": [900] * 100}}])
    record = there(relu, plan())
    result = judge(latency("p99", "100"), record)
    assert (result.verdict, result.samples) == ("inconclusive", 300)
    assert judge(latency("p90", "100"), record).verdict == "pass"


@pytest.mark.parametrize(
    ("device", "target", "runtime"),
    [
        (TABLET["name"], {}, "tflite --truncate_64bit_io"),
        (BOARD["name"], {}, "qnn_dlc --truncate_64bit_io"),
        (PHONE["name"], {"target_runtime": "onnx"}, "onnx"),
    ],
)
def test_compiled_where_the_device_needs_it(
    hub: Start, relu: Path, device: str, target: dict[str, str], runtime: str
) -> None:
    service = hub(compile=[{"state": "OPTIMIZING_MODEL"}])
    record = there(relu, plan(device, {**target, "compute_unit": "npu,cpu"}, processes=2))
    compiled, *profiled = service.submitted()
    assert compiled["options"] == f"--target_runtime {runtime}"
    assert [each["options"] for each in profiled] == [
        "--max_profiler_iterations 331 --compute_unit npu,cpu"
    ] * 2
    assert {each["model"] for each in profiled} == {"m2"}
    assert record.environment["compile_jobs"] == "jc1"


def test_an_open_shape_is_closed_by_a_compilation(hub: Start, tmp_path: Path) -> None:
    service = hub()
    path = h.save(h.classifier(), tmp_path / "open.onnx")
    assert refused(path).refusal.code == "inputs_needed"
    there(path, plan(inputs={"x": {"shape": [2, 4]}}, processes=1))
    assert service.submitted()[0]["options"] == "--target_runtime onnx"


@pytest.mark.parametrize(
    ("failure", "reason", "code", "said"),
    [
        ("UNSUPPORTED", "Op type Relu is not supported by this runtime.", "aihub_operator", "operator: Relu"),
        ("MODEL_INVALID", "bad <b>model</b>\x1b[31m", "aihub_model", "\\u003cb\\u003e"),
        ("INVALID_INPUTS", "input x has rank 2", "aihub_inputs", "rank 2"),
    ],
)
def test_a_compilation_that_fails(
    hub: Start, relu: Path, failure: str, reason: str, code: str, said: str
) -> None:
    service = hub(compile=[{"failure": failure, "reason": reason}])
    refusal = refused(relu, plan(TABLET["name"])).refusal
    assert refusal.code == code
    assert said in refusal.message["en"]
    assert refusal.detail["url"] == f"{service.address}/jobs/jc1/"
    assert len(service.submitted()) == 1  # the model's own failure is not tried again


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        ("RUNTIME_OUT_OF_MEMORY", "aihub_memory"),
        ("RUNTIME_DEVICE_OOM", "aihub_memory"),
        ("RUNTIME_TIMEOUT", "aihub_device_time"),
        ("RUNTIME_CRASH", "aihub_crashed"),
        ("DSP_VERSION_MISMATCH", "aihub_versions"),
        ("UNKNOWN", "aihub_failed"),
    ],
)
def test_a_job_that_fails_on_the_device(hub: Start, relu: Path, failure: str, code: str) -> None:
    service = hub(inference=[{"failure": failure, "reason": "the token is {token}"}])
    refusal = refused(relu).refusal
    assert (refusal.code, refusal.detail["failure"]) == (code, failure)
    assert "the token is ***" in refusal.message["en"] + refusal.detail["reason"]
    assert len(service.submitted()) == 1


def test_the_services_own_fault_is_tried_again(hub: Start, relu: Path) -> None:
    throttled = {"failure": "CLOUD_THROTTLED", "reason": "slow down"}
    service = hub(
        inference=[throttled, GOOD], faults=[{"method": "POST", "path": "/jobs/$", "times": 8, "do": 429}]
    )
    record = there(relu, plan(processes=1))
    assert (record.attempts, len(record.samples_ns), len(service.submitted())) == (2, 1, 2)


def test_a_service_that_stays_busy_says_nothing_of_the_model(hub: Start, relu: Path) -> None:
    service = hub(inference=[{"failure": "RUNTIME_INTERNAL_SERVICE_BUSY", "reason": "no device is free"}])
    refusal = refused(relu).refusal
    assert refusal.code == "aihub_busy"
    assert "no verdict on the model" in refusal.message["en"]
    assert len(service.submitted()) == 2  # the plan's attempts


def test_wrong_token(hub: Start, relu: Path) -> None:
    service = hub()
    service.write("wrong")
    assert refused(relu).refusal.code == "aihub_token"
    assert {each["path"] for each in service.seen()} == {"/api/v1/devices/"}  # nothing else was sent


def test_the_token_stays_with_the_service(hub: Start, relu: Path) -> None:
    service = hub(faults=[{"method": "POST", "path": "/models/$", "do": "echo"}])
    refusal = refused(relu).refusal
    assert refusal.code == "aihub_refused"
    assert "not for token ***" in refusal.detail["reason"]
    service.write(TOKEN, "http://elsewhere.example")  # in clear, over a network
    assert refused(relu).refusal.code == "aihub_config"


def test_unknown_device_names_the_nearest(hub: Start, relu: Path) -> None:
    service = hub()
    refusal = refused(relu, plan("Samsung Galaxy S32")).refusal
    assert refusal.code == "aihub_device_unknown"
    assert refusal.detail["nearest"].startswith("Samsung Galaxy S23 (13 9), ")
    assert not [each for each in service.seen() if each["method"] == "POST"]
    assert refused(relu, plan(target={"os": "14"})).refusal.code == "aihub_device_unknown"
    hub(devices=[{"name": "<script>alert(1)</script>", "os": "\x1b[31m", "attributes": []}])
    nearest = refused(relu).refusal.detail["nearest"]
    assert "alert(1)" in nearest
    assert "<" not in nearest
    assert nearest.isprintable()


def test_a_label_of_the_platform_names_a_device(hub: Start, relu: Path) -> None:
    hub()
    record = there(relu, plan("samsung-galaxy-s23", processes=1))
    assert record.environment["device"] == "Samsung Galaxy S23"


def test_cancelled_while_it_waits(hub: Start, relu: Path) -> None:
    service = hub(inference=[{"waits": 10**9, "state": "PROVISIONING_DEVICE"}])
    cancel = threading.Event()

    def stop(progress: Progress) -> None:
        if progress.note == "PROVISIONING_DEVICE":
            cancel.set()

    with pytest.raises(Refused) as found:
        there(relu, plan(), progress=stop, cancel=cancel)
    assert found.value.refusal.code == "cancelled"
    assert found.value.refusal.detail["url"] == f"{service.address}/jobs/ji1/"


def test_no_result_in_time(hub: Start, relu: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hub(inference=[{"waits": 10**9, "state": "PROVISIONING_DEVICE"}])
    monkeypatch.setenv("DIDIMDOL_AIHUB_SECONDS", "3")
    refusal = refused(relu).refusal
    assert (refusal.code, refusal.detail["seconds"]) == ("aihub_time_limit", "3")


def test_an_answer_that_never_comes(hub: Start, relu: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hub(faults=[{"method": "GET", "path": "/devices/", "do": "hang"}])
    monkeypatch.setenv("DIDIMDOL_AIHUB_SECONDS", "2")
    assert refused(relu).refusal.code == "aihub_time_limit"


def test_the_service_goes_away(hub: Start, relu: Path) -> None:
    service = hub(faults=[{"method": "GET", "path": "/jobs/ji1/$", "skip": 1, "do": "exit"}])
    refusal = refused(relu).refusal
    assert refusal.code == "aihub_unavailable"
    assert refusal.detail["url"] == f"{service.address}/jobs/ji1/"
    assert service.server.process.wait(timeout=30) == 0


@pytest.mark.parametrize(
    ("path", "do", "code"),
    [
        ("/result/$", "html", "aihub_answer"),
        ("/result/$", "garbage", "aihub_answer"),
        ("/result/$", "flood", "aihub_answer"),
        ("/jobs/ji1/$", "html", "aihub_answer"),
        ("/devices/$", 500, "aihub_unavailable"),
        ("/devices/$", 429, "aihub_busy"),
        ("/devices/$", 426, "aihub_client_old"),
    ],
)
def test_answers_against_the_rules(
    hub: Start, relu: Path, capped: None, path: str, do: Any, code: str
) -> None:
    hub(faults=[{"method": "GET", "path": path, "do": do}])
    assert refused(relu).refusal.code == code


@pytest.mark.parametrize(
    "profile", [None, {"times": []}, {"times": [1] * 30_000}, {"times": [2**63]}, {"minor_version": 1}]
)
def test_profiles_that_are_none(hub: Start, relu: Path, profile: Any) -> None:
    hub(inference=[{**GOOD, "profile": profile}])
    code = refused(relu).refusal.code
    assert code == ("aihub_answer" if profile and profile.get("times") else "aihub_no_samples")


def test_a_hostile_job_id(hub: Start, relu: Path) -> None:
    hub(job_id='"><script>')
    assert refused(relu).refusal.code == "aihub_answer"


def test_unit_not_told_means_placement_not_told(hub: Start, relu: Path) -> None:
    layers = [*LAYERS, ["odd", "Add", "UNSPECIFIED", None]]
    hub(inference=[{**GOOD, "profile": {**GOOD["profile"], "layers": layers}}])
    assert there(relu, plan(processes=1)).placement is None


@pytest.mark.parametrize(
    ("more", "code", "said"),
    [
        ({"scenario": "offline"}, "aihub_plan", "scenario: offline"),
        ({"boundary": "with_input_copy"}, "aihub_plan", "boundary"),
        ({"precision": "bf16"}, "aihub_plan", "precision: bf16"),
        ({"sustained_seconds": 60}, "aihub_plan", "sustained_seconds"),
        ({"dataset_sha256": "0" * 64, "dataset_task": "classification"}, "aihub_plan", "dataset_sha256"),
        ({"target": {"target_runtime": "onnx --x"}}, "aihub_option", "target_runtime"),
        ({"target": {"compute_unit": "npu --y"}}, "aihub_option", "compute_unit"),
        ({"target": {"attributes": "a b"}}, "aihub_option", "attributes"),
        ({"inputs": {"z": {"shape": [1]}}}, "unknown_input", "z"),
    ],
)
def test_what_cannot_be_asked_is_refused_before_anything_is_sent(
    hub: Start, relu: Path, more: dict[str, Any], code: str, said: str
) -> None:
    service = hub()
    target = more.pop("target", None) if "target" in more else None
    refusal = refused(relu, plan(target=target, **more)).refusal
    assert refusal.code == code
    assert said in refusal.message["en"]
    assert service.seen() == []


def test_nothing_leaves_without_consent(hub: Start, relu: Path) -> None:
    service = hub()
    with pytest.raises(Refused) as found:
        measure(relu, plan())
    assert found.value.refusal.code == "aihub_consent"
    assert service.seen() == []


def test_an_account_that_is_missing(relu: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QAIHUB_CLIENT_INI", str(tmp_path / "none.ini"))
    assert refused(relu).refusal.code == "aihub_config"
    ini = tmp_path / "client.ini"
    ini.write_text("[api]\napi_url = https://hub.example\n")
    monkeypatch.setenv("QAIHUB_CLIENT_INI", str(ini))
    assert refused(relu).refusal.code == "aihub_config"
    ini.write_text("no ini at all")
    assert refused(relu).refusal.code == "aihub_config"
    monkeypatch.setenv("DIDIMDOL_AIHUB_SECONDS", "soon")
    assert refused(relu).refusal.detail["file"] == "DIDIMDOL_AIHUB_SECONDS"
    monkeypatch.setenv("DIDIMDOL_AIHUB_PYTHON", str(tmp_path / "python"))
    assert refused(relu).refusal.code == "aihub_missing"


def test_the_command(
    hub: Start,
    relu: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    hub()
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    written = tmp_path / "plan.json"
    written.write_text(plan().model_dump_json())
    criteria = tmp_path / "criteria.json"
    criteria.write_text(json.dumps([latency("p99", "1.1").model_dump(mode="json")]))
    evidence = tmp_path / "evidence.zip"
    command = ["measure", str(relu), "--plan", str(written), "--criteria", str(criteria), "--lang", "en"]
    flags = ["--runtime", "qualcomm-ai-hub", "--target", f"device={PHONE['name']}"]
    assert cli.main(["measure", str(relu), *flags, "--lang", "en"]) == 1
    assert "--send-to-qualcomm" in capsys.readouterr().err
    assert cli.main([*command, "--send-to-qualcomm", "--evidence", str(evidence)]) == 0
    told = capsys.readouterr()
    assert "Samsung Galaxy S23" in told.err  # where the model goes, before it goes
    assert "untested adapter" in told.out
    assert "CPU time per inference: not measured" in told.out
    assert "[pass] p99" in told.out
    content = evidence.read_bytes()
    assert verify(content).genuine
    assert TOKEN.encode() not in content
    assert cli.main(["verify", str(evidence), "--lang", "en"]) == 0
    assert "Untested adapter" in capsys.readouterr().out
    page = tmp_path / "page.html"
    assert cli.main(["report", str(evidence), "--html", str(page), "--lang", "ko"]) == 0
    html = page.read_text()
    assert "시험하지 못한 어댑터" in html
    assert "알 수 없음" in html
    assert "onerror=" not in html


def test_an_agent_measures_there_only_by_its_flag(
    hub: Start, relu: Path, site: test_agent.Platform, tmp_path: Path
) -> None:
    service = hub()
    site.offer(onnx.load(relu), plan().model_dump(mode="json"))
    test_agent.agent(site, tmp_path)[0].serve(once=True)
    assert site.got("/failure")[0]["refusal"]["code"] == "aihub_consent"
    assert service.seen() == []
    site.offer(onnx.load(relu), plan().model_dump(mode="json"))
    test_agent.agent(site, tmp_path, send_to_qualcomm=True)[0].serve(once=True)
    assert "runtime:qualcomm-ai-hub" in site.got("/claim")[-1]["labels"]
    measurement = site.got("/result")[0]["measurement"]
    assert (measurement["runtime"], len(measurement["samples_ns"])) == ("qualcomm-ai-hub", 3)


def test_an_environment_without_the_client(hub: Start, relu: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hub()
    monkeypatch.setenv("DIDIMDOL_AIHUB_PYTHON", sys.executable)
    assert refused(relu).refusal.code == "aihub_missing"


def test_the_worker_needs_nothing_of_ours() -> None:
    """It starts in an environment that has neither this package nor what it needs."""
    found = aihub_settings.python()
    probe = "import importlib.util as u; print([n for n in ('didimdol_lab', 'pydantic', 'onnx') if u.find_spec(n)])"
    told = subprocess.run([found, "-I", "-c", probe], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
    assert Path(sys.prefix) != Path(found).parent.parent


def test_every_kind_of_failure_that_the_client_knows_has_a_refusal() -> None:
    probe = "from qai_hub.public_api_pb2 import JobFailureType as t; print(*t.keys())"
    told = subprocess.run(
        [aihub_settings.python(), "-I", "-c", probe], capture_output=True, text=True, check=True
    )
    kinds = {name.removeprefix("JOB_FAILURE_TYPE_") for name in told.stdout.split()}
    assert kinds - set(failures.OF_JOB) == {"UNSPECIFIED", "SUCCESS", "UNKNOWN"}
    assert set(failures.OF_JOB) < kinds
    assert set(failures.OF_JOB.values()) < set(CATALOGUE)


def test_every_refusal_of_the_adapter_is_in_both_languages() -> None:
    for code, texts in CATALOGUE.items():
        if code.startswith("aihub_"):
            assert len(set(texts)) == 4, code
            assert any("가" <= letter <= "힣" for letter in texts[0]), code
            assert not any("가" <= letter <= "힣" for letter in texts[1] + texts[3]), code


def test_what_is_no_verdict_on_the_model_is_no_refusal_of_the_model() -> None:
    told = {code for code, texts in CATALOGUE.items() if "no verdict on the model" in texts[1]}
    assert told < AI_HUB_FAULTS
    assert set(CATALOGUE) > AI_HUB_FAULTS
