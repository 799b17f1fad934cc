"""Compile once and infer once, so that a device never meets a model for the first time."""

from __future__ import annotations

from typing import Any

from . import session as runtime
from .channel import Channel, TaskRefused
from .instruments import Instruments


def run(
    request: dict[str, Any], files: dict[str, str], channel: Channel, instruments: Instruments
) -> dict[str, Any]:
    channel.progress("loading", 0, 1)
    session = runtime.load(files["model.onnx"], request["threads"])
    arrays, guessed = runtime.feeds(session, request["inputs"], request["seed"], guess=True)
    try:
        runtime.infer(session, arrays)
    except TaskRefused as refusal:
        # With a guessed input the guess may be at fault: that is no verdict on the model.
        if refusal.code != "inference_failed" or not guessed:
            raise
        return {"trial": "inputs_needed", "peak_memory_bytes": instruments.peak_memory()}
    return {"trial": "ran", "peak_memory_bytes": instruments.peak_memory()}
