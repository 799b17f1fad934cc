"""The whole check (lab.md 6.3): what is cheap and safe outside first, all the rest in the sandbox."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from typing import Literal

from pydantic import Field

from .. import sandbox
from ..contract.base import Strict
from ..contract.card import ModelCard, TensorSpec
from ..contract.plan import InputSpec, Limits, Runtime
from ..contract.protocol import Phase, Progress
from ..refusals import refuse
from ..sandbox.running import report
from .custody import Custody, hold

Report = Callable[[Progress], None]

_TRIED_BY = {
    "onnx": Runtime.onnxruntime_cpu,
    "openvino": Runtime.openvino_cpu,
    "tflite": Runtime.litert_cpu,
}


class IntakeLimits(Strict):
    """Caps of the intake check. The sandbox limits hold for each of its child processes."""

    max_bytes: int = Field(default=500_000_000, gt=0)
    max_nodes: int = Field(default=50_000, gt=0)
    max_depth: int = Field(default=8, ge=0)
    max_name: int = Field(default=200, gt=0, le=200)
    sandbox: Limits = Field(default_factory=Limits)


class _Inspected(Strict):
    opset: int = Field(ge=0, le=10_000)
    producer: str = Field(max_length=200)
    inputs: list[TensorSpec] = Field(max_length=1000)
    outputs: list[TensorSpec] = Field(max_length=1000)
    parameters: int = Field(ge=0)
    nodes: int = Field(ge=0)
    operators: dict[str, int] = Field(max_length=2000)
    precision: str = Field(max_length=40)
    macs: int | None = Field(ge=0)


class _Tried(Strict):
    trial: Literal["ran", "inputs_needed"]
    peak_memory_bytes: int = Field(ge=0)


def inspect(
    custody: Custody,
    limits: IntakeLimits,
    *,
    cancel: threading.Event | None = None,
    use_bubblewrap: bool | None = None,
) -> ModelCard:
    """Parse and check the structure inside the sandbox; nothing of the model runs. Raises Refused."""
    outcome = sandbox.run(
        "inspect",
        {"max_nodes": limits.max_nodes, "max_depth": limits.max_depth, "max_name": limits.max_name},
        files=custody.files,
        limits=limits.sandbox,
        cancel=cancel,
        use_bubblewrap=use_bubblewrap,
    )
    found = report(_Inspected, outcome)
    return ModelCard(
        **found.model_dump(),
        format=custody.format,
        files=len(custody.files),
        size_bytes=custody.size_bytes,
        sha256=custody.sha256,
        container=custody.container,
    )


def _try(
    custody: Custody,
    limits: Limits,
    inputs: Mapping[str, InputSpec],
    cancel: threading.Event | None,
    use_bubblewrap: bool | None,
) -> Literal["ran", "inputs_needed"]:
    outcome = sandbox.run(
        "trial",
        {
            "runtime": {"runtime": _TRIED_BY[custody.format].value},
            "seed": 0,
            "inputs": {name: spec.model_dump(mode="json") for name, spec in inputs.items()},
        },
        files=custody.files,
        limits=limits,
        cancel=cancel,
        use_bubblewrap=use_bubblewrap,
    )
    tried = report(_Tried, outcome)
    if tried.peak_memory_bytes > limits.memory_mb * 1_000_000:
        raise refuse("memory_limit", memory_mb=limits.memory_mb, peak_bytes=tried.peak_memory_bytes)
    return tried.trial


def check(
    path: str | os.PathLike[str],
    *,
    declared_sha256: str | None = None,
    limits: IntakeLimits | Limits | None = None,
    inputs: Mapping[str, InputSpec] | None = None,
    progress: Report | None = None,
    cancel: threading.Event | None = None,
    use_bubblewrap: bool | None = None,
) -> ModelCard:
    """Check a handed-in model: .onnx, .tflite, or a zip or tar with one model. Raises Refused.

    `inputs` gives open input shapes for the trial inference; without them it is tried with ones, and a
    failure then only marks the card `trial: inputs_needed`. `use_bubblewrap` None: where it works.
    """
    if isinstance(limits, Limits):
        limits = IntakeLimits(sandbox=limits)
    limits = limits or IntakeLimits()
    tell = progress or (lambda _: None)
    tell(Progress(phase=Phase.checking, done=0, total=3))
    with hold(
        path,
        max_bytes=limits.max_bytes,
        declared_sha256=declared_sha256,
        limits=limits.sandbox,
        cancel=cancel,
        use_bubblewrap=use_bubblewrap,
    ) as custody:
        tell(Progress(phase=Phase.checking, done=1, total=3))
        card = inspect(custody, limits, cancel=cancel, use_bubblewrap=use_bubblewrap)
        tell(Progress(phase=Phase.checking, done=2, total=3))
        trial = _try(custody, limits.sandbox, inputs or {}, cancel, use_bubblewrap)
        tell(Progress(phase=Phase.checking, done=3, total=3))
    return card.model_copy(update={"trial": trial})
