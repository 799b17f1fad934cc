"""Rewrite an ONNX graph so that all its external data lie in one file of our name. Reads the graph only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .channel import Channel, TaskRefused
from .inspection.onnx import parse
from .inspection.onnx_structure import EXTERNAL, PACKED, payload
from .instruments import Instruments

_KNOWN = frozenset({"location", "offset", "length", "checksum"})


def _initializers(model: Any) -> Iterator[Any]:
    """Weights of the main graph and of every graph in it. External data anywhere else stay, and are refused."""
    waiting = [model.graph]
    while waiting:
        graph = waiting.pop()
        yield from graph.initializer
        for node in graph.node:
            for attribute in node.attribute:
                if attribute.HasField("g"):
                    waiting.append(attribute.g)
                waiting.extend(attribute.graphs)


class _Layout:
    """Where each file that is used begins in the one file: one after another, each at a page's start."""

    def __init__(self, sizes: dict[str, int], alignment: int) -> None:
        self._sizes = sizes
        self._alignment = alignment
        self._end = 0
        self.starts: dict[str, int] = {}

    def start(self, name: str) -> int:
        if name not in self.starts:
            self.starts[name] = -(-self._end // self._alignment) * self._alignment
            self._end = self.starts[name] + self._sizes[name]
        return self.starts[name]


def _rewrite(tensor: Any, sizes: dict[str, int], layout: _Layout) -> None:
    """Raises TaskRefused(external_data | external_missing | tensor_too_large)."""
    where = f"initializer {tensor.name}"
    # What is no UTF-8 arrives as bytes, and becomes a text that no file and no number is called.
    keys = {str(entry.key): str(entry.value) for entry in tensor.external_data}
    location, offset, length = keys.get("location", ""), keys.get("offset", "0"), keys.get("length")
    known = len(keys) == len(tensor.external_data) and set(keys) <= _KNOWN
    plain = location not in ("", ".", "..") and "/" not in location and "\\" not in location
    if not known or not plain or tensor.HasField("raw_data"):
        raise TaskRefused("external_data", where=f"{where}: {location}")
    if location not in sizes:
        raise TaskRefused("external_missing", file=location, where=where)
    if not offset.isdecimal() or not (length is None or length.isdecimal()):
        raise TaskRefused("external_data", where=f"{where}: offset {offset}, length {length}")
    wanted = payload(tensor)
    if (
        wanted is None
        or (length is not None and int(length) != wanted)
        or int(offset) + wanted > sizes[location]
    ):
        raise TaskRefused(
            "tensor_too_large", where=where, dims=list(tensor.dims), bytes=length, offset=offset
        )
    del tensor.external_data[:]
    for key, value in (
        ("location", PACKED),
        ("offset", str(layout.start(location) + int(offset))),
        ("length", str(wanted)),
    ):
        tensor.external_data.add(key=key, value=value)


def run(
    request: dict[str, Any], files: dict[str, str], channel: Channel, instruments: Instruments
) -> dict[str, Any]:
    model, _ = parse(files["model.onnx"])
    sizes: dict[str, int] = request["entries"]
    layout = _Layout(sizes, request["alignment"])
    for tensor in _initializers(model):
        if tensor.data_location == EXTERNAL:
            _rewrite(tensor, sizes, layout)
    if layout.starts:
        channel.pieces(model.SerializeToString())
    return {"used": list(layout.starts)}
