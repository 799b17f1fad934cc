"""From a plan and a model's card to the worker's request; what AI Hub cannot do is refused before anything is sent."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any

from ..contract.card import ModelCard, TensorSpec
from ..contract.criteria import Boundary
from ..contract.plan import MAX_SAMPLES_PER_PROCESS, Plan, Precision
from ..intake.custody import Custody
from ..refusals import refuse

TARGET_RUNTIMES = ("onnx", "precompiled_qnn_onnx", "qnn_dlc", "tflite")
COMPUTE_UNITS = ("all", "npu", "gpu", "cpu")
_DTYPES = {"float": "float32", "double": "float64"}
_TAKEN = frozenset(("float16", "float32", "bool", "int8", "int16", "int32", "int64", "uint8", "uint16"))
"""Of numpy's types, those that a data set of AI Hub may have."""
_ATTRIBUTE = re.compile(r"^[a-z0-9_-]+:[A-Za-z0-9._+-]+$")


def require_possible(plan: Plan, *, has_dataset: bool) -> None:
    """Raises Refused(aihub_plan) for what the service does not do."""
    asked = {
        f"boundary: {plan.boundary}": plan.boundary is not Boundary.model_only,
        # In what floats its devices compute is theirs to choose, and it is not told.
        f"precision: {plan.precision}": plan.precision is Precision.bf16,
        "sustained_seconds": plan.sustained_seconds > 0,
        # A data set is sealed from everybody outside: it never leaves the house.
        "dataset_sha256": has_dataset or plan.dataset_sha256 is not None,
    }
    for what, is_asked in asked.items():
        if is_asked:
            raise refuse("aihub_plan", what=what)


def request_of(custody: Custody, card: ModelCard, plan: Plan, outputs: Path | None) -> dict[str, Any]:
    """The request without times and limits. The model is sent under its hash: its name stays in the house.

    Raises Refused: aihub_plan, aihub_option, unknown_input, inputs_needed, input_type_unsupported.
    """
    if len(custody.files) != 1:
        raise refuse("aihub_plan", what="a model with its weights in a file beside it")
    target = plan.target
    compute_unit = target.get("compute_unit")
    for unit in (compute_unit or "all").split(","):
        _require("compute_unit", unit, COMPUTE_UNITS)
    target_runtime = target.get("target_runtime")
    if target_runtime is not None:
        _require("target_runtime", target_runtime, TARGET_RUNTIMES if card.format == "onnx" else ())
    attributes = [each for each in target.get("attributes", "").split(",") if each]
    for attribute in attributes:
        if not _ATTRIBUTE.match(attribute):
            raise refuse(
                "aihub_option", name="attributes", value=attribute, known="os:android,framework:onnx …"
            )
    known = [each.name for each in card.inputs]
    for name in plan.inputs:
        if name not in known:
            raise refuse("unknown_input", input=name, known=", ".join(known))
    share = math.ceil(plan.min_samples / plan.processes)
    return {
        "model": str(custody.files[f"model.{card.format}"].resolve()),
        "name": f"didimdol-{custody.sha256[:16]}",
        "device": {"name": target["device"], "os": target.get("os", ""), "attributes": attributes},
        "target_runtime": target_runtime,
        "compute_unit": compute_unit,
        "inputs": [_input(each, plan) for each in card.inputs],
        "open_shapes": any(not isinstance(size, int) for each in card.inputs for size in each.shape),
        "seed": plan.seed,
        "outputs": [each.name for each in card.outputs],
        "outputs_file": None if outputs is None else str(outputs),
        "jobs": plan.processes,
        "iterations": min(share, MAX_SAMPLES_PER_PROCESS),
        "attempts": plan.max_attempts,
    }


def _require(name: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise refuse("aihub_option", name=name, value=value, known=", ".join(known) or "-")


def _input(tensor: TensorSpec, plan: Plan) -> dict[str, Any]:
    asked = plan.inputs.get(tensor.name)
    if asked is not None:
        shape: list[Any] = list(asked.shape)
    elif any(not isinstance(size, int) for size in tensor.shape):
        example = "x".join(str(size) if isinstance(size, int) else "1" for size in tensor.shape)
        raise refuse("inputs_needed", input=tensor.name, example=example)
    else:
        shape = list(tensor.shape)
    dtype = _DTYPES.get(tensor.dtype, tensor.dtype)
    if dtype not in _TAKEN:
        raise refuse("input_type_unsupported", input=tensor.name, dtype=tensor.dtype)
    fill = "random" if asked is None else asked.model_dump(mode="json")["fill"]
    return {"name": tensor.name, "dtype": dtype, "shape": shape, "fill": str(fill)}
