"""Outputs of the wanted runtime beside those of a reference on the same inputs, in one untimed process."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from . import feeding, runtimes
from .channel import Channel
from .instruments import Instruments
from .runtimes.base import Array, infer

_REFERENCES = {"model.onnx": "onnxruntime-cpu", "model.tflite": "litert-cpu", "model.xml": "openvino-cpu"}
"""The runtime that a format is at home in, in float32, is the reference."""


def run(
    request: dict[str, Any], files: dict[str, str], channel: Channel, instruments: Instruments
) -> dict[str, Any]:
    channel.progress("comparing", 0, 2)
    wanted = runtimes.Wanted.of(request)
    home = next(runtime for name, runtime in _REFERENCES.items() if name in files)
    reference = runtimes.load(
        files, replace(wanted, runtime=home, precision="f32", target={}, per_layer=False)
    )
    arrays, _ = feeding.feeds(reference, request["inputs"], request["seed"], guess=False)
    expected = infer(reference, arrays)
    channel.progress("comparing", 1, 2)
    loaded = runtimes.load(files, replace(wanted, per_layer=request["per_layer"]))
    found = infer(loaded, arrays)
    names = [port.name for port in reference.outputs]
    return {
        "differences": [
            difference(name, np.asarray(one), np.asarray(other))
            for name, one, other in zip(names, expected, found, strict=True)
        ]
        if request["compare_outputs"]
        else [],
        "layers": loaded.layers() if request["per_layer"] else [],
    }


def difference(name: str, expected: Array, found: Array) -> dict[str, Any]:
    """Largest absolute difference and cosine of two outputs. Unequal shapes or a number that is none: 1e308."""
    worst = {"output": name[:200], "max_abs": 1e308, "cosine": None}
    if expected.shape != found.shape or expected.dtype.kind not in "fiub" or found.dtype.kind not in "fiub":
        return worst
    one, other = expected.astype(np.float64).ravel(), found.astype(np.float64).ravel()
    if one.size == 0:
        return {"output": name[:200], "max_abs": 0.0, "cosine": None}
    both_none = np.isnan(one) & np.isnan(other)
    one, other = one[~both_none], other[~both_none]
    with np.errstate(all="ignore"):
        largest = float(np.max(np.abs(one - other), initial=0.0))
        length = float(np.linalg.norm(one) * np.linalg.norm(other))
        cosine = float(one @ other) / length if length > 0 else float("nan")
    if not np.isfinite(largest):
        return worst
    return {
        "output": name[:200],
        "max_abs": largest,
        "cosine": min(1.0, max(-1.0, cosine)) if np.isfinite(cosine) else None,
    }
