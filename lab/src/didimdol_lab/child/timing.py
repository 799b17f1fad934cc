"""The timed part: load, first inference, warm-up, then the samples of the plan's scenario, every one kept."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from . import driving, feeding, runtimes
from .channel import Channel
from .instruments import Instruments
from .runtimes.base import Array, Loaded, failed, infer


def runner(loaded: Loaded, arrays: dict[str, Array], boundary: str) -> tuple[Callable[[], object], str]:
    """The call to time, and the boundary that it really has: where nothing can be bound, copies are timed."""
    call = loaded.bound(arrays) if boundary == "model_only" else None
    if call is not None:
        return call, "model_only"
    return lambda: loaded.infer(arrays), "with_input_copy"


def _warm(call: Callable[[], object], count: int, deadline: int, channel: Channel) -> int:
    """Run `count` inferences, until `deadline` at most; the ns of the fastest. At least one is run: the harness
    depends on it."""
    clock = time.perf_counter_ns
    fastest: int | None = None
    for done in range(max(1, count)):
        start = clock()
        if fastest is not None and start > deadline:
            break
        channel.progress("warming", done, count)
        call()
        spent = clock() - start
        fastest = spent if fastest is None else min(fastest, spent)
    assert fastest is not None
    return fastest


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
    wanted = request["samples"]
    deadline = clock() + int(request["max_seconds"] * 1e9)
    try:
        pace_ns = _warm(call, request["warmup"], deadline, channel)
    except Exception as problem:  # every runtime raises a dozen unrelated classes
        raise failed("inference_failed", problem) from None
    request = {**request, "max_seconds": max(0.0, (deadline - clock()) / 1e9)}
    harness, drive = driving.choose(request, pace_ns)
    channel.progress("measuring", 0, wanted)
    driven = drive(call, request, pace_ns, channel, instruments)
    channel.progress("measuring", wanted, wanted)
    memory["measured"] = instruments.peak_memory()
    # After everything that is timed or weighed: two models in memory would be neither.
    started = clock()
    load(files, wanted_runtime)
    warm_load_ns = clock() - started
    before, after = driven.before, driven.after
    return {
        "samples_ns": driven.samples_ns,
        "harness": harness,
        "loadgen": driven.loadgen,
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
