"""The examples of a data set, batch by batch through the model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from .. import feeding
from ..channel import TaskRefused
from ..runtimes.base import Array, Loaded, Port, infer

BATCH = 32


def _fixed_batch(inputs: list[Port], names: set[str]) -> int | None:
    """The batch size the model insists on, or None when it leaves it open."""
    for each in inputs:
        if each.name in names and each.shape and isinstance(each.shape[0], int):
            return max(1, each.shape[0])
    return None


def _others(loaded: Loaded, fed: dict[str, Array], request: dict[str, Any]) -> dict[str, Array]:
    """Inputs that are not in the data set, filled by the plan. Raises TaskRefused(inputs_needed)."""
    rest: dict[str, Array] = {}
    for each in loaded.inputs:
        if each.name in fed:
            continue
        asked = request["inputs"].get(each.name, {})
        shape = asked.get("shape", each.shape)
        if any(not isinstance(size, int) for size in shape):
            raise TaskRefused("inputs_needed", input=each.name, example="1")
        rest[each.name] = feeding.array(each, list(shape), str(asked.get("fill", "zeros")), request["seed"])
    return rest


def batches(
    loaded: Loaded, fed: dict[str, Array], request: dict[str, Any], *, one_by_one: bool
) -> Iterator[tuple[int, int, list[Array], int]]:
    """First example, how many count, the outputs, and how many examples they were made of.

    `one_by_one`: where the model leaves the batch open, its outputs cannot be told apart by example. Raises TaskRefused.
    """
    rest = _others(loaded, fed, request)
    fixed = _fixed_batch(loaded.inputs, set(fed))
    # Inputs that are not in the data set have one example's shape, so they allow one example at a time.
    step = fixed if fixed is not None else 1 if rest or one_by_one else BATCH
    total = len(next(iter(fed.values())))
    for start in range(0, total, step):
        rows = min(step, total - start)
        batch = {name: values[start : start + rows] for name, values in fed.items()}
        if fixed is not None and rows < fixed:  # the last batch is filled up; the filling is not counted
            batch = {
                name: np.concatenate([part, np.repeat(part[-1:], fixed - rows, axis=0)])
                for name, part in batch.items()
            }
        size = fixed if fixed is not None else rows
        yield start, rows, [np.asarray(each) for each in infer(loaded, {**batch, **rest})], size
