"""A memory limit by control group, where this process may make one: it counts pages, not address space.

RLIMIT_AS must leave room for what runtimes reserve and never touch; the control group needs none. Version 1 with
a writable memory hierarchy, or version 2 with a delegated memory controller; elsewhere there is none.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path("/sys/fs/cgroup")
MARGIN = 64_000_000
"""Bytes above the plan's limit: interpreter pages and file cache are counted here too."""
LAYER = "cgroup-memory"


def _own(controller: str) -> str | None:
    """This process's group in a hierarchy: `memory` (version 1) or the empty name (version 2)."""
    try:
        lines = Path("/proc/self/cgroup").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    for line in lines:
        _, names, path = line.split(":", 2)
        if controller in names.split(","):
            return path
    return None


def _candidates(root: Path) -> Iterator[tuple[Path, str]]:
    """Groups that a new one may be made in, with the name of the limit's file."""
    for controller, folder, limit in (
        ("memory", root / "memory", "memory.limit_in_bytes"),
        ("", root, "memory.max"),
    ):
        own = _own(controller)
        if own is not None:
            # In a container the path may be that of the host: then the top of what is mounted here is ours.
            yield folder / own.lstrip("/"), limit
            yield folder, limit


@contextlib.contextmanager
def cage(memory_mb: int, root: Path = ROOT) -> Iterator[list[str]]:
    """The beginning of a command line that runs the rest of it inside a new group; empty where there is none."""
    group = _make(memory_mb, root)
    if group is None:
        yield []
        return
    try:
        # The shell joins before it becomes the command, so that nothing of the command is outside.
        yield ["/bin/sh", "-c", 'echo $$ > "$0" && exec "$@"', str(group / "cgroup.procs")]
    finally:
        _remove(group)


def _make(memory_mb: int, root: Path) -> Path | None:
    for parent, limit in _candidates(root):
        group = parent / f"didimdol-lab-{os.getpid()}-{time.monotonic_ns()}"
        try:
            group.mkdir()
        except OSError:
            continue
        try:
            # Opened without creating: where the controller is not delegated, the file is not there.
            with open(group / limit, "r+", encoding="ascii") as writer:
                writer.write(str(memory_mb * 1_000_000 + MARGIN))
            return group
        except OSError:
            _remove(group)
    return None


def _remove(group: Path) -> None:
    """The group goes when its last process has: the kernel needs a moment for those that were killed."""
    for _ in range(100):
        try:
            group.rmdir()
            return
        except FileNotFoundError:
            return
        except OSError:
            time.sleep(0.002)
