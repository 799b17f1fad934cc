"""Our counts and scores beside well-kept libraries: scikit-learn, jiwer, pycocotools, scipy."""

from __future__ import annotations

import contextlib
import io
import unicodedata
from decimal import Decimal
from fractions import Fraction
from typing import Any

import jiwer
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval
from scipy import stats
from sklearn import metrics

from didimdol_lab.child.quality.classes import Binary, Classification
from didimdol_lab.child.quality.detection import Detection
from didimdol_lab.child.quality.numbers import Regression, Similarity
from didimdol_lab.child.quality.transcription import Transcription, edits, normal
from didimdol_lab.contract import Metric
from didimdol_lab.contract.quality import Classified, Detected, Erred, Flagged, Resembled, Transcribed
from didimdol_lab.contract.sampling import mean_bounds, normal_quantile, ratio_bounds, student_quantile
from didimdol_lab.contract.scoring import score

CONFIDENCE = Decimal("0.99")


def value(metric: Metric, found: Any) -> float:
    told = score(metric, found, CONFIDENCE, "seed").value
    assert told is not None
    return float(told)


# --- classes -------------------------------------------------------------------------------------------------------

ANSWERS = st.lists(st.tuples(st.integers(0, 5), st.integers(-1, 5)), min_size=1, max_size=80)


@given(ANSWERS)
@example([(3, 3)])
@example([(0, 1), (1, 0)])
@settings(deadline=None, max_examples=40)
def test_macro_and_micro_f1_are_those_of_scikit_learn(pairs: list[tuple[int, int]]) -> None:
    right, answered = (np.array(column) for column in zip(*pairs, strict=True))
    task = Classification({"labels": right}, len(right), ["y"])
    task.add(0, len(right), [answered.reshape(-1, 1)], len(right))
    told = task.report()
    assert told is not None
    found = Classified.model_validate(told)
    for metric, average in ((Metric.f1_macro, "macro"), (Metric.f1_micro, "micro")):
        expected = metrics.f1_score(right, answered, average=average, zero_division=0)
        assert value(metric, found) == pytest.approx(100 * expected, abs=1e-9)
    assert found.correct / found.total == metrics.accuracy_score(right, answered)


SCORES = st.lists(
    st.tuples(st.booleans(), st.floats(0, 1, width=32, allow_subnormal=False)), min_size=1, max_size=80
)


@given(SCORES, st.sampled_from([0.0, 0.25, 0.5, 1.0]))
@settings(deadline=None, max_examples=40)
def test_f1_precision_and_recall_are_those_of_scikit_learn(
    rows: list[tuple[bool, float]], threshold: float
) -> None:
    right, scores = np.array([r for r, _ in rows]), np.array([s for _, s in rows], np.float32)
    task = Binary({"labels": right, "threshold": np.array(threshold)}, len(rows), ["y"])
    task.add(0, len(rows), [np.stack([1 - scores, scores], axis=1)], len(rows))
    found = Flagged.model_validate(task.report())
    flagged = scores >= threshold
    (tn, fp), (fn, tp) = metrics.confusion_matrix(right, flagged, labels=[False, True])
    assert (found.tp, found.fp, found.fn, found.tn) == (tp, fp, fn, tn)
    for metric, of in (
        (Metric.f1, metrics.f1_score),
        (Metric.precision, metrics.precision_score),
        (Metric.recall, metrics.recall_score),
    ):
        told = score(metric, found, CONFIDENCE, "").value
        expected = of(right, flagged, zero_division=np.nan)
        if told is None:
            assert np.isnan(expected)
        else:
            assert float(told) == pytest.approx(100 * expected, abs=1e-9)


# --- texts ---------------------------------------------------------------------------------------------------------


