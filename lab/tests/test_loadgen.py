"""MLPerf's scenarios, really run by LoadGen in the sandbox. No figure of speed is asserted."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

import hostile_models as h
import loadgen_models as m
from didimdol_lab.child import driving, loadgen
from didimdol_lab.child.channel import TaskRefused
from didimdol_lab.contract import (
    Criterion,
    Harness,
    LoadGenRun,
    Measurement,
    Phase,
    Plan,
    Progress,
    judge,
    order_ranks,
    sample_floor,
)
from didimdol_lab.measure import measure
from didimdol_lab.refusals import Refused
from didimdol_lab.sandbox import bubblewrap, running
from didimdol_lab.sandbox.interpreter import Interpreter, interpreter

# The machine that runs the tests is busy with the tests: noise must not decide here.
CALM = {"max_foreign_cpu_share": "1", "max_involuntary_share": "0", "max_attempts": 1}
WAYS = [False, True] if bubblewrap.working_program() else [False]
LOGS = "mlperf_log*"


def plan(scenario: str, **more: Any) -> Plan:
    values = {"processes": 1, "min_samples": 64, "min_seconds": 0, "warmup": 2, **CALM, **more}
    return Plan.model_validate({"scenario": scenario, **values})


def limit(metric: str, statistic: str, comparison: str, threshold: object, unit: str) -> Criterion:
    return Criterion.model_validate(
        {"key": "k", "metric": metric, "statistic": statistic, "comparison": comparison}
        | {"threshold": threshold, "unit": unit}
    )


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    return h.save(h.good(), tmp_path / "tiny.onnx")


@pytest.fixture
def slow(tmp_path: Path) -> Path:
    return h.save(m.slow(), tmp_path / "slow.onnx")


def of_loadgen(record: Measurement) -> LoadGenRun:
    """The one process's summary."""
    assert record.harness is Harness.loadgen
    (run,) = record.loadgen
    assert run.scenario is record.scenario
    assert run.version.startswith(record.environment["mlcommons-loadgen"])
    return run


@pytest.mark.parametrize("wrapped", WAYS)
@pytest.mark.parametrize(
    ("scenario", "more", "inferences"),
    [
        ("multi_stream", {"samples_per_query": 3}, 3),
        ("server", {"queries_per_second": 500}, 1),
        ("offline", {}, 64),
    ],
)
def test_each_scenario_really_runs(
    scenario: str, more: dict[str, Any], inferences: int, wrapped: bool, tiny: Path
) -> None:
    seen: list[Progress] = []
    record = measure(tiny, plan(scenario, **more), use_bubblewrap=wrapped, progress=seen.append)
    run = of_loadgen(record)
    assert (record.scenario, record.validity, run.valid, run.reasons) == (scenario, "valid", True, [])
    assert (len(record.samples_ns[0]), run.samples_per_query) == (64, inferences)
    assert run.queries == (1 if scenario == "offline" else 64)
    assert run.percentile == 90
    assert (run.estimate_ns is not None) is (scenario == "multi_stream")
    assert Phase.measuring in {each.phase for each in seen}
    # LoadGen's own thread pushes the model off its core: counted, but no reason for invalid (the limit here is 0)
    assert record.interference.involuntary_judged is False
    assert record.cpu_ns_per_inference > 0


def test_processes_share_samples_and_each_has_its_own_arrivals(tiny: Path) -> None:
    asked = plan("server", queries_per_second=500, processes=2, min_samples=128, seed=2**32 - 1)
    record = measure(tiny, asked)
    assert [len(samples) for samples in record.samples_ns] == [64, 64]
    assert [run.seed for run in record.loadgen] == [2**32 - 1, 0]


