"""Watch a child: read its lines, hold it to its time and output limits, kill its whole group."""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

MAX_LINE = 4_000_000
MAX_OUTPUT = 16_000_000
MAX_ERRORS = 64_000
_POLL = 0.1


@dataclass(frozen=True)
class Ended:
    """How a child ended. `stop` is None when it ended by itself."""

    code: int
    stop: str | None
    errors: str


class Stop(Exception):
    """Raised by a line reader to end the child at once; the text becomes `Ended.stop`."""


def _kill(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        with contextlib.suppress(ProcessLookupError):
            process.kill()
    process.wait()


def watch(
    command: Sequence[str],
    *,
    environment: Mapping[str, str],
    request: bytes,
    seconds: float,
    on_line: Callable[[bytes], None],
    cancel: threading.Event | None = None,
    max_output: int = MAX_OUTPUT,
) -> Ended:
    """Start `command` in a session of its own, feed `request`, pass each output line to `on_line`.

    Stops: `time_limit`, `cancelled`, `output_limit`, or what `on_line` raised as Stop. The group is dead
    when this returns or raises.
    """
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=dict(environment),
        cwd="/",
        start_new_session=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    deadline = time.monotonic() + seconds
    errors = bytearray()
    stop: str | None = None
    try:
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(request)
            process.stdin.close()
        pending = bytearray()
        received = 0
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            selector.register(process.stderr, selectors.EVENT_READ)
            while selector.get_map() and stop is None:
                left = deadline - time.monotonic()
                if cancel is not None and cancel.is_set():
                    stop = "cancelled"
                    break
                if left <= 0:
                    stop = "time_limit"
                    break
                for key, _ in selector.select(min(left, _POLL)):
                    chunk = os.read(key.fd, 65_536)
                    if not chunk:
                        selector.unregister(key.fileobj)
                    elif key.fileobj is process.stderr:
                        errors += chunk[: max(0, MAX_ERRORS - len(errors))]
                    else:
                        received += len(chunk)
                        pending += chunk
                        if received > max_output:
                            stop = "output_limit"
                            break
                        stop = _deliver(pending, on_line)
        if stop is None:
            try:
                process.wait(timeout=max(0.1, min(5.0, deadline - time.monotonic())))
            except subprocess.TimeoutExpired:
                stop = "time_limit"
    finally:
        _kill(process)
        for stream in (process.stdin, process.stdout, process.stderr):
            with contextlib.suppress(OSError):
                stream.close()
    return Ended(process.returncode, stop, errors.decode("utf-8", "replace"))


def _deliver(pending: bytearray, on_line: Callable[[bytes], None]) -> str | None:
    """Hand over whole lines; the reason to stop, or None."""
    while (end := pending.find(b"\n")) >= 0:
        line = bytes(pending[:end])
        del pending[: end + 1]
        try:
            on_line(line)
        except Stop as reason:
            return str(reason)
    return "output_limit" if len(pending) > MAX_LINE else None
