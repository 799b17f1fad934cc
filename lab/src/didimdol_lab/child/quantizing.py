"""A static INT8 model (QDQ) of a float one: ONNX Runtime's quantiser, with the ranges that calibration data shows.

All in memory: the quantiser's own front door writes files, and nothing writes files here. Weights become signed
integers a channel, activations unsigned ones a tensor: what ONNX Runtime's CPU computes fastest.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import onnx
import onnxruntime

from . import feeding
from .channel import Channel, TaskRefused
from .instruments import Instruments
from .runtimes.base import Array, Port, failed
from .runtimes.onnxruntime import options, ports

LOWEST_OPSET = 13
_INTEGER = (
    "QuantizeLinear",
    "DynamicQuantizeLinear",
    "ConvInteger",
    "MatMulInteger",
    "QLinearConv",
    "QLinearMatMul",
)
_INFERRED = "onnx.infer", "onnxruntime.quant"
"""A property of the model by which the quantiser knows that shapes were inferred; else it would, through a file."""
Ranges = dict[str, tuple[float, float]]


def run(
    request: dict[str, Any], files: dict[str, str], channel: Channel, instruments: Instruments
) -> dict[str, Any]:
    channel.progress("calibrating", 0, 0)
    # Weights in a file of their own stand in the one that the intake check wrote beside the model, and nowhere else.
    model = onnx.load(files["model.onnx"], load_external_data="model.data" in files)
    _require_float(model)
    model = onnx.shape_inference.infer_shapes(model)
    data = _read(files["calibration.npz"])
    ranges, examples = _watch(model, data, request, channel)
    made = _quantized(model, ranges)
    content = made.SerializeToString()
    channel.pieces(content)
    return {"examples": examples, "bytes": len(content)}


def _require_float(model: Any) -> None:
    opset = max((each.version for each in model.opset_import if each.domain in ("", "ai.onnx")), default=0)
    if opset < LOWEST_OPSET:
        raise TaskRefused("quantize_opset", opset=opset)
    for node in model.graph.node:
        if node.op_type in _INTEGER:
            raise TaskRefused("quantize_again", operator=node.op_type)


def _read(path: str) -> dict[str, Array]:
    """The arrays of the .npz but for `labels`: the data set of an accuracy run will do. Raises TaskRefused."""
    try:
        with np.load(path, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files if name != "labels"}
    except MemoryError:
        raise
    except Exception as problem:  # numpy and zipfile raise many classes on a broken file
        raise TaskRefused(
            "calibration_invalid", problem=f"{type(problem).__name__}: {problem}"[:300]
        ) from None
    lengths = {len(values) if values.ndim else 0 for values in arrays.values()}
    if len(lengths) != 1 or lengths == {0}:
        raise TaskRefused("calibration_invalid", problem="arrays of one length, with at least one example")
    return arrays


def _examples(
    inputs: list[Port], data: dict[str, Array], request: dict[str, Any]
) -> Iterator[dict[str, Array]]:
    """One feed an example, or as many examples as the model's fixed batch takes; a rest that fills none is left out."""
    types = {each.name: each for each in inputs}
    for name, values in data.items():
        if name not in types:
            raise TaskRefused("calibration_invalid", problem=f"array '{name}' is no input of the model")
        wanted = types[name].dtype
        if wanted is None or not np.can_cast(values.dtype, wanted, casting="same_kind"):
            raise TaskRefused(
                "calibration_invalid",
                problem=f"array '{name}' is {values.dtype}, the model takes {types[name].kind}",
            )
    rest: dict[str, Array] = {}
    for each in inputs:
        if each.name not in data:
            asked = request["inputs"].get(each.name, {})
            shape = asked.get("shape", each.shape)
            if any(not isinstance(size, int) for size in shape):
                raise TaskRefused("inputs_needed", input=each.name, example="1")
            rest[each.name] = feeding.array(
                each, list(shape), str(asked.get("fill", "zeros")), request["seed"]
            )
    fixed = {types[name].shape[0] for name in data if types[name].shape}
    step = max((size for size in fixed if isinstance(size, int)), default=1) or 1
    total = len(next(iter(data.values())))
    if total < step:
        raise TaskRefused("calibration_invalid", problem=f"the model takes {step} examples at once")
    for start in range(0, total - step + 1, step):
        batch = {
            name: values[start : start + step].astype(types[name].dtype, copy=False)
            for name, values in data.items()
        }
        yield {**batch, **rest}


def _watch(
    model: Any, data: dict[str, Array], request: dict[str, Any], channel: Channel
) -> tuple[Ranges, int]:
    """The smallest and largest value of every float tensor over all examples, and how many feeds there were."""
    watched = onnx.ModelProto()
    watched.CopyFrom(model)
    shown = {each.name for each in watched.graph.output}
    floats = {onnx.TensorProto.FLOAT, onnx.TensorProto.FLOAT16}
    for value in model.graph.value_info:
        if value.type.tensor_type.elem_type in floats and value.name not in shown:
            watched.graph.output.append(value)
    chosen = options(1)
    chosen.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    try:
        session = onnxruntime.InferenceSession(
            watched.SerializeToString(), chosen, providers=["CPUExecutionProvider"]
        )
    except Exception as problem:  # onnxruntime raises a dozen unrelated classes
        raise failed("compile_failed", problem) from None
    names = [each.name for each in session.get_outputs()]
    ranges: Ranges = {}
    count = 0
    total = len(next(iter(data.values())))
    for feed in _examples(ports(session.get_inputs()), data, request):
        try:
            found = session.run(None, feed)
        except Exception as problem:  # the same
            raise failed("inference_failed", problem) from None
        for name, values in (*feed.items(), *zip(names, found, strict=True)):
            _see(ranges, name, values)
        count += 1
        channel.progress("calibrating", min(total, count * len(next(iter(feed.values())))), total)
    return ranges, count


def _see(ranges: Ranges, name: str, values: Any) -> None:
    if not isinstance(values, np.ndarray) or values.dtype not in (np.float32, np.float16):
        return
    # A mask's minus infinity is no value to make room for.
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
    if name in ranges:
        low, high = min(low, ranges[name][0]), max(high, ranges[name][1])
    ranges[name] = (low, high)


def _quantized(model: Any, ranges: Ranges) -> Any:
    """The quantised ModelProto. Raises TaskRefused(quantize_failed | quantize_nothing | memory_limit)."""
    from onnxruntime.quantization import CalibrationMethod, QDQQuantizer, QuantType, TensorData, TensorsData
    from onnxruntime.quantization.registry import QDQRegistry

    seen = TensorsData(
        CalibrationMethod.MinMax,
        {
            name: TensorData(lowest=np.array(low, np.float32), highest=np.array(high, np.float32))
            for name, (low, high) in ranges.items()
        },
    )
    model.metadata_props.add(key=_INFERRED[0], value=_INFERRED[1])
    try:
        quantizer = QDQQuantizer(
            model, True, False, QuantType.QInt8, QuantType.QUInt8, seen, [], [], list(QDQRegistry), {}
        )
        quantizer.quantize_model()
        quantizer.model.topological_sort()
    except Exception as problem:  # plain ValueError and KeyError among others
        raise failed("quantize_failed", problem) from None
    made = quantizer.model.model
    kept = [(each.key, each.value) for each in made.metadata_props if each.key != _INFERRED[0]]
    del made.metadata_props[:]
    for key, value in kept:
        made.metadata_props.add(key=key, value=value)
    if not any(node.op_type == "DequantizeLinear" for node in made.graph.node):
        raise TaskRefused("quantize_nothing")
    return made
