"""One sandboxed task from request to validated outcome."""

from __future__ import annotations

import base64
import json
import signal
import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from ..contract.base import Strict
from ..contract.plan import Limits
from ..refusals import CATALOGUE, refuse
from . import bubblewrap, cgroup, filters, supervision
from .interpreter import interpreter

_REQUIRED = frozenset({"file", "network", "memory"})
Report = TypeVar("Report", bound=BaseModel)


def required_walls() -> frozenset[str]:
    """Without these an untrusted model is not opened (lab.md 5)."""
    return _REQUIRED


class _Layers(Strict):
    type: Literal["layers"]
    mechanisms: list[Annotated[str, Field(max_length=40)]] = Field(max_length=16)
    held: list[Literal["file", "network", "fork", "memory", "environment"]] = Field(max_length=8)
    obstacle: str = Field(default="", max_length=300)


class _Progressed(Strict):
    type: Literal["progress"]
    phase: Literal["checking", "loading", "warming", "measuring", "sustaining", "comparing", "accuracy"]
    done: int = Field(ge=0, le=10**9)
    total: int = Field(ge=0, le=10**9)


class _Result(Strict):
    type: Literal["result"]
    body: dict[str, Any]


class _Piece(Strict):
    type: Literal["piece"]
    data: Annotated[str, Field(max_length=2_100_000)]

    def content(self) -> bytes:
        """Raises ValueError for what is not base64 to the last character."""
        return base64.b64decode(self.data, validate=True)


class _Error(Strict):
    type: Literal["error"]
    code: str = Field(max_length=64)
    detail: dict[Annotated[str, Field(max_length=64)], Annotated[str, Field(max_length=2000)]] = Field(
        default_factory=dict, max_length=16
    )


_LINE: TypeAdapter[_Layers | _Progressed | _Piece | _Result | _Error] = TypeAdapter(
    Annotated[_Layers | _Progressed | _Piece | _Result | _Error, Field(discriminator="type")]
)


@dataclass(frozen=True)
class Outcome:
    """A validated report and the layers that held: mechanisms first, then `denied:<probe>`."""

    body: dict[str, Any]
    layers: list[str]


class _Listener:
    """Collects a child's lines. The child's word is not trusted: every line is validated."""

    def __init__(
        self,
        progress: Callable[[str, int, int], None] | None,
        pieces: Callable[[bytes], None] | None = None,
    ) -> None:
        self.layers: _Layers | None = None
        self.result: _Result | None = None
        self.error: _Error | None = None
        self._progress = progress
        self._pieces = pieces

    def __call__(self, line: bytes) -> None:
        try:
            message = _LINE.validate_json(line)
        except ValidationError:
            raise supervision.Stop("output_invalid") from None
        if isinstance(message, _Layers):
            if self.layers is not None:  # said once, by our code, before the model is opened
                raise supervision.Stop("output_invalid")
            self.layers = message
        elif self.layers is None and not isinstance(message, _Error):
            raise supervision.Stop("output_invalid")
        elif isinstance(message, _Progressed):
            if self._progress is not None:
                self._progress(message.phase, message.done, message.total)
        elif isinstance(message, _Piece):
            if self._pieces is None:  # nobody asked for bytes
                raise supervision.Stop("output_invalid")
            try:
                content = message.content()
            except ValueError:
                raise supervision.Stop("output_invalid") from None
            self._pieces(content)
        elif isinstance(message, _Result):
            self.result = message
        else:
            self.error = message


