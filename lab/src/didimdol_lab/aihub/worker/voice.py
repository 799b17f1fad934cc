"""The worker's voice: JSON lines on a private copy of standard output, without the token."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Mapping
from typing import Any

LONGEST = 2000


class Voice:
    """Takes over standard output, where the client likes to print. `secret` is cut out of all that is said."""

    def __init__(self) -> None:
        self._output = os.dup(1)
        os.dup2(2, 1)
        self.secret = ""

    def send(self, message: Mapping[str, Any]) -> None:
        rest = json.dumps(self._clean(message)).encode() + b"\n"
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})  # the deadline must not cut a line in two
        while rest:
            rest = rest[os.write(self._output, rest) :]
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGALRM})

    def _clean(self, value: Any) -> Any:
        """The service may echo the token in any text; it is cut before the text is, so that no half of it stays."""
        if isinstance(value, str):
            return (value.replace(self.secret, "***") if self.secret else value)[:LONGEST]
        if isinstance(value, Mapping):
            return {self._clean(str(key)): self._clean(each) for key, each in value.items()}
        if isinstance(value, (list, tuple)):
            return [self._clean(each) for each in value]
        return value
