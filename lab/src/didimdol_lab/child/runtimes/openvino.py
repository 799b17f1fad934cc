"""OpenVINO on a CPU, GPU or NPU: ONNX, OpenVINO IR and TFLite."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import openvino
from openvino import properties

from ..channel import TaskRefused
from .base import DTYPES, Array, Port, failed

if TYPE_CHECKING:
    from . import Wanted

_DEVICES = {"openvino-cpu": "CPU", "openvino-gpu": "GPU", "openvino-npu": "NPU"}
_FILES = ("model.xml", "model.onnx", "model.tflite")
_NO_WORK = ("Input", "Output", "Const", "Constant", "Parameter", "Result")


def _port(port: Any, number: int, kind: str) -> Port:
    names = sorted(port.get_names())
    described = port.get_partial_shape()
    shape: tuple[int | None, ...] = ()
    if described.rank.is_static:
        shape = tuple(size.get_length() if size.is_static else None for size in described)
    element = port.get_element_type()
    try:
        dtype = "bool" if str(element) == "<Type: 'boolean'>" else np.dtype(element.to_dtype()).name
    except (RuntimeError, TypeError, ValueError):
        dtype = ""
    known = dtype if dtype in DTYPES else None
    return Port(names[0] if names else f"{kind}_{number}", known, shape, element.get_type_name())


class Compiled:
    """A compiled model with one inference request."""

    def __init__(self, model: Any, device: str) -> None:
        self._model = model
        self._device = device
        self._request = model.create_infer_request()
        self.inputs = [_port(each, number, "input") for number, each in enumerate(model.inputs)]
        self.outputs = [_port(each, number, "output") for number, each in enumerate(model.outputs)]
        # Read back: on some CPUs OpenVINO computes in bfloat16 unless it is told not to (lab.md 4.5).
        self.precision = {"f32": "f32", "f16": "f16", "bf16": "bf16"}.get(
            model.get_property(properties.hint.inference_precision).get_type_name(), "unknown"
        )
        self._positions = {port.name: number for number, port in enumerate(self.inputs)}

    def _fill(self, arrays: Mapping[str, Array]) -> None:
        for name, value in arrays.items():
            self._request.set_input_tensor(
                self._positions[name], openvino.Tensor(np.ascontiguousarray(value), shared_memory=False)
            )

    def infer(self, arrays: Mapping[str, Array]) -> list[Any]:
        self._fill(arrays)
        self._request.infer(share_outputs=True)
        return [np.array(self._request.get_output_tensor(number).data) for number in range(len(self.outputs))]

    def bound(self, arrays: Mapping[str, Array]) -> Callable[[], object]:
        self._fill(arrays)
        request = self._request

        def call() -> None:
            request.start_async()
            request.wait()

        return call

    def placement(self) -> dict[str, Any] | None:
        """Nodes of the compiled graph by device; one device takes all or refuses the model."""
        units: Counter[str] = Counter()
        for node in self._model.get_runtime_model().get_ops():
            if str(node.get_rt_info()["layerType"].astype(str)) not in _NO_WORK:
                units[self._device] += 1
        return {"units": dict(units), "fallbacks": {}}

    def layers(self) -> list[dict[str, Any]]:
        return [
            {
                "name": info.node_name[:200],
                "operator": info.node_type[:100],
                "unit": f"{self._device} {info.exec_type}"[:40],
                "ns": int(info.real_time.total_seconds() * 1e9),
            }
            for info in self._request.get_profiling_info()
            if info.status == openvino.ProfilingInfo.Status.EXECUTED
        ]


def load(files: Mapping[str, str], wanted: Wanted) -> Compiled:
    """Read and compile for one device; never AUTO or HETERO, which would choose by themselves."""
    device = _DEVICES[wanted.runtime]
    core = openvino.Core()
    if device not in {name.split(".")[0] for name in core.available_devices}:
        raise TaskRefused("device_missing", device=device, found=", ".join(core.available_devices) or "-")
    settings: dict[Any, Any] = {
        properties.hint.inference_precision: {
            "f32": openvino.Type.f32,
            "f16": openvino.Type.f16,
            "bf16": openvino.Type.bf16,
        }[wanted.precision],
        properties.hint.performance_mode: properties.hint.PerformanceMode.LATENCY,
        properties.enable_profiling: wanted.per_layer,
    }
    if device == "CPU":
        settings |= {properties.inference_num_threads: wanted.threads, properties.num_streams: 1}
    path = next(files[name] for name in _FILES if name in files)
    try:
        model = core.read_model(path)
        fixed = {
            port: wanted.shapes[name]
            for port in model.inputs
            for name in port.get_names() & set(wanted.shapes)
            if port.get_partial_shape().is_dynamic
        }
        if fixed:
            model.reshape(fixed)
        compiled = Compiled(core.compile_model(model, device, settings), device)
    except Exception as problem:  # OpenVINO raises RuntimeError for everything, with the operator in its text
        raise failed("compile_failed", problem) from None
    if compiled.precision != wanted.precision:
        raise TaskRefused(
            "precision_unavailable",
            runtime=wanted.runtime,
            wanted=wanted.precision,
            found=compiled.precision,
        )
    return compiled
