"""Static INT8 through the command: what comes out is a model that the lab accepts, smaller and nearly equal."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from didimdol_lab import quantizing
from didimdol_lab.cli import main

Told = Callable[..., tuple[int, Any]]


def model(opset: int = 13, middle: str = "Conv", batch: int | str = "n") -> Any:
    """x[n,1,12,12] -> Conv or another operator -> y[n,4]."""
    draw = np.random.default_rng(3)
    nodes = [
        helper.make_node("Conv", ["x", "w"], ["c"])
        if middle == "Conv"
        else helper.make_node(middle, ["x"], ["c"]),
        helper.make_node("Flatten", ["c"], ["y" if middle != "Conv" else "f"]),
    ]
    weights = []
    if middle == "Conv":
        nodes.append(helper.make_node("MatMul", ["f", "m"], ["y"]))
        weights = [
            numpy_helper.from_array(draw.normal(size=(8, 1, 3, 3)).astype(np.float32), "w"),
            numpy_helper.from_array(draw.normal(size=(800, 4)).astype(np.float32), "m"),
        ]
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [batch, 1, 12, 12])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [batch, None])],
        weights,
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)
    made.metadata_props.add(key="characters", value="가나다")
    return made


def examples(count: int = 24) -> Any:
    return np.random.default_rng(5).normal(size=(count, 1, 12, 12)).astype(np.float32)


@pytest.fixture
def quantize(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Told:
    """``quantize(model, x=array…)``: exit code and the JSON that the command prints."""

    def run(given: Any, **arrays: Any) -> tuple[int, Any]:
        onnx.save(given, tmp_path / "model.onnx")
        np.savez(tmp_path / "data.npz", **arrays)
        asked = [str(tmp_path / "model.onnx"), "--calibration", str(tmp_path / "data.npz")]
        code = main(["quantize", *asked, "--out", str(tmp_path / "int8.onnx"), "--json", "--lang", "en"])
        return code, json.loads(capsys.readouterr().out)

    return run


def test_a_smaller_model_that_says_nearly_the_same(quantize: Told, tmp_path: Path) -> None:
    x = examples()
    code, told = quantize(model(), x=x, labels=np.zeros(len(x), np.int64))
    assert code == 0
    assert told["examples"] == len(x)
    assert told["after"]["size_bytes"] < 0.5 * told["before"]["size_bytes"]
    assert told["after"]["precision"] == "int8"
    assert told["after"]["operators"]["DequantizeLinear"] >= 3
    made = onnx.load(tmp_path / "int8.onnx")
    assert [(each.key, each.value) for each in made.metadata_props] == [("characters", "가나다")]
    before, after = (
        onnxruntime.InferenceSession(str(tmp_path / name), providers=["CPUExecutionProvider"]).run(
            None, {"x": x}
        )[0]
        for name in ("model.onnx", "int8.onnx")
    )
    assert 0 < np.abs(before - after).max() < 0.05 * np.abs(before).max()


def test_a_fixed_batch_takes_its_examples_together(quantize: Told) -> None:
    code, told = quantize(model(batch=8), x=examples(20))
    assert (code, told["examples"]) == (0, 2)


@pytest.mark.parametrize(
    ("given", "arrays", "code", "word"),
    [
        (model(opset=12), {"x": examples(2)}, "quantize_opset", "13"),
        (model(middle="Erf"), {"x": examples(2)}, "quantize_nothing", "as it is"),
        (model(), {"z": examples(2)}, "calibration_invalid", "'z'"),
        (model(), {"x": examples(2).astype(complex)}, "calibration_invalid", "complex128"),
        (model(), {"x": examples(0)}, "calibration_invalid", "at least one example"),
        (model(batch=8), {"x": examples(7)}, "calibration_invalid", "8 examples at once"),
        (model(), {"x": examples(2)[:, :, :5]}, "inference_failed", "shapes"),
    ],
)
def test_what_cannot_be_quantised_says_why(
    quantize: Told, given: Any, arrays: dict[str, Any], code: str, word: str
) -> None:
    ended, told = quantize(given, **arrays)
    assert (ended, told["refusal"]["code"]) == (1, code)
    assert word in json.dumps(told["refusal"])


def test_what_is_quantised_is_not_quantised_again(quantize: Told, tmp_path: Path) -> None:
    assert quantize(model(), x=examples(2))[0] == 0
    code, told = quantize(onnx.load(tmp_path / "int8.onnx"), x=examples(2))
    assert (code, told["refusal"]["code"]) == (1, "quantize_again")


def test_the_model_itself_is_never_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(tmp_path / "model.onnx")
    assert main(["quantize", path, "--calibration", "d.npz", "--out", path, "--lang", "en"]) == 2
    assert "not overwritten" in capsys.readouterr().err


def test_a_model_larger_than_it_may_be_is_not_taken(quantize: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the sandbox sends is counted, whatever it says of itself."""
    monkeypatch.setattr(quantizing, "_ROOM", -20_000)
    code, told = quantize(model(), x=examples(2))
    assert (code, told["refusal"]["code"]) == (1, "sandbox_output")
    assert "larger than the float one" in told["refusal"]["detail"]["reason"]


def test_weights_in_a_file_of_their_own(
    quantize: Told, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert quantize(model(), x=examples(2))[0] == 0
    onnx.save(
        model(), tmp_path / "apart.onnx", save_as_external_data=True, location="weights.bin", size_threshold=0
    )
    with zipfile.ZipFile(tmp_path / "apart.zip", "w") as archive:
        for name in ("apart.onnx", "weights.bin"):
            archive.write(tmp_path / name, name)
    asked = [str(tmp_path / "apart.zip"), "--calibration", str(tmp_path / "data.npz")]
    assert main(["quantize", *asked, "--out", str(tmp_path / "other.onnx"), "--lang", "en"]) == 0
    assert "Made INT8" in capsys.readouterr().out
    onnx.checker.check_model(onnx.load(tmp_path / "other.onnx", load_external_data=False))
    sizes = [(tmp_path / name).stat().st_size for name in ("other.onnx", "int8.onnx")]
    assert abs(sizes[0] - sizes[1]) < 200  # the weights are in it


def test_fp32_beside_int8_with_accuracy_as_table_and_page(
    quantize: Told, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given, x = model(), examples()
    before = onnxruntime.InferenceSession(given.SerializeToString(), providers=["CPUExecutionProvider"])
    labels = before.run(None, {"x": x})[0].argmax(axis=1)
    assert quantize(given, x=x, labels=labels)[0] == 0
    plan = {
        "min_samples": 9,
        "min_seconds": 0,
        "warmup": 1,
        "max_foreign_cpu_share": 1,
        "max_involuntary_share": 1000,
    }
    (tmp_path / "plan.json").write_text(json.dumps(plan))
    both = [str(tmp_path / "model.onnx"), str(tmp_path / "int8.onnx"), "--plan", str(tmp_path / "plan.json")]
    shape = ["--input", "x=1x1x12x12", "--dataset", str(tmp_path / "data.npz"), "--rounds", "3"]
    page = tmp_path / "page.html"
    assert main(["compare", *both, *shape, "--html", str(page), "--lang", "en"]) == 0
    lines = {line[:28].strip(): line[28:].split() for line in capsys.readouterr().out.splitlines()}
    assert lines["Accuracy (%)"][0] == "100.000"
    assert float(lines["Size (MB)"][1]) < 0.5 * float(lines["Size (MB)"][0])
    shown = page.read_text(encoding="utf-8")
    assert "Accuracy (%)" in shown
    assert "f32 → f32" in shown
    assert "int8 → int8" in shown
    assert shown.count("<rect") == 12
