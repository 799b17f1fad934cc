"""Counters read through descriptors opened before the file system closed."""

from __future__ import annotations

import os
import re
import resource
import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Reading:
    """Counters at one moment: machine CPU ticks (busy, all), own CPU ns, involuntary switches."""

    busy_ticks: int
    all_ticks: int
    own_ns: int
    switches: int


class Instruments:
    def __init__(self) -> None:
        self._machine = self._open("/proc/stat")
        self._self = self._open("/proc/self/status")
        self.tick_ns = 1_000_000_000 // int(os.sysconf("SC_CLK_TCK"))

    @staticmethod
    def _open(path: str) -> int | None:
        try:
            return os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            return None

    def read(self) -> Reading:
        busy = total = 0
        if self._machine is not None:
            fields = os.pread(self._machine, 4096, 0).split(b"\n", 1)[0].split()[1:9]
            # user nice system idle iowait irq softirq steal
            ticks = [int(field) for field in fields]
            total = sum(ticks)
            busy = total - ticks[3] - ticks[4]
        usage = resource.getrusage(resource.RUSAGE_SELF)
        return Reading(busy, total, time.process_time_ns(), usage.ru_nivcsw)

    def peak_memory(self) -> int:
        """High-water mark of resident memory in bytes (VmHWM: unlike ru_maxrss, it starts afresh at exec)."""
        if self._self is not None:
            found = re.search(rb"VmHWM:\s+(\d+) kB", os.pread(self._self, 8192, 0))
            if found:
                return int(found.group(1)) * 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