def transcribed(right: list[str], found: list[str]) -> Transcribed:
    """As a run counts them: each text is spelt by token ids, one token a character."""
    characters = sorted({each for text in found for each in text} - {"\n", "▁", "|"})
    vocabulary = np.frombuffer("\n".join(["", *characters]).encode(), np.uint8)
    texts = np.frombuffer("\n".join(right).encode(), np.uint8)
    task = Transcription({"texts": texts, "vocabulary": vocabulary, "end": np.array(0)}, len(right), ["y"])
    longest = max(map(len, found)) + 1
    ids = np.zeros((len(found), longest), np.int64)
    for row, text in enumerate(found):
        ids[row, : len(text)] = [characters.index(each) + 1 for each in text]
    task.add(0, len(found), [ids], len(found))
    return Transcribed.model_validate(task.report())


TEXT = st.text("ab 한글각가\u1100\u1161é", max_size=30)


@given(st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=6))
@example([("안녕하세요 세계", "안녕 하세요 세게")])
@example([("the cat sat", "")])
@example([("각", unicodedata.normalize("NFD", "각"))])
@settings(deadline=None, max_examples=60)
def test_word_and_character_error_rates_are_those_of_jiwer(pairs: list[tuple[str, str]]) -> None:
    right, found = [normal(one) for one, _ in pairs], [normal(other) for _, other in pairs]
    if not all(right):  # jiwer takes no empty right text
        return
    told = transcribed([one for one, _ in pairs], [other for _, other in pairs])
    assert value(Metric.word_error_rate, told) == pytest.approx(100 * jiwer.wer(right, found), abs=1e-9)
    assert value(Metric.character_error_rate, told) == pytest.approx(100 * jiwer.cer(right, found), abs=1e-9)


@given(st.text("abc", max_size=40), st.text("abcd", max_size=40))
@settings(deadline=None)
def test_edits_are_those_of_the_plain_table(right: str, found: str) -> None:
    row = list(range(len(right) + 1))
    for other in found:
        before = row
        row = [before[0] + 1]
        for index, one in enumerate(right):
            row.append(min(row[-1] + 1, before[index + 1] + 1, before[index] + (one != other)))
    assert edits(right, found) == row[-1]


def test_hangul_counts_by_the_syllable_however_it_is_spelt() -> None:
    apart = unicodedata.normalize("NFD", "강아지가 밥을 먹는다")
    told = transcribed(["강아지가 밥을 먹는다"], [apart])
    assert told.texts == [(0, 3, 0, 11)]
    assert transcribed(["값"], ["갑"]).texts == [(1, 1, 1, 1)]


# --- boxes ---------------------------------------------------------------------------------------------------------


def boxes_of(random: np.random.Generator, count: int) -> np.ndarray:
    corner = random.uniform(0, 60, (count, 2))
    return np.concatenate([corner, corner + random.uniform(5, 40, (count, 2))], axis=1)


def scene(seed: int, images: int = 25, classes: int = 3) -> tuple[dict[str, np.ndarray], list[Any]]:
    """Objects, and detections that are near them, far from them, doubled, or of another class."""
    random = np.random.default_rng(seed)
    boxes, labels, image, found = [], [], [], []
    for index in range(images):
        count = int(random.integers(0, 5))
        own, kinds = boxes_of(random, count), random.integers(0, classes, count)
        boxes.append(own)
        labels.append(kinds)
        image.append(np.full(count, index))
        near = np.repeat(own, 2, axis=0) + random.normal(0, 3, (2 * count, 4))
        # pycocotools leaves out boxes of negative area; here they count as what they are, wrong.
        near[:, 2:] = np.maximum(near[:, 2:], near[:, :2] + 1)
        kept = random.random(2 * count) < 0.7
        near, near_kinds = near[kept], np.repeat(kinds, 2)[kept]
        far = boxes_of(random, int(random.integers(0, 4)))
        all_boxes = np.concatenate([near, far])
        all_kinds = np.concatenate([near_kinds, random.integers(0, classes + 1, len(far))])
        found.append((all_boxes, all_kinds))
    truth = {
        "boxes": np.concatenate(boxes),
        "labels": np.concatenate(labels).astype(np.int64),
        "image": np.concatenate(image).astype(np.int64),
    }
    # No two scores alike: what ties do is our own rule, tested apart.
    order = random.permutation(sum(len(kinds) for _, kinds in found))
    scores = ((order + 1) / (len(order) + 1)).astype(np.float32)
    start = 0
    spelt = []
    for own, kinds in found:
        spelt.append((own, scores[start : start + len(kinds)], kinds.astype(np.int64)))
        start += len(kinds)
    return truth, spelt


