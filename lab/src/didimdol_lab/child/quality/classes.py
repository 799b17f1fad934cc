"""Classification by the largest score, and binary answers by a threshold."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from ...datasets import MAX_EXAMPLES
from ..runtimes.base import Array
from .answers import Answers, table, unfit
from .dataset import invalid


class Classification(Answers):
    """The class of the largest value of the first output. One number an example: a class where it is an integer,
    otherwise the probability of class 1."""

    task = "classification"

    def __init__(self, truth: dict[str, Array], total: int, outputs: list[str]) -> None:
        self.labels = truth["labels"]
        self.cells: Counter[tuple[int, int]] = Counter()

    def add(self, start: int, rows: int, outputs: list[Array], size: int) -> None:
        values = table(outputs[0], size, self.task)[:rows]
        if values.shape[1] > 1:
            answered = values.argmax(axis=1)
        elif values.dtype.kind in "iu":
            answered = values[:, 0]
        else:
            answered = (values[:, 0] >= 0.5).astype(np.int64)
        self.cells.update(zip(self.labels[start : start + rows].tolist(), answered.tolist(), strict=True))

    def report(self) -> dict[str, Any] | None:
        if len(self.cells) > MAX_EXAMPLES:
            return None
        return {"cells": [[*pair, count] for pair, count in sorted(self.cells.items())]}

    def counted(self) -> dict[str, int] | None:
        correct = sum(count for (right, answered), count in self.cells.items() if right == answered)
        return {"correct": correct, "total": self.cells.total()}


class Binary(Answers):
    """The score is the first output: its last number where there are two an example, its only one otherwise."""

    task = "binary"

    def __init__(self, truth: dict[str, Array], total: int, outputs: list[str]) -> None:
        self.labels = truth["labels"].astype(np.int64)
        if not np.isin(self.labels, (0, 1)).all():
            raise invalid(
                self.task, ("labels에 0과 1이 아닌 값이 있습니다", "labels hold other values than 0 and 1")
            )
        self.threshold = float(truth["threshold"]) if "threshold" in truth else 0.5
        if not np.isfinite(self.threshold):
            raise invalid(self.task, ("threshold가 수가 아닙니다", "threshold is no number"))
        self.counts = np.zeros((2, 2), np.int64)

    def add(self, start: int, rows: int, outputs: list[Array], size: int) -> None:
        values = table(outputs[0], size, self.task)[:rows]
        if values.shape[1] > 2:
            width = values.shape[1]
            raise unfit(
                self.task,
                f"첫 출력이 예제마다 {width}개의 값을 냅니다. 하나 또는 둘이어야 합니다",
                f"the first output has {width} values an example; it must be one or two",
            )
        flagged = (values[:, -1] >= self.threshold).astype(np.int64)
        np.add.at(self.counts, (self.labels[start : start + rows], flagged), 1)

    def report(self) -> dict[str, Any]:
        (tn, fp), (fn, tp) = self.counts.tolist()
        return {"tp": tp, "fp": fp, "fn": fn, "tn": tn}
