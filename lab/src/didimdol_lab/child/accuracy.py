"""Count right answers on a labelled data set: classification by the largest value of the first output."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import feeding, runtimes
from .channel import Channel, TaskRefused
from .instruments import Instruments
from .runtimes.base import Array, Port, infer

BATCH = 32


def _read(path: str) -> dict[str, Array]:
    """All arrays of the .npz; pickled objects are refused. Raises TaskRefused(dataset_invalid)."""
    try:
        # Entry by entry under the memory limit: a compressed bomb ends as MemoryError.
        with np.load(path, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
    except MemoryError:
        raise
    except Exception as problem:  # numpy and zipfile raise many classes on a broken file
        raise TaskRefused("dataset_invalid", problem=f"{type(problem).__name__}: {problem}"[:300]) from None
    return arrays


def _checked(arrays: dict[str, Array], inputs: list[Port]) -> tuple[Array, dict[str, Array]]:
    labels = arrays.pop("labels", None)
    if labels is None or labels.ndim != 1 or labels.dtype.kind not in "iu" or len(labels) == 0:
        raise TaskRefused("dataset_invalid", problem="labels: one-dimensional integers, at least one")
    types = {each.name: each for each in inputs}
    if not arrays:
        raise TaskRefused("dataset_invalid", problem=f"no array is named as an input: {', '.join(types)}")
    for name, values in arrays.items():
        if name not in types:
            raise TaskRefused("dataset_invalid", problem=f"array '{name}' is no input of the model")
        if values.ndim < 1 or len(values) != len(labels):
            raise TaskRefused("dataset_invalid", problem=f"array '{name}' and labels differ in length")
        wanted = types[name].dtype
        if wanted is None or not np.can_cast(values.dtype, wanted, casting="same_kind"):
            raise TaskRefused(
                "dataset_invalid",
                problem=f"array '{name}' is {values.dtype}, the model takes {types[name].kind}",
            )
        arrays[name] = values.astype(wanted, copy=False)
    return labels, arrays


def _fixed_batch(inputs: list[Port], names: set[str]) -> int | None:
    """The batch size the model insists on, or None when it leaves it open."""
    for each in inputs:
        if each.name in names and each.shape and isinstance(each.shape[0], int):
            return max(1, each.shape[0])
    return None


def _predicted(output: Any, rows: int) -> Array:
    values = np.asarray(output)
    if values.ndim == 0 or values.size == 0 or values.size % rows or values.dtype.kind not in "fiub":
        raise TaskRefused(
            "dataset_invalid", problem=f"first output has shape {values.shape}: no class scores"
        )
    table = values.reshape(rows, -1)
    if table.shape[1] == 1:
        column = table[:, 0]
        # One number a row: a class index if integer, otherwise the probability of class 1.
        return column if column.dtype.kind in "iu" else (column >= 0.5).astype(np.int64)
    return np.asarray(table.argmax(axis=1))


def run(
    request: dict[str, Any], files: dict[str, str], channel: Channel, instruments: Instruments
) -> dict[str, Any]:
    channel.progress("accuracy", 0, 0)
    loaded = runtimes.load(files, runtimes.Wanted.of(request))
    inputs = loaded.inputs
    labels, arrays = _checked(_read(files["dataset.npz"]), inputs)
    others = {name: spec for name, spec in request["inputs"].items() if name not in arrays}
    rest: dict[str, Array] = {}
    for each in inputs:
        if each.name in arrays:
            continue
        shape = others.get(each.name, {}).get("shape", each.shape)
        if any(not isinstance(size, int) for size in shape):
            raise TaskRefused("inputs_needed", input=each.name, example="1")
        fill = str(others.get(each.name, {}).get("fill", "zeros"))
        rest[each.name] = feeding.array(each, list(shape), fill, request["seed"])
    fixed = _fixed_batch(inputs, set(arrays))
    # Inputs that are not in the data set have one example's shape, so they allow one example at a time.
    step = fixed if fixed is not None else 1 if rest else BATCH
    correct = 0
    total = len(labels)
    for start in range(0, total, step):
        rows = min(step, total - start)
        batch = {name: values[start : start + rows] for name, values in arrays.items()}
        if fixed is not None and rows < fixed:  # the last batch is filled up; the filling is not counted
            batch = {
                name: np.concatenate([part, np.repeat(part[-1:], fixed - rows, axis=0)])
                for name, part in batch.items()
            }
        size = fixed if fixed is not None else rows
        answers = _predicted(infer(loaded, {**batch, **rest})[0], size)[:rows]
        correct += int((answers == labels[start : start + rows]).sum())
        channel.progress("accuracy", start + rows, total)
    return {"correct": correct, "total": total}
