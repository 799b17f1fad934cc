"""Raise the inner walls, in the order that works, and say which stand."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Any

from . import caps, landlock, namespaces, probes, seccomp

_ALWAYS_READABLE = ("/proc/cpuinfo", "/sys/devices/system/cpu", "/dev/null", "/dev/urandom")


SINK = "/dev/null"
"""What a task that must write somewhere may write to: it keeps nothing."""


@dataclass
class Walls:
    mechanisms: list[str] = field(default_factory=list)
    held: list[str] = field(default_factory=list)
    obstacle: str = ""


def before_imports(namespaced: bool) -> list[str]:
    """What must happen while there is one thread and nothing loaded."""
    namespaces.die_with_parent()
    try:
        # When memory runs out on the whole machine, this process is the one to go.
        with open("/proc/self/oom_score_adj", "w") as score:
            score.write("1000")
    except OSError:
        pass
    return ["namespaces"] if namespaced and namespaces.leave_network() else []


def raise_all(envelope: dict[str, Any], files: list[str], mechanisms: list[str]) -> Walls:
    """Limits, Landlock, seccomp, then the probes. Never raises: what failed is simply not held."""
    walls = Walls(mechanisms=list(mechanisms), obstacle=str(envelope["filter_obstacle"]))
    if len(os.listdir("/proc/self/task")) != 1:
        # Filters bind the calling thread: a second one would stay free.
        walls.obstacle = "a second thread exists"
        return walls
    memory_mb = int(envelope["memory_mb"])
    try:
        caps.restrict(memory_mb, int(envelope["cpu_seconds"]))
        walls.mechanisms.append("rlimits")
    except (OSError, ValueError) as problem:
        walls.obstacle = f"rlimits: {problem}"
    try:
        writable = [SINK] if envelope["sink"] else []
        version = landlock.restrict([*_ALWAYS_READABLE, *envelope["readable"], *files], writable)
        walls.mechanisms += [f"landlock-{version}", *(f"writable:{path}" for path in writable)]
    except OSError as problem:
        walls.obstacle = f"landlock: {problem}"
    if envelope["filter"]:
        try:
            landlock.no_new_privileges()
            seccomp.restrict(bytes.fromhex(envelope["filter"]))
            walls.mechanisms.append("seccomp")
        except (OSError, ValueError) as problem:
            walls.obstacle = f"seccomp: {problem}"
    walls.held = probes.held(int(envelope["canary_port"]), caps.address_space(memory_mb))
    return walls
