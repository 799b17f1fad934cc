"""Qualcomm AI Hub through its real client, against a local server that speaks its protocol. No figure is asserted that
the server did not give."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import onnx
import pytest

import hostile_models as h
import hostile_tflite as tflite
import test_agent
from aihub_hub import (
    BOARD,
    GOOD,
    LAYERS,
    PHONE,
    TABLET,
    TOKEN,
    Start,
    latency,
    needs_the_client,
    plan,
    refused,
    there,
    value_of,
)
from didimdol_lab import cli
from didimdol_lab.aihub import settings as aihub_settings
from didimdol_lab.contract import Progress, judge
from didimdol_lab.evidence import verify
from didimdol_lab.measure import measure
from didimdol_lab.refusals import Refused

pytestmark = needs_the_client
site = test_agent.platform
"""The platform that the agent's tests speak to, as a fixture."""


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


def test_a_tflite_file_runs_as_it_is(hub: Start, tmp_path: Path) -> None:
    service = hub(inference=[{**GOOD, "operation": None}])
    path = tmp_path / "m.tflite"
    path.write_bytes(tflite.pack(tflite.good()))
    record = there(path, plan(TABLET["name"], processes=1))
    assert len(record.samples_ns[0]) == 221
    assert [each["options"] for each in service.submitted()] == ["--max_profiler_iterations 662"]


def test_what_is_not_told_is_not_zero(hub: Start, relu: Path) -> None:
    hub(inference=[{**GOOD, "profile": {"times": [900] * 221}}])
    record = there(relu, plan())
    assert (record.load_ms, record.warm_load_ms, record.memory_phases) == ([], [], {})
    assert (record.placement, record.layers) == (None, [])
    for metric in ("load_time", "peak_memory", "first_inference", "accelerator_share"):
        found = judge(value_of(metric), record)
        assert (found.verdict, found.value) == ("inconclusive", None), metric


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


def test_a_label_of_the_platform_names_a_device(hub: Start, relu: Path) -> None:
    hub()
    record = there(relu, plan("samsung-galaxy-s23", processes=1))
    assert record.environment["device"] == "Samsung Galaxy S23"


def test_unit_not_told_means_placement_not_told(hub: Start, relu: Path) -> None:
    layers = [*LAYERS, ["odd", "Add", "UNSPECIFIED", None]]
    hub(inference=[{**GOOD, "profile": {**GOOD["profile"], "layers": layers}}])
    assert there(relu, plan(processes=1)).placement is None


@pytest.mark.parametrize(
    ("more", "code", "said"),
    [
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
    assert "run by Qualcomm AI Hub's profiler" in told.out
    assert "[pass] p99" in told.out
    content = evidence.read_bytes()
    assert verify(content).genuine
    assert TOKEN.encode() not in content
    assert cli.main(["verify", str(evidence), "--lang", "en"]) == 0
    assert "untested adapter" in capsys.readouterr().out
    page = tmp_path / "page.html"
    assert cli.main(["report", str(evidence), "--html", str(page), "--lang", "ko"]) == 0
    html = page.read_text()
    assert "실물 장비로 확인하지 못한 어댑터" in html
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


def test_the_worker_needs_nothing_of_ours() -> None:
    """It starts in an environment that has neither this package nor what it needs."""
    found = aihub_settings.python()
    probe = "import importlib.util as u; print([n for n in ('didimdol_lab', 'pydantic', 'onnx') if u.find_spec(n)])"
    told = subprocess.run([found, "-I", "-c", probe], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
    assert Path(sys.prefix) != Path(found).parent.parent
