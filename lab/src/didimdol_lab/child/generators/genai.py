"""ONNX Runtime GenAI on the CPU, from a folder with a `genai_config.json` that the parent wrote."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

import onnxruntime_genai

from ..channel import TaskRefused
from ..runtimes.base import failed
from . import Tokens


class _Genai:
    precision = "f32"  # its kernels for the CPU compute floats of 16 bits in 32

    def __init__(self, model: Any, vocabulary: int, settings: dict[str, str]) -> None:
        self._model = model
        self.vocabulary = vocabulary
        self.settings = settings

    def begin(self, prompt: Tokens, new_tokens: int) -> Callable[[], int]:
        asked = onnxruntime_genai.GeneratorParams(self._model)
        length = len(prompt) + new_tokens
        # As long as it is shorter than the least length, a generation cannot end.
        asked.set_search_options(
            do_sample=False, num_beams=1, batch_size=1, min_length=length, max_length=length
        )
        generator = onnxruntime_genai.Generator(self._model, asked)
        generator.append_tokens(prompt.astype("int32"))

        def step() -> int:
            generator.generate_next_token()
            return int(generator.get_next_tokens()[0])

        return step


def load(files: Mapping[str, str], request: Mapping[str, Any]) -> _Genai:
    if request["precision"] != "f32":
        raise TaskRefused(
            "precision_unavailable",
            runtime="onnxruntime-genai-cpu",
            wanted=request["precision"],
            found="f32",
        )
    onnxruntime_genai.disable_telemetry_events()
    try:
        model = onnxruntime_genai.Model(os.path.dirname(files["genai_config.json"]))
    except Exception as problem:  # its C++ side raises whatever it likes
        raise failed("compile_failed", problem) from None
    return _Genai(model, request["vocabulary"], {"device": str(model.device_type)})
