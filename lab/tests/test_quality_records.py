"""What a sandboxed child says of a data set is not trusted: records that cannot be are refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

import hostile_models as h
from didimdol_lab import bench as module
from didimdol_lab.contract import Measurement, Plan, Quality, Task
from didimdol_lab.datasets import MAX_EXAMPLES, PARTS, Shape, excess, misfit
from didimdol_lab.measure import measure
from didimdol_lab.refusals import Refused
from didimdol_lab.sandbox.running import Outcome

QUALITY: TypeAdapter[Any] = TypeAdapter(Quality)
IMAGE = {"truths": [[0, 1]], "found": [[0, 0.9, 1]]}

GOOD: list[dict[str, Any]] = [
    {"task": "classification", "cells": [[0, 0, 3], [0, 1, 1]]},
    {"task": "binary", "tp": 1, "fp": 0, "fn": 0, "tn": 0},
    {"task": "detection", "images": [IMAGE]},
    {"task": "transcription", "texts": [[0, 2, 0, 5], [2, 2, 1, 5]]},
    {"task": "regression", "errors": [[0.5, 0.25], [1.0, 1.5]]},
    {"task": "similarity", "cosines": [-1.0, 0.5]},
]
WRONG: list[dict[str, Any]] = [
    {"task": "poetry", "cells": [[0, 0, 3]]},
    {"task": "classification", "cells": []},
    {"task": "classification", "cells": [[0, 0, 0]]},
    {"task": "classification", "cells": [[1, 0, 1], [0, 0, 1]]},
    {"task": "classification", "cells": [[0, 0, 1], [0, 0, 2]]},
    {"task": "classification", "cells": [[0, 2**63, 1]]},
    {"task": "classification", "cells": [[0, index, 1] for index in range(MAX_EXAMPLES + 1)]},
    {"task": "binary", "tp": 0, "fp": 0, "fn": 0, "tn": 0},
    {"task": "binary", "tp": -1, "fp": 0, "fn": 2, "tn": 0},
    # more hits than objects, hits on a class that is not there, a bit too many, no object at all
    {"task": "detection", "images": [{"truths": [[0, 1]], "found": [[0, 0.8, 1], [0, 0.9, 1]]}]},
    {"task": "detection", "images": [{"truths": [[0, 1]], "found": [[1, 0.9, 1]]}]},
    {"task": "detection", "images": [{"truths": [[0, 1]], "found": [[0, 0.9, 1024]]}]},
    {"task": "detection", "images": [{"truths": [], "found": [[0, 0.9, 0]]}]},
    {"task": "detection", "images": [{"truths": [[0, 1], [0, 1]], "found": []}]},
    {"task": "detection", "images": [{"truths": [[0, 1]], "found": [[0, 0.9, 0]] * 101}]},
    {"task": "detection", "images": [IMAGE, {"truths": [[0, 1]], "found": []}]},
    {"task": "detection", "images": [{"truths": [[0, 1]], "found": [[0, 0.9, 0]] * 100}] * 101},
    # edits of one kind only, more word edits than characters allow, more words than characters, nothing to read
    {"task": "transcription", "texts": [[0, 2, 1, 5]]},
    {"task": "transcription", "texts": [[3, 2, 1, 5]]},
    {"task": "transcription", "texts": [[0, 5, 0, 8]]},
    {"task": "transcription", "texts": [[0, 0, 0, 0]]},
    {"task": "transcription", "texts": [[1, 0, 1, 3]]},
    {"task": "transcription", "texts": [[2, 2, 2, 5], [0, 2, 0, 5]]},
    {"task": "regression", "errors": [[2.0, 3.9]]},
    {"task": "regression", "errors": [[-1.0, 1.0]]},
    {"task": "regression", "errors": [[1.0, 1.0], [0.0, 0.0]]},
    {"task": "regression", "errors": [[1e16, 1e30]]},
    {"task": "similarity", "cosines": [1.5]},
    {"task": "similarity", "cosines": [0.5, 0.4]},
    {"task": "similarity", "cosines": []},
    {"task": "similarity", "cosines": [0.5], "also": 1},
]


@pytest.mark.parametrize("record", GOOD, ids=lambda record: record["task"])
def test_a_record_round_trips(record: dict[str, Any]) -> None:
    found = QUALITY.validate_python(record)
    assert json.loads(QUALITY.dump_json(found)) == record


@pytest.mark.parametrize("record", WRONG, ids=lambda record: json.dumps(record)[:70])
def test_a_record_that_cannot_be_is_refused(record: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        QUALITY.validate_python(record)


def test_a_measurement_counts_right_answers_once() -> None:
    values: dict[str, Any] = {
        "model_sha256": "0" * 64, "plan_digest": "1" * 64, "samples_ns": [[1]], "load_ms": [1.0], "first_inference_ms": 1,
        "peak_memory_bytes": 1, "model_size_bytes": 1, "cpu_ns_per_inference": 1, "started_at": "", "ended_at": "",
        "interference": {"foreign_cpu_share": 0, "involuntary_switches": 0}, "quality": GOOD[0],
    }  # fmt: skip
    assert Measurement.model_validate({**values, "accuracy": {"correct": 3, "total": 4}}).quality is not None
    with pytest.raises(ValidationError, match="accuracy says 4 of 4"):
        Measurement.model_validate({**values, "accuracy": {"correct": 4, "total": 4}})


def test_documents_of_before_keep_their_bytes() -> None:
    """No quality, no field: hashes of earlier measurements and plans stay."""
    values: dict[str, Any] = {
        "model_sha256": "0" * 64, "plan_digest": "1" * 64, "samples_ns": [[1]], "load_ms": [1.0], "first_inference_ms": 1,
        "peak_memory_bytes": 1, "model_size_bytes": 1, "cpu_ns_per_inference": 1, "started_at": "", "ended_at": "",
        "interference": {"foreign_cpu_share": 0, "involuntary_switches": 0},
    }  # fmt: skip
    assert "quality" not in json.loads(Measurement.model_validate(values).model_dump_json())
    plan = Plan(dataset_sha256="0" * 64, dataset_task="classification")
    assert plan.digest() == "7521e770371bcbd30875ef248de6f4765a3b8b9a87a9056049b5cc5f70a3867e"


# --- the child's answer --------------------------------------------------------------------------------------------

ANSWERS: list[tuple[str, dict[str, Any]]] = [
    ("classification", {"quality": GOOD[0], "right": {"correct": 4, "total": 4}}),
    ("classification", {"quality": GOOD[0], "right": None}),
    ("classification", {"quality": None, "right": {"correct": 5, "total": 4}}),
    ("classification", {"quality": GOOD[1], "right": {"correct": 1, "total": 1}}),
    ("regression", {"quality": GOOD[5], "right": None}),
    ("regression", {"quality": None, "right": None}),
    ("regression", {"quality": GOOD[4], "right": {"correct": 1, "total": 1}}),
    ("detection", {"quality": WRONG[9], "right": None}),
    ("similarity", {"quality": GOOD[5], "right": None, "verdict": "pass"}),
]


@pytest.mark.parametrize(("task", "body"), ANSWERS)
def test_an_answer_that_contradicts_itself_or_the_plan_is_refused(
    task: str, body: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = module.sandbox.run

    def lying(name: str, *arguments: Any, **more: Any) -> Outcome:
        return Outcome(body, []) if name == "quality" else real(name, *arguments, **more)

    monkeypatch.setattr(module.sandbox, "run", lying)
    path = h.save(h.good(), tmp_path / "m.onnx")
    (tmp_path / "d.npz").write_bytes(b"never read")
    plan = Plan.model_validate(
        {"processes": 1, "min_samples": 1, "min_seconds": 0, "max_attempts": 1, "dataset_task": task}
    )
    with pytest.raises(Refused) as caught:
        measure(path, plan, dataset=tmp_path / "d.npz")
    assert caught.value.refusal.code == "sandbox_output"


# --- what a data set must hold -------------------------------------------------------------------------------------

X = Shape("x", "<f4", (5, 4))
FITTING: dict[str, list[Shape]] = {
    "classification": [Shape("labels", "<i8", (5,))],
    "binary": [Shape("labels", "|b1", (5,)), Shape("threshold", "<f8", ())],
    "detection": [Shape("boxes", "<f4", (7, 4)), Shape("labels", "<i4", (7,)), Shape("image", "<i8", (7,))],
    "transcription": [Shape("texts", "|u1", (90,)), Shape("vocabulary", "|u1", (40,))],
    "regression": [Shape("targets", "<f4", (5, 2, 3))],
    "similarity": [Shape("reference", "<f2", (5, 64))],
}


def test_every_task_has_its_arrays() -> None:
    assert set(PARTS) == set(Task) == set(FITTING)


@pytest.mark.parametrize("task", list(FITTING))
def test_fitting_arrays_fit_and_any_that_lacks_one_does_not(task: str) -> None:
    arrays = [X, *FITTING[task]]
    assert misfit(task, arrays) is None
    assert excess(task, arrays) is None
    optional = {part.name for part in PARTS[task] if part.optional}
    for left_out in arrays:
        problem = misfit(task, [each for each in arrays if each is not left_out])
        if left_out.name in optional:
            assert problem is None
        else:
            assert problem is not None
            assert left_out is X or left_out.name in problem[1]


@pytest.mark.parametrize(
    ("task", "changed", "words"),
    [
        ("classification", Shape("labels", "<f4", (5,)), "labels: integer[n]"),
        ("classification", Shape("labels", "<i8", (4,)), "length 5, but 'labels' has 4"),
        ("classification", Shape("labels", "<i8", (5, 1)), "labels: integer[n]"),
        ("binary", Shape("threshold", "<f8", (1,)), "threshold: float[]"),
        ("detection", Shape("boxes", "<f4", (7, 5)), "boxes: float[m, 4]"),
        ("detection", Shape("image", "<i8", (6,)), "length 6, but 'boxes' has 7"),
        ("transcription", Shape("texts", "<i8", (90,)), "texts: uint8[t]"),
        ("regression", Shape("targets", "<f4", ()), "targets: float[n, ...]"),
        ("similarity", Shape("reference", "<c8", (5,)), "reference: float[n, ...]"),
        ("similarity", Shape("x", "<f4", ()), "no axis of examples"),
        ("transcription", Shape("x", "<f4", (0, 4)), "no example"),
    ],
)
def test_an_array_of_another_form_is_named(task: str, changed: Shape, words: str) -> None:
    arrays = [each for each in (X, *FITTING[task]) if each.name != changed.name]
    problem = misfit(task, [*arrays, changed])
    assert problem is not None
    assert words in problem[1]
    assert problem[0] != problem[1]


def test_too_much_is_told_by_number() -> None:
    many = MAX_EXAMPLES + 1
    arrays = [Shape("x", "<f4", (many, 4)), Shape("targets", "<f4", (many,))]
    told = excess("regression", arrays)
    assert told is not None
    assert (told["count"], told["limit"], told["what_en"]) == (many, MAX_EXAMPLES, "examples")
    assert excess("classification", [Shape("x", "<f4", (many, 4)), Shape("labels", "<i8", (many,))]) is None
    boxes = [
        Shape("boxes", "<f4", (10_001, 4)),
        Shape("labels", "<i8", (10_001,)),
        Shape("image", "<i8", (10_001,)),
    ]
    told = excess("detection", [X, *boxes])
    assert told is not None
    assert told["what_en"] == "objects"
