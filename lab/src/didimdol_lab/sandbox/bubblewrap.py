"""The outer wall: bubblewrap, where it is installed and really works here."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from .interpreter import Interpreter, interpreter

JOB_FOLDER = "/job"
# What the interpreter, the dynamic linker and the runtime's thread count look at.
_SYSTEM = (
    "/usr",
    "/lib",
    "/lib64",
    "/lib32",
    "/bin",
    "/sbin",
    "/etc/ld.so.cache",
    "/etc/alternatives",
    "/sys/devices/system/cpu",
)


def arguments(program: str, python: Interpreter, files: Mapping[str, Path]) -> list[str]:
    """The bwrap command line up to `--`. `files` are seen read-only as /job/<name>."""
    line = [program, "--unshare-all", "--die-with-parent", "--clearenv", "--cap-drop", "ALL"]
    line += ["--hostname", "lab", "--uid", "65534", "--gid", "65534"]
    # /tmp before anything that may live below it (lab.md 5, traps).
    line += ["--tmpfs", "/tmp", "--dev", "/dev", "--proc", "/proc"]
    bound: list[str] = []
    for path in _SYSTEM:
        line += ["--ro-bind-try", path, path]
        bound.append(path)
    for path in python.folders:
        if not any(path == other or path.startswith(other + "/") for other in bound):
            line += ["--ro-bind", path, path]
            bound.append(path)
    line += ["--dir", JOB_FOLDER]
    for name, source in files.items():
        line += ["--ro-bind", str(source), f"{JOB_FOLDER}/{name}"]
    for key, value in python.environment.items():
        line += ["--setenv", key, value]
    line += ["--chdir", "/tmp", "--remount-ro", "/", "--"]
    return line


@lru_cache(maxsize=1)
def working_program() -> str | None:
    """Path of a bwrap that can start our interpreter here, else None. Tried once per process."""
    program = shutil.which("bwrap")
    if program is None:
        return None
    python = interpreter()
    command: Sequence[str] = [*arguments(program, python, {}), *python.command, "-c", "pass"]
    try:
        done = subprocess.run(command, capture_output=True, timeout=20, check=False, env={})
    except (OSError, subprocess.TimeoutExpired):
        return None
    return program if done.returncode == 0 else None
