"""What a long command is doing, on standard error: after a second, on a terminal or where asked for."""

from __future__ import annotations

import threading
import time
from types import TracebackType
from typing import Self, TextIO

CLEAR = "\r\x1b[K"


class Progress:
    """Shows the phase and its seconds while the `with` lasts. A terminal has one line, renewed and at last
    cleared; any other stream gets a line at a time, each `every` tenths as often."""

    def __init__(self, stream: TextIO, lang: str, *, delay: float = 1.0, every: float = 0.5) -> None:
        self._stream, self._lang = stream, lang
        self._delay = delay
        self._every = every if stream.isatty() else every * 20
        self._ended = threading.Event()
        self._text, self._since = "", time.monotonic()
        self._thread = threading.Thread(target=self._show, daemon=True)

    def phase(self, ko: str, en: str) -> None:
        self._text, self._since = en if self._lang == "en" else ko, time.monotonic()

    def _show(self) -> None:
        ended = self._ended.wait(self._delay)
        while not ended:
            self._line()
            ended = self._ended.wait(self._every)

    def _line(self) -> None:
        if not self._text:
            return
        line = f"{self._text} … {time.monotonic() - self._since:.0f} s"
        self._stream.write(f"{CLEAR}{line}" if self._stream.isatty() else f"{line}\n")
        self._stream.flush()

    def __enter__(self) -> Self:
        global _shown
        _shown = self
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        global _shown
        _shown = None
        self._ended.set()
        self._thread.join()
        if self._stream.isatty():
            self._stream.write(CLEAR)
            self._stream.flush()


_shown: Progress | None = None


def phase(ko: str, en: str) -> None:
    """What is done from now on, in both languages; shown if a command shows its progress."""
    if _shown is not None:
        _shown.phase(ko, en)
