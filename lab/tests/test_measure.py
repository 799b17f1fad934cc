"""Real models from installed packages, really measured. No figure of speed is asserted."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import hostile_models as h
from didimdol_lab import cli
from didimdol_lab.commands.common import parse_input
from didimdol_lab.contract import InputSpec, Interference, Phase, Plan, Progress, judge
from didimdol_lab.contract.criteria import Criterion
from didimdol_lab.intake import check
from didimdol_lab.interference import Window, condense, disturbances
from didimdol_lab.measure import measure
from didimdol_lab.refusals import Refused

Shipped = Callable[[str, str], Path]
# The machine that runs the tests is busy with the tests: noise must not decide here.
CALM = {"max_foreign_cpu_share": "1", "max_involuntary_share": "1000000", "max_attempts": 1}


def quick(**more: object) -> Plan:
    return Plan.model_validate(
        {"processes": 2, "min_samples": 64, "min_seconds": 0, "warmup": 2, **CALM, **more}
    )


SILERO = {
    "input": {"shape": [1, 576]},
    "state": {"shape": [2, 1, 128], "fill": "zeros"},
    "sr": {"shape": [], "fill": 16000},
}


def test_silero_voice_activity(shipped: Shipped) -> None:
    path = shipped("silero_vad", "data/silero_vad_16k_op15.onnx")
    plan = quick(inputs=SILERO, min_samples=662, processes=3)
    seen: list[Progress] = []
    card = check(path, inputs=plan.inputs)
    assert card.trial == "ran"
    assert card.size_bytes == 1_289_603
    record = measure(path, plan, progress=seen.append, card=card)
    assert [len(samples) for samples in record.samples_ns] == [221, 221, 221]
    assert record.plan_digest == plan.digest()
    assert record.model_sha256 == card.sha256
    assert len(record.load_ms) == 3
    phases = record.memory_phases
    assert (
        record.peak_memory_bytes
        == phases["measured"]
        >= phases["first"]
        >= phases["loaded"]
        > phases["start"]
    )
    assert phases["start"] > 10_000_000
    assert len(record.warm_load_ms) == len(record.load_ms)
    assert record.cpu_ns_per_inference > 0
    assert record.validity == "valid"
    assert {"denied:file", "denied:network", "denied:memory"} <= set(record.sandbox_layers)
    assert record.executed_precision == "f32"
    phases = [each.phase for each in seen]
    assert phases[-1] is Phase.done
    assert {Phase.loading, Phase.warming, Phase.measuring} <= set(phases)
    limit = Criterion.model_validate(
        {"key": "k", "metric": "model_size", "statistic": "value", "comparison": "<="}
        | {"threshold": "1.289603", "unit": "MB"}
    )
    assert judge(limit, record).verdict == "pass"


def test_magika_with_a_data_set(shipped: Shipped, tmp_path: Path) -> None:
    """Labels made by the model itself but for two: the count must be exactly right."""
    import onnxruntime

    path = shipped("magika", "models/standard_v3_3/model.onnx")
    examples = np.random.default_rng(1).integers(0, 257, (37, 2048)).astype(np.int32)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    labels = session.run(None, {"bytes": examples})[0].argmax(axis=1).astype(np.int64)
    labels[:2] = (labels[:2] + 1) % 214
    np.savez_compressed(tmp_path / "d.npz", bytes=examples, labels=labels)
    plan = quick(
        inputs={"bytes": {"shape": [1, 2048]}}, min_samples=11, processes=1, dataset_task="classification"
    )
    record = measure(path, plan, dataset=tmp_path / "d.npz")
    assert record.accuracy is not None
    assert (record.accuracy.correct, record.accuracy.total) == (35, 37)


def test_input_copies_are_another_boundary(tmp_path: Path) -> None:
    path = h.save(h.good(), tmp_path / "m.onnx")
    record = measure(path, quick(boundary="with_input_copy", min_samples=11, processes=1))
    assert record.boundary == "with_input_copy"


def test_a_disturbed_run_is_repeated_and_then_invalid(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from didimdol_lab import bench as module

    monkeypatch.setattr(module, "disturbances", lambda seen, plan: ["others used 40% of the CPU"])
    path = h.save(h.good(), tmp_path / "m.onnx")
    record = measure(path, quick(processes=1, min_samples=11, max_attempts=2))
    assert (record.attempts, record.validity) == (2, "invalid")
    assert record.invalid_reasons == ["others used 40% of the CPU"]


def test_noise_is_condensed_over_the_processes() -> None:
    window = Window(inferences=100, own_ns=10**9, busy_ns=3 * 10**9, capacity_ns=10**10, switches=6)
    seen = condense([window, window])
    assert seen == Interference(foreign_cpu_share=0.2, involuntary_switches=12, involuntary_share=0.06)
    assert len(disturbances(seen, Plan())) == 2
    assert disturbances(seen, quick()) == []
    quiet = Window(inferences=100, own_ns=10**9, busy_ns=10**9, capacity_ns=10**10, switches=5)
    assert disturbances(condense([quiet]), Plan()) == []


def refusal_code(path: Path, plan: Plan, dataset: Path | None = None) -> str:
    with pytest.raises(Refused) as caught:
        measure(path, plan, dataset=dataset)
    return caught.value.refusal.code


def test_open_shapes_must_be_given(tmp_path: Path) -> None:
    path = h.save(h.classifier(), tmp_path / "m.onnx")
    assert refusal_code(path, quick()) == "inputs_needed"


def test_a_hostile_model_is_not_measured_unchecked(tmp_path: Path) -> None:
    path = h.save(h.external_initializer("../secret"), tmp_path / "m.onnx")
    assert refusal_code(path, quick()) == "external_data"


def test_another_models_card_does_not_help(tmp_path: Path) -> None:
    card = check(h.save(h.good(), tmp_path / "good.onnx"))
    path = h.save(h.external_initializer("../secret"), tmp_path / "bad.onnx")
    with pytest.raises(Refused) as caught:
        measure(path, quick(), card=card)
    assert caught.value.refusal.code == "external_data"


FOUR = np.eye(4, dtype=np.float32)


@pytest.mark.parametrize(
    "arrays",
    [
        {"x": FOUR},
        {"labels": np.arange(4)},
        {"x": FOUR, "labels": np.arange(3)},
        {"x": FOUR, "labels": np.arange(4.0)},
        {"y": FOUR, "labels": np.arange(4)},
        {"x": np.array([{}] * 4, dtype=object), "labels": np.arange(4)},
    ],
)
def test_a_bad_data_set_is_refused(arrays: dict[str, np.ndarray], tmp_path: Path) -> None:
    path = h.save(h.classifier(), tmp_path / "m.onnx")
    np.savez(tmp_path / "d.npz", **arrays)
    plan = quick(inputs={"x": {"shape": [1, 4]}}, processes=1, min_samples=1)
    assert refusal_code(path, plan, tmp_path / "d.npz") == "dataset_invalid"


def test_the_data_set_must_be_the_sealed_one(tmp_path: Path) -> None:
    path = h.save(h.classifier(), tmp_path / "m.onnx")
    np.savez(tmp_path / "d.npz", x=FOUR, labels=np.arange(4))
    values = {"inputs": {"x": {"shape": [1, 4]}}, "processes": 1, "min_samples": 1}
    plan = quick(**values, dataset_sha256="0" * 64, dataset_task="classification")
    assert refusal_code(path, plan) == "dataset_missing"
    assert refusal_code(path, plan, tmp_path / "d.npz") == "hash_mismatch"


def test_command_line_check_and_measure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(h.save(h.good(), tmp_path / "m.onnx"))
    assert cli.main(["check", path, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["nodes"] == 1
    plan = tmp_path / "plan.json"
    plan.write_text(quick(processes=1, min_samples=11).model_dump_json())
    criteria = tmp_path / "criteria.json"
    limits = {"key": "size", "metric": "model_size", "statistic": "value", "comparison": "<=", "unit": "MB"}
    criteria.write_text(json.dumps([{**limits, "threshold": "0.000001"}]))
    line = ["measure", path, "--plan", str(plan), "--criteria", str(criteria), "--json"]
    assert cli.main(line) == 1
    answer = json.loads(capsys.readouterr().out)
    assert answer["results"][0]["verdict"] == "fail"
    assert len(answer["measurement"]["samples_ns"][0]) == 11


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["check", "missing.onnx"], 1, "not_found"),
        (["measure", "missing.onnx", "--input", "x=axb"], 2, "--input"),
        (["measure", "missing.onnx", "--plan", "missing.json"], 2, "missing.json"),
        (["agent", "--server", "http://example.org", "--token", "t"], 2, "https"),
        (["agent", "--server", "ftp://x", "--token", "t"], 2, "ftp"),
        (["agent", "--server", "http://127.0.0.1:1", "--token", "t", "--label", "nonsense"], 2, ":"),
    ],
)
@pytest.mark.parametrize("lang", ["ko", "en"])
def test_wrong_use_gets_one_clear_message(
    arguments: list[str], code: int, words: str, lang: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main([*arguments, "--lang", lang]) == code
    shown = capsys.readouterr().err
    assert words in shown
    assert "Traceback" not in shown


def test_inputs_on_the_command_line() -> None:
    assert parse_input("in:0=1x576") == ("in:0", InputSpec(shape=[1, 576]))
    assert parse_input("s=2x1x128:zeros") == ("s", InputSpec(shape=[2, 1, 128], fill="zeros"))
    assert parse_input("sr=:16000") == ("sr", InputSpec.model_validate({"shape": [], "fill": 16000}))
