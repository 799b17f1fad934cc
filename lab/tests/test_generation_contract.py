"""Plans, records and verdicts of generative models, without running any."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from didimdol_lab.contract import (
    Criterion,
    Generation,
    GenerationPlan,
    Interference,
    Measurement,
    judge,
    judge_generation,
)
from didimdol_lab.contract.generation import listing_digest

FILES = {"openvino_model.xml": "a" * 64, "openvino_model.bin": "b" * 64}
MS = 1_000_000


def length(context: int, first_ms: int, next_ms: int, *, peak_mb: int = 100, **more: Any) -> dict[str, Any]:
    """Three processes, four repetitions of eleven tokens; the times go up by a thousandth a sample."""

    def times(count: int, ms: int) -> list[list[int]]:
        return [[ms * MS + (p * count + n) * ms * 1000 // 10 for n in range(count)] for p in range(3)]

    return {
        "context": context,
        "first_ns": times(4, first_ms),
        "next_ns": times(40, next_ms),
        "load_ns": [50 * MS, 51 * MS, 52 * MS],
        "peak_memory_bytes": [peak_mb * MS, (peak_mb + 1) * MS, peak_mb * MS],
        "cpu_ns_per_token": next_ms * MS,
        "tokens": list(range(11)),
        "stable": True,
        **more,
    }


def record(lengths: list[dict[str, Any]], **more: Any) -> Generation:
    values = {
        "model_sha256": listing_digest(FILES),
        "plan_digest": "c" * 64,
        "runtime": "openvino-cpu",
        "files": FILES,
        "model_size_bytes": 7 * MS,
        "parameters": 1,
        "weights": "f32",
        "executed_precision": "f32",
        "lengths": lengths,
        "interference": Interference(foreign_cpu_share=0, involuntary_switches=0),
        "started_at": "2026-01-01T00:00:00Z",
        "ended_at": "2026-01-01T00:01:00Z",
        **more,
    }
    return Generation.model_validate(values)


def criterion(metric: str, threshold: str, context: int | None = None, **more: Any) -> Criterion:
    shape = {
        "time_to_first_token": ("p50", "<=", "ms"),
        "tokens_per_second": ("value", ">=", "1/s"),
        "peak_memory": ("value", "<=", "MB"),
        "load_time": ("value", "<=", "ms"),
        "model_size": ("value", "<=", "MB"),
        "accuracy": ("value", ">=", "%"),
        "latency": ("p50", "<=", "ms"),
    }[metric]
    values = dict(zip(("statistic", "comparison", "unit"), shape, strict=True))
    return Criterion.model_validate(
        {"key": "k", "metric": metric, "threshold": threshold, "context": context, **values, **more}
    )


TWO = record([length(32, 20, 5), length(512, 200, 10, peak_mb=300)])


@pytest.mark.parametrize(
    ("metric", "threshold", "context", "verdict"),
    [
        ("time_to_first_token", "21", 32, "pass"),
        ("time_to_first_token", "19", 32, "fail"),
        ("time_to_first_token", "20.012", 32, "inconclusive"),
        ("time_to_first_token", "21", 512, "fail"),
        ("time_to_first_token", "21", None, "fail"),  # the longest breaks it
        ("time_to_first_token", "210", None, "pass"),
        ("tokens_per_second", "190", 32, "pass"),
        ("tokens_per_second", "210", 32, "fail"),
        ("tokens_per_second", "190", 512, "fail"),
        ("tokens_per_second", "190", None, "fail"),
        ("tokens_per_second", "90", None, "pass"),
        ("peak_memory", "101", 32, "pass"),
        ("peak_memory", "100.5", 32, "fail"),
        ("peak_memory", "101", None, "fail"),
        ("load_time", "52", 32, "pass"),
        ("load_time", "51", 32, "inconclusive"),  # one process keeps it, one does not
        ("load_time", "49", None, "fail"),
        ("model_size", "7", None, "pass"),
        ("model_size", "6.9", None, "fail"),
        ("time_to_first_token", "1000", 64, "inconclusive"),  # not measured
        ("accuracy", "50", None, "inconclusive"),
        ("latency", "1000", None, "inconclusive"),
    ],
)
def test_verdicts_follow_the_bound(metric: str, threshold: str, context: int | None, verdict: str) -> None:
    asked = criterion(metric, threshold, context)
    result = judge_generation(asked, TWO)
    assert (result.verdict, result.criterion) == (verdict, asked)
    assert result.reason["ko"]
    assert result.reason["en"]


def test_the_worst_length_is_shown() -> None:
    """Whether all pass or all fail, the value is that of the length which does worst."""
    slowest = judge_generation(criterion("time_to_first_token", "1000"), TWO)
    assert slowest.value is not None
    assert slowest.lower is not None
    assert slowest.upper is not None
    assert slowest.lower < slowest.value < slowest.upper
    assert slowest.value > 200
    assert "512 tokens" in slowest.reason["en"]
    assert "512토큰" in slowest.reason["ko"]
    rate = judge_generation(criterion("tokens_per_second", "1"), TWO).value
    assert rate is not None
    assert 98 < rate < 100


def test_too_few_prompts_decide_nothing() -> None:
    """p90 of the first token needs 64 of them, as it does of a latency."""
    result = judge_generation(criterion("time_to_first_token", "1000", 32, statistic="p90"), TWO)
    assert (result.verdict, result.samples) == ("inconclusive", 12)
    assert "64" in result.reason["en"]


def test_a_disturbed_run_says_nothing_about_time() -> None:
    disturbed = record(
        [length(32, 20, 5)], validity="invalid", invalid_reasons=["others used 40% of the CPU"]
    )
    for metric, threshold in (("time_to_first_token", "1000"), ("tokens_per_second", "1")):
        result = judge_generation(criterion(metric, threshold), disturbed)
        assert result.verdict == "inconclusive"
        assert "others used 40%" in result.reason["en"]
    assert judge_generation(criterion("peak_memory", "200"), disturbed).verdict == "pass"


def test_assurance_counts() -> None:
    asked = criterion("peak_memory", "1000", assurance="measured")
    assert judge_generation(asked, TWO).verdict == "inconclusive"
    assert judge_generation(asked, record([length(32, 20, 5)], assurance="measured")).verdict == "pass"


def test_a_measurement_does_not_decide_a_criterion_on_generation() -> None:
    measured = Measurement(
        model_sha256="a" * 64,
        plan_digest="b" * 64,
        samples_ns=[[MS] * 100],
        load_ms=[1],
        first_inference_ms=1,
        peak_memory_bytes=MS,
        model_size_bytes=1,
        cpu_ns_per_inference=1,
        interference=Interference(foreign_cpu_share=0, involuntary_switches=0),
        started_at="",
        ended_at="",
    )
    for asked in (
        criterion("time_to_first_token", "1000"),
        criterion("tokens_per_second", "1"),
        criterion("peak_memory", "1000", 32),
    ):
        result = judge(asked, measured)
        assert result.verdict == "inconclusive"
        assert "generate" in result.reason["en"]
    assert judge(criterion("peak_memory", "1000"), measured).verdict == "pass"


def test_a_criterion_of_before_keeps_its_bytes() -> None:
    assert "context" not in criterion("latency", "1").model_dump(mode="json")
    assert criterion("peak_memory", "1", 32).model_dump(mode="json")["context"] == 32
    with pytest.raises(ValidationError, match="latency has no context length"):
        criterion("latency", "1", 32)


@pytest.mark.parametrize(
    "change",
    [
        {"first_ns": [[1], [1]]},
        {"next_ns": [[1] * 40, [1] * 40, [1] * 39]},
        {"load_ns": [1, 1]},
        {"peak_memory_bytes": [1, 1]},
        {"tokens": list(range(12))},
        {"first_ns": [[], [], []], "next_ns": [[], [], []]},
    ],
)
def test_a_record_whose_times_do_not_add_up(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        record([length(32, 20, 5, **change)])


def test_a_record_names_its_model_and_each_length_once() -> None:
    with pytest.raises(ValidationError, match="model_sha256"):
        record([length(32, 20, 5)], model_sha256="d" * 64)
    with pytest.raises(ValidationError, match="rising order"):
        record([length(32, 20, 5), length(32, 20, 5)])


def test_plans() -> None:
    plan = GenerationPlan()
    assert plan.digest() == GenerationPlan.model_validate_json(plan.model_dump_json()).digest()
    assert plan.digest() != GenerationPlan(seed=1).digest()
    for wrong, word in (
        ({"contexts": [128, 32]}, r"\[32, 128\]"),
        ({"contexts": []}, "contexts"),
        ({"processes": 2}, "processes"),
        ({"repetitions": 10_000, "new_tokens": 4}, "repetitions"),
        ({"context": [32]}, "context"),
    ):
        with pytest.raises(ValidationError, match=word):
            GenerationPlan.model_validate(wrong)
