"""Mean average precision as COCO computes it, in integers, on any multiset of a record's images."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from .quality import Image
from .sampling import SCALE

RECALL_POINTS = 100
"""Precision is averaged over the recalls 0, 0.01 ... 1, both ends included."""


@dataclass(frozen=True, slots=True)
class _Curve:
    """Where one class hits at one threshold. `images[j]` is the image of hit j, hits by falling score; detections of one
    score cannot be told apart by a threshold, so a hit counts with all of its score: `hit_end[j]` is the last hit and
    `found_end[j]` the last detection with it."""

    images: list[int]
    hit_end: list[int]
    found_end: list[int]


@dataclass(frozen=True, slots=True)
class _Class:
    """`truths`: (image, objects). `found`: the image of each detection by falling score. One curve a threshold."""

    truths: list[tuple[int, int]]
    found: list[int]
    curves: list[_Curve]


class MeanPrecision:
    """mAP over the given IoU thresholds: `places` are indices into IOU_HUNDREDTHS."""

    def __init__(self, images: Sequence[Image], places: Sequence[int]) -> None:
        self.size = len(images)
        labels = sorted({label for image in images for label, _ in image.truths})
        self._classes = [_prepared(images, label, places) for label in labels]

    def of(self, drawn: Sequence[int] | None = None) -> int | None:
        """In parts of SCALE, over the images with these indices (all, once, where None). None without any object."""
        times = [1] * self.size
        if drawn is not None:
            counts = Counter(drawn)
            times = [counts[index] for index in range(self.size)]
        figures = [figure for each in self._classes for figure in _precisions(each, times)]
        return sum(figures) // len(figures) if figures else None


def _prepared(images: Sequence[Image], label: int, places: Sequence[int]) -> _Class:
    truths = [
        (index, count) for index, image in enumerate(images) for own, count in image.truths if own == label
    ]
    ranked = sorted(
        (
            (-score, index, hits)
            for index, image in enumerate(images)
            for own, score, hits in image.found
            if own == label
        ),
    )
    last_of: dict[float, int] = {score: place for place, (score, _, _) in enumerate(ranked)}
    curves = []
    for threshold in places:
        hits = [(score, index) for score, index, mask in ranked if mask >> threshold & 1]
        last_hit = {score: place for place, (score, _) in enumerate(hits)}
        curves.append(
            _Curve(
                [index for _, index in hits],
                [last_hit[score] for score, _ in hits],
                [last_of[score] for score, _ in hits],
            )
        )
    return _Class(truths, [index for _, index, _ in ranked], curves)


def _precisions(one: _Class, times: list[int]) -> list[int]:
    """The average precision at each threshold, each image counted so many times; empty where the class has no object."""
    objects = sum(count * times[index] for index, count in one.truths)
    if objects == 0:
        return []
    found = list(accumulate(times[index] for index in one.found))
    figures = []
    for curve in one.curves:
        running = list(accumulate(times[index] for index in curve.images))
        hits = [running[end] for end in curve.hit_end]
        # The best precision at this recall or a higher one.
        reached = [
            hit * SCALE // found[end] if hit else 0 for hit, end in zip(hits, curve.found_end, strict=True)
        ]
        best = list(accumulate(reversed(reached), max))[::-1]
        passed = [hit * RECALL_POINTS // objects for hit in hits]
        area = best[0] if best else 0
        before = 0
        for precision, recall in zip(best, passed, strict=True):
            if recall > before:
                area += precision * (recall - before)
                before = recall
        figures.append(area // (RECALL_POINTS + 1))
    return figures
