"""Resource limits by setrlimit. Runs in the child."""

from __future__ import annotations

import resource

ADDRESS_SPACE_MARGIN = 1_000_000_000
"""RLIMIT_AS counts address space, not memory: runtimes reserve far more than they touch (lab.md 5)."""


def address_space(memory_mb: int) -> int:
    """Bytes of address space that go with a memory limit in MB."""
    return memory_mb * 1_000_000 + ADDRESS_SPACE_MARGIN


def restrict(memory_mb: int, cpu_seconds: int) -> None:
    """Cap memory and CPU time; no core file, no file growth, few descriptors. Hard limits, for good."""
    wanted = {
        resource.RLIMIT_AS: address_space(memory_mb),
        resource.RLIMIT_CPU: cpu_seconds,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_NOFILE: 64,
        resource.RLIMIT_MEMLOCK: 0,
    }
    for kind, value in wanted.items():
        _, hard = resource.getrlimit(kind)
        if hard != resource.RLIM_INFINITY:
            value = min(value, hard)
        resource.setrlimit(kind, (value, value))
