"""The sustained run: no pause for minutes, and the median of each of them. Heat and clocks show here."""

from __future__ import annotations

import time
from array import array
from statistics import median_low
from typing import Any

from . import feeding, runtimes
from .channel import Channel
from .instruments import Instruments
from .runtimes.base import failed
from .timing import runner

_MINUTE_NS = 60_000_000_000


def run(
    request: dict[str, Any], files: dict[str, str], channel: Channel, instruments: Instruments
) -> dict[str, Any]:
    channel.progress("loading", 0, 1)
    loaded = runtimes.load(files, runtimes.Wanted.of(request))
    arrays, _ = feeding.feeds(loaded, request["inputs"], request["seed"], guess=False)
    call, _ = runner(loaded, arrays, request["boundary"])
    seconds: int = request["seconds"]
    clock = time.perf_counter_ns
    begun = clock()
    ends = begun + seconds * 1_000_000_000
    minutes: list[dict[str, int]] = []
    samples = array("q")
    minute_ends = begun + _MINUTE_NS
    try:
        while True:
            start = clock()
            call()
            end = clock()
            samples.append(end - start)
            if end >= minute_ends or (end >= ends and not minutes):
                minutes.append({"p50_ns": median_low(samples), "samples": len(samples)})
                samples = array("q")
                minute_ends += _MINUTE_NS
            if end >= ends:  # what is left of a minute is none: its median would stand beside whole ones
                break
            if channel.due():
                channel.progress("sustaining", (end - begun) // 1_000_000_000, seconds)
    except Exception as problem:  # every runtime raises a dozen unrelated classes
        raise failed("inference_failed", problem) from None
    return {"minutes": minutes}
