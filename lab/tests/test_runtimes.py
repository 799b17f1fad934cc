"""Every runtime behind the one interface, in the sandbox: what it computes, in what, and where."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from didimdol_lab import cli
from didimdol_lab.contract import Assurance, Criterion, InputSpec, Measurement, Plan, Verdict, judge
from didimdol_lab.energy import Counter
from didimdol_lab.environment import labels, runtimes
from didimdol_lab.measure import measure
from didimdol_lab.refusals import Refused

CHIP = {"htp_arch": "75", "soc_model": "57"}
Maker = Callable[..., Path]


def needs(package: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(find_spec(package) is None, reason=f"{package} is not installed")


def plan(**more: Any) -> Plan:
    base: dict[str, Any] = {"processes": 1, "min_samples": 20, "min_seconds": 0, "max_attempts": 1}
    return Plan.model_validate({**base, **more})


@pytest.fixture
def network(tmp_path: Path) -> Path:
    """Conv, Relu, pooling, MatMul on 1x3x16x16: every runtime knows these."""
    rng = np.random.default_rng(0)
    weights = [
        numpy_helper.from_array(rng.standard_normal((8, 3, 3, 3)).astype("float32"), "w"),
        numpy_helper.from_array(rng.standard_normal((8, 10)).astype("float32"), "v"),
    ]
    nodes = [
        helper.make_node("Conv", ["x", "w"], ["c"], pads=[1, 1, 1, 1]),
        helper.make_node("Relu", ["c"], ["r"]),
        helper.make_node("GlobalAveragePool", ["r"], ["p"]),
        helper.make_node("Flatten", ["p"], ["f"]),
        helper.make_node("MatMul", ["f", "v"], ["y"]),
    ]
    return save(nodes, [1, 3, 16, 16], [1, 10], tmp_path / "network.onnx", weights)


def save(
    nodes: list[Any], shape: list[Any], out: list[Any], path: Path, weights: list[Any] | None = None
) -> Path:
    one = TensorProto.FLOAT
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("x", one, shape)],
        [helper.make_tensor_value_info("y", one, out)],
        weights or [],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, path)
    return path


def refusal(path: Path, asked: Plan) -> Any:
    with pytest.raises(Refused) as caught:
        measure(path, asked)
    return caught.value.refusal


def criterion(metric: str, comparison: str, threshold: object, unit: str, **more: Any) -> Criterion:
    named = {"key": "k", "metric": metric, "statistic": "value", "comparison": comparison, "unit": unit}
    return Criterion.model_validate({**named, "threshold": threshold, **more})


def test_onnx_runtime_is_its_own_reference(network: Path) -> None:
    record = measure(network, plan(compare_outputs=True))
    assert record.runtime == "onnxruntime-cpu"
    assert record.executed_precision == "f32"
    [difference] = record.differences
    assert (difference.output, difference.max_abs) == ("y", 0.0)
    assert record.placement is None
    found = judge(criterion("accelerator_share", ">=", 50, "%"), record)
    assert found.verdict is Verdict.inconclusive
    assert "does not tell" in found.reason["en"]


@needs("openvino")
def test_openvino_computes_in_the_precision_asked_for(network: Path) -> None:
    """On a CPU with bfloat16 it would choose that by itself: the plan's precision is set and read back."""
    exact = measure(network, plan(runtime="openvino-cpu", compare_outputs=True, per_layer=True))
    assert exact.executed_precision == "f32"
    assert exact.differences[0].max_abs < 1e-4
    assert exact.placement is not None
    assert set(exact.placement.units) == {"CPU"}
    assert exact.placement.share() == 0.0
    assert {"Convolution", "FullyConnected"} <= {layer.operator for layer in exact.layers}
    assert exact.layers == sorted(exact.layers, key=lambda layer: -layer.ns)
    coarse = measure(network, plan(runtime="openvino-cpu", precision="bf16", compare_outputs=True))
    assert coarse.executed_precision == "bf16"
    assert coarse.differences[0].max_abs > exact.differences[0].max_abs
    assert judge(criterion("output_difference", "<=", "0.001", "1"), coarse).verdict is Verdict.failed
    assert judge(criterion("output_cosine", ">=", "0.99", "1"), coarse).verdict is Verdict.passed


