"""What a model did with each example of a sealed data set: counts and errors, never a score.

Scores, bounds and verdicts are computed from these (`scoring`). Examples stand in sorted order: the record does not say
which example of the sealed data set is meant, and the data set's own order changes nothing.
"""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from ..datasets import MAX_EXAMPLES, MAX_FOUND, MAX_FOUND_PER_IMAGE, MAX_TRUTHS
from .base import Strict

IOU_HUNDREDTHS: tuple[int, ...] = tuple(range(50, 100, 5))
"""COCO's ten thresholds of overlap (intersection over union), in hundredths."""

_Class = Annotated[int, Field(ge=-(2**63), lt=2**63)]
_Count = Annotated[int, Field(ge=0, le=10**9)]
_Error = Annotated[float, Field(ge=0, le=1e15)]
_Square = Annotated[float, Field(ge=0, le=1e30)]
_Cosine = Annotated[float, Field(ge=-1, le=1)]


class Task(StrEnum):
    """What a data set asks of a model."""

    classification = "classification"
    binary = "binary"
    detection = "detection"
    transcription = "transcription"
    regression = "regression"
    similarity = "similarity"


def _require_sorted(rows: list[object], what: str) -> None:
    if any(rows[index] > rows[index + 1] for index in range(len(rows) - 1)):  # type: ignore[operator]
        raise ValueError(f"{what} must stand in ascending order")


class Classified(Strict):
    """`cells`: (right class, answered class, how many examples), each pair once, ascending."""

    task: Literal[Task.classification] = Task.classification
    cells: list[tuple[_Class, _Class, Annotated[int, Field(ge=1, le=10**9)]]] = Field(
        min_length=1, max_length=MAX_EXAMPLES
    )

    @model_validator(mode="after")
    def _each_pair_once(self) -> Self:
        pairs = [cell[:2] for cell in self.cells]
        _require_sorted(list(pairs), "cells")
        if len(set(pairs)) < len(pairs):
            raise ValueError("cells name a pair of classes twice")
        return self

    @property
    def total(self) -> int:
        return sum(count for _, _, count in self.cells)

    @property
    def correct(self) -> int:
        return sum(count for right, answered, count in self.cells if right == answered)


class Flagged(Strict):
    """Examples by the right answer and the model's: true and false positives, false and true negatives."""

    task: Literal[Task.binary] = Task.binary
    tp: _Count
    fp: _Count
    fn: _Count
    tn: _Count

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        if self.total == 0:
            raise ValueError("there is no example")
        return self

    @property
    def total(self) -> int:
        return self.tp + self.fp + self.fn + self.tn


class Image(Strict):
    """`truths`: (class, objects to be found), each class once. `found`: (class, score, hits): bit i of `hits` is set
    where the detection was matched to an object of its class at IOU_HUNDREDTHS[i]. Both ascending."""

    truths: list[tuple[_Class, Annotated[int, Field(ge=1, le=MAX_TRUTHS)]]] = Field(max_length=MAX_TRUTHS)
    found: list[
        tuple[
            _Class,
            Annotated[float, Field(ge=-1e39, le=1e39)],
            Annotated[int, Field(ge=0, lt=1 << len(IOU_HUNDREDTHS))],
        ]
    ] = Field(max_length=MAX_FOUND_PER_IMAGE)

    @model_validator(mode="after")
    def _hits_fit_the_truths(self) -> Self:
        _require_sorted(list(self.truths), "truths")
        _require_sorted(list(self.found), "found")
        there = dict(self.truths)
        if len(there) < len(self.truths):
            raise ValueError("truths name a class twice")
        hits = Counter(
            (label, place)
            for label, _, mask in self.found
            for place in range(len(IOU_HUNDREDTHS))
            if mask >> place & 1
        )
        for (label, _), count in hits.items():
            if count > there.get(label, 0):
                raise ValueError(f"{count} hits on class {label}, which has {there.get(label, 0)} objects")
        return self

    def key(self) -> tuple[object, ...]:
        """What images are sorted by."""
        return (self.truths, self.found)


class Detected(Strict):
    """One entry an image, ascending."""

    task: Literal[Task.detection] = Task.detection
    images: list[Image] = Field(min_length=1, max_length=MAX_EXAMPLES)

    @model_validator(mode="after")
    def _is_bounded(self) -> Self:
        _require_sorted([image.key() for image in self.images], "images")
        truths = sum(count for image in self.images for _, count in image.truths)
        if not 0 < truths <= MAX_TRUTHS:
            raise ValueError(f"{truths} objects to be found; there must be 1 to {MAX_TRUTHS}")
        if sum(len(image.found) for image in self.images) > MAX_FOUND:
            raise ValueError(f"more than {MAX_FOUND} detections")
        return self


class Transcribed(Strict):
    """`texts`: (word edits, words of the right text, character edits, its characters), ascending.

    Edits: fewest insertions, deletions and substitutions. Characters are code points after NFC, so that a Hangul
    syllable is one; words stand between white space, which counts as one space.
    """

    task: Literal[Task.transcription] = Task.transcription
    texts: list[tuple[_Count, _Count, _Count, _Count]] = Field(min_length=1, max_length=MAX_EXAMPLES)

    @model_validator(mode="after")
    def _edits_fit_the_texts(self) -> Self:
        _require_sorted(list(self.texts), "texts")
        for word_edits, words, edits, characters in self.texts:
            # An edited character makes or unmakes at most two words (a space written or left out).
            if (word_edits == 0) != (edits == 0) or word_edits > 2 * edits:
                raise ValueError(f"{word_edits} word edits do not go with {edits} character edits")
            # The shortest text of so many words: one character each, one space between.
            if (words == 0) != (characters == 0) or characters < 2 * words - 1:
                raise ValueError(f"{words} words do not fit in {characters} characters")
        if not any(words for _, words, _, _ in self.texts):
            raise ValueError("every right text is empty")
        return self


class Erred(Strict):
    """`errors`: (mean absolute error, mean squared error) over the values of an example, ascending."""

    task: Literal[Task.regression] = Task.regression
    errors: list[tuple[_Error, _Square]] = Field(min_length=1, max_length=MAX_EXAMPLES)

    @model_validator(mode="after")
    def _squares_fit(self) -> Self:
        _require_sorted(list(self.errors), "errors")
        for absolute, squared in self.errors:
            # The mean of squares is never below the square of the mean; tiny squares end as 0.
            if squared * (1 + 1e-9) + 1e-300 < absolute * absolute:
                raise ValueError(f"a mean square of {squared} does not go with a mean error of {absolute}")
        return self


class Resembled(Strict):
    """`cosines`: of each example's output with the reference output, ascending; 0 where one of them is all zeros."""

    task: Literal[Task.similarity] = Task.similarity
    cosines: list[_Cosine] = Field(min_length=1, max_length=MAX_EXAMPLES)

    @model_validator(mode="after")
    def _is_sorted(self) -> Self:
        _require_sorted(list(self.cosines), "cosines")
        return self


Quality = Annotated[
    Classified | Flagged | Detected | Transcribed | Erred | Resembled, Field(discriminator="task")
]
