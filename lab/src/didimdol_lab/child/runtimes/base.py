"""The interface of a runtime, and what all of them share."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from ..channel import TaskRefused

Array = np.ndarray[Any, np.dtype[Any]]

_OUT_OF_MEMORY = ("bad_alloc", "bad allocation", "Failed to allocate", "Cannot allocate memory")


@dataclass(frozen=True)
class Port:
    """An input or output. `dtype`: numpy's name, None for what no array can fill; `kind`: the runtime's own word.
    A dimension is a number, a symbol, or None where it is open."""

    name: str
    dtype: str | None
    shape: tuple[int | str | None, ...]
    kind: str


class Loaded(Protocol):
    """A compiled model. `precision`: in what floats are computed, read back from the runtime."""

    inputs: list[Port]
    outputs: list[Port]
    precision: str

    def infer(self, arrays: Mapping[str, Array]) -> list[Any]:
        """One inference, inputs copied in and outputs out. Raises what the runtime raises."""
        ...

    def bound(self, arrays: Mapping[str, Array]) -> Callable[[], object] | None:
        """One inference on inputs that stand in the runtime's memory, outputs left there; None: it cannot."""
        ...

    def placement(self) -> dict[str, Any] | None:
        """`{"units": {unit: nodes}, "fallbacks": {operator: nodes}}`; None where the runtime does not tell."""
        ...

    def layers(self) -> list[dict[str, Any]]:
        """Name, operator, unit and ns of each layer of the last inference; empty where it does not tell."""
        ...


DTYPES = (
    *("float32", "float64", "float16", "bool"),
    *("int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"),
)
"""numpy's names of what an array can fill an input with."""

# How the runtimes name the operator that stopped them: OpenVINO's CPU, its front ends, LiteRT, ONNX Runtime.
_OPERATOR = re.compile(
    r"doesn't support (\w+) operation|No translator found for (\w+) node|Unexpected type: (\w+)"
    r"|No conversion rule found for operations: ([\w.-]+)|^-- ([\w.-]+) with a message|unresolved custom op: ([\w.-]+)|^Node number \d+ \((\w+)\) failed"
    r"|find an implementation for (\w+)|Fatal error: ([\w.:-]+) is not a registered|No Op registered for (\w+)",
    re.MULTILINE,
)


def failed(code: str, problem: Exception) -> Exception:
    """Memory exhaustion wears many coats in C++; everything else keeps `code`, with the operator where it is named."""
    text = str(problem)
    if isinstance(problem, MemoryError) or any(sign in text for sign in _OUT_OF_MEMORY):
        return TaskRefused("memory_limit")
    found = _OPERATOR.search(text)
    operator = next((name for name in found.groups() if name), "-") if found else "-"
    return TaskRefused(code, operator=operator, error=text)


def infer(loaded: Loaded, arrays: Mapping[str, Array]) -> list[Any]:
    """One inference. Raises TaskRefused(inference_failed | memory_limit)."""
    try:
        return loaded.infer(arrays)
    except Exception as problem:  # every runtime raises a dozen unrelated classes
        raise failed("inference_failed", problem) from None
