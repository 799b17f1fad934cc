"""One ONNX Runtime CPU session and its inputs."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import onnxruntime

from .channel import TaskRefused

Array = np.ndarray[Any, np.dtype[Any]]

MAX_INPUT_ELEMENTS = 64_000_000
_TYPES: dict[str, str] = {
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
_OUT_OF_MEMORY = ("bad_alloc", "bad allocation", "Failed to allocate memory", "Cannot allocate memory")


def failed(code: str, problem: Exception) -> Exception:
    """Memory exhaustion wears many coats in C++; everything else keeps `code`."""
    text = str(problem)
    if isinstance(problem, MemoryError) or any(sign in text for sign in _OUT_OF_MEMORY):
        return TaskRefused("memory_limit")
    return TaskRefused(code, error=text)


def load(path: str, threads: int) -> Any:
    """An InferenceSession on the CPU. Raises TaskRefused(compile_failed | memory_limit)."""
    onnxruntime.set_default_logger_severity(4)
    onnxruntime.disable_telemetry_events()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.log_severity_level = 4
    try:
        return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    except Exception as problem:  # onnxruntime raises a dozen unrelated classes
        raise failed("compile_failed", problem) from None


def _array(name: str, kind: str, shape: list[int], fill: str, seed: int) -> Array:
    if kind not in _TYPES:
        raise TaskRefused("input_type_unsupported", input=name, dtype=kind)
    dtype = np.dtype(_TYPES[kind])
    if math.prod(shape) > MAX_INPUT_ELEMENTS:
        raise TaskRefused("tensor_too_large", where=name, dims=shape)
    if fill == "zeros":
        return np.zeros(shape, dtype)
    if fill != "random":
        number = float(fill)
        return np.full(shape, int(number) if dtype.kind in "iu" else number, dtype)
    # Seeded by the plan and the input's name: every process and every repeat sees the same bytes.
    generator = np.random.default_rng([seed, *name.encode()])
    if dtype.kind == "f":
        return generator.standard_normal(shape).astype(dtype)
    # Integers are mostly indices into a vocabulary of unknown size; 0 and 1 are always inside.
    return generator.integers(0, 2, shape).astype(dtype)


def feeds(
    session: Any, wanted: dict[str, dict[str, Any]], seed: int, *, guess: bool
) -> tuple[dict[str, Array], bool]:
    """Arrays for all inputs, and whether an input had to be guessed.

    Raises TaskRefused(unknown_input | inputs_needed | input_type_unsupported | tensor_too_large).
    """
    inputs = session.get_inputs()
    known = [each.name for each in inputs]
    for name in wanted:
        if name not in known:
            raise TaskRefused("unknown_input", input=name, known=", ".join(known))
    arrays: dict[str, Array] = {}
    guessed = False
    for each in inputs:
        asked = wanted.get(each.name)
        declared = list(each.shape or [])
        if asked is not None:
            shape, fill = list(asked["shape"]), str(asked["fill"])
        else:
            is_open = any(not isinstance(size, int) or size < 0 for size in declared)
            if is_open and not guess:
                example = "x".join(str(size) if isinstance(size, int) else "1" for size in declared)
                raise TaskRefused("inputs_needed", input=each.name, example=example)
            shape = [size if isinstance(size, int) and size >= 0 else 1 for size in declared]
            # A guess about values is a guess too: zeros are the tamest.
            fill = "zeros" if guess else "random"
            guessed = True
        arrays[each.name] = _array(each.name, each.type, shape, fill, seed)
    return arrays, guessed


def infer(session: Any, arrays: dict[str, Array]) -> list[Any]:
    """One inference. Raises TaskRefused(inference_failed | memory_limit)."""
    try:
        outputs: list[Any] = session.run(None, arrays)
    except Exception as problem:  # onnxruntime raises a dozen unrelated classes
        raise failed("inference_failed", problem) from None
    return outputs
