"""MLPerf's LoadGen drives the inferences: it issues queries as its scenario says and judges whether the run is valid.

LoadGen insists on opening four log files. They are opened, but all of them are /dev/null: its log comes as text on
standard output, read through a pipe. So nothing is written anywhere, and the walls stay as they are.

Its binding has no abort and tells percentiles only. So every sample is timed here, a failing inference ends the
process, and a hanging one is killed from outside. Answers are given on LoadGen's own thread: one device is one queue.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import threading
import time
from array import array
from collections.abc import Callable
from typing import Any, NoReturn

import mlperf_loadgen
import numpy as np

from .channel import Channel, TaskRefused
from .driving import Call, Driven
from .instruments import Instruments, Reading
from .runtimes.base import failed

# LoadGen joins folder and file name into a C string, which ends at the zero: every name is this one.
_NOWHERE = "/dev/null\0"
_NO_LATENCY_LIMIT_NS = 10**15
"""Limits on latency are the criteria's business, not LoadGen's."""
_LOG_LINE = ":::MLLOG "
_SCENARIOS = {
    "single_stream": mlperf_loadgen.TestScenario.SingleStream,
    "multi_stream": mlperf_loadgen.TestScenario.MultiStream,
    "server": mlperf_loadgen.TestScenario.Server,
    "offline": mlperf_loadgen.TestScenario.Offline,
}
_NOT_MET = {
    "result_min_duration_met": "the least duration was not reached",
    "result_min_queries_met": "fewer queries than planned",
    "result_perf_constraints_met": "the latency limit was not kept",
}
_FEW = 3


def drive(
    call: Call, request: dict[str, Any], pace_ns: int, channel: Channel, instruments: Instruments
) -> Driven:
    """Run LoadGen once, as the request's scenario says. Raises TaskRefused(internal) where its log is unknown.

    Where an inference fails, the refusal is sent and the process ends: LoadGen cannot be stopped otherwise.
    """
    kind = _Batch if request["scenario"] == "offline" else _Stream
    answering = kind(call, request, channel, instruments)
    test = mlperf_loadgen.ConstructSUT(answering.issue, answering.flush)
    library = mlperf_loadgen.ConstructQSL(1, 1, lambda samples: None, lambda samples: None)
    settings, logs = _settings(request, pace_ns), _logs()
    gc.collect()
    gc.disable()
    try:
        text = _output_of(lambda: mlperf_loadgen.StartTestWithLogSettings(test, library, settings, logs, ""))
    finally:
        gc.enable()
        mlperf_loadgen.DestroyQSL(library)
        mlperf_loadgen.DestroySUT(test)
    log, errors = read_log(text)
    if answering.before is None or answering.after is None:
        raise TaskRefused("internal", error="LoadGen asked for no inference")
    reasons = _reasons(log, errors)
    if answering.cut:
        reasons.append("the time of the plan ended before all samples were run")
    run = {
        "version": str(log["loadgen_version"]),
        "scenario": request["scenario"],
        "valid": not reasons,
        "reasons": reasons,
        "queries": len(answering.ends),
        "samples_per_query": answering.samples_per_query,
        "seed": request["loadgen_seed"],
        "percentile": request["percentile"],
        "duration_ns": answering.ends[-1] - answering.starts[0],
        "estimate_ns": _estimate(log),
    }
    return Driven(answering.samples(request, log), answering.before, answering.after, run)


def _settings(request: dict[str, Any], pace_ns: int) -> Any:
    """What LoadGen is told. The pace is halved: queries are made in advance, and too few would end the test early.

    The least duration is cut to what the most samples allow, so that a long plan is no reason for INVALID: to nine
    tenths, for LoadGen adds a tenth offline, and arrivals of the server scenario come in random numbers.
    """
    expected_ns = max(1, pace_ns // 2)
    most_ns = 0.9 * request["cap"] * expected_ns
    if request["queries_per_second"] is not None:
        most_ns = 0.9 * request["cap"] / request["queries_per_second"] * 1e9
    chosen = mlperf_loadgen.TestSettings()
    chosen.scenario = _SCENARIOS[request["scenario"]]
    chosen.mode = mlperf_loadgen.TestMode.PerformanceOnly
    chosen.min_query_count = request["samples"]
    chosen.max_query_count = request["cap"]
    chosen.min_duration_ms = int(min(request["min_seconds"] * 1e3, most_ns / 1e6))
    chosen.max_duration_ms = max(1, int(request["max_seconds"] * 1e3))
    seed, percentile = request["loadgen_seed"], request["percentile"] / 100
    chosen.qsl_rng_seed = chosen.sample_index_rng_seed = chosen.schedule_rng_seed = seed
    match request["scenario"]:
        case "single_stream":
            chosen.single_stream_expected_latency_ns = expected_ns
            chosen.single_stream_target_latency_percentile = percentile
        case "multi_stream":
            chosen.multi_stream_samples_per_query = request["samples_per_query"]
            chosen.multi_stream_expected_latency_ns = expected_ns * request["samples_per_query"]
            chosen.multi_stream_target_latency_percentile = percentile
        case "server":
            chosen.server_target_qps = request["queries_per_second"]
            chosen.server_target_latency_ns = _NO_LATENCY_LIMIT_NS
            chosen.server_target_latency_percentile = percentile
        case "offline":
            chosen.offline_expected_qps = 1e9 / expected_ns
            chosen.max_query_count = 0
    return chosen


def _logs() -> Any:
    """No file, the detailed log on standard output, and only at the end."""
    output = mlperf_loadgen.LogOutputSettings()
    output.outdir = _NOWHERE
    output.copy_detail_to_stdout = True
    logs = mlperf_loadgen.LogSettings()
    logs.log_output = output
    logs.log_mode = mlperf_loadgen.LoggingMode.EndOfTestOnly
    # A trace of every sample, which nobody reads: the samples are timed here.
    logs.enable_trace = False
    return logs


def _output_of(action: Callable[[], None]) -> str:
    """What `action` prints on standard output, from C++ too."""
    reading, writing = os.pipe()
    kept = os.dup(1)
    os.dup2(writing, 1)
    os.close(writing)
    parts: list[bytes] = []

    def drain() -> None:
        while part := os.read(reading, 65_536):
            parts.append(part)

    reader = threading.Thread(target=drain, daemon=True)
    reader.start()
    try:
        action()
    finally:
        ctypes.CDLL(None).fflush(None)
        os.dup2(kept, 1)  # the last writing end closes with this: the reader comes to its end
        os.close(kept)
        reader.join()
        os.close(reading)
    return b"".join(parts).decode("utf-8", "replace")


class _Answering:
    """What LoadGen calls. `starts` and `ends`: ns of each query; the counters enclose the first to the last."""

    def __init__(
        self, call: Call, request: dict[str, Any], channel: Channel, instruments: Instruments
    ) -> None:
        self.starts, self.ends = array("q"), array("q")
        self.samples_per_query = 1
        self.cut = False
        self.before: Reading | None = None
        self.after: Reading | None = None
        self._call, self._channel, self._instruments = call, channel, instruments
        self._wanted: int = request["samples"]
        self._time_ns = int(request["max_seconds"] * 1e9)

    def flush(self) -> None:
        """LoadGen has issued its last query; all are answered by then."""
        self.after = self._instruments.read()

    def _told(self, done: int) -> None:
        if self._channel.due():
            self._channel.progress("measuring", min(done, self._wanted), self._wanted)

    def _give_up(self, problem: Exception) -> NoReturn:
        refusal = failed("inference_failed", problem)
        assert isinstance(refusal, TaskRefused)
        self._channel.error(refusal.code, refusal.detail)
        os._exit(0)


class _Stream(_Answering):
    """Queries one after another: single_stream, multi_stream, server."""

    def issue(self, samples: list[Any]) -> None:
        if self.before is None:
            self.before = self._instruments.read()
            self.samples_per_query = len(samples)
        answers = [mlperf_loadgen.QuerySampleResponse(sample.id, 0, 0) for sample in samples]
        clock, call = time.perf_counter_ns, self._call
        start = clock()
        try:
            for _ in samples:
                call()
        except Exception as problem:  # every runtime raises a dozen unrelated classes
            self._give_up(problem)
        end = clock()
        mlperf_loadgen.QuerySamplesComplete(answers)
        self.starts.append(start)
        self.ends.append(end)
        self._told(len(self.ends))

    def samples(self, request: dict[str, Any], log: dict[str, Any]) -> list[int]:
        """The time of each query; in the server scenario from the time that it was due."""
        begun: list[int] = self.starts.tolist()
        if request["scenario"] == "server":
            due = arrivals(
                request["loadgen_seed"], request["queries_per_second"], log["generated_query_count"]
            )
            if due[-1] != log["generated_query_duration"]:
                raise TaskRefused(
                    "internal", error="LoadGen's queries came at other times than its seed says"
                )
            # No query is issued before it is due: the one that came with the least delay tells when time began.
            origin = min(start - offset for start, offset in zip(begun, due, strict=False))
            begun = [origin + offset for offset in due]
        return [end - start for start, end in zip(begun, self.ends, strict=False)]


class _Batch(_Answering):
    """One query with all samples: offline. A sample's time runs from the answer before to its own."""

    def issue(self, samples: list[Any]) -> None:
        self.before = self._instruments.read()
        self.samples_per_query = self._wanted = len(samples)
        self._times = array("q")
        clock, call = time.perf_counter_ns, self._call
        last = start = clock()
        deadline = start + self._time_ns
        for sample in samples:
            self.cut = self.cut or (len(self._times) > 0 and last >= deadline)
            if not self.cut:  # afterwards the rest is only answered, for LoadGen waits for every answer
                try:
                    call()
                except Exception as problem:  # every runtime raises a dozen unrelated classes
                    self._give_up(problem)
                now = clock()
                self._times.append(now - last)
                last = now
                self._told(len(self._times))
            mlperf_loadgen.QuerySamplesComplete([mlperf_loadgen.QuerySampleResponse(sample.id, 0, 0)])
        self.starts.append(start)
        self.ends.append(last)

    def samples(self, request: dict[str, Any], log: dict[str, Any]) -> list[int]:
        return self._times.tolist()


