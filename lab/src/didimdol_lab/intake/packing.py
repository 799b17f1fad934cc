"""ONNX with external data becomes one checked package: model.onnx and model.data, and no name of the author's.

The sandbox reads the graph and says which files it names and how the graph reads with our names; the bytes of the
weights are copied here, from plain archive entries, and are never parsed.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Annotated

from pydantic import Field

from .. import sandbox
from ..contract.base import Strict
from ..contract.plan import Limits
from ..refusals import refuse
from ..sandbox.running import report
from .archives import MAX_ENTRIES, Entry

MAX_GRAPH_BYTES = 64_000_000
"""Of a model.onnx whose weights stand elsewhere: what is left is the graph."""
ALIGNMENT = 4096
"""Each file starts on a page, so that offsets that were fit for mapping stay so."""


class _Packed(Strict):
    used: list[Annotated[str, Field(max_length=1000)]] = Field(max_length=MAX_ENTRIES)


def pack(
    model: Path,
    beside: Sequence[Entry],
    max_bytes: int,
    limits: Limits,
    cancel: threading.Event | None,
    use_bubblewrap: bool | None,
) -> tuple[Path, int] | None:
    """Rewrite `model` in place and write `model.data` next to it; the data file and the bytes copied into it.

    None where the graph names no other file. Raises Refused.
    """
    entries = {entry.path.name: entry for entry in beside}
    rewritten = model.with_name("rewritten.onnx")
    with open(rewritten, "xb") as writer:
        written = 0

        def take(piece: bytes) -> None:
            nonlocal written
            written += len(piece)
            if written > MAX_GRAPH_BYTES:
                raise refuse("too_large", limit=MAX_GRAPH_BYTES, file="model.onnx")
            writer.write(piece)

        outcome = sandbox.run(
            "pack",
            {"entries": {name: entry.size for name, entry in entries.items()}, "alignment": ALIGNMENT},
            files={"model.onnx": model},
            limits=limits,
            pieces=take,
            max_pieces=MAX_GRAPH_BYTES,
            cancel=cancel,
            use_bubblewrap=use_bubblewrap,
        )
    used = report(_Packed, outcome).used
    if not used:
        rewritten.unlink()
        return None
    if len(set(used)) < len(used) or not set(used) <= set(entries):
        raise refuse("sandbox_output", reason="files that the archive does not have")
    model.unlink()
    rewritten.rename(model)
    data = model.with_name("model.data")
    with open(data, "xb") as target:
        copied = _join([entries[name] for name in used], target, max_bytes - written)
    return data, copied


def _join(entries: Sequence[Entry], target: IO[bytes], room: int) -> int:
    """Copy entries one after another, each from a page's start."""
    copied = 0
    for entry in entries:
        target.seek(-(-target.tell() // ALIGNMENT) * ALIGNMENT)
        copied += entry.copy(target, room - copied)
    return copied