def detected(truth: dict[str, np.ndarray], found: list[Any]) -> Detected:
    task = Detection(truth, len(found), ["boxes", "scores", "labels"])
    for index, (boxes, scores, labels) in enumerate(found):
        task.add(index, 1, [boxes, scores, labels], 1)
    return Detected.model_validate(task.report())


def by_pycocotools(truth: dict[str, np.ndarray], found: list[Any]) -> tuple[float, float]:
    def xywh(box: np.ndarray) -> list[float]:
        return [float(box[0]), float(box[1]), float(box[2] - box[0]), float(box[3] - box[1])]

    rows = zip(truth["boxes"], truth["labels"], truth["image"], strict=True)
    objects = [
        {"id": number, "image_id": int(image) + 1, "category_id": int(label) + 1, "bbox": xywh(box)}
        | {"area": float(np.prod(xywh(box)[2:])), "iscrowd": 0}
        for number, (box, label, image) in enumerate(rows, start=1)
    ]
    detections = [
        {"image_id": index + 1, "category_id": int(label) + 1, "bbox": xywh(box), "score": float(score)}
        for index, (boxes, scores, labels) in enumerate(found)
        for box, score, label in zip(boxes, scores, labels, strict=True)
    ]
    with contextlib.redirect_stdout(io.StringIO()):
        reference = COCO()
        kinds = sorted({int(label) + 1 for label in truth["labels"]})
        reference.dataset = {
            "info": {},
            "images": [{"id": index + 1} for index in range(len(found))],
            "annotations": objects,
            "categories": [{"id": kind} for kind in kinds],
        }
        reference.createIndex()
        told = COCOeval(reference, reference.loadRes(detections), "bbox")
        # The same grid, spelt so that 57/100 is 0.57 and not the float beside it.
        told.params.recThrs = np.arange(101) / 100
        told.evaluate()
        told.accumulate()
        told.summarize()
    return float(told.stats[1]), float(told.stats[0])


@pytest.mark.parametrize("seed", range(8))
def test_mean_average_precision_is_that_of_pycocotools(seed: int) -> None:
    truth, found = scene(seed)
    at_half, over_all = by_pycocotools(truth, found)
    told = detected(truth, found)
    assert 0.1 < over_all < at_half < 1
    assert value(Metric.map_50, told) == pytest.approx(100 * at_half, abs=1e-7)
    assert value(Metric.map_50_95, told) == pytest.approx(100 * over_all, abs=1e-7)


def test_more_than_a_hundred_detections_count_by_their_scores_as_in_coco() -> None:
    truth, found = scene(3, images=1, classes=1)
    truth = {"boxes": np.array([[0.0, 0, 10, 10]]), "labels": np.array([0]), "image": np.array([0])}
    far = np.tile([50.0, 50, 60, 60], (120, 1))
    boxes = np.concatenate([far, [[0.0, 0, 10, 10]]])
    scores = np.linspace(0.2, 0.9, 121).astype(np.float32)
    for last, expected in ((0.95, 1.0), (0.1, 0.0)):
        scores[-1] = last
        found = [(boxes, scores, np.zeros(121, np.int64))]
        assert by_pycocotools(truth, found)[0] == pytest.approx(expected)
        assert value(Metric.map_50, detected(truth, found)) == pytest.approx(100 * expected)


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_the_examples_changes_no_byte_of_the_record(seed: int) -> None:
    truth, found = scene(seed)
    order = np.random.default_rng(seed).permutation(len(found))
    place = np.argsort(order)
    moved = {**truth, "image": place[truth["image"]]}
    assert detected(moved, [found[index] for index in order]) == detected(truth, found)
    right, said = ["가 나", "다", "라 마 바"], ["가 나", "라", "라 바"]
    turned = np.roll(np.arange(3), seed)
    assert transcribed([right[i] for i in turned], [said[i] for i in turned]) == transcribed(right, said)
    targets, answers = np.arange(9.0), np.arange(9.0)[::-1].reshape(-1, 1)
    records = []
    for rows in (np.arange(9), np.roll(np.arange(9), seed + 1)):
        task = Regression({"targets": targets[rows]}, 9, ["y"])
        task.add(0, 9, [answers[rows]], 9)
        records.append(task.report())
    assert records[0] == records[1]