@pytest.mark.parametrize("wrapped", WAYS)
def test_loadgen_writes_no_file_and_the_walls_say_what_it_may_write(wrapped: bool, tiny: Path) -> None:
    folders = [Path("/"), Path("/tmp"), Path("/dev"), Path("/dev/shm"), Path.cwd(), tiny.parent]
    before = {path for folder in folders for path in folder.glob(LOGS)}
    record = measure(tiny, plan("offline"), use_bubblewrap=wrapped)
    assert {path for folder in folders for path in folder.glob(LOGS)} == before
    assert {"writable:/dev/null", "denied:file", "seccomp"} <= set(record.sandbox_layers)


def test_only_the_sink_can_be_written(tmp_path: Path) -> None:
    """Landlock as the timed task has it, in a process of its own; both files are the user's own."""
    (tmp_path / "old").write_text("kept")
    code = f"""
import os
from didimdol_lab.child import landlock, walls
landlock.restrict([{str(tmp_path)!r}, "/dev/zero"], [walls.SINK])
def tried(path, flags):
    try:
        os.close(os.open(path, flags))
    except OSError:
        return "denied"
    return "open"
new = os.O_CREAT | os.O_WRONLY
print(tried(walls.SINK, new | os.O_TRUNC), tried("{tmp_path}/new", new), tried("{tmp_path}/old", os.O_WRONLY),
      tried("{tmp_path}/old", os.O_RDONLY), tried("/dev/zero", os.O_WRONLY), tried("/dev/null.txt", new))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["open", "denied", "denied", "open", "denied", "denied"]


def test_a_quick_single_stream_is_driven_by_our_own_loop(tiny: Path) -> None:
    record = measure(tiny, plan("single_stream", max_involuntary_share="1000000"))
    assert (record.harness, record.loadgen) == (Harness.own_loop, [])
    assert record.interference.involuntary_judged is True
    assert not {"harness", "loadgen"} & set(record.model_dump(mode="json", by_alias=True))


def test_a_slow_single_stream_is_driven_by_loadgen(slow: Path) -> None:
    record = measure(slow, plan("single_stream", min_samples=128, processes=2))
    assert [(run.queries, run.percentile, run.valid) for run in record.loadgen] == [(64, 90, True)] * 2
    for samples, run in zip(record.samples_ns, record.loadgen, strict=True):
        # its clock encloses ours: its bound, one rank above ours or more, is no quicker than our sample there
        assert run.estimate_ns is not None
        assert run.estimate_ns >= sorted(samples)[(order_ranks(64, 90)[1] or 0) - 1]


def test_overload_shows_as_waiting(slow: Path) -> None:
    """Queries are due within a millisecond; each takes longer than all gaps, so each waits longer than the last."""
    record = measure(slow, plan("server", queries_per_second=100_000, min_samples=20))
    run, samples = of_loadgen(record), record.samples_ns[0]
    due = loadgen.arrivals(run.seed, 100_000, 20)
    assert due[-1] < 1_000_000
    assert all(before < after for before, after in pairwise(samples))
    assert samples[-1] > run.duration_ns - due[-1]
    completed = record.completed_per_second()
    assert completed is not None
    assert completed < 1000
    quick = limit("latency", "p50", "<=", samples[0] / 1e6, "ms")
    assert judge(quick, record).verdict == "fail"
    rate = judge(limit("throughput", "value", ">=", 1, "1/s"), record)
    assert (rate.verdict, "the plan sets the rate" in rate.reason["en"]) == ("inconclusive", True)


def test_a_model_that_hangs_under_loadgen_ends_by_the_clock(tmp_path: Path) -> None:
    path = h.save(m.hangs_later(6), tmp_path / "m.onnx")
    seen: list[Progress] = []
    asked = plan("multi_stream", min_samples=200, limits={"seconds": 10})
    with pytest.raises(Refused) as caught:
        measure(path, asked, progress=seen.append)
    assert caught.value.refusal.code == "time_limit"
    assert seen[-1].phase is Phase.measuring


@pytest.mark.parametrize("scenario", ["multi_stream", "offline"])
def test_a_model_that_fails_under_loadgen_is_refused(scenario: str, tmp_path: Path) -> None:
    path = h.save(m.fails_later(6), tmp_path / "m.onnx")
    with pytest.raises(Refused) as caught:
        measure(path, plan(scenario, min_samples=200))
    assert caught.value.refusal.code == "inference_failed"
    assert "Gather" in caught.value.refusal.detail["error"]


def test_loadgens_invalid_reaches_the_verdict(tiny: Path) -> None:
    record = measure(tiny, plan("multi_stream", min_samples=sample_floor(50) - 1))
    run = of_loadgen(record)
    assert (record.validity, run.valid) == ("invalid", False)
    assert run.reasons == [
        "early stopping: Only processed 10 queries. Need to process at least 11 queries for early stopping."
    ]
    assert record.invalid_reasons == [f"LoadGen, process 1: {run.reasons[0]}"]
    found = judge(limit("throughput", "value", ">=", 1, "1/s"), record)
    assert found.verdict == "inconclusive"
    assert found.reason["en"].startswith("LoadGen calls the run invalid (early stopping: Only processed 10")
    # not even where the record claims to be valid
    lying = record.model_copy(update={"validity": "valid", "invalid_reasons": []})
    assert judge(limit("throughput", "value", ">=", 1, "1/s"), lying).verdict == "inconclusive"


def test_an_offline_run_that_the_plans_time_cuts_is_invalid(slow: Path) -> None:
    record = measure(slow, plan("offline", min_samples=5_000, max_seconds="0.05"))
    run = of_loadgen(record)
    assert run.samples_per_query == 5_000
    assert 1 <= len(record.samples_ns[0]) < 5_000
    assert "the time of the plan ended before all samples were run" in run.reasons
    assert record.validity == "invalid"


def without_loadgen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The child finds a module in the place of LoadGen that is missing."""
    folder = tmp_path / "missing"
    folder.mkdir()
    (folder / "mlperf_loadgen.py").write_text(
        "raise ModuleNotFoundError('No module named mlperf_loadgen', name='mlperf_loadgen')"
    )
    real = interpreter()
    first = {**real.environment, "PYTHONPATH": f"{folder}:{real.environment['PYTHONPATH']}"}
    shadowed = Interpreter(real.command, (*real.folders, str(folder)), first)
    monkeypatch.setattr(running, "interpreter", lambda: shadowed)


