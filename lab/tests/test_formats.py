"""Good models of every format: their cards, and ONNX with external data as one checked package."""

from __future__ import annotations

import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from ai_edge_litert import schema_py_generated as published
from onnx import helper, numpy_helper

import hostile_ir as ir
import hostile_models as h
import hostile_tflite as t
from didimdol_lab.child.inspection import tflite_schema
from didimdol_lab.child.inspection.onnx_library import messages
from didimdol_lab.contract import Plan
from didimdol_lab.intake import check, hold
from didimdol_lab.intake.checking import IntakeLimits, inspect
from didimdol_lab.measure import measure
from didimdol_lab.refusals import Refused
from test_hostile import pair, zipped


def network() -> Any:
    """Conv 3 -> 8 of 3x3 on 6x6, then a product with 8x10: two weights of different files."""
    rng = np.random.default_rng(0)
    weights = [
        numpy_helper.from_array(rng.standard_normal((8, 3, 3, 3)).astype("float32"), "w"),
        numpy_helper.from_array(rng.standard_normal((8, 10)).astype("float32"), "v"),
    ]
    nodes = [
        helper.make_node("Conv", ["x", "w"], ["c"], pads=[1, 1, 1, 1]),
        helper.make_node("GlobalAveragePool", ["c"], ["p"]),
        helper.make_node("Flatten", ["p"], ["f"]),
        helper.make_node("MatMul", ["f", "v"], ["y"]),
    ]
    graph = helper.make_graph(nodes, "g", [h.value("x", [1, 3, 6, 6])], [h.value("y", [1, 10])], weights)
    return h.model(graph)


def externalised() -> tuple[bytes, dict[str, bytes]]:
    """The network with its weights in two files, the second behind 8 other bytes."""
    model = network()
    files = {}
    for tensor, name, offset in zip(model.graph.initializer, ("w.bin", "v.weights"), (0, 8), strict=True):
        files[name] = b"\xaa" * offset + tensor.raw_data
        tensor.ClearField("raw_data")
        tensor.data_location = onnx.TensorProto.EXTERNAL
        tensor.external_data.add(key="location", value=name)
        tensor.external_data.add(key="offset", value=str(offset))
    return model.SerializeToString(), files


MACS = 8 * 6 * 6 * 3 * 3 * 3 + 8 * 10


def test_card_of_onnx(tmp_path: Path) -> None:
    card = check(h.save(network(), tmp_path / "m.onnx"))
    assert (card.format, card.files, card.macs) == ("onnx", 1, MACS)
    assert card.parameters == 8 * 3 * 3 * 3 + 8 * 10


@pytest.mark.parametrize(
    ("build", "why"),
    [(h.classifier, "open batch"), (h.endless_loop, "")],
)
def test_macs_are_unknown_rather_than_wrong(build: Callable[[], Any], why: str, tmp_path: Path) -> None:
    """An open batch is unknown; a loop that multiplies nothing is nothing."""
    with hold(h.save(build(), tmp_path / "m.onnx"), max_bytes=10**6) as custody:
        assert inspect(custody, IntakeLimits()).macs == (None if why else 0)


def test_card_of_tflite(tmp_path: Path) -> None:
    card = check(h.save(t.pack(t.good()), tmp_path / "m.tflite"))
    assert (card.format, card.opset, card.producer, card.nodes) == ("tflite", 3, "test", 1)
    assert (card.parameters, card.macs, card.precision) == (15, 12, "f32")
    assert card.operators == {"FULLY_CONNECTED": 1}
    assert [(each.name, each.dtype, each.shape) for each in card.inputs] == [("x", "float", [1, 4])]
    assert [(each.name, each.dtype, each.shape) for each in card.outputs] == [("y", "float", [1, 3])]
    assert card.trial == "ran"


def test_eight_levels_of_subgraphs_are_allowed_in_tflite(tmp_path: Path) -> None:
    assert check(h.save(t.nested_if(8), tmp_path / "m.tflite")).nodes == 9


@pytest.mark.parametrize("container", ["zip", "tar"])
def test_card_of_openvino_ir(container: str, tmp_path: Path) -> None:
    path = pair(ir.good())(tmp_path)
    if container == "tar":
        for name, content in (("m.xml", ir.good()), ("m.bin", ir.BIN)):
            (tmp_path / name).write_bytes(content)
        path = tmp_path / "m.tar"
        with tarfile.open(path, "w") as archive:
            archive.add(tmp_path / "m.xml", "m.xml")
            archive.add(tmp_path / "m.bin", "m.bin")
    card = check(path)
    assert (card.format, card.files, card.container, card.trial) == ("openvino", 2, container, "ran")
    assert card.operators == {"Parameter": 1, "Const": 1, "Multiply": 1, "Result": 1}
    assert (card.parameters, card.precision, card.macs) == (4, "f32", 0)
    assert card.size_bytes == len(ir.good()) + len(ir.BIN)
    assert [(each.name, each.shape) for each in (*card.inputs, *card.outputs)] == [
        ("x", [1, 4]),
        ("y", [1, 4]),
    ]


