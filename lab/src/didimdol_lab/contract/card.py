"""What a model file is, as read by the intake check."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from .base import Name, Sha256, Strict


class TensorSpec(Strict):
    """An input or output. A dimension is a number, a symbol, or None where the model leaves it open."""

    name: Name
    dtype: str = Field(max_length=100)
    shape: list[int | str | None] = Field(max_length=64)


class ModelCard(Strict):
    """Facts about a checked model file.

    `sha256` is that of the file as handed in (of the archive, where it came in one), `size_bytes` the
    model's own. `precision` is what most weights are stored in, not what is executed. `trial` says whether
    one inference ran in the sandbox, or the model's inputs must be given first.
    """

    later: ClassVar[frozenset[str]] = frozenset({"macs", "files"})

    format: Literal["onnx", "openvino", "tflite"] = "onnx"
    opset: int
    producer: str = Field(max_length=200)
    inputs: list[TensorSpec] = Field(max_length=1000)
    outputs: list[TensorSpec] = Field(max_length=1000)
    parameters: int = Field(ge=0)
    nodes: int = Field(ge=0)
    operators: dict[str, int] = Field(max_length=2000)
    size_bytes: int = Field(ge=0)
    sha256: Sha256
    precision: str = Field(max_length=40)
    container: Literal["none", "zip", "tar"] = "none"
    trial: Literal["ran", "inputs_needed"] = "ran"
    macs: int | None = Field(default=None, ge=0)
    """Multiply-accumulates of one inference where every shape is known, else None."""
    files: int = Field(default=1, ge=1, le=1000)
    """How many files the model was handed in as: 2 for OpenVINO IR, more with external data."""