# --- numbers -------------------------------------------------------------------------------------------------------


def test_errors_are_those_of_scikit_learn() -> None:
    random = np.random.default_rng(5)
    right, found = random.normal(size=300), random.normal(size=300)
    task = Regression({"targets": right}, 300, ["y"])
    for start in range(0, 300, 32):
        part = found[start : start + 32]
        task.add(start, len(part), [part.reshape(-1, 1)], len(part))
    told = Erred.model_validate(task.report())
    assert value(Metric.mean_absolute_error, told) == pytest.approx(metrics.mean_absolute_error(right, found))
    expected = metrics.root_mean_squared_error(right, found)
    assert value(Metric.root_mean_square_error, told) == pytest.approx(expected)


def test_similarity_is_the_mean_cosine_of_scikit_learn() -> None:
    random = np.random.default_rng(6)
    right, found = random.normal(size=(40, 16)), random.normal(size=(40, 16)).astype(np.float32)
    task = Similarity({"reference": right.reshape(40, 4, 4)}, 40, ["y"])
    task.add(0, 40, [found.reshape(40, 2, 8)], 40)
    expected = np.diag(metrics.pairwise.cosine_similarity(right, found)).mean()
    told = Resembled.model_validate(task.report())
    assert value(Metric.reference_similarity, told) == pytest.approx(expected, abs=1e-8)


# --- statistics ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("confidence", ["0.5", "0.9", "0.95", "0.99", "0.999"])
def test_quantiles_are_those_of_scipy(confidence: str) -> None:
    share = Decimal(confidence)
    assert float(normal_quantile(share)) == pytest.approx(stats.norm.ppf(float(share)), abs=1e-11)
    for freedom in (29, 60, 500, 20_000):
        expected = stats.t.ppf(float(share), freedom)
        assert float(student_quantile(share, freedom)) == pytest.approx(expected, abs=1e-5)


def test_bounds_of_a_mean_are_those_of_scipy() -> None:
    values = np.random.default_rng(7).gamma(2, size=80)
    told, low, high = mean_bounds([Decimal(repr(float(each))) for each in values], CONFIDENCE)
    interval = stats.ttest_1samp(values, 0).confidence_interval(0.98)  # two-sided: 1% on each side
    assert low is not None
    assert high is not None
    assert (float(low), float(high)) == pytest.approx((interval.low, interval.high), abs=1e-7)
    assert float(told) == pytest.approx(values.mean())


def test_the_spread_of_a_ratio_is_that_of_its_linearised_parts() -> None:
    random = np.random.default_rng(8)
    bottoms = random.integers(1, 30, 90)
    tops = random.binomial(bottoms, 0.2)
    told, low, _ = ratio_bounds(zip(tops.tolist(), bottoms.tolist(), strict=True), CONFIDENCE)
    ratio = tops.sum() / bottoms.sum()
    error = np.std((tops - ratio * bottoms) / bottoms.mean(), ddof=1) / np.sqrt(90)
    assert low is not None
    assert float(told) == pytest.approx(ratio)
    assert float(told - low) == pytest.approx(stats.t.ppf(0.99, 89) * error, rel=1e-5)
    assert Fraction(int(tops.sum()), int(bottoms.sum())) == pytest.approx(float(told))
