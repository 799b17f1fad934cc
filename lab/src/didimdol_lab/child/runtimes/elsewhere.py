"""A model that ran on a device elsewhere: its outputs came back in `outputs.npz`, in the order of the model's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ..channel import TaskRefused
from .base import Array, Port

if TYPE_CHECKING:
    from . import Wanted


class Returned:
    """Outputs that are there already; nothing runs. `precision` is not told by the service."""

    def __init__(self, arrays: list[Array]) -> None:
        self.inputs: list[Port] = []
        self.outputs: list[Port] = []
        self.precision = ""
        self._arrays = arrays

    def infer(self, arrays: Mapping[str, Array]) -> list[Any]:
        return self._arrays

    def bound(self, arrays: Mapping[str, Array]) -> Callable[[], object] | None:
        return None

    def placement(self) -> dict[str, Any] | None:
        return None

    def layers(self) -> list[dict[str, Any]]:
        return []


def load(files: Mapping[str, str], wanted: Wanted) -> Returned:
    """Raises TaskRefused(aihub_answer) for what is no file of arrays."""
    try:
        with np.load(files["outputs.npz"], allow_pickle=False) as found:
            return Returned([found[f"output_{place}"] for place in range(len(found.files))])
    except (ValueError, OSError, KeyError) as problem:
        raise TaskRefused("aihub_answer", reason=f"outputs: {problem}") from None
