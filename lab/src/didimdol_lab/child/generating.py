"""The timed loop of a generative model: a seeded prompt, the first token, the following ones; every time kept."""

from __future__ import annotations

import gc
import time
from array import array
from typing import Any

import numpy as np

from . import generators
from .channel import Channel
from .instruments import Instruments
from .runtimes.base import failed


def run(
    request: dict[str, Any], files: dict[str, str], channel: Channel, instruments: Instruments
) -> dict[str, Any]:
    channel.progress("loading", 0, 1)
    load = generators.loader(request["runtime"])
    clock = time.perf_counter_ns
    started = clock()
    generator = load(files, request)
    load_ns = clock() - started
    context, new_tokens = request["context"], request["new_tokens"]
    # The same prompt in every repetition and process: what differs between them is then time alone.
    seed = np.random.default_rng([request["seed"], context])
    prompt = seed.integers(0, generator.vocabulary, context, dtype=np.int64)
    first, following = array("q"), array("q")
    tokens: list[int] = []
    stable = True
    begin = generator.begin
    try:
        for done in range(request["warmup"]):
            channel.progress("warming", done, request["warmup"])
            step = begin(prompt, new_tokens)
            for _ in range(new_tokens):
                step()
            del step  # its cache goes before the next one comes, and outside of every time
        repetitions = request["repetitions"]
        gc.collect()
        gc.disable()
        before = instruments.read()
        for repetition in range(repetitions):
            channel.progress("measuring", repetition, repetitions)
            own = []
            start = clock()
            step = begin(prompt, new_tokens)
            token = step()
            end = clock()
            first.append(end - start)
            own.append(token)
            for _ in range(new_tokens - 1):
                start = clock()
                token = step()
                end = clock()
                following.append(end - start)
                own.append(token)
            tokens = tokens or own
            stable = stable and own == tokens
            del step
        after = instruments.read()
        gc.enable()
    except Exception as problem:  # every runtime raises a dozen unrelated classes
        raise failed("inference_failed", problem) from None
    channel.progress("measuring", repetitions, repetitions)
    return {
        "first_ns": first.tolist(),
        "next_ns": following.tolist(),
        "load_ns": load_ns,
        "peak_memory_bytes": instruments.peak_memory(),
        "tokens": tokens,
        "stable": stable,
        "cpu_ns": after.own_ns - before.own_ns,
        "switches": after.switches - before.switches,
        "busy_ns": (after.busy_ticks - before.busy_ticks) * instruments.tick_ns,
        "capacity_ns": (after.all_ticks - before.all_ticks) * instruments.tick_ns,
        "precision": generator.precision,
        "settings": generator.settings,
    }
