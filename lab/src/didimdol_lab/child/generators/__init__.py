"""What generates token after token, behind one small interface: one module a runtime, imported only when asked for."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import numpy as np

Tokens = np.ndarray[Any, np.dtype[np.int64]]

_MODULES = {"onnxruntime-genai-cpu": "genai", "openvino-cpu": "openvino"}


class Generator(Protocol):
    """A loaded model. `vocabulary`: how many token ids it knows. `precision`: in what floats it computes, read back
    from the runtime; `settings`: what else the runtime was told or chose."""

    vocabulary: int
    precision: str
    settings: dict[str, str]

    def begin(self, prompt: Tokens, new_tokens: int) -> Callable[[], int]:
        """Forget everything and take a prompt of at least one token id. The first call of what is returned gives the
        first new token, each later one the next; greedy, at most `new_tokens`. Raises what the runtime raises."""
        ...


Loader = Callable[[Mapping[str, str], Mapping[str, Any]], Generator]


def loader(runtime: str) -> Loader:
    """Import the runtime; what it returns loads, from `files` (name -> path) and the task's request.

    It raises TaskRefused: compile_failed, not_generative, precision_unavailable, memory_limit. Raises ImportError
    where the runtime is not installed.
    """
    found: Loader = importlib.import_module(f".{_MODULES[runtime]}", __package__).load
    return found
