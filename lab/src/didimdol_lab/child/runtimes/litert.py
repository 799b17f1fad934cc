"""LiteRT (TFLite) on the CPU, with its XNNPACK kernels."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from ai_edge_litert.interpreter import Interpreter

from ..channel import TaskRefused
from .base import DTYPES, Array, Port, failed

if TYPE_CHECKING:
    from . import Wanted


def _port(detail: dict[str, Any]) -> Port:
    name = np.dtype(detail["dtype"]).name if detail["dtype"] is not np.bytes_ else ""
    signature = detail.get("shape_signature")
    declared = detail["shape"] if signature is None or len(signature) == 0 else signature
    shape = tuple(int(size) if size >= 0 else None for size in declared)
    return Port(str(detail["name"]), name if name in DTYPES else None, shape, name or "string")


class Interpreted:
    """An interpreter. Its inputs are allocated for the shapes of the last arrays."""

    precision = "f32"

    def __init__(self, interpreter: Any) -> None:
        self._interpreter = interpreter
        self._in = interpreter.get_input_details()
        self._out = interpreter.get_output_details()
        self.inputs = [_port(each) for each in self._in]
        self.outputs = [_port(each) for each in self._out]
        self._numbers = {port.name: each["index"] for port, each in zip(self.inputs, self._in, strict=True)}
        self._shapes = {
            port.name: tuple(each["shape"]) for port, each in zip(self.inputs, self._in, strict=True)
        }
        self._allocated = False

    def _fill(self, arrays: Mapping[str, Array]) -> None:
        for name, value in arrays.items():
            if self._shapes[name] != value.shape:
                self._interpreter.resize_tensor_input(self._numbers[name], value.shape)
                self._shapes[name] = value.shape
                self._allocated = False
        if not self._allocated:
            self._interpreter.allocate_tensors()
            self._allocated = True
        for name, value in arrays.items():
            self._interpreter.set_tensor(self._numbers[name], value)

    def infer(self, arrays: Mapping[str, Array]) -> list[Any]:
        self._fill(arrays)
        self._interpreter.invoke()
        return [self._interpreter.get_tensor(each["index"]) for each in self._out]

    def bound(self, arrays: Mapping[str, Array]) -> Callable[[], object]:
        self._fill(arrays)
        return self._interpreter.invoke  # type: ignore[no-any-return]

    def placement(self) -> dict[str, Any] | None:
        return None

    def layers(self) -> list[dict[str, Any]]:
        return []


def load(files: Mapping[str, str], wanted: Wanted) -> Interpreted:
    """Load and, where the shapes are fixed, allocate. It computes floats in 32 bits."""
    if wanted.precision != "f32":
        raise TaskRefused(
            "precision_unavailable", runtime=wanted.runtime, wanted=wanted.precision, found="f32"
        )
    try:
        interpreter = Interpreter(model_path=files["model.tflite"], num_threads=wanted.threads)
        loaded = Interpreted(interpreter)
        if all(isinstance(size, int) for port in loaded.inputs for size in port.shape):
            interpreter.allocate_tensors()
            loaded._allocated = True
    except Exception as problem:  # ValueError and RuntimeError, with the operator in the text
        raise failed("compile_failed", problem) from None
    return loaded