def run(
    task: str,
    request: Mapping[str, Any],
    *,
    files: Mapping[str, Path],
    limits: Limits,
    threads: int = 1,
    seconds: float | None = None,
    progress: Callable[[str, int, int], None] | None = None,
    pieces: Callable[[bytes], None] | None = None,
    max_pieces: int = 0,
    cancel: threading.Event | None = None,
    use_bubblewrap: bool | None = None,
    sink: bool = False,
) -> Outcome:
    """Run `python -m didimdol_lab.child <task>` on `files` (seen read-only by the child).

    `seconds` overrides the wall time of the limits. `pieces` takes the bytes that a task hands over, about
    `max_pieces` at most; what it raises ends the child. `sink`: the child may write to /dev/null, for a library that
    must write somewhere. `use_bubblewrap` None: where it works. Raises Refused:
    sandbox_incomplete, time_limit, memory_limit, crashed, cancelled, sandbox_output, or the task's own code.
    """
    python = interpreter()
    program = bubblewrap.working_program() if use_bubblewrap in (None, True) else None
    if use_bubblewrap and program is None:
        raise refuse("sandbox_incomplete", missing="bubblewrap")
    wall = limits.seconds if seconds is None else seconds
    denied, obstacle = filters.program()
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as canary:
        canary.bind(("127.0.0.1", 0))
        canary.listen(1)
        seen = {
            name: f"{bubblewrap.JOB_FOLDER}/{name}" if program else str(path.resolve())
            for name, path in files.items()
        }
        envelope = {
            "request": dict(request),
            "files": seen,
            "readable": [*python.folders, "/usr/lib", "/lib", "/lib64", "/usr/local/lib"],
            "memory_mb": limits.memory_mb,
            "cpu_seconds": int(wall * max(1, threads)) + 30,
            "namespaces": program is None,
            "sink": sink,
            "canary_port": canary.getsockname()[1],
            "required": sorted(_REQUIRED),
            "filter": denied.hex(),
            "filter_obstacle": obstacle,
        }
        child = [*python.command, "-m", "didimdol_lab.child", task]
        command = [*bubblewrap.arguments(program, python, files), *child] if program else child
        listener = _Listener(progress, pieces)
        with cgroup.cage(limits.memory_mb) as inside:
            ended = supervision.watch(
                [*inside, *command],
                environment=python.environment,
                request=json.dumps(envelope).encode(),
                seconds=wall,
                on_line=listener,
                cancel=cancel,
                # In base64, three bytes are four characters.
                max_output=supervision.MAX_OUTPUT + max_pieces * 3 // 2,
            )
    outer = [*(["bubblewrap"] if program else []), *([cgroup.LAYER] if inside else [])]
    return _conclude(listener, ended, limits, wall, outer)


def _conclude(
    listener: _Listener, ended: supervision.Ended, limits: Limits, wall: float, outer: list[str]
) -> Outcome:
    if ended.stop == "cancelled":
        raise refuse("cancelled")
    if ended.stop == "time_limit" or -ended.code == signal.SIGXCPU or ended.code == 128 + signal.SIGXCPU:
        raise refuse("time_limit", seconds=f"{wall:g}")
    if ended.stop is not None:
        raise refuse("sandbox_output", reason=ended.stop)
    layers = listener.layers
    if layers is not None and not set(layers.held) >= _REQUIRED:
        missing = ", ".join(sorted(_REQUIRED - set(layers.held)))
        raise refuse("sandbox_incomplete", missing=missing, obstacle=layers.obstacle)
    if listener.error is not None:
        code = listener.error.code if listener.error.code in CATALOGUE else "internal"
        detail = dict(listener.error.detail)
        if code == "memory_limit":
            detail["memory_mb"] = str(limits.memory_mb)
        raise refuse(code, **detail)
    if listener.result is None or layers is None or ended.code != 0:
        raise _crash(ended, limits)
    return Outcome(
        listener.result.body,
        [
            *outer,
            *layers.mechanisms,
            *(f"denied:{name}" for name in layers.held),
        ],
    )


def _crash(ended: supervision.Ended, limits: Limits) -> Exception:
    """Name a death. bubblewrap reports a signal as 128 + number."""
    number = -ended.code if ended.code < 0 else ended.code - 128
    text = ended.errors
    if "MemoryError" in text or "bad_alloc" in text or number == signal.SIGKILL:
        return refuse("memory_limit", memory_mb=limits.memory_mb)
    try:
        name = signal.Signals(number).name
    except ValueError:
        name = f"exit {ended.code}"
    return refuse("crashed", signal=name, output=text[-400:])


def report(kind: type[Report], outcome: Outcome) -> Report:
    """The outcome's body as `kind`. Raises Refused(sandbox_output) when it does not fit."""
    try:
        return kind.model_validate(outcome.body)
    except ValidationError as problem:
        first = problem.errors()[0]
        raise refuse(
            "sandbox_output", reason=str(first["type"]), field=".".join(map(str, first["loc"]))
        ) from None
