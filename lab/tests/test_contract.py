"""Criteria, plans and verdicts."""

from __future__ import annotations

import subprocess
import sys
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from didimdol_lab.contract import (
    Accuracy,
    Assurance,
    Boundary,
    Criterion,
    InputSpec,
    Interference,
    Measurement,
    Metric,
    Plan,
    Verdict,
    judge,
)
from didimdol_lab.contract.criteria import RULES


def criterion(
    metric: str = "latency", statistic: str = "p50", threshold: object = 10, **more: Any
) -> Criterion:
    _, sign, unit = RULES[Metric(metric)]
    values = {"key": "k", "metric": metric, "statistic": statistic, "comparison": sign, "unit": unit}
    return Criterion.model_validate({**values, "threshold": threshold, **more})


def measured(samples: list[list[int]] | None = None, **more: Any) -> Measurement:
    values: dict[str, Any] = {
        "model_sha256": "0" * 64,
        "plan_digest": "1" * 64,
        "samples_ns": samples if samples is not None else [[5_000_000] * 300] * 3,
        "load_ms": [20.0, 25.0, 30.0],
        "first_inference_ms": 6.0,
        "peak_memory_bytes": 80_000_000,
        "model_size_bytes": 1_289_603,
        "cpu_ns_per_inference": 4_900_000,
        "interference": Interference(foreign_cpu_share=0.0, involuntary_switches=0),
        "started_at": "2026-01-01T00:00:00+00:00",
        "ended_at": "2026-01-01T00:00:09+00:00",
    }
    return Measurement.model_validate({**values, **more})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"statistic": "value"}, "use one of: p50, p90, p99"),
        ({"comparison": ">="}, "write comparison: '<='"),
        ({"unit": "s"}, "write unit: 'ms'"),
    ],
)
def test_a_wrong_criterion_names_the_rule_and_the_remedy(change: dict[str, str], message: str) -> None:
    good = criterion().model_dump(mode="json")
    with pytest.raises(ValidationError, match="criterion 'k'") as caught:
        Criterion.model_validate({**good, **change})
    assert message in str(caught.value)


def test_accuracy_above_hundred_is_refused() -> None:
    with pytest.raises(ValidationError, match="at most 100"):
        criterion("accuracy", "value", 101)


def test_digest_ignores_spelling_and_sees_content() -> None:
    plan = Plan(inputs={"sr": InputSpec(shape=[], fill=Decimal("16000"))})
    again = Plan.model_validate_json(plan.model_dump_json())
    spelled = Plan.model_validate({"inputs": {"sr": {"shape": [], "fill": 16000.0}}, "min_seconds": "3.00"})
    assert plan.digest() == again.digest() == spelled.digest()
    assert plan.digest() != Plan(inputs={"sr": InputSpec(shape=[], fill=Decimal(8000))}).digest()


def test_fields_that_came_later_change_no_earlier_digest() -> None:
    """The digest of version 0.1's default plan; fields added since hold their defaults in it."""
    assert Plan().digest() == "d633788de668c29233862ecb948600d4194594d6d540ecc1215a1ea541cad872"
    assert Plan(sustained_seconds=60).digest() != Plan().digest()