def test_external_data_become_one_package(tmp_path: Path) -> None:
    graph, files = externalised()
    path = zipped(
        tmp_path / "m.zip",
        {"a/m.onnx": graph, "a/README": b"hello"} | {f"a/{k}": v for k, v in files.items()},
    )
    with hold(path, max_bytes=10**6) as custody:
        assert set(custody.files) == {"model.onnx", "model.data"}
        content = custody.files["model.data"].read_bytes()
        assert content[:864] == files["w.bin"]
        assert content[4096:] == files["v.weights"]
        packed = messages.ModelProto.FromString(custody.files["model.onnx"].read_bytes())
        keys = [
            {each.key: each.value for each in tensor.external_data} for tensor in packed.graph.initializer
        ]
        assert keys == [
            {"location": "model.data", "offset": "0", "length": "864"},
            {"location": "model.data", "offset": str(4096 + 8), "length": "320"},
        ]
        assert custody.size_bytes == custody.files["model.onnx"].stat().st_size + sum(
            map(len, files.values())
        )
    card = check(path)
    assert (card.format, card.files, card.trial, card.macs) == ("onnx", 2, "ran", MACS)


def test_a_package_computes_what_the_single_file_does(tmp_path: Path) -> None:
    """Measured beside ONNX Runtime's reference of itself, and both have the same card but for the size."""
    graph, files = externalised()
    single = check(h.save(network(), tmp_path / "m.onnx"))
    path = zipped(tmp_path / "m.zip", {"m.onnx": graph, **files})
    double = check(path)
    same = {"parameters", "macs", "precision", "inputs", "outputs", "operators", "nodes"}
    assert double.model_dump(include=same) == single.model_dump(include=same)
    plan = Plan.model_validate({"processes": 1, "min_samples": 5, "min_seconds": 0, "max_attempts": 1})
    assert len(measure(path, plan, card=double).pooled_ns()) >= 5


def test_limits_hold_for_all_files_together(tmp_path: Path) -> None:
    graph, files = externalised()
    path = zipped(tmp_path / "m.zip", {"m.onnx": graph, **files})
    with pytest.raises(Refused) as caught, hold(path, max_bytes=len(graph) + 1000):
        pass
    assert caught.value.refusal.code in ("archive_bomb", "too_large")


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (tflite_schema.Model, published.ModelT),
        (tflite_schema.SubGraph, published.SubGraphT),
        (tflite_schema.Operator, published.OperatorT),
        (tflite_schema.Tensor, published.TensorT),
    ],
)
def test_field_numbers_are_in_the_published_order(ours: type, theirs: type) -> None:
    """The generated classes list their fields in the schema's order."""
    numbers = [value for name, value in vars(ours).items() if isinstance(value, int)]
    assert numbers == list(range(len(numbers)))
    assert len(numbers) <= len(vars(theirs()))


def test_names_and_types_are_the_published_ones() -> None:
    operators = {
        value: name for name, value in vars(published.BuiltinOperator).items() if isinstance(value, int)
    }
    assert dict(enumerate(tflite_schema.OPERATORS)).items() <= operators.items()
    types = {value for name, value in vars(published.TensorType).items() if isinstance(value, int)}
    assert set(range(len(tflite_schema.TYPES))) <= types
    for name, (number, _) in tflite_schema.CALLS.items():
        assert number == getattr(published.BuiltinOptions, _options(name))
    for name, (number, _) in tflite_schema.CALLS2.items():
        assert number == getattr(published.BuiltinOptions2, _options(name))
    assert published.BuiltinOptions.BatchMatMulOptions == tflite_schema.BATCH_MATMUL_OPTIONS
    assert published.BuiltinOptions2.StablehloCaseOptions == tflite_schema.CASE_OPTIONS


def _options(operator: str) -> str:
    """IF -> IfOptions, STABLEHLO_REDUCE_WINDOW -> StablehloReduceWindowOptions."""
    known = {"STABLEHLO_COMPOSITE": "StableHLOCompositeOptions"}
    return known.get(operator, "".join(part.capitalize() for part in operator.split("_")) + "Options")
