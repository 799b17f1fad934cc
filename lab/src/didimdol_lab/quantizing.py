"""A static INT8 version of a model, made in the sandbox: the model is untrusted, and so is what comes out."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field

from . import sandbox
from .contract import ModelCard, Plan, Progress
from .contract.base import Strict
from .contract.protocol import Phase
from .intake import check
from .intake.custody import hold, take_dataset
from .refusals import refuse
from .sandbox.running import report

MAX_MODEL_BYTES = 500_000_000
MAX_DATA_BYTES = 2_000_000_000
_ROOM = 1_000_000
"""What a quantised model may take beside the size of the float one: scales and nodes of a small model weigh more."""


class _Made(Strict):
    examples: int = Field(ge=1)
    bytes: int = Field(ge=1)


@dataclass(frozen=True, slots=True)
class Quantized:
    """The new model's bytes, both cards, and how many examples its ranges were seen on."""

    content: bytes
    before: ModelCard
    after: ModelCard
    examples: int


def quantize(
    path: str | os.PathLike[str],
    calibration: str | os.PathLike[str],
    plan: Plan,
    *,
    progress: Callable[[Progress], None] | None = None,
    use_bubblewrap: bool | None = None,
) -> Quantized:
    """Quantise the ONNX model at `path` with the examples of the .npz. Of the plan: limits, inputs, seed. Raises Refused.

    What the sandbox gives back is checked like any model that a stranger hands in.
    """
    before = check(
        path, inputs=plan.inputs, limits=plan.limits, progress=progress, use_bubblewrap=use_bubblewrap
    )
    if before.format != "onnx":
        raise refuse("quantize_format", format=before.format)
    tell = progress or (lambda _: None)
    with (
        hold(
            path,
            max_bytes=MAX_MODEL_BYTES,
            declared_sha256=before.sha256,
            limits=plan.limits,
            use_bubblewrap=use_bubblewrap,
        ) as custody,
        take_dataset(calibration, max_bytes=MAX_DATA_BYTES, declared_sha256=None) as data,
    ):
        content = bytearray()
        most = custody.size_bytes + _ROOM

        def take(piece: bytes) -> None:
            content.extend(piece)
            if len(content) > most:
                raise refuse("sandbox_output", reason="a quantised model larger than the float one")

        outcome = sandbox.run(
            "quantize",
            {
                "seed": plan.seed,
                "inputs": {name: spec.model_dump(mode="json") for name, spec in plan.inputs.items()},
            },
            files={**custody.files, "calibration.npz": data},
            limits=plan.limits,
            progress=lambda phase, done, total: tell(Progress(phase=Phase(phase), done=done, total=total)),
            use_bubblewrap=use_bubblewrap,
            pieces=take,
            max_pieces=most,
        )
    made = report(_Made, outcome)
    if made.bytes != len(content):
        raise refuse("sandbox_output", reason="size of the file")
    with tempfile.TemporaryDirectory(prefix="didimdol-lab-") as folder:
        target = Path(folder) / "model.onnx"
        target.write_bytes(content)
        after = check(
            target, inputs=plan.inputs, limits=plan.limits, progress=progress, use_bubblewrap=use_bubblewrap
        )
    return Quantized(bytes(content), before, after, made.examples)
