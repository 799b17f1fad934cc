"""An ONNX model: parse, look through, onnx.checker, card."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from ..channel import TaskRefused
from . import onnx_macs
from .onnx_library import checker, messages
from .onnx_structure import PACKED, Inspection, type_name
from .rules import Caps, spec

_SMALL = 1024
"""Bytes of a weight that shape inference may need to see: shapes and axes are small, weights are not."""


def parse(path: str) -> tuple[Any, int]:
    """The model message and the file's size. Raises TaskRefused(not_onnx)."""
    with open(path, "rb") as source:
        content = source.read()
    try:
        model = messages.ModelProto.FromString(content)
    except MemoryError:
        raise
    except Exception as problem:  # protobuf's DecodeError class depends on its back end
        raise TaskRefused("not_onnx", error=f"{type(problem).__name__}: {problem}") from None
    if model.ir_version < 1 or not model.HasField("graph") or not len(model.opset_import):
        raise TaskRefused("not_onnx", error="no ir_version, graph or opset_import")
    return model, len(content)


def _spec(value: Any) -> dict[str, Any]:
    kind = value.type.WhichOneof("value")
    if kind != "tensor_type":
        return spec(value.name, str(kind or "unknown"), [])
    tensor = value.type.tensor_type
    shape: list[int | str | None] = []
    for dim in tensor.shape.dim:
        which = dim.WhichOneof("value")
        shape.append(dim.dim_value if which == "dim_value" else (dim.dim_param or None) if which else None)
    return spec(value.name, type_name(tensor.elem_type).lower(), shape)


def _without_weights(model: Any) -> bytes:
    """The model with its larger weights emptied: all that shape inference reads, without the megabytes."""
    for tensor in model.graph.initializer:
        if len(tensor.raw_data) > _SMALL:
            tensor.raw_data = b""
        for repeated in (tensor.float_data, tensor.int32_data, tensor.double_data):
            if len(repeated) > _SMALL:
                del repeated[:]
    slim: bytes = model.SerializeToString()
    return slim


def read(files: Mapping[str, str], caps: Caps) -> dict[str, Any]:
    """The card's facts. Raises TaskRefused."""
    path = files["model.onnx"]
    model, size = parse(path)
    packed = os.path.getsize(files[PACKED]) if PACKED in files else None
    inspection = Inspection(model, size, packed, caps)
    inspection.run()
    graph = model.graph
    given = {tensor.name for tensor in graph.initializer}
    opsets = [entry.version for entry in model.opset_import if entry.domain in ("", "ai.onnx")]
    inputs = [_spec(value) for value in graph.input if value.name not in given]
    outputs = [_spec(value) for value in graph.output]
    producer = f"{model.producer_name} {model.producer_version}".strip()
    countable = onnx_macs.countable(model, inputs)
    slim = _without_weights(model) if countable else b""
    # The checker reads the file by itself: a large model must not stand in memory three times.
    del model, graph
    try:
        checker.check_model_path(path, False, False, False)
    except MemoryError:
        raise
    except Exception as problem:  # ValidationError, and RuntimeError or ValueError from its C++ side
        raise TaskRefused("checker", error=str(problem).replace(path, "model.onnx")) from None
    return inspection.tally.card(
        opset=max(opsets, default=0),
        producer=producer,
        inputs=inputs,
        outputs=outputs,
        macs=onnx_macs.count(slim) if countable else None,
    )
