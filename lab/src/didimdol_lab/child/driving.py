"""What drives the timed inferences: our own loop, or MLPerf's LoadGen."""

from __future__ import annotations

import gc
import time
from array import array
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .channel import Channel, TaskRefused
from .instruments import Instruments, Reading
from .runtimes.base import failed

Call = Callable[[], object]

SLOW_NS = 1_000_000
"""From here on LoadGen's microseconds a query are lost in the model's time (lab.md 4.1)."""
LOOK_EVERY_NS = 400_000_000
"""Between two looks at how far it is; after the least time every sample is looked at until there are enough."""
OWN_LOOP, LOADGEN = "own_loop", "loadgen"
LOADGEN_MISSING, FEW_SAMPLES = "own_loop_loadgen_missing", "own_loop_few_samples"
_SPARE = 2
"""LoadGen needs all of the plan's samples, so there must be twice the time that the fastest inference promises."""


@dataclass(frozen=True)
class Driven:
    """Samples in ns by our clock, the counters before the first and after the last, LoadGen's summary."""

    samples_ns: list[int]
    before: Reading
    after: Reading
    loadgen: dict[str, Any] | None = None


Drive = Callable[[Call, dict[str, Any], int, Channel, Instruments], Driven]


def choose(request: dict[str, Any], pace_ns: int) -> tuple[str, Drive]:
    """The harness and what it drives with. `pace_ns`: the fastest inference so far.

    LoadGen drives every scenario but a single stream of quick inferences, or one too short for it to be valid.
    `request["harness"]`: what an earlier process of the same measurement chose, empty in the first. Raises
    TaskRefused(runtime_missing).
    """
    single = request["scenario"] == "single_stream"
    chosen = request["harness"]
    if single and not chosen:
        needed_ns = _SPARE * request["samples"] * pace_ns
        if pace_ns < SLOW_NS:
            chosen = OWN_LOOP
        elif request["samples"] < request["fewest"] or needed_ns > request["max_seconds"] * 1e9:
            chosen = FEW_SAMPLES
    if chosen and chosen != LOADGEN:
        return chosen, own_loop
    try:
        from . import loadgen
    except ModuleNotFoundError as problem:
        if problem.name != "mlperf_loadgen":
            raise
        if single and not chosen:  # a later process cannot come here: it was told
            return LOADGEN_MISSING, own_loop
        raise TaskRefused("runtime_missing", package="mlcommons-loadgen", extra="loadgen") from None
    return LOADGEN, loadgen.drive


def own_loop(
    call: Call, request: dict[str, Any], pace_ns: int, channel: Channel, instruments: Instruments
) -> Driven:
    """One inference after another until there are enough of them and enough time has passed.

    Raises TaskRefused(inference_failed | memory_limit).
    """
    wanted, cap = request["samples"], request["cap"]
    clock = time.perf_counter_ns
    samples = array("q")
    gc.collect()
    gc.disable()
    before = instruments.read()
    begun = clock()
    enough = begun + int(request["min_seconds"] * 1e9)
    deadline = begun + int(request["max_seconds"] * 1e9)
    # Between two looks at the time there is nothing but the sample: the loop costs the model no microsecond.
    add, count, look = samples.append, samples.__len__, begun
    try:
        while True:
            start = clock()
            call()
            end = clock()
            add(end - start)
            if end < look and count() < cap:
                continue
            if (count() >= wanted and end >= enough) or count() >= cap or end >= deadline:
                break
            channel.progress("measuring", min(count(), wanted), wanted)
            look = min(end + LOOK_EVERY_NS, deadline, max(enough, end))
    except Exception as problem:  # every runtime raises a dozen unrelated classes
        raise failed("inference_failed", problem) from None
    after = instruments.read()
    gc.enable()
    return Driven(samples.tolist(), before, after)
