"""The child's voice: JSON lines on a private copy of standard output."""

from __future__ import annotations

import base64
import json
import os
import time
from collections.abc import Mapping
from typing import Any

_EVERY = 0.4
"""Seconds between progress lines of one phase."""
_PIECE = 1_500_000
"""Bytes of content in a line; in base64 two million characters."""


class TaskRefused(Exception):
    """The task ends with a refusal code of the catalogue."""

    def __init__(self, code: str, **detail: object) -> None:
        super().__init__(code)
        self.code = code
        self.detail = {key: str(value)[:2000] for key, value in detail.items()}


class Channel:
    """Takes over standard output, so that a library printing there cannot break the protocol."""

    def __init__(self) -> None:
        self._output = os.dup(1)
        os.dup2(2, 1)
        self._phase = ""
        self._last = 0.0

    def _send(self, message: Mapping[str, Any]) -> None:
        rest = json.dumps(message).encode() + b"\n"
        while rest:
            rest = rest[os.write(self._output, rest) :]

    def layers(self, mechanisms: list[str], held: list[str], obstacle: str) -> None:
        self._send({"type": "layers", "mechanisms": mechanisms, "held": held, "obstacle": obstacle[:300]})

    def due(self) -> bool:
        """Whether a progress line may be sent again; cheap enough for between two inferences."""
        return time.monotonic() - self._last >= _EVERY

    def progress(self, phase: str, done: int, total: int) -> None:
        """Send progress, at most a few lines a second unless the phase changes."""
        if phase == self._phase and not self.due():
            return
        self._phase, self._last = phase, time.monotonic()
        self._send({"type": "progress", "phase": phase, "done": done, "total": total})

    def pieces(self, content: bytes) -> None:
        """Send bytes that the parent asked for: the child itself writes no file."""
        for start in range(0, len(content), _PIECE):
            piece = base64.b64encode(content[start : start + _PIECE]).decode("ascii")
            self._send({"type": "piece", "data": piece})

    def result(self, body: Mapping[str, Any]) -> None:
        self._send({"type": "result", "body": body})

    def error(self, code: str, detail: Mapping[str, str]) -> None:
        self._send({"type": "error", "code": code, "detail": dict(detail)})
