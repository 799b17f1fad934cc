"""A model of OpenVINO that keeps its cache as state, run by OpenVINO itself with a greedy loop of our own.

OpenVINO GenAI runs the same loop, but does not tell what it compiled, and needs a tokenizer (decision 17).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import openvino
from openvino import opset13

from ..channel import TaskRefused
from ..runtimes.base import failed
from . import Tokens

_KNOWN = frozenset({"input_ids", "attention_mask", "position_ids", "beam_idx"})


class _Stateful:
    def __init__(self, compiled: Any, precision: str, settings: dict[str, str]) -> None:
        self._request = compiled.create_infer_request()
        self._inputs = {name for port in compiled.inputs for name in port.names} & _KNOWN
        self.precision = precision
        self.settings = settings
        self._forward(np.zeros((1, 1), np.int64), 0)
        self.vocabulary = int(self._request.get_tensor("logits").shape[-1])

    def _forward(self, ids: Tokens, past: int) -> int:
        """One pass over `ids` (1, n) after `past` tokens; the likeliest next token."""
        count = ids.shape[1]
        feeds: dict[str, Any] = {
            "input_ids": ids,
            "attention_mask": np.ones((1, past + count), np.int64),
            "position_ids": np.arange(past, past + count, dtype=np.int64)[np.newaxis],
            "beam_idx": np.zeros(1, np.int32),
        }
        self._request.infer({name: feeds[name] for name in self._inputs}, share_inputs=True)
        return int(self._request.get_tensor("logits").data[0, -1].argmax())

    def begin(self, prompt: Tokens, new_tokens: int) -> Callable[[], int]:
        self._request.reset_state()
        waiting, past = prompt[np.newaxis], 0

        def step() -> int:
            nonlocal waiting, past
            token = self._forward(waiting, past)
            past += waiting.shape[1]
            waiting = np.array([[token]], np.int64)
            return token

        return step


def _require_generative(model: Any) -> None:
    """Raises TaskRefused(not_generative): what is fed and read here must be there, and nothing else be needed."""
    inputs = {name for port in model.inputs for name in port.names}
    for port in model.inputs:
        if not port.names & _KNOWN:
            raise TaskRefused("not_generative", problem=f"input {port.any_name if port.names else '?'}")
    if "input_ids" not in inputs:
        raise TaskRefused("not_generative", problem="no input_ids")
    if not any("logits" in port.names for port in model.outputs):
        raise TaskRefused("not_generative", problem="no logits")
    if not model.get_variables():
        raise TaskRefused("not_generative", problem="no state")


def _last_position_only(model: Any) -> bool:
    """Cut the hidden states to their last position before the output layer, as OpenVINO GenAI does.

    Only the last position chooses a token; all others of a long prompt would cost time that no product spends.
    """
    head = model.output("logits").get_node().input_value(0).get_node()
    if head.get_type_name() != "MatMul" or head.input_value(0).get_partial_shape().rank.get_length() != 3:
        return False
    bounds = [opset13.constant(np.array([value], np.int64)) for value in (-1, 2**31 - 1, 1, 1)]
    cut = opset13.slice(head.input_value(0), *bounds)
    head.input(0).replace_source_output(cut.output(0))
    model.validate_nodes_and_infer_types()
    return True


def load(files: Mapping[str, str], request: Mapping[str, Any]) -> _Stateful:
    wanted = str(request["precision"])
    try:
        core = openvino.Core()
        model = core.read_model(files["openvino_model.xml"], files["openvino_model.bin"])
        _require_generative(model)
        last_only = _last_position_only(model)
        compiled = core.compile_model(
            model,
            "CPU",
            {
                "INFERENCE_PRECISION_HINT": wanted,
                # Left alone, the cache is kept in 8 bits and activations are quantised, whatever the hint above.
                "KV_CACHE_PRECISION": wanted,
                "DYNAMIC_QUANTIZATION_GROUP_SIZE": 0,
                "INFERENCE_NUM_THREADS": request["threads"],
                "NUM_STREAMS": 1,
                "PERFORMANCE_HINT": "LATENCY",
            },
        )
    except TaskRefused:
        raise
    except Exception as problem:  # every runtime raises a dozen unrelated classes
        raise failed("compile_failed", problem) from None
    executed = compiled.get_property("INFERENCE_PRECISION_HINT").get_type_name()
    if executed != wanted:
        raise TaskRefused("precision_unavailable", runtime="openvino-cpu", wanted=wanted, found=executed)
    settings = {
        "KV_CACHE_PRECISION": compiled.get_property("KV_CACHE_PRECISION").get_type_name(),
        "DYNAMIC_QUANTIZATION_GROUP_SIZE": str(compiled.get_property("DYNAMIC_QUANTIZATION_GROUP_SIZE")),
        "INFERENCE_NUM_THREADS": str(compiled.get_property("INFERENCE_NUM_THREADS")),
        "logits_of_last_position_only": str(last_only).lower(),
    }
    try:
        return _Stateful(compiled, executed, settings)
    except Exception as problem:  # the one pass that tells the size of the vocabulary
        raise failed("inference_failed", problem) from None
