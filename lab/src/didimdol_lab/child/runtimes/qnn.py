"""ONNX Runtime with Qualcomm's QNN: on a Snapdragon's NPU, or on the NPU's simulator in the x86 package.

The simulator proves which operators the NPU takes, what they compute and what the compiled context weighs. Its time
is that of a simulation and is never shown as a latency (lab.md 2.3).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import onnx
import onnxruntime
import onnxruntime_qnn
from onnx import TensorProto, helper

from ..channel import TaskRefused
from .base import failed
from .onnxruntime import Session, options

if TYPE_CHECKING:
    from . import Wanted

_PROVIDER = "QNNExecutionProvider"
_KNOWN_CHIPS = "68/30, 73/43, 73/60, 75/57, 79/69, 81/87 (htp_arch/soc_model)"
"""Pairs that QNN 2.51 compiled for when they were tried (lab.md 2.3); there may be more."""


class Placed(Session):
    """A session that knows where its nodes went."""

    def placement(self) -> dict[str, Any] | None:
        units: Counter[str] = Counter()
        fallbacks: Counter[str] = Counter()
        for part in self._session.get_provider_graph_assignment_info():
            unit = "NPU" if part.ep_name == _PROVIDER else "CPU"
            for node in part.get_nodes():
                units[unit] += 1
                if unit == "CPU":
                    fallbacks[node.op_type[:100]] += 1
        return {"units": dict(units), "fallbacks": dict(fallbacks)}


def _devices() -> list[Any]:
    """The devices that QNN offers; its library is registered once in a process."""
    found = [each for each in onnxruntime.get_ep_devices() if each.ep_name == _PROVIDER]
    if not found:
        onnxruntime.register_execution_provider_library(_PROVIDER, onnxruntime_qnn.get_library_path())
        found = [each for each in onnxruntime.get_ep_devices() if each.ep_name == _PROVIDER]
    return found


def _require_chip(devices: list[Any], backend: dict[str, str]) -> None:
    """For a chip that QNN does not know, ONNX Runtime silently puts all on the CPU: so one operator that every NPU
    has is compiled first, without a way back. Raises TaskRefused(device_missing)."""
    one = TensorProto.FLOAT
    graph = helper.make_graph(
        [helper.make_node("Relu", ["x"], ["y"])],
        "probe",
        [helper.make_tensor_value_info("x", one, [1, 8])],
        [helper.make_tensor_value_info("y", one, [1, 8])],
    )
    probe = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    strict = options(1)
    strict.add_session_config_entry("session.disable_cpu_ep_fallback", "1")
    strict.add_provider_for_devices(devices, backend)
    try:
        onnxruntime.InferenceSession(probe.SerializeToString(), strict)
    except Exception:  # onnxruntime raises a dozen unrelated classes
        chip = f"htp_arch {backend['htp_arch']}, soc_model {backend['soc_model']}"
        raise TaskRefused("device_missing", device=chip, found=_KNOWN_CHIPS) from None


def _fixed(path: str, shapes: Mapping[str, list[int]]) -> dict[str, int]:
    """Symbolic dimensions and what the given shapes make of them: the NPU takes fixed shapes only."""
    found: dict[str, int] = {}
    for port in onnx.load(path, load_external_data=False).graph.input:
        for dim, size in zip(port.type.tensor_type.shape.dim, shapes.get(port.name, ()), strict=False):
            if dim.dim_param:
                found[dim.dim_param] = size
    return found


def load(files: Mapping[str, str], wanted: Wanted) -> Placed:
    """Compile for the chip named by `target`: `htp_arch` and `soc_model`. What QNN does not take goes to the CPU."""
    chosen = options(wanted.threads)
    chosen.add_session_config_entry("session.record_ep_graph_assignment_info", "1")
    for symbol, size in _fixed(files["model.onnx"], wanted.shapes).items():
        chosen.add_free_dimension_override_by_name(symbol, size)
    devices = _devices()
    if not devices:
        raise TaskRefused(
            "device_missing", device="QNN", found=", ".join(onnxruntime.get_available_providers())
        )
    backend = {
        "backend_path": onnxruntime_qnn.get_qnn_htp_path(),
        "htp_arch": wanted.target["htp_arch"],
        "soc_model": wanted.target["soc_model"],
        # The NPU has no float32: float models run in float16 or not at all.
        "enable_htp_fp16_precision": "1" if wanted.precision == "f16" else "0",
    }
    _require_chip(devices, backend)
    try:
        chosen.add_provider_for_devices(devices, backend)
        session = onnxruntime.InferenceSession(files["model.onnx"], chosen)
    except Exception as problem:  # onnxruntime raises a dozen unrelated classes
        raise failed("compile_failed", problem) from None
    return Placed(session, wanted.precision)
