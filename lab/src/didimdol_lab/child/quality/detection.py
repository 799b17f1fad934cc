"""Detections matched to the objects of each image, at COCO's ten overlaps."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from ...datasets import MAX_FOUND, MAX_FOUND_PER_IMAGE
from ..channel import TaskRefused
from ..runtimes.base import Array
from .answers import Answers, unfit
from .dataset import invalid

THRESHOLDS = [hundredths / 100 for hundredths in range(50, 100, 5)]
NAMES = ("boxes", "scores", "labels")


def overlaps(found: Array, right: Array) -> Array:
    """Intersection over union of boxes [d, 4] and [t, 4] as x1, y1, x2, y2: float64 [d, t]; empty boxes have none."""
    sides = np.minimum(found[:, None, 2:], right[None, :, 2:]) - np.maximum(
        found[:, None, :2], right[None, :, :2]
    )
    shared = np.clip(sides, 0, None).prod(axis=2)
    area = [np.clip(boxes[:, 2:] - boxes[:, :2], 0, None).prod(axis=1) for boxes in (found, right)]
    union = area[0][:, None] + area[1][None, :] - shared
    return np.asarray(np.divide(shared, union, out=np.zeros_like(shared), where=union > 0))


def hits(overlap: Array) -> list[int]:
    """For each detection, best score first, the thresholds at which it gets an object that none before it got, as bits.

    Each takes the free object with which it overlaps most.
    """
    masks = [0] * overlap.shape[0]
    for place, threshold in enumerate(THRESHOLDS):
        free = np.ones(overlap.shape[1], bool)
        for index in range(overlap.shape[0]):
            row = np.where(free, overlap[index], -1.0)
            best = int(row.argmax()) if row.size else 0
            if row.size and row[best] >= threshold:
                free[best] = False
                masks[index] |= 1 << place
    return masks


class Detection(Answers):
    """Outputs named boxes, scores, labels, or three in this order: [k, 4], [k], [k], with or without an axis of examples
    before. A score of 0 or less and a label below 0 mark filling."""

    task = "detection"
    one_by_one = True

    def __init__(self, truth: dict[str, Array], total: int, outputs: list[str]) -> None:
        boxes, labels, image = (truth[name] for name in ("boxes", "labels", "image"))
        if len(boxes) == 0:
            raise invalid(self.task, ("찾을 물체가 하나도 없습니다", "there is no object to be found"))
        if ((image < 0) | (image >= total)).any():
            raise invalid(
                self.task,
                (f"image에 0–{total - 1} 밖의 값이 있습니다", f"image holds values outside 0 to {total - 1}"),
            )
        boxes = boxes.astype(np.float64)
        if not np.isfinite(boxes).all() or (boxes[:, 2:] <= boxes[:, :2]).any():
            raise invalid(
                self.task,
                (
                    "boxes에 x2가 x1보다, y2가 y1보다 크지 않은 상자가 있습니다",
                    "boxes hold one whose x2 and y2 are not beyond x1 and y1",
                ),
            )
        if (labels < 0).any():
            raise invalid(self.task, ("labels에 0보다 작은 값이 있습니다", "labels hold values below 0"))
        self.right = [(boxes[image == index], labels[image == index]) for index in range(total)]
        self.places = _places(outputs)
        self.kept = 0
        self.images: list[tuple[list[tuple[int, int]], list[tuple[int, float, int]]]] = []

    def add(self, start: int, rows: int, outputs: list[Array], size: int) -> None:
        boxes, scores, labels = (outputs[place] for place in self.places)
        if size == 1 and boxes.ndim == 2:
            boxes, scores, labels = boxes[None], scores[None], labels[None]
        count = boxes.shape[1] if boxes.ndim == 3 else -1
        fits = (
            boxes.shape == (size, count, 4)
            and scores.shape == labels.shape == (size, count)
            and boxes.dtype.kind in "fiu"
            and scores.dtype.kind == "f"
            and labels.dtype.kind in "fiu"
        )
        if not fits:
            shapes = ", ".join(f"{each.dtype} {list(each.shape)}" for each in (boxes, scores, labels))
            raise unfit(
                self.task,
                f"출력이 {shapes}입니다. boxes [n, k, 4], scores [n, k](실수), labels [n, k]여야 합니다",
                f"the outputs are {shapes}; they must be boxes [n, k, 4], scores [n, k] (floats), labels [n, k]",
            )
        for row in range(rows):
            self._image(start + row, boxes[row], scores[row], labels[row])

    def _image(self, index: int, boxes: Array, scores: Array, labels: Array) -> None:
        # Single precision throughout, so that its shortest spelling keeps the order of the scores.
        scores = scores.astype(np.float32)
        usable = (scores > 0) & np.isfinite(scores) & (labels >= 0) & (labels < 2**31)
        usable &= np.isfinite(boxes.astype(np.float64)).all(axis=1)
        kept = np.flatnonzero(usable)
        kept = kept[np.argsort(-scores[kept], kind="stable")][:MAX_FOUND_PER_IMAGE]
        self.kept += len(kept)
        if self.kept > MAX_FOUND:
            raise TaskRefused(
                "dataset_too_large",
                what_ko="모델이 찾은 물체",
                what_en="detections by the model",
                count=f"> {MAX_FOUND}",
                limit=MAX_FOUND,
            )
        boxes, scores, labels = boxes[kept].astype(np.float64), scores[kept], labels[kept].astype(np.int64)
        right_boxes, right_labels = self.right[index]
        found: list[tuple[int, float, int]] = []
        for label in np.unique(labels).tolist():
            own = labels == label
            masks = hits(overlaps(boxes[own], right_boxes[right_labels == label]))
            spelt = [float(str(score)) for score in scores[own]]
            found += [(label, score, mask) for score, mask in zip(spelt, masks, strict=True)]
        self.images.append((sorted(Counter(right_labels.tolist()).items()), sorted(found)))

    def report(self) -> dict[str, Any]:
        return {"images": [{"truths": truths, "found": found} for truths, found in sorted(self.images)]}


def _places(outputs: list[str]) -> list[int]:
    """Which outputs are boxes, scores and labels. Raises TaskRefused(output_unfit)."""
    if set(NAMES) <= set(outputs):
        return [outputs.index(name) for name in NAMES]
    if len(outputs) == len(NAMES):
        return [0, 1, 2]
    named = ", ".join(outputs)
    raise unfit(
        "detection",
        f"출력이 {named}입니다. boxes, scores, labels라는 출력이 필요합니다",
        f"the outputs are {named}; outputs named boxes, scores and labels are needed",
    )
