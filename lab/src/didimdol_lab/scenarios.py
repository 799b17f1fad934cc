"""MLPerf's scenarios, the parent's part: what a timed process is asked, and whether its answer fits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .contract.bounds import sample_floor
from .contract.plan import Plan, Scenario
from .contract.scenarios import Harness, LoadGenRun

_STRICTEST = {Scenario.single_stream: 90}
"""MLPerf takes p90 for a single stream, p99 for the others."""
_FEW, _MOST = 3, 20


def percentile(scenario: Scenario, samples: int) -> int:
    """At which percentile LoadGen shall apply its early stopping: MLPerf's, or what so many samples allow."""
    strictest = _STRICTEST.get(scenario, 99)
    return next((each for each in (99, 90) if each <= strictest and samples >= sample_floor(each)), 50)


def asked(plan: Plan, share: int, index: int, harness: Harness | None) -> dict[str, Any]:
    """What process `index` is asked besides the common request. `share`: its samples; `harness`: chosen before."""
    rate = plan.queries_per_second
    return {
        "scenario": plan.scenario.value,
        "harness": "" if harness is None else harness.value,
        "samples_per_query": plan.samples_per_query,
        "queries_per_second": None if rate is None else float(rate),
        "percentile": percentile(plan.scenario, share),
        "fewest": sample_floor(50),
        # Another seed a process: the same arrivals three times would be one sample of arrivals.
        "loadgen_seed": (plan.seed + index) % 2**32,
    }


def objection(
    plan: Plan, harness: Harness, run: LoadGenRun | None, samples: int, before: Harness | None
) -> str | None:
    """Why a process's answer does not fit its plan, or None."""
    if before is not None and harness is not before:
        return "another harness than the first process"
    if (harness is Harness.loadgen) != (run is not None):
        return "harness and LoadGen's summary do not fit"
    if run is None:
        return None if plan.scenario is Scenario.single_stream else "scenario without LoadGen"
    if run.scenario is not plan.scenario:
        return "another scenario than planned"
    if plan.scenario is Scenario.offline:
        fits = run.queries == 1 and run.samples_per_query >= samples
    else:
        fits = run.queries == samples and run.samples_per_query == plan.samples_per_query
    return None if fits else "LoadGen's count and the samples do not fit"


def called_invalid(runs: Sequence[LoadGenRun | None]) -> list[str]:
    """Why LoadGen calls processes invalid, in one English line each; at most a few of each process."""
    return [
        f"LoadGen, process {number}: {why}"[:1000]
        for number, run in enumerate(runs, start=1)
        if run is not None
        for why in run.reasons[:_FEW]
    ][:_MOST]