def test_a_later_field_is_kept_where_it_says_something() -> None:
    plain = measured().model_dump(mode="json", by_alias=True)
    assert not {"runtime", "placement", "sustained", "warm_load_ms"} & set(plain)
    told = measured(runtime="litert-cpu", sustained=[{"p50_ns": 5, "samples": 1}])
    document = told.model_dump(mode="json", by_alias=True)
    assert document["runtime"] == "litert-cpu"
    assert Measurement.model_validate(document) == told


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"runtime": "qnn-simulator"}, "needs target.htp_arch"),
        ({"target": {"device": "Galaxy"}}, "knows no target.device"),
        ({"scenario": "server"}, "queries_per_second goes with scenario: server"),
        ({"queries_per_second": 5}, "queries_per_second goes with scenario: server"),
        ({"runtime": "qualcomm-ai-hub"}, "needs target.device"),
        (
            {"runtime": "qualcomm-ai-hub", "target": {"device": "x", "htp_arch": "75"}},
            "knows no target.htp_arch",
        ),
    ],
)
def test_a_plan_that_cannot_be_carried_out_names_what_to_write(values: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Plan.model_validate(values)


def test_what_nobody_counted_is_not_quiet() -> None:
    unknown = {"foreign_cpu_share": 0, "involuntary_switches": 0, "known": False}
    run = measured(runtime="qualcomm-ai-hub", interference=unknown)
    found = judge(criterion("latency", "p99", 10_000), run)
    assert found.verdict is Verdict.passed
    assert found.reason["en"].endswith("Whether other work ran on that device is not known.")
    assert found.reason["ko"].endswith("다른 작업이 함께 돌았는지는 알 수 없습니다.")
    assert "not known" not in judge(criterion("model_size", "value", 10_000), run).reason["en"]
    assert Measurement.model_validate_json(run.model_dump_json()) == run
    assert "known" not in measured().model_dump()["interference"]
    with pytest.raises(ValidationError, match="counts interference"):
        measured(interference=unknown)
    with pytest.raises(ValidationError, match="must not have figures"):
        measured(runtime="qualcomm-ai-hub", interference={**unknown, "involuntary_switches": 3})


def test_a_simulator_says_nothing_about_time_and_memory() -> None:
    simulated = measured(assurance="simulated", placement={"units": {"NPU": 37, "CPU": 2}})
    for metric, statistic in (("latency", "p99"), ("load_time", "value"), ("peak_memory", "value")):
        found = judge(criterion(metric, statistic, 10_000, assurance="simulated"), simulated)
        assert found.verdict is Verdict.inconclusive
        assert "simulator" in found.reason["en"]
    share = judge(criterion("accelerator_share", "value", 90, assurance="simulated"), simulated)
    assert share.verdict is Verdict.passed
    assert share.value == Decimal("94.871795")


def test_the_worst_minute_and_the_worst_output_decide() -> None:
    run = measured(
        sustained=[{"p50_ns": 5_000_000, "samples": 900}, {"p50_ns": 9_000_000, "samples": 500}],
        differences=[
            {"output": "boxes", "max_abs": 3.9, "cosine": 0.9},
            {"output": "scores", "max_abs": 0.01, "cosine": None},
        ],
    )
    assert judge(criterion("sustained_latency", "value", 8), run).verdict is Verdict.failed
    assert judge(criterion("output_difference", "value", 1), run).verdict is Verdict.failed
    assert judge(criterion("output_difference", "value", 4), run).verdict is Verdict.passed
    assert judge(criterion("output_cosine", "value", "0.95"), run).verdict is Verdict.failed


def test_an_output_that_is_no_number_fails_and_does_not_break_the_judge() -> None:
    run = measured(differences=[{"output": "boxes", "max_abs": 1e308, "cosine": None}])
    assert judge(criterion("output_difference", "value", 1), run).verdict is Verdict.failed


def test_a_misspelt_plan_field_is_refused() -> None:
    with pytest.raises(ValidationError):
        Plan.model_validate({"min_sample": 3})


def test_a_huge_input_is_refused() -> None:
    with pytest.raises(ValidationError, match="elements"):
        InputSpec(shape=[2**31 - 1, 2**31 - 1])


def test_measurement_round_trips() -> None:
    original = measured(accuracy={"correct": 3, "total": 4, "metric": "top1"})
    assert Measurement.model_validate_json(original.model_dump_json()) == original


def test_too_many_samples_are_refused() -> None:
    with pytest.raises(ValidationError):
        measured([[1] * 20_001])


@pytest.mark.parametrize(
    ("metric", "statistic", "limit", "verdict"),
    [
        ("latency", "p50", 5, Verdict.passed),
        ("latency", "p99", "4.999", Verdict.failed),
        ("throughput", "value", 200, Verdict.passed),
        ("throughput", "value", 201, Verdict.failed),
        ("load_time", "value", 30, Verdict.passed),
        ("load_time", "value", 25, Verdict.inconclusive),
        ("load_time", "value", 19, Verdict.failed),
        ("peak_memory", "value", 80, Verdict.passed),
        ("peak_memory", "value", "79.999999", Verdict.failed),
        ("model_size", "value", "1.289603", Verdict.passed),
        ("model_size", "value", "1.289602", Verdict.failed),
        ("accuracy", "value", 50, Verdict.inconclusive),
    ],
)
def test_verdicts(metric: str, statistic: str, limit: object, verdict: Verdict) -> None:
    assert judge(criterion(metric, statistic, limit), measured()).verdict is verdict


@pytest.mark.parametrize(
    ("limit", "verdict"), [(85, Verdict.passed), (90, Verdict.inconclusive), (96, Verdict.failed)]
)
def test_accuracy_is_judged_by_its_bound(limit: int, verdict: Verdict) -> None:
    record = measured(accuracy=Accuracy(correct=900, total=1000))
    result = judge(criterion("accuracy", "value", limit), record)
    assert result.verdict is verdict
    assert result.value == 90


def test_too_few_samples_never_decide() -> None:
    result = judge(criterion(statistic="p99"), measured([[1] * 220, [1] * 220, [1] * 221]))
    assert result.verdict is Verdict.inconclusive
    assert "662" in result.reason["en"]
    assert judge(criterion(statistic="p99"), measured([[1] * 220, [1] * 220, [1] * 222])).verdict == "pass"


@pytest.mark.parametrize("metric", ["latency", "throughput", "load_time"])
def test_an_invalid_run_decides_nothing_about_speed(metric: str) -> None:
    statistic = "p50" if metric == "latency" else "value"
    record = measured(validity="invalid", invalid_reasons=["others used 40% of the CPU"])
    result = judge(criterion(metric, statistic, 1), record)
    assert result.verdict is Verdict.inconclusive
    assert "40%" in result.reason["ko"]
    assert judge(criterion("model_size", "value", 2), record).verdict is Verdict.passed


def test_boundary_and_assurance_must_match() -> None:
    other = measured(boundary=Boundary.with_input_copy)
    assert judge(criterion(), other).verdict is Verdict.inconclusive
    quiet = criterion(assurance=Assurance.measured)
    assert judge(quiet, measured()).verdict is Verdict.inconclusive
    assert judge(quiet, measured(assurance="measured")).verdict is Verdict.passed


def test_a_process_that_breaks_the_limit_is_not_outvoted() -> None:
    """One of ten processes is slow: the pooled p50 keeps the limit, that process provably does not."""
    record = measured([[5_000_000] * 300] * 9 + [[50_000_000] * 300])
    result = judge(criterion(), record)
    assert result.upper == 5
    assert result.verdict is Verdict.inconclusive
    assert "process 10" in result.reason["en"]


def test_nothing_measured_is_inconclusive() -> None:
    for metric in Metric:
        statistic = RULES[metric][0][0].value
        empty = measured([], load_ms=[], peak_memory_bytes=0, first_inference_ms=0)
        if metric is not Metric.model_size:
            assert judge(criterion(metric.value, statistic, 1), empty).verdict is Verdict.inconclusive


ORDER = {Verdict.failed: 0, Verdict.inconclusive: 1, Verdict.passed: 2}
RUNS = st.lists(st.lists(st.integers(1, 10**8), max_size=80), min_size=1, max_size=4)


@given(runs=RUNS, limit=st.integers(0, 120), more=st.integers(0, 50))
@settings(deadline=None)
def test_a_looser_limit_never_makes_a_verdict_worse(runs: list[list[int]], limit: int, more: int) -> None:
    record = measured(runs)
    for statistic in ("p50", "p90", "p99"):
        strict = judge(criterion(statistic=statistic, threshold=limit), record)
        loose = judge(criterion(statistic=statistic, threshold=limit + more), record)
        assert ORDER[loose.verdict] >= ORDER[strict.verdict]


@given(runs=RUNS, limit=st.integers(0, 1000))
@settings(deadline=None)
def test_verdict_follows_the_bound(runs: list[list[int]], limit: int) -> None:
    for metric, statistic in (("latency", "p50"), ("throughput", "value")):
        result = judge(criterion(metric, statistic, limit), measured(runs))
        good, bad = (result.upper, result.lower) if metric == "latency" else (result.lower, result.upper)
        sign = 1 if metric == "latency" else -1
        if result.verdict is Verdict.passed:
            assert good is not None
            assert sign * good <= sign * limit
        if result.verdict is Verdict.failed:
            assert bad is not None
            assert sign * bad > sign * limit
        if result.value is not None and result.lower is not None:
            assert result.lower <= result.value
        if result.value is not None and result.upper is not None:
            assert result.value <= result.upper


def test_the_contract_needs_no_runtime() -> None:
    code = (
        "import sys, didimdol_lab.contract\n"
        "assert not {'numpy', 'onnx', 'onnxruntime'} & set(sys.modules), 'too heavy'"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
