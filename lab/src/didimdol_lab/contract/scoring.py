"""From the counts of a sealed data set to a figure with its bounds, for each metric of quality."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from ..datasets import MAX_EXAMPLES
from .bounds import proportion_bounds
from .criteria import Metric
from .precision import MeanPrecision
from .quality import (
    IOU_HUNDREDTHS,
    Classified,
    Detected,
    Erred,
    Flagged,
    Quality,
    Resembled,
    Task,
    Transcribed,
)
from .refusal import Bilingual, bilingual
from .sampling import (
    FEWEST_EXAMPLES,
    SCALE,
    Bounds,
    bootstrap_bounds,
    mean_bounds,
    no_better_than_all_right,
    ratio_bounds,
)

FEWEST_OF_A_CLASS = 5
"""A class with fewer right answers or objects says next to nothing, and weighs as much as the largest."""

TASKS: dict[Metric, Task] = {
    Metric.accuracy: Task.classification,
    Metric.f1_macro: Task.classification,
    Metric.f1_micro: Task.classification,
    Metric.f1: Task.binary,
    Metric.precision: Task.binary,
    Metric.recall: Task.binary,
    Metric.map_50: Task.detection,
    Metric.map_50_95: Task.detection,
    Metric.word_error_rate: Task.transcription,
    Metric.character_error_rate: Task.transcription,
    Metric.mean_absolute_error: Task.regression,
    Metric.root_mean_square_error: Task.regression,
    Metric.reference_similarity: Task.similarity,
}
"""Metrics that need a data set, and of which task."""


@dataclass(frozen=True, slots=True)
class Score:
    """A figure in its criterion's unit. `obstacle`: why it decides nothing although it may be known."""

    value: Decimal | None
    lower: Decimal | None
    upper: Decimal | None
    examples: int
    obstacle: Bilingual | None = None


def score(metric: Metric, found: Quality | None, confidence: Decimal, seed: str) -> Score:
    """One metric of TASKS but `accuracy`. `seed` starts the resampling: the plan's digest."""
    task = TASKS[metric]
    if found is None or found.task is not task:
        return Score(
            None,
            None,
            None,
            0,
            bilingual(
                f"재지 않았습니다. 계획에 dataset_task: {task} 데이터 세트를 넣으십시오.",
                f"Not measured; give the plan a data set with dataset_task: {task}.",
            ),
        )
    if isinstance(found, Flagged):
        return _flagged(metric, found, confidence)
    if isinstance(found, Transcribed):
        return _transcribed(metric, found, confidence)
    if isinstance(found, Erred):
        return _erred(metric, found, confidence)
    if isinstance(found, Resembled):
        return _resembled(found, confidence)
    if metric is Metric.f1_micro and isinstance(found, Classified):
        return _proportion(found.correct, found.total, confidence)
    return _resampled(metric, found, confidence, seed)


def scores(found: Quality, confidence: Decimal, seed: str) -> list[tuple[Metric, Score]]:
    """Every metric that the record gives, but `accuracy`."""
    return [
        (metric, score(metric, found, confidence, seed))
        for metric, task in TASKS.items()
        if task is found.task and metric is not Metric.accuracy
    ]


def _percent(bounds: Bounds, examples: int, obstacle: Bilingual | None = None) -> Score:
    value, lower, upper = (None if part is None else part * 100 for part in bounds)
    return Score(value, lower, upper, examples, obstacle)


def _few(
    count: int, least: int = FEWEST_EXAMPLES, ko: str = "예제", en: str = "examples"
) -> Bilingual | None:
    if count >= least:
        return None
    return bilingual(
        f"{ko}이(가) {count}개뿐입니다. 판정에는 최소 {least}개가 필요합니다. 데이터 세트를 늘리십시오.",
        f"Only {count} {en}; a verdict needs at least {least}. Enlarge the data set.",
    )


def _proportion(right: int, total: int, confidence: Decimal) -> Score:
    lower, upper = proportion_bounds(right, total, confidence)
    return _percent((Decimal(right) / total, lower, upper), total)


def _share(bounds: Bounds, n: int, confidence: Decimal) -> Bounds:
    """Within 0 and 1, and no nearer to them than n answers that are all right, or all wrong, allow."""
    value, lower, upper = bounds
    best = no_better_than_all_right(n, confidence)
    if lower is not None:
        lower = max(Decimal(0), min(lower, best))
    if upper is not None:
        upper = min(Decimal(1), max(upper, 1 - best))
    return value, lower, upper


def _flagged(metric: Metric, found: Flagged, confidence: Decimal) -> Score:
    if metric is not Metric.f1:
        others, ko, en = (
            (found.fp, "해당이라고 답한 예제", "examples answered as positive")
            if metric is Metric.precision
            else (found.fn, "정답이 해당인 예제", "positive examples")
        )
        total = found.tp + others
        return (
            Score(None, None, None, 0, _few(0, 1, ko, en))
            if total == 0
            else _proportion(found.tp, total, confidence)
        )
    concerned = found.tp + found.fp + found.fn
    if concerned == 0:
        return Score(
            None, None, None, 0, _few(0, FEWEST_EXAMPLES, "해당 예제", "positive examples or answers")
        )
    pairs = [(2, 2)] * found.tp + [(0, 1)] * (found.fp + found.fn) + [(0, 0)] * found.tn
    bounds = _share(ratio_bounds(pairs, confidence), concerned, confidence)
    return _percent(
        bounds, found.total, _few(concerned, FEWEST_EXAMPLES, "해당 예제", "positive examples or answers")
    )