@needs("openvino")
def test_a_device_that_is_not_there_is_named(network: Path) -> None:
    if "openvino-npu" in runtimes():
        pytest.skip("this machine has an NPU")
    found = refusal(network, plan(runtime="openvino-npu", precision="f16"))
    assert found.code == "device_missing"
    assert "NPU" in found.message["en"]
    assert "CPU" in found.message["en"]


@needs("openvino")
def test_the_operator_that_stops_a_runtime_is_named(tmp_path: Path) -> None:
    nodes = [helper.make_node("Det", ["x"], ["d"]), helper.make_node("Relu", ["d"], ["y"])]
    path = save(nodes, [2, 4, 4], [2], tmp_path / "det.onnx")
    found = refusal(path, plan(runtime="openvino-cpu"))
    assert found.code == "compile_failed"
    assert "Det" in found.message["ko"]
    assert measure(path, plan()).runtime == "onnxruntime-cpu"  # another runtime takes it


def test_a_precision_that_a_runtime_does_not_have_is_refused(network: Path) -> None:
    found = refusal(network, plan(precision="bf16"))
    assert found.code == "precision_unavailable"
    assert "precision: f32" in found.remedy["en"]


def test_a_format_that_a_runtime_does_not_read_names_those_that_do(network: Path) -> None:
    found = refusal(network, plan(runtime="litert-cpu"))
    assert found.code == "runtime_format"
    assert "onnxruntime-cpu" in found.remedy["en"]
    assert "openvino-cpu" in found.remedy["ko"]


@needs("onnxruntime_qnn")
def test_the_simulator_tells_placement_and_numbers_but_no_time(network: Path) -> None:
    asked = plan(runtime="qnn-simulator", precision="f16", target=CHIP, compare_outputs=True)
    record = measure(network, asked, assurance=Assurance.measured)
    assert record.assurance is Assurance.simulated  # whatever the operator says of this machine
    assert record.placement is not None
    assert record.placement.share() == 1.0
    assert record.differences[0].max_abs < 0.1
    share = criterion("accelerator_share", ">=", 90, "%", assurance="simulated")
    assert judge(share, record).verdict is Verdict.passed
    latency = criterion("latency", "<=", 10_000, "ms", statistic="p50", assurance="simulated")
    assert judge(latency, record).verdict is Verdict.inconclusive


@needs("onnxruntime_qnn")
def test_what_the_npu_does_not_take_is_counted_by_operator(tmp_path: Path) -> None:
    nodes = [helper.make_node("Relu", ["x"], ["r"]), helper.make_node("Mod", ["r", "d"], ["y"], fmod=1)]
    divisor = numpy_helper.from_array(np.array([2], dtype="float32"), "d")
    path = save(nodes, [1, 8], [1, 8], tmp_path / "mod.onnx", [divisor])
    record = measure(path, plan(runtime="qnn-simulator", precision="f16", target=CHIP))
    assert record.placement is not None
    assert record.placement.fallbacks == {"Mod": 1}


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param({"runtime": "openvino-cpu"}, marks=needs("openvino")),
        pytest.param(
            {"runtime": "qnn-simulator", "precision": "f16", "target": CHIP}, marks=needs("onnxruntime_qnn")
        ),
    ],
)
def test_open_shapes_are_fixed_before_compiling(asked: dict[str, Any], tmp_path: Path) -> None:
    """An NPU takes nothing of an open shape; the plan's inputs say which shape is meant."""
    path = save([helper.make_node("Relu", ["x"], ["y"])], ["n", 4], ["n", 4], tmp_path / "open.onnx")
    record = measure(path, plan(inputs={"x": InputSpec(shape=[2, 4])}, compare_outputs=True, **asked))
    assert record.placement is not None
    assert record.placement.fallbacks == {}
    assert record.differences[0].max_abs < 0.01


