"""ONNX Runtime on the CPU."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import onnxruntime

from ..channel import TaskRefused
from .base import Array, Port, failed

if TYPE_CHECKING:
    from . import Wanted

_DTYPES: dict[str, str] = {
    "tensor(float)": "float32",
    "tensor(double)": "float64",
    "tensor(float16)": "float16",
    "tensor(int8)": "int8",
    "tensor(uint8)": "uint8",
    "tensor(int16)": "int16",
    "tensor(uint16)": "uint16",
    "tensor(int32)": "int32",
    "tensor(uint32)": "uint32",
    "tensor(int64)": "int64",
    "tensor(uint64)": "uint64",
    "tensor(bool)": "bool",
}


def ports(described: Any) -> list[Port]:
    """ONNX Runtime's inputs or outputs."""
    return [
        Port(
            each.name,
            _DTYPES.get(each.type),
            tuple(
                size if isinstance(size, str) or (size is not None and size >= 0) else None
                for size in each.shape or []
            ),
            each.type,
        )
        for each in described
    ]


def options(threads: int) -> Any:
    """Session options: quiet, sequential, as many threads as the plan says."""
    onnxruntime.set_default_logger_severity(4)
    onnxruntime.disable_telemetry_events()
    chosen = onnxruntime.SessionOptions()
    chosen.intra_op_num_threads = threads
    chosen.inter_op_num_threads = 1
    chosen.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    chosen.log_severity_level = 4
    return chosen


class Session:
    """A session of ONNX Runtime, whatever its execution providers."""

    def __init__(self, session: Any, precision: str) -> None:
        self._session = session
        self.inputs = ports(session.get_inputs())
        self.outputs = ports(session.get_outputs())
        self.precision = precision

    def infer(self, arrays: Mapping[str, Array]) -> list[Any]:
        outputs: list[Any] = self._session.run(None, dict(arrays))
        return outputs

    def bound(self, arrays: Mapping[str, Array]) -> Callable[[], object] | None:
        # Outputs that are no tensors (maps of classic ML models) cannot be bound.
        if not all(each.kind.startswith("tensor(") for each in self.outputs):
            return None
        binding = self._session.io_binding()
        for name, value in arrays.items():
            binding.bind_ortvalue_input(name, onnxruntime.OrtValue.ortvalue_from_numpy(value))
        for each in self.outputs:
            binding.bind_output(each.name)
        session = self._session
        return lambda: session.run_with_iobinding(binding)

    def placement(self) -> dict[str, Any] | None:
        return None

    def layers(self) -> list[dict[str, Any]]:
        # Its profiler writes a file, and nothing writes files in the sandbox.
        return []


def load(files: Mapping[str, str], wanted: Wanted) -> Session:
    """An InferenceSession on the CPU; it computes floats of 16 bits in 32."""
    if wanted.precision != "f32":
        raise TaskRefused(
            "precision_unavailable", runtime=wanted.runtime, wanted=wanted.precision, found="f32"
        )
    try:
        session = onnxruntime.InferenceSession(
            files["model.onnx"], options(wanted.threads), providers=["CPUExecutionProvider"]
        )
    except Exception as problem:  # onnxruntime raises a dozen unrelated classes
        raise failed("compile_failed", problem) from None
    return Session(session, "f32")