def _transcribed(metric: Metric, found: Transcribed, confidence: Decimal) -> Score:
    """An error rate may exceed 1: a model can write more than there is."""
    place = 0 if metric is Metric.word_error_rate else 2
    n = len(found.texts)
    value, lower, upper = ratio_bounds([(text[place], text[place + 1]) for text in found.texts], confidence)
    if upper is not None:
        upper = max(upper, 1 - no_better_than_all_right(n, confidence))
    return _percent((value, lower, upper), n, _few(n))


def _erred(metric: Metric, found: Erred, confidence: Decimal) -> Score:
    n = len(found.errors)
    if metric is Metric.mean_absolute_error:
        value, lower, upper = mean_bounds([Decimal(repr(one)) for one, _ in found.errors], confidence)
        return Score(value, None if lower is None else max(lower, Decimal(0)), upper, n, _few(n))
    value, lower, upper = mean_bounds([Decimal(repr(square)) for _, square in found.errors], confidence)
    root = value.sqrt()
    return Score(
        root,
        None if lower is None else max(lower, Decimal(0)).sqrt(),
        None if upper is None else upper.sqrt(),
        n,
        _few(n),
    )


def _resembled(found: Resembled, confidence: Decimal) -> Score:
    n = len(found.cosines)
    value, lower, upper = mean_bounds([Decimal(repr(each)) for each in found.cosines], confidence)
    if lower is not None:
        lower = max(Decimal(-1), min(lower, no_better_than_all_right(n, confidence)))
    return Score(value, lower, None if upper is None else min(upper, Decimal(1)), n, _few(n))


@lru_cache(maxsize=64)
def _kept(metric: Metric, document: str, confidence: Decimal, seed: str) -> Bounds:
    """Resampling takes seconds; the same record gives the same bounds."""
    if metric is Metric.f1_macro:
        cells = Classified.model_validate_json(document).cells
        of, size = _macro_f1(cells)
    else:
        places = [0] if metric is Metric.map_50 else range(len(IOU_HUNDREDTHS))
        precision = MeanPrecision(Detected.model_validate_json(document).images, places)
        of, size = precision.of, precision.size
    return bootstrap_bounds(of(None) or 0, of, size, seed, confidence)


def _resampled(metric: Metric, found: Classified | Detected, confidence: Decimal, seed: str) -> Score:
    """Macro F1 and mAP: no formula gives their spread, so the examples are drawn again and again."""
    truths: Counter[int] = Counter()
    if isinstance(found, Classified):
        size = found.total
        for right, _, count in found.cells:
            truths[right] += count
        if size > MAX_EXAMPLES:
            return Score(None, None, None, size, _too_many(size))
    else:
        size = len(found.images)
        for image in found.images:
            truths.update(dict(image.truths))
    bounds = _share(_kept(metric, found.model_dump_json(), confidence, seed), size, confidence)
    rarest, count = min(truths.items(), key=lambda entry: (entry[1], entry[0]))
    few = _few(size) or _few(
        count, FEWEST_OF_A_CLASS, f"분류 {rarest}의 정답", f"right answers of class {rarest}"
    )
    return _percent(bounds, size, few or _no_bounds(bounds))


def _too_many(size: int) -> Bilingual:
    return bilingual(
        f"예제가 {size}개입니다. 이 지표는 {MAX_EXAMPLES}개까지 판정합니다. 무작위로 골라 줄이십시오.",
        f"{size} examples; this metric is judged on at most {MAX_EXAMPLES}. Take a random part of them.",
    )


def _no_bounds(bounds: Bounds) -> Bilingual | None:
    """A confidence beyond what the resamples can show, or resamples without any object."""
    if bounds[1] is not None:
        return None
    return bilingual(
        "다시 뽑은 표본으로는 이 신뢰 수준의 구간을 계산할 수 없습니다. 데이터 세트를 늘리거나 percentile_confidence를 낮추십시오.",
        "The resamples do not bound it at this confidence; enlarge the data set, or lower percentile_confidence.",
    )


Figure = Callable[[list[int] | None], int | None]


def _macro_f1(cells: list[tuple[int, int, int]]) -> tuple[Figure, int]:
    """The mean F1 of the classes that are right or answered somewhere, as a function of the examples drawn."""
    number = {each: place for place, each in enumerate(sorted({each for cell in cells for each in cell[:2]}))}
    pairs = [(number[right], number[answered]) for right, answered, _ in cells]
    cell_of = [place for place, (_, _, count) in enumerate(cells) for _ in range(count)]

    def of(drawn: list[int] | None) -> int | None:
        hits, named = [0] * len(number), [0] * len(number)
        for cell, count in Counter(cell_of if drawn is None else map(cell_of.__getitem__, drawn)).items():
            right, answered = pairs[cell]
            named[right] += count
            named[answered] += count
            if right == answered:
                hits[right] += count
        shares = [
            2 * hit * SCALE // all_named for hit, all_named in zip(hits, named, strict=True) if all_named
        ]
        return sum(shares) // len(shares)

    return of, len(cell_of)
