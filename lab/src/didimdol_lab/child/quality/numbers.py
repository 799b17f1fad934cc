"""Errors of numbers, and likeness to a reference model's outputs."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..runtimes.base import Array
from .answers import Answers, table, unfit
from .dataset import invalid

LARGEST = 1e15
"""Beyond this an error says only that the answer is wild."""


def _finite_rows(values: Array, name: str, task: str) -> Array:
    """Float64, one row an example. Raises TaskRefused(dataset_invalid)."""
    rows = values.reshape(len(values), -1).astype(np.float64)
    if rows.shape[1] == 0 or not np.isfinite(rows).all():
        raise invalid(
            task,
            (
                f"배열 '{name}'에 수가 아닌 값이 있거나 비어 있습니다",
                f"array '{name}' holds values that are no numbers, or none",
            ),
        )
    return rows


class _Numeric(Answers):
    """Tasks that hold the first output against an array of the same size."""

    own: str

    def __init__(self, truth: dict[str, Array], total: int, outputs: list[str]) -> None:
        self.right = _finite_rows(truth[self.own], self.own, self.task)

    def _answered(self, start: int, rows: int, outputs: list[Array], size: int) -> tuple[Array, Array]:
        found = table(outputs[0], size, self.task)[:rows].astype(np.float64)
        right = self.right[start : start + rows]
        if found.shape[1] != right.shape[1]:
            raise unfit(
                self.task,
                f"첫 출력은 예제마다 값이 {found.shape[1]}개인데 '{self.own}'에는 {right.shape[1]}개입니다",
                f"the first output has {found.shape[1]} values an example, '{self.own}' has {right.shape[1]}",
            )
        if not np.isfinite(found).all():
            raise unfit(
                self.task,
                f"예제 {start}–{start + rows - 1}의 출력에 수가 아닌 값(NaN, 무한대)이 있습니다",
                f"the output of examples {start} to {start + rows - 1} holds NaN or infinity",
            )
        return right, found


class Regression(_Numeric):
    """Mean absolute and mean squared error of each example's values."""

    task = "regression"
    own = "targets"

    def __init__(self, truth: dict[str, Array], total: int, outputs: list[str]) -> None:
        super().__init__(truth, total, outputs)
        self.errors: list[tuple[float, float]] = []

    def add(self, start: int, rows: int, outputs: list[Array], size: int) -> None:
        right, found = self._answered(start, rows, outputs, size)
        off = np.abs(found - right)
        if not (off <= LARGEST).all():
            raise unfit(
                self.task,
                f"오차가 {LARGEST:g}을(를) 넘는 출력이 있습니다",
                f"an output is off by more than {LARGEST:g}",
            )
        self.errors += zip(off.mean(axis=1).tolist(), (off * off).mean(axis=1).tolist(), strict=True)

    def report(self) -> dict[str, Any]:
        return {"errors": sorted(self.errors)}


class Similarity(_Numeric):
    """Cosine of each example's output with the reference's, to nine decimals."""

    task = "similarity"
    own = "reference"

    def __init__(self, truth: dict[str, Array], total: int, outputs: list[str]) -> None:
        super().__init__(truth, total, outputs)
        self.cosines: list[float] = []

    def add(self, start: int, rows: int, outputs: list[Array], size: int) -> None:
        right, found = (_unit(values) for values in self._answered(start, rows, outputs, size))
        cosines = np.clip((right * found).sum(axis=1), -1.0, 1.0)
        self.cosines += [round(float(each), 9) for each in cosines]

    def report(self) -> dict[str, Any]:
        return {"cosines": sorted(self.cosines)}


def _unit(rows: Array) -> Array:
    """Each row at length 1; rows of zeros stay zeros, so that their cosine is 0."""
    largest = np.abs(rows).max(axis=1, keepdims=True)
    scaled = rows / np.where(largest > 0, largest, 1)  # squares of huge or tiny numbers would leave float64
    length = np.linalg.norm(scaled, axis=1, keepdims=True)
    return np.asarray(scaled / np.where(length > 0, length, 1))