def arrivals(seed: int, queries_per_second: float, count: int) -> list[int]:
    """When LoadGen's server queries are due, in ns from the start: a Poisson process.

    The same steps as its C++ takes: a Mersenne twister of 32 bits, two draws a number in [0, 1), the exponential
    distribution by inversion, each gap cut to whole ns.
    """
    draws = np.random.RandomState(seed).randint(0, 2**32, size=2 * count, dtype=np.uint32).astype(np.float64)
    shares = (draws[0::2] + draws[1::2] * 2.0**32) / 2.0**64
    gaps = (-np.log(1 - shares) / queries_per_second * 1e9).astype(np.int64)
    due: list[int] = np.cumsum(gaps).tolist()
    return due


def read_log(text: str) -> tuple[dict[str, Any], list[str]]:
    """LoadGen's detailed log: the last value of each key, and its errors. Raises TaskRefused(internal)."""
    found: dict[str, Any] = {}
    errors: list[str] = []
    try:
        for line in text.splitlines():
            if not line.startswith(_LOG_LINE):
                continue
            entry = json.loads(line[len(_LOG_LINE) :])
            found[entry["key"]] = entry["value"]
            if entry["metadata"]["is_error"]:
                errors.append(f"{entry['key']}: {entry['value']}"[:300])
    except (ValueError, KeyError, TypeError) as problem:
        raise TaskRefused("internal", error=f"LoadGen's log cannot be read: {problem!r}") from None
    if missing := {"loadgen_version", "result_validity", "num_errors"} - set(found):
        raise TaskRefused("internal", error=f"LoadGen's log has no {', '.join(sorted(missing))}")
    return found, errors


def _reasons(log: dict[str, Any], errors: list[str]) -> list[str]:
    """Why the run does not count, by LoadGen: its verdict, and any error in its log."""
    reasons: list[str] = []
    if log["result_validity"] != "VALID":
        reasons += [words for key, words in _NOT_MET.items() if log.get(key) is False]
        if log.get("early_stopping_met") is False:
            advice = " ".join(str(log.get("early_stopping_result", "")).replace("*", " ").split())
            reasons.append(f"early stopping: {advice}"[:500])
        if not reasons:
            reasons.append(f"{log['result_validity']} {log.get('result_invalid_reason', '')}".strip()[:500])
    if errors or log["num_errors"]:
        reasons.append(f"{max(len(errors), int(log['num_errors']))} errors in its log")
        reasons += errors[:_FEW]
    return reasons


def _estimate(log: dict[str, Any]) -> int | None:
    """LoadGen's own early-stopping bound in ns; it says 0 where it has none."""
    for key in ("early_stopping_latency_ss", "early_stopping_latency_ms"):
        if log.get(key):
            return int(log[key])
    return None
