"""The arrays that a model is fed with: by the plan, seeded, the same in every process."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .channel import TaskRefused
from .runtimes.base import Array, Loaded, Port

MAX_INPUT_ELEMENTS = 64_000_000


def array(port: Port, shape: list[int], fill: str, seed: int) -> Array:
    """One input. Raises TaskRefused(input_type_unsupported | tensor_too_large)."""
    if port.dtype is None:
        raise TaskRefused("input_type_unsupported", input=port.name, dtype=port.kind)
    dtype = np.dtype(port.dtype)
    if math.prod(shape) > MAX_INPUT_ELEMENTS:
        raise TaskRefused("tensor_too_large", where=port.name, dims=shape)
    if fill == "zeros":
        return np.zeros(shape, dtype)
    if fill != "random":
        number = float(fill)
        return np.full(shape, int(number) if dtype.kind in "iu" else number, dtype)
    # Seeded by the plan and the input's name: every process and every repeat sees the same bytes.
    generator = np.random.default_rng([seed, *port.name.encode()])
    if dtype.kind == "f":
        return generator.standard_normal(shape).astype(dtype)
    # Integers are mostly indices into a vocabulary of unknown size; 0 and 1 are always inside.
    return generator.integers(0, 2, shape).astype(dtype)


def feeds(
    loaded: Loaded, wanted: dict[str, dict[str, Any]], seed: int, *, guess: bool
) -> tuple[dict[str, Array], bool]:
    """Arrays for all inputs, and whether an input had to be guessed.

    Raises TaskRefused(unknown_input | inputs_needed | input_type_unsupported | tensor_too_large).
    """
    known = [each.name for each in loaded.inputs]
    for name in wanted:
        if name not in known:
            raise TaskRefused("unknown_input", input=name, known=", ".join(known))
    arrays: dict[str, Array] = {}
    guessed = False
    for each in loaded.inputs:
        asked = wanted.get(each.name)
        if asked is not None:
            shape, fill = list(asked["shape"]), str(asked["fill"])
        else:
            is_open = any(not isinstance(size, int) for size in each.shape)
            if is_open and not guess:
                example = "x".join(str(size) if isinstance(size, int) else "1" for size in each.shape)
                raise TaskRefused("inputs_needed", input=each.name, example=example)
            shape = [size if isinstance(size, int) else 1 for size in each.shape]
            # A guess about values is a guess too: zeros are the tamest.
            fill = "zeros" if guess else "random"
            guessed = True
        arrays[each.name] = array(each, shape, fill, seed)
    return arrays, guessed
