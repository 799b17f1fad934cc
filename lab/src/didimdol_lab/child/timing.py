"""The timed loop: single stream, one inference after another, every sample kept."""

from __future__ import annotations

import gc
import time
from array import array
from collections.abc import Callable
from typing import Any

import onnxruntime

from . import session as runtime
from .channel import Channel
from .instruments import Instruments


def _runner(session: Any, arrays: dict[str, runtime.Array], boundary: str) -> tuple[Callable[[], Any], str]:
    """The call to time, and the boundary it really has.

    model_only: inputs stand in the runtime's memory and outputs stay there. Outputs that are no tensors
    (maps of classic ML models) cannot be bound, so those are timed with copies, and reported so.
    """
    outputs = session.get_outputs()
    if boundary == "model_only" and all(each.type.startswith("tensor(") for each in outputs):
        binding = session.io_binding()
        for name, value in arrays.items():
            binding.bind_ortvalue_input(name, onnxruntime.OrtValue.ortvalue_from_numpy(value))
        for each in outputs:
            binding.bind_output(each.name)
        return lambda: session.run_with_iobinding(binding), "model_only"
    return lambda: session.run(None, arrays), "with_input_copy"


def run(
    request: dict[str, Any], files: dict[str, str], channel: Channel, instruments: Instruments
) -> dict[str, Any]:
    channel.progress("loading", 0, 1)
    before_model = instruments.peak_memory()
    clock = time.perf_counter_ns
    started = clock()
    session = runtime.load(files["model.onnx"], request["threads"])
    load_ns = clock() - started
    arrays, _ = runtime.feeds(session, request["inputs"], request["seed"], guess=False)

    # The first inference is the plain one: it reports a wrong shape in words.
    started = clock()
    runtime.infer(session, arrays)
    first_ns = clock() - started

    call, boundary = _runner(session, arrays, request["boundary"])
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
    except Exception as problem:  # onnxruntime raises a dozen unrelated classes
        raise runtime.failed("inference_failed", problem) from None
    channel.progress("measuring", wanted, wanted)
    return {
        "samples_ns": samples.tolist(),
        "load_ns": load_ns,
        "first_ns": first_ns,
        "peak_memory_bytes": instruments.peak_memory(),
        "memory_before_model_bytes": before_model,
        "cpu_ns": after.own_ns - before.own_ns,
        "switches": after.switches - before.switches,
        "busy_ns": (after.busy_ticks - before.busy_ticks) * instruments.tick_ns,
        "capacity_ns": (after.all_ticks - before.all_ticks) * instruments.tick_ns,
        "boundary": boundary,
    }
