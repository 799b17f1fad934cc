"""The arrays of a sealed data set, read and checked against the task and the model's inputs."""

from __future__ import annotations

import numpy as np

from ...datasets import PARTS, Shape, Words, excess, expected, misfit
from ..channel import TaskRefused
from ..runtimes.base import Array, Port


def invalid(task: str, problem: Words) -> TaskRefused:
    """The refusal of a data set that does not fit its task. Raise what it returns."""
    return TaskRefused(
        "dataset_invalid", problem_ko=problem[0], problem_en=problem[1], expected=expected(task), task=task
    )


def read(path: str, task: str) -> dict[str, Array]:
    """All arrays of the .npz; pickled objects are refused. Raises TaskRefused(dataset_invalid)."""
    try:
        # Entry by entry under the memory limit: a compressed bomb ends as MemoryError.
        with np.load(path, allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}
    except MemoryError:
        raise
    except Exception as problem:  # numpy and zipfile raise many classes on a broken file
        said = f"{type(problem).__name__}: {problem}"[:300]
        raise invalid(
            task, (f"파일을 읽을 수 없습니다({said})", f"the file cannot be read ({said})")
        ) from None


def split(
    arrays: dict[str, Array], task: str, inputs: list[Port]
) -> tuple[dict[str, Array], dict[str, Array]]:
    """The task's own arrays and those that feed the model, the latter in the model's types.

    Raises TaskRefused(dataset_invalid | dataset_too_large).
    """
    shapes = [Shape(name, values.dtype.str, values.shape) for name, values in arrays.items()]
    if problem := misfit(task, shapes):
        raise invalid(task, problem)
    if detail := excess(task, shapes):
        raise TaskRefused("dataset_too_large", **detail)
    ports = {each.name: each for each in inputs}
    known = ", ".join(ports)
    fed: dict[str, Array] = {}
    own = dict(arrays)
    for name in [each.name for each in shapes]:
        if is_own(task, name):
            continue
        values = own.pop(name)
        port = ports.get(name)
        if port is None:
            raise invalid(
                task,
                (
                    f"배열 '{name}'은(는) 모델의 입력이 아닙니다(입력: {known})",
                    f"array '{name}' is no input of the model (inputs: {known})",
                ),
            )
        if port.dtype is None or not np.can_cast(values.dtype, port.dtype, casting="same_kind"):
            raise invalid(
                task,
                (
                    f"배열 '{name}'은(는) {values.dtype}인데 모델은 {port.kind}을(를) 받습니다",
                    f"array '{name}' is {values.dtype}, the model takes {port.kind}",
                ),
            )
        fed[name] = values.astype(port.dtype, copy=False)
    return own, fed


def text_of(values: Array, name: str, task: str) -> str:
    """A byte array as the text it spells. Raises TaskRefused(dataset_invalid)."""
    try:
        return values.tobytes().decode("utf-8")
    except UnicodeDecodeError:
        raise invalid(
            task, (f"배열 '{name}'이(가) UTF-8 글이 아닙니다", f"array '{name}' is no text in UTF-8")
        ) from None


def is_own(task: str, name: str) -> bool:
    """Whether an array is the task's, not an input of the model."""
    return any(part.name == name for part in PARTS[task])