def test_without_loadgen_a_single_stream_falls_back_and_says_so(
    slow: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_loadgen(tmp_path, monkeypatch)
    record = measure(
        slow, plan("single_stream", max_involuntary_share="1000000", processes=2, min_samples=22)
    )
    assert (record.harness, record.loadgen) == (Harness.loadgen_missing, [])
    assert record.interference.involuntary_judged is True


@pytest.mark.parametrize("scenario", ["multi_stream", "offline"])
def test_without_loadgen_the_other_scenarios_are_refused(
    scenario: str, tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_loadgen(tmp_path, monkeypatch)
    with pytest.raises(Refused) as caught:
        measure(tiny, plan(scenario))
    refusal = caught.value.refusal
    assert refusal.code == "runtime_missing"
    assert "mlcommons-loadgen" in refusal.message["en"]
    assert "didimdol-lab[loadgen]" in refusal.remedy["ko"]


@pytest.mark.parametrize("more", [{"min_samples": 10}, {"max_seconds": "0.05", "min_samples": 400}])
def test_a_single_stream_too_short_for_loadgen_is_still_measured(more: dict[str, Any], slow: Path) -> None:
    record = measure(slow, plan("single_stream", max_involuntary_share="1000000", **more))
    assert (record.harness, record.validity) == (Harness.few_samples, "valid")


def test_the_first_process_chooses_and_later_ones_follow() -> None:
    asked = {"scenario": "single_stream", "harness": "", "samples": 11, "fewest": 11, "max_seconds": 60}
    slow = driving.SLOW_NS
    assert driving.choose(asked, slow - 1)[0] == "own_loop"
    assert driving.choose(asked, slow)[0] == "loadgen"
    assert driving.choose({**asked, "samples": 10}, slow)[0] == "own_loop_few_samples"
    assert driving.choose({**asked, "max_seconds": 0.021}, slow)[0] == "own_loop_few_samples"
    assert driving.choose({**asked, "max_seconds": 0.023}, slow)[0] == "loadgen"
    assert driving.choose({**asked, "harness": "loadgen"}, 1)[0] == "loadgen"
    assert driving.choose({**asked, "harness": "own_loop"}, 10**9)[0] == "own_loop"
    assert driving.choose({**asked, "scenario": "offline", "samples": 1}, 1)[0] == "loadgen"


def entry(key: str, value: object, error: bool = False) -> str:
    return ":::MLLOG " + json.dumps({"key": key, "value": value, "metadata": {"is_error": error}})


def test_valid_with_an_error_in_its_log_is_invalid() -> None:
    lines = [entry("loadgen_version", "6"), entry("result_validity", "VALID"), entry("num_errors", 1)]
    log, errors = loadgen.read_log("\n".join([*lines, "noise", entry("error_runtime", "late", True)]))
    assert loadgen._reasons(log, errors) == ["1 errors in its log", "error_runtime: late"]
    log, errors = loadgen.read_log("\n".join([*lines[:2], entry("num_errors", 0)]))
    assert loadgen._reasons(log, errors) == []


@pytest.mark.parametrize("text", ["", ":::MLLOG {", entry("result_validity", "VALID")])
def test_a_log_that_says_nothing_is_no_result(text: str) -> None:
    with pytest.raises(TaskRefused, match="internal"):
        loadgen.read_log(text)


LOADGEN_ALONE = """
import sys
import mlperf_loadgen as lg
folder, scenario, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
test, logs = lg.TestSettings(), lg.LogSettings()
test.scenario, test.mode = getattr(lg.TestScenario, scenario), lg.TestMode.PerformanceOnly
test.min_query_count, test.min_duration_ms = count, 0
test.multi_stream_samples_per_query = 1
output = lg.LogOutputSettings()
output.outdir = folder
logs.log_output, logs.enable_trace = output, True
answer = lambda samples: lg.QuerySamplesComplete([lg.QuerySampleResponse(each.id, 0, 0) for each in samples])
nothing = lambda *_: None
lg.StartTestWithLogSettings(lg.ConstructSUT(answer, nothing), lg.ConstructQSL(1, 1, nothing, nothing), test, logs, "")
"""


@pytest.mark.parametrize(
    ("scenario", "percent", "count"),
    [
        ("SingleStream", 90, 64),
        ("SingleStream", 90, 300),
        ("SingleStream", 90, 1500),
        ("MultiStream", 99, 662),
        ("MultiStream", 99, 1300),
    ],
)
def test_our_bounds_are_loadgens_on_its_own_samples(
    scenario: str, percent: int, count: int, tmp_path: Path
) -> None:
    """LoadGen alone, with its trace of every latency: its estimate is the sample one rank above our bound: it
    counts that one too as over the percentile. So its bound is never below ours."""
    command = [sys.executable, "-c", LOADGEN_ALONE, str(tmp_path), scenario, str(count)]
    subprocess.run(command, check=True, capture_output=True)
    trace = (tmp_path / "mlperf_log_trace.json").read_text()
    latencies = sorted(int(found) for found in re.findall(r'"complete_ns":(\d+)', trace))
    assert len(latencies) == count
    log, _ = loadgen.read_log((tmp_path / "mlperf_log_detail.txt").read_text())
    rank = order_ranks(count, percent)[1]
    assert rank is not None
    assert loadgen._estimate(log) == latencies[rank]  # counted from 0: one rank above


def test_arrivals_are_loadgens() -> None:
    """As its log told for seed 7; every run checks it again with its own seed."""
    assert loadgen.arrivals(7, 5000, 486)[-1] == 100_243_407
    assert loadgen.arrivals(7, 200, 100)[-1] == 476_290_811
