"""Compile once and infer once, so that a device never meets a model for the first time."""

from __future__ import annotations

from typing import Any

from . import feeding, runtimes
from .channel import Channel, TaskRefused
from .instruments import Instruments
from .runtimes.base import infer


def run(
    request: dict[str, Any], files: dict[str, str], channel: Channel, instruments: Instruments
) -> dict[str, Any]:
    channel.progress("loading", 0, 1)
    loaded = runtimes.load(files, runtimes.Wanted.of(request))
    arrays, guessed = feeding.feeds(loaded, request["inputs"], request["seed"], guess=True)
    try:
        infer(loaded, arrays)
    except TaskRefused as refusal:
        # With a guessed input the guess may be at fault: that is no verdict on the model.
        if refusal.code != "inference_failed" or not guessed:
            raise
        return {"trial": "inputs_needed", "peak_memory_bytes": instruments.peak_memory()}
    return {"trial": "ran", "peak_memory_bytes": instruments.peak_memory()}
