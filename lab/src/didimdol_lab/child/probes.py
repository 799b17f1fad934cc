"""Does the sandbox hold? Each probe tries what must not work. Runs in the child, before any model byte."""

from __future__ import annotations

import mmap
import os
import socket

ALLOWED_ENVIRONMENT = frozenset(
    {
        "PATH",
        "HOME",
        "LANG",
        "LC_CTYPE",
        "PYTHONPATH",
        "PYTHONHASHSEED",
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "MKL_NUM_THREADS",
        "ORT_DISABLE_TELEMETRY",
        "PWD",
    }
)


def files_denied() -> bool:
    """Neither a system file can be read, nor a file made where anybody else may make one."""
    try:
        with open("/etc/passwd", "rb"):
            return False
    except OSError:
        pass
    return not any(_can_make_a_file(folder) for folder in ("/tmp", "/dev/shm", "/dev", os.getcwd()))


def _can_make_a_file(folder: str) -> bool:
    path = f"{folder}/didimdol-probe-{os.getpid()}"
    try:
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except OSError:
        return False
    os.close(handle)
    os.unlink(path)
    return True


def network_denied(port: int) -> bool:
    """The parent listens on this loopback port: reaching it means the network is open."""
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.settimeout(1.0)
            probe.connect(("127.0.0.1", port))
    except OSError:
        return True
    return False


def fork_denied() -> bool:
    try:
        child = os.fork()
    except OSError:
        return True
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    return False


def memory_denied(limit_bytes: int) -> bool:
    """An address range as large as the whole cap must be refused."""
    try:
        mmap.mmap(-1, limit_bytes).close()
    except (OSError, MemoryError):
        return True
    return False


def environment_clean() -> bool:
    return set(os.environ) <= ALLOWED_ENVIRONMENT


def held(port: int, limit_bytes: int) -> list[str]:
    """Names of the walls that stood: file, network, fork, memory, environment."""
    results = {
        "file": files_denied(),
        "network": network_denied(port),
        "fork": fork_denied(),
        "memory": memory_denied(limit_bytes),
        "environment": environment_clean(),
    }
    return [name for name, stood in results.items() if stood]
