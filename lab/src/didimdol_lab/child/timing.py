"""The timed loop: single stream, one inference after another, every sample kept."""

from __future__ import annotations

import gc
import time
from array import array
from collections.abc import Callable
from typing import Any

from . import feeding, runtimes
from .channel import Channel
from .instruments import Instruments
from .runtimes.base import Array, Loaded, failed, infer


def runner(loaded: Loaded, arrays: dict[str, Array], boundary: str) -> tuple[Callable[[], object], str]:
    """The call to time, and the boundary that it really has: where nothing can be bound, copies are timed."""
    call = loaded.bound(arrays) if boundary == "model_only" else None
    if call is not None:
        return call, "model_only"
    return lambda: loaded.infer(arrays), "with_input_copy"


def run(
    request: dict[str, Any], files: dict[str, str], channel: Channel, instruments: Instruments
) -> dict[str, Any]:
    channel.progress("loading", 0, 1)
    wanted_runtime = runtimes.Wanted.of(request)
    load = runtimes.loader(wanted_runtime)
    memory = {"start": instruments.peak_memory()}
    clock = time.perf_counter_ns
    started = clock()
    loaded = load(files, wanted_runtime)
    load_ns = clock() - started
    memory["loaded"] = instruments.peak_memory()
    arrays, _ = feeding.feeds(loaded, request["inputs"], request["seed"], guess=False)

    # The first inference is the plain one: it reports a wrong shape in words.
    started = clock()
    infer(loaded, arrays)
    first_ns = clock() - started
    memory["first"] = instruments.peak_memory()

    call, boundary = runner(loaded, arrays, request["boundary"])
    wanted, cap = request["samples"], request["cap"]
    deadline = clock() + int(request["max_seconds"] * 1e9)
    samples = array("q")
    try:
        for done in range(request["warmup"]):
            if clock() > deadline:
                break
            channel.progress("warming", done, request["warmup"])
            call()
        channel.progress("measuring", 0, wanted)
        gc.collect()
        gc.disable()
        before = instruments.read()
        begun = clock()
        enough = begun + int(request["min_seconds"] * 1e9)
        while True:
            start = clock()
            call()
            end = clock()
            samples.append(end - start)
            count = len(samples)
            if (count >= wanted and end >= enough) or count >= cap or end >= deadline:
                break
            if channel.due():
                channel.progress("measuring", min(count, wanted), wanted)
        after = instruments.read()
        gc.enable()
    except Exception as problem:  # every runtime raises a dozen unrelated classes
        raise failed("inference_failed", problem) from None
    channel.progress("measuring", wanted, wanted)
    memory["measured"] = instruments.peak_memory()
    # After everything that is timed or weighed: two models in memory would be neither.
    started = clock()
    load(files, wanted_runtime)
    warm_load_ns = clock() - started
    return {
        "samples_ns": samples.tolist(),
        "load_ns": load_ns,
        "warm_load_ns": warm_load_ns,
        "first_ns": first_ns,
        "memory": memory,
        "cpu_ns": after.own_ns - before.own_ns,
        "switches": after.switches - before.switches,
        "busy_ns": (after.busy_ticks - before.busy_ticks) * instruments.tick_ns,
        "capacity_ns": (after.all_ticks - before.all_ticks) * instruments.tick_ns,
        "boundary": boundary,
        "precision": loaded.precision,
        "placement": loaded.placement(),
    }
