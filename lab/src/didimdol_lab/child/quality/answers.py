"""What the tasks share: they take outputs batch by batch and report counts at the end."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar

from ..channel import TaskRefused
from ..runtimes.base import Array


class Answers(ABC):
    """The answers to one data set. `truth`: the task's own arrays, whose names, types and shapes were checked."""

    task: ClassVar[str]
    one_by_one: ClassVar[bool] = False

    @abstractmethod
    def __init__(self, truth: dict[str, Array], total: int, outputs: list[str]) -> None:
        """Raises TaskRefused(dataset_invalid | output_unfit)."""

    @abstractmethod
    def add(self, start: int, rows: int, outputs: list[Array], size: int) -> None:
        """Outputs made of `size` examples, of which the first `rows` are examples `start` and on.

        Raises TaskRefused(output_unfit).
        """

    @abstractmethod
    def report(self) -> dict[str, Any] | None:
        """The fields of the task's record in `contract.quality`; None where they are too many for a record."""

    def counted(self) -> dict[str, int] | None:
        """Right answers out of all, where the task has such."""
        return None


def unfit(task: str, ko: str, en: str) -> TaskRefused:
    """The refusal of a model whose output does not answer the task. Raise what it returns."""
    return TaskRefused("output_unfit", task=task, problem_ko=ko, problem_en=en)


def table(output: Array, size: int, task: str) -> Array:
    """An output of numbers as one row an example. Raises TaskRefused(output_unfit)."""
    if output.ndim == 0 or output.size == 0 or output.size % size or output.dtype.kind not in "fiub":
        shape = list(output.shape)
        raise unfit(
            task,
            f"첫 출력이 {output.dtype} {shape}이라 예제 {size}개의 답이 아닙니다",
            f"the first output is {output.dtype} {shape}: no answers to {size} examples",
        )
    return output.reshape(size, -1)
