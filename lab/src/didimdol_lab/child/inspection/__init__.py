"""Read a model file without running it, and refuse what a model has no need of (lab.md 6.3, steps 4-6)."""

from __future__ import annotations

import importlib
from typing import Any

from ..channel import Channel
from ..instruments import Instruments
from .rules import Caps

# By what the custody hands over; the reader of one format never loads the libraries of another.
_READERS = {"model.onnx": "onnx", "model.tflite": "tflite", "model.xml": "openvino"}


def run(
    request: dict[str, Any], files: dict[str, str], channel: Channel, instruments: Instruments
) -> dict[str, Any]:
    """The facts of a card. Raises TaskRefused at the first thing that must not be there."""
    channel.progress("checking", 0, 1)
    reader = next(module for name, module in _READERS.items() if name in files)
    found: dict[str, Any] = importlib.import_module(f".{reader}", __package__).read(files, Caps.of(request))
    return found
