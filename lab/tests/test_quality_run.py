"""Each task once through the sandbox with a real model, from the .npz to the verdict and its evidence."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from onnx import TensorProto, helper

import hostile_models as h
from didimdol_lab import cli
from didimdol_lab.bench import Bench, Teller
from didimdol_lab.contract import Criterion, InputSpec, Measurement, Metric, Plan, judge
from didimdol_lab.contract.criteria import RULES
from didimdol_lab.evidence import Signer, make, verify
from didimdol_lab.intake import check
from didimdol_lab.measure import measure
from didimdol_lab.refusals import Refused

CALM = {"max_foreign_cpu_share": "1", "max_involuntary_share": "1000000", "max_attempts": 1}
F, LONG = TensorProto.FLOAT, TensorProto.INT64
RANDOM = np.random.default_rng(11)
Ports = dict[str, tuple[int, list[Any]]]


def network(nodes: list[Any], inputs: Ports, outputs: Ports, weights: list[Any] | None = None) -> Any:
    def told(ports: Ports) -> list[Any]:
        return [helper.make_tensor_value_info(name, kind, shape) for name, (kind, shape) in ports.items()]

    return h.model(helper.make_graph(nodes, "g", told(inputs), told(outputs), weights or []))


def echo(**ports: tuple[int, list[Any]]) -> Any:
    """Gives back what it gets: input `boxes_in` comes out as `boxes`."""
    nodes = [helper.make_node("Identity", [f"{name}_in"], [name]) for name in ports]
    return network(nodes, {f"{name}_in": port for name, port in ports.items()}, dict(ports))


def text(lines: list[str]) -> np.ndarray:
    return np.frombuffer("\n".join(lines).encode(), np.uint8)


def run(
    tmp_path: Path, model: Any, task: str, arrays: dict[str, Any], inputs: dict[str, Any], **more: Any
) -> Measurement:
    path = h.save(model, tmp_path / "m.onnx")
    np.savez_compressed(tmp_path / "d.npz", **arrays)
    shapes = {name: {"shape": shape} for name, shape in inputs.items()}
    values = {
        "processes": 1,
        "min_samples": 1,
        "min_seconds": 0,
        "warmup": 0,
        "inputs": shapes,
        **CALM,
        **more,
    }
    return measure(path, Plan.model_validate({**values, "dataset_task": task}), dataset=tmp_path / "d.npz")


def told(metric: Metric, record: Measurement) -> tuple[Decimal | None, str]:
    _, comparison, unit = RULES[metric]
    limit = {"statistic": "value", "comparison": comparison, "unit": unit, "threshold": 1}
    result = judge(Criterion.model_validate({"key": "k", "metric": metric, **limit}), record)
    return result.value, result.verdict


def classifier() -> tuple[Any, dict[str, np.ndarray]]:
    scores = RANDOM.normal(size=(50, 3)).astype(np.float32)
    labels = scores.argmax(axis=1)
    labels[:5] = (labels[:5] + 1) % 3
    return echo(y=(F, ["n", 3])), {"y_in": scores, "labels": labels}


def test_classification(tmp_path: Path) -> None:
    model, arrays = classifier()
    record = run(tmp_path, model, "classification", arrays, {"y_in": [1, 3]})
    assert record.accuracy is not None
    assert (record.accuracy.correct, record.accuracy.total) == (45, 50)
    assert told(Metric.accuracy, record) == told(Metric.f1_micro, record) == (90, "pass")
    assert told(Metric.f1_macro, record)[1] == "pass"


def test_binary_with_a_threshold_of_the_data_set(tmp_path: Path) -> None:
    """A linear model and a sigmoid; scores of 0.2 and 0.8, and the bar at 0.1 or 0.5."""
    weight = helper.make_tensor("w", F, [1, 1], [1.3862944])
    nodes = [helper.make_node("MatMul", ["x", "w"], ["z"]), helper.make_node("Sigmoid", ["z"], ["y"])]
    model = network(nodes, {"x": (F, ["n", 1])}, {"y": (F, ["n", 1])}, [weight])
    x = np.where(np.arange(60) % 3 == 0, 1, -1).astype(np.float32).reshape(-1, 1)
    arrays = {"x": x, "labels": (np.arange(60) % 2).astype(np.int8)}
    record = run(tmp_path, model, "binary", arrays, {"x": [1, 1]})
    assert record.accuracy is None
    assert record.quality is not None
    assert record.quality.model_dump() == {"task": "binary", "tp": 10, "fp": 10, "fn": 20, "tn": 20}
    assert told(Metric.precision, record)[0] == 50
    low = run(tmp_path, model, "binary", {**arrays, "threshold": np.float32(0.1)}, {"x": [1, 1]})
    assert told(Metric.recall, low)[0] == 100


def test_detection(tmp_path: Path) -> None:
    """Forty images with one object: found exactly in 30, with an overlap of 0.6 in 5, of another class in 5."""
    model = echo(boxes=(F, [1, 2, 4]), scores=(F, [1, 2]), labels=(LONG, [1, 2]))
    right = np.tile(np.array([10, 10, 20, 20], np.float32), (40, 1))
    boxes = np.zeros((40, 2, 4), np.float32)
    boxes[:, 0] = right
    boxes[30:35, 0, 2] = 16  # 6 of 10 columns
    scores = np.stack([np.linspace(0.9, 0.5, 40), np.zeros(40)], axis=1).astype(np.float32)
    labels = np.ones((40, 2), np.int64)
    labels[35:, 0] = 2
    arrays = {
        "boxes_in": boxes, "scores_in": scores, "labels_in": labels,
        "boxes": right, "labels": np.ones(40, np.int64), "image": np.arange(40),
    }  # fmt: skip
    shapes = {"boxes_in": [1, 2, 4], "scores_in": [1, 2], "labels_in": [1, 2]}
    record = run(tmp_path, model, "detection", arrays, shapes)
    # 35 of 40: recall to 0.87, so 88 of 101 points at precision 1.
    assert told(Metric.map_50, record) == (Decimal("87.128713"), "pass")
    # The looser box counts at 0.50, 0.55 and 0.60; 30 of 40, 76 points, at the other seven.
    assert told(Metric.map_50_95, record)[0] == Decimal("78.811881")


def test_detection_in_fixed_batches_without_a_leading_axis_of_outputs(tmp_path: Path) -> None:
    """A batch of four that does not divide seven; and outputs of one image without an axis of examples."""
    boxes = np.tile(np.array([0, 0, 5, 5], np.float32), (7, 1, 1))
    scores, labels = np.full((7, 1), 0.5, np.float32), np.zeros((7, 1), np.int32)
    truth = {"boxes": boxes[:, 0], "labels": labels[:, 0], "image": np.arange(7)}
    batched = echo(boxes=(F, [4, 1, 4]), scores=(F, [4, 1]), labels=(TensorProto.INT32, [4, 1]))
    arrays = {**truth, "boxes_in": boxes, "scores_in": scores, "labels_in": labels}
    record = run(tmp_path, batched, "detection", arrays, {})
    assert told(Metric.map_50, record)[0] == 100
    assert record.quality is not None
    assert len(record.quality.images) == 7  # type: ignore[union-attr]
    bare = network(
        [
            helper.make_node("Squeeze", ["x", "axis"], ["b"]),
            helper.make_node("Squeeze", ["s", "axis"], ["c"]),
            helper.make_node("Cast", ["c"], ["d"], to=LONG),
        ],
        {"x": (F, [1, 1, 4]), "s": (F, [1, 1])},
        {"b": (F, [1, 4]), "c": (F, [1]), "d": (LONG, [1])},
        [helper.make_tensor("axis", LONG, [1], [0])],
    )
    record = run(tmp_path, bare, "detection", {**truth, "x": boxes, "s": scores}, {})
    assert told(Metric.map_50, record)[0] == 100


def test_transcription_of_ctc_scores(tmp_path: Path) -> None:
    """Blank, then letters; a doubled letter needs a blank between; ▁ is a space."""
    vocabulary = ["", "가", "나", "▁", "다"]
    paths = [[1, 1, 0, 1, 3, 2], [2, 2, 2, 3, 4, 4], [0, 0, 0, 0, 0, 0]]
    scores = np.eye(5, dtype=np.float32)[np.array(paths)]
    model = echo(y=(F, ["n", 6, 5]))
    arrays = {"y_in": scores, "vocabulary": text(vocabulary), "texts": text(["가가 나", "나 나", "다"])}
    record = run(tmp_path, model, "transcription", arrays, {"y_in": [1, 6, 5]})
    assert record.quality is not None
    assert record.quality.texts == [(0, 2, 0, 4), (1, 1, 1, 1), (1, 2, 1, 3)]  # type: ignore[union-attr]
    assert told(Metric.word_error_rate, record) == (40, "inconclusive")
    assert told(Metric.character_error_rate, record)[0] == 25


def test_transcription_of_token_ids(tmp_path: Path) -> None:
    """The model itself takes the best token; 1 ends the text, 0 writes nothing; Hangul in jamo is put together."""
    vocabulary = ["", "", "▁the", "▁cat", "ᄀ", "ᅡ"]
    paths = np.array([[0, 2, 3, 1, 3]] * 20 + [[4, 5, 1, 0, 0]] * 20)
    nodes = [helper.make_node("ArgMax", ["x"], ["y"], axis=2, keepdims=0)]
    model = network(nodes, {"x": (F, ["n", 5, 6])}, {"y": (LONG, ["n", 5])})
    arrays = {
        "x": np.eye(6, dtype=np.float32)[paths], "vocabulary": text(vocabulary), "end": np.int64(1),
        "texts": text(["the cat"] * 20 + ["가"] * 20 + [""]),
    }  # fmt: skip
    record = run(tmp_path, model, "transcription", arrays, {"x": [1, 5, 6]})
    assert told(Metric.word_error_rate, record)[0] == told(Metric.character_error_rate, record)[0] == 0


def test_regression(tmp_path: Path) -> None:
    weight = helper.make_tensor("w", F, [1], [2.0])
    model = network(
        [helper.make_node("Mul", ["x", "w"], ["y"])], {"x": (F, ["n", 2])}, {"y": (F, ["n", 2])}, [weight]
    )
    x = RANDOM.normal(size=(70, 2)).astype(np.float32)
    targets = 2 * x.astype(np.float64) + np.where(np.arange(70) % 2, 0.75, -0.25)[:, None]
    record = run(tmp_path, model, "regression", {"x": x, "targets": targets}, {"x": [1, 2]})
    value, verdict = told(Metric.mean_absolute_error, record)
    assert value is not None
    assert float(value) == pytest.approx(0.5, abs=1e-5)
    assert verdict == "pass"
    root, _ = told(Metric.root_mean_square_error, record)
    assert root is not None
    assert float(root) == pytest.approx(np.sqrt((0.75**2 + 0.25**2) / 2), abs=1e-5)


def test_similarity_to_a_reference_and_its_evidence(tmp_path: Path) -> None:
    """One example in ten points the other way. The evidence file recomputes the verdict."""
    y = RANDOM.normal(size=(500, 8)).astype(np.float32)
    reference = y * np.where(np.arange(500) % 10, 3, -1)[:, None]
    plan = {"processes": 3, "min_samples": 662}
    record = run(
        tmp_path,
        echo(y=(F, ["n", 8])),
        "similarity",
        {"y_in": y, "reference": reference},
        {"y_in": [1, 8]},
        **plan,
    )
    assert told(Metric.reference_similarity, record)[0] == Decimal("0.8")
    limit = {"statistic": "value", "comparison": ">=", "unit": "1", "threshold": "0.7"}
    criterion = Criterion.model_validate({"key": "alike", "metric": "reference_similarity", **limit})
    card = check(tmp_path / "m.onnx", inputs={"y_in": InputSpec(shape=[1, 8])})
    asked = Plan.model_validate(
        {**plan, "min_seconds": 0, "warmup": 0, "inputs": {"y_in": {"shape": [1, 8]}}, **CALM}
        | {"dataset_task": "similarity"}
    )
    report = verify(make(record, card, asked, [criterion], Signer(Ed25519PrivateKey.generate())))
    assert report.genuine
    assert report.verdict == "pass"
    assert report.results[0].value == Decimal("0.8")


def test_the_command_line_shows_every_metric_of_the_task(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    h.save(echo(y=(F, [1, 1])), tmp_path / "m.onnx")
    (tmp_path / "plan.json").write_text(
        json.dumps({"processes": 1, "min_samples": 1, "min_seconds": 0, **CALM})
    )
    np.savez(tmp_path / "d.npz", y_in=np.zeros((40, 1), np.float32), targets=np.full((40, 1), 0.5))
    files = [str(tmp_path / name) for name in ("m.onnx", "plan.json", "d.npz")]
    line = ["measure", files[0], "--plan", files[1], "--dataset", files[2], "--task", "regression"]
    assert cli.main([*line, "--lang", "en"]) == 0
    said = capsys.readouterr().out
    assert "Mean absolute error (MAE): 0.5000 (bounds 0.5000-0.5000)" in said
    assert "Root mean square error (RMSE): 0.5000 (bounds 0.5000-0.5000)" in said


# --- what does not fit ---------------------------------------------------------------------------------------------


def refusal(
    tmp_path: Path, model: Any, task: str, arrays: dict[str, Any]
) -> tuple[str, dict[str, str], dict[str, str]]:
    """Of the one sandboxed process that looks at the data set."""
    np.savez_compressed(tmp_path / "d.npz", **arrays)
    files = {"model.onnx": h.save(model, tmp_path / "m.onnx")}
    bench = Bench(files, Plan.model_validate({"dataset_task": task}), Teller(None), None, None)
    with pytest.raises(Refused) as caught:
        bench.quality(tmp_path / "d.npz")
    found = caught.value.refusal
    for words in (found.message, found.remedy):
        assert "?" not in words["ko"] + words["en"]
    return found.code, dict(found.message), dict(found.remedy)


Y = np.zeros((40, 3), np.float32)
BOXES = {"boxes": np.array([[0, 0, 1, 1.0]]), "labels": np.array([0]), "image": np.array([0])}


@pytest.mark.parametrize(
    ("task", "arrays", "code", "words"),
    [
        ("classification", {"labels": np.zeros(40)}, "dataset_invalid", "labels: integer[n]"),
        ("classification", {}, "dataset_invalid", "'labels' is missing"),
        ("classification", {"labels": np.arange(40), "z": Y}, "dataset_invalid", "'z' is no input of the model (inputs: y_in)"),
        ("binary", {"labels": np.full(40, 2)}, "dataset_invalid", "other values than 0 and 1"),
        ("binary", {"labels": np.ones(40, int), "threshold": np.nan}, "dataset_invalid", "threshold is no number"),
        ("binary", {"labels": np.ones(40, int)}, "output_unfit", "3 values an example"),
        ("detection", {**BOXES, "image": np.array([40])}, "dataset_invalid", "outside 0 to 39"),
        ("detection", {**BOXES, "boxes": np.array([[1, 1, 0, 0.0]])}, "dataset_invalid", "not beyond x1"),
        ("detection", {**BOXES, "labels": np.array([-1])}, "dataset_invalid", "below 0"),
        ("detection", {n: a[:0] for n, a in BOXES.items()}, "dataset_invalid", "no object to be found"),
        ("detection", BOXES, "output_unfit", "named boxes, scores and labels"),
        ("transcription", {"texts": text(["a"] * 39), "vocabulary": text(["a"])}, "dataset_invalid", "39 lines"),
        ("transcription", {"texts": np.full(9, 255, np.uint8), "vocabulary": text(["a"])}, "dataset_invalid", "UTF-8"),
        ("transcription", {"texts": text([" "] * 40), "vocabulary": text(["a"])}, "dataset_invalid", "all empty"),
        ("transcription", {"texts": text(["a"] * 40), "vocabulary": text(["a"])}, "output_unfit", "time, vocabulary"),
        ("regression", {"targets": np.zeros((40, 2))}, "output_unfit", "3 values an example, 'targets' has 2"),
        ("regression", {"targets": np.full((40, 3), np.nan)}, "dataset_invalid", "no numbers"),
        ("regression", {"targets": np.full((40, 3), 1e16)}, "output_unfit", "more than 1e+15"),
        ("similarity", {"reference": np.zeros((40, 3)), "y_in": Y + np.nan}, "output_unfit", "NaN"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_with_what_to_change(
    task: str, arrays: dict[str, Any], code: str, words: str, tmp_path: Path
) -> None:
    model = echo(y=(F, ["n", 3]))
    found, message, _ = refusal(tmp_path, model, task, {"y_in": Y, **arrays})
    assert found == code
    assert words in message["en"]


def test_tokens_outside_the_vocabulary_are_refused(tmp_path: Path) -> None:
    arrays = {"y_in": np.full((2, 3), 7, np.int64), "texts": text(["a", "b"]), "vocabulary": text(["a"])}
    model = echo(y=(LONG, ["n", 3]))
    code, message, _ = refusal(tmp_path, model, "transcription", arrays)
    assert (code, "token 7" in message["en"]) == ("output_unfit", True)


def test_a_data_set_beyond_the_limit_is_refused_with_the_limit(tmp_path: Path) -> None:
    arrays = {"y_in": np.zeros((20_001, 1), np.float32), "targets": np.zeros(20_001)}
    code, message, remedy = refusal(tmp_path, echo(y=(F, ["n", 1])), "regression", arrays)
    assert code == "dataset_too_large"
    assert "20001 examples (limit 20000)" in message["en"]
    assert "random part" in remedy["en"]


def test_too_many_detections_are_refused(tmp_path: Path) -> None:
    model = echo(boxes=(F, [1, 100, 4]), scores=(F, [1, 100]), labels=(LONG, [1, 100]))
    arrays = {
        "boxes_in": np.zeros((101, 100, 4), np.float32), "scores_in": np.full((101, 100), 0.5, np.float32),
        "labels_in": np.zeros((101, 100), np.int64), **BOXES,
    }  # fmt: skip
    code, message, _ = refusal(tmp_path, model, "detection", arrays)
    assert code == "dataset_too_large"
    assert "detections by the model" in message["en"]
