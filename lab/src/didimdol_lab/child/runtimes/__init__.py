"""What loads and runs a model, behind one small interface: one module a runtime, imported only when asked for."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .base import Array, Loaded, Port, failed

__all__ = ["Array", "Loaded", "Port", "Wanted", "failed", "load", "loader"]

_MODULES = {
    "onnxruntime-cpu": "onnxruntime",
    "openvino-cpu": "openvino",
    "openvino-gpu": "openvino",
    "openvino-npu": "openvino",
    "litert-cpu": "litert",
    "onnxruntime-qnn": "qnn",
    "qnn-simulator": "qnn",
    "qualcomm-ai-hub": "elsewhere",
}


@dataclass(frozen=True)
class Wanted:
    """Which runtime, and how: `runtime`, `precision` and `target` as in the plan. `per_layer`: with its profile.
    `shapes`: what open inputs are fixed to before compiling, as a device's compiler wants it."""

    runtime: str = "onnxruntime-cpu"
    threads: int = 1
    precision: str = "f32"
    target: Mapping[str, str] = field(default_factory=dict)
    per_layer: bool = False
    shapes: Mapping[str, list[int]] = field(default_factory=dict)

    @classmethod
    def of(cls, request: Mapping[str, Any]) -> Wanted:
        """The part of a task's request that says so."""
        return cls(**request["runtime"])


Loader = Callable[[Mapping[str, str], Wanted], Loaded]


def loader(wanted: Wanted) -> Loader:
    """Import the runtime; what it returns loads. Two steps, because importing is no part of a load time.

    The loader takes `files`: name (`model.onnx`, `model.tflite`, `model.xml` and `model.bin`) -> path. It raises
    TaskRefused: compile_failed with the operator where the runtime names it, precision_unavailable, device_missing,
    memory_limit. Raises ImportError where the runtime is not installed.
    """
    module = importlib.import_module(f".{_MODULES[wanted.runtime]}", __package__)
    found: Loader = module.load
    return found


def load(files: Mapping[str, str], wanted: Wanted) -> Loaded:
    """Import, load and compile. Raises as the loader."""
    return loader(wanted)(files, wanted)