@needs("onnxruntime_qnn")
def test_an_unknown_chip_is_no_silent_fallback_to_the_cpu(network: Path) -> None:
    asked = plan(runtime="qnn-simulator", precision="f16", target={"htp_arch": "99", "soc_model": "999"})
    found = refusal(network, asked)
    assert found.code == "device_missing"
    assert "75/57" in found.message["en"]


def test_a_sustained_run_is_told_by_minutes(network: Path) -> None:
    record = measure(network, plan(sustained_seconds=1))
    [minute] = record.sustained
    assert minute.samples > 0
    assert minute.p50_ns > 0
    worst = judge(criterion("sustained_latency", "<=", 10_000, "ms"), record)
    assert worst.value == (Decimal(minute.p50_ns) / 1_000_000).quantize(Decimal("0.000001"))


def test_open_inputs_are_given_to_every_task(tmp_path: Path) -> None:
    path = save([helper.make_node("Relu", ["x"], ["y"])], ["n", 4], ["n", 4], tmp_path / "open.onnx")
    record = measure(
        path, plan(inputs={"x": InputSpec(shape=[2, 4])}, compare_outputs=True, sustained_seconds=1)
    )
    assert record.differences[0].max_abs == 0.0
    assert len(record.sustained) == 1


def test_the_machine_claims_the_runtimes_that_it_has() -> None:
    claimed = labels()
    assert "runtime:onnxruntime-cpu" in claimed
    assert ("runtime:openvino-cpu" in claimed) == (find_spec("openvino") is not None)
    assert ("runtime:litert-cpu" in claimed) == (find_spec("ai_edge_litert") is not None)
    assert "runtime:qualcomm-ai-hub" not in claimed  # another's machine, and the model would leave the house


def rapl(root: Path, energies: list[int], most: int = 1_000_000) -> Counter:
    for number, energy in enumerate(energies):
        folder = root / f"intel-rapl:{number}"
        folder.mkdir(exist_ok=True)
        (folder / "energy_uj").write_text(f"{energy}\n")
        (folder / "max_energy_range_uj").write_text(f"{most}\n")
        core = root / f"intel-rapl:{number}:0"  # a part of the package, which must not be counted twice
        core.mkdir(exist_ok=True)
        (core / "energy_uj").write_text("7\n")
        (core / "max_energy_range_uj").write_text(f"{most}\n")
    return Counter(root)


def test_energy_is_counted_by_package_and_wraps_around(tmp_path: Path) -> None:
    counter = rapl(tmp_path, [10, 999_990])
    before = counter.read()
    rapl(tmp_path, [510, 40])
    assert counter.between(before, counter.read()) == 500 + 50
    shutil.rmtree(tmp_path / "intel-rapl:0")
    shutil.rmtree(tmp_path / "intel-rapl:1")
    assert not Counter(tmp_path).present


def test_without_a_counter_energy_is_not_measured(network: Path) -> None:
    record: Measurement = measure(network, plan())
    assert (record.energy_uj_per_inference is not None) == Counter().present


@needs("openvino")
def test_the_command_chooses_runtime_precision_and_more(
    network: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fast = network.with_suffix(".json")
    fast.write_text(plan().model_dump_json(by_alias=True))
    asked = ["--runtime", "openvino-cpu", "--precision", "bf16", "--compare-outputs", "--per-layer", "--json"]
    assert cli.main(["measure", str(network), "--plan", str(fast), *asked]) in (0, 3)
    record = json.loads(capsys.readouterr().out)["measurement"]
    assert (record["runtime"], record["executed_precision"]) == ("openvino-cpu", "bf16")
    assert record["layers"]
    assert record["differences"][0]["output"] == "y"


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--runtime", "qnn-simulator"], "needs target.htp_arch"),
        (["--target", "htp_arch"], "이름=값"),
        (["--sustained", "-1"], "--sustained"),
    ],
)
def test_flags_that_make_no_plan_say_what_is_wrong(
    flags: list[str], said: str, network: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["measure", str(network), *flags, "--lang", "ko"]) == 2
    assert said in capsys.readouterr().err
