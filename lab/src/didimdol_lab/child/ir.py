"""Read an OpenVINO IR without OpenVINO, and refuse what a model has no need of.

The XML names places in the .bin; OpenVINO itself checks neither dimensions nor layers (lab.md 6.1). Streamed: nothing
of the document is kept but counts.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from typing import IO, Any
from xml.parsers import expat

from .channel import TaskRefused

MAX_ELEMENTS = 1 << 31
_OPSET = re.compile(r"opset[0-9]{1,2}")
_MOST_NESTED = 12
"""XML levels of one graph: net, layers, layer, output, port, dim; a body of a loop adds four."""
_NAMED = ("net", "layer", "port")
_BITS = {
    **dict.fromkeys(("f64", "i64", "u64"), 64),
    **dict.fromkeys(("f32", "i32", "u32"), 32),
    **dict.fromkeys(("f16", "bf16", "i16", "u16"), 16),
    **dict.fromkeys(("i8", "u8", "boolean", "f8e4m3", "f8e5m2", "f8e8m0"), 8),
    **dict.fromkeys(("i4", "u4", "nf4", "f4e2m1"), 4),
    "u6": 6,
    "u3": 3,
    "i2": 2,
    "u2": 2,
    "u1": 1,
}
_WEIGHTS = {
    "f32": "f32",
    "f16": "f16",
    "bf16": "bf16",
    "i8": "int8",
    "u8": "int8",
    "i4": "int4",
    "u4": "int4",
}


class _Reader:
    def __init__(self, weights_size: int, limits: dict[str, Any]) -> None:
        self._size = weights_size
        self._limits = limits
        self._path: list[str] = []
        self._layer = ""
        self._dims: list[int] = []
        self._digits = ""
        self.layers = 0
        self.elements: Counter[str] = Counter()
        self.root = ""

    def doctype(self, *_: object) -> None:
        raise TaskRefused("not_ir", problem="DOCTYPE")

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._path.append(tag)
        if len(self._path) > _MOST_NESTED + 4 * self._limits["max_depth"]:
            raise TaskRefused("too_deep", depth=len(self._path), limit=self._limits["max_depth"])
        self.root = self.root or tag
        # Names are shown; the free text that tools leave in rt_info is not.
        if tag in _NAMED and "rt_info" not in self._path:
            for text in attributes.values():
                if not text.isprintable() or "<" in text or ">" in text:
                    raise TaskRefused("bad_name", name=text[:300], kind=tag)
        if tag == "layer":
            self._start_layer(attributes)
        elif tag == "data":
            self._data(attributes)
        elif tag == "port":
            self._dims = []
        self._digits = ""

    def _start_layer(self, attributes: dict[str, str]) -> None:
        self.layers += 1
        if self.layers > self._limits["max_nodes"]:
            raise TaskRefused(
                "too_many_nodes", count=f"> {self._limits['max_nodes']}", limit=self._limits["max_nodes"]
            )
        self._layer = f"{attributes.get('type', '')} {attributes.get('name', '')}".strip()[:200]
        # Anything else is code that OpenVINO would have to load from elsewhere.
        if not _OPSET.fullmatch(attributes.get("version", "")):
            raise TaskRefused("unknown_domain", domain=attributes.get("version", ""), where=self._layer)

    def _data(self, attributes: dict[str, str]) -> None:
        """A constant: its place in the .bin, its type and shape."""
        if "offset" not in attributes and "size" not in attributes:
            return
        place = [attributes.get(key, "") for key in ("offset", "size")]
        if not all(text.isascii() and text.isdigit() and len(text) < 19 for text in place):
            raise TaskRefused(
                "outside_package", file="openvino_model.xml", where=self._layer, name=str(place)
            )
        offset, size = map(int, place)
        if offset + size > self._size:
            raise TaskRefused(
                "outside_package",
                file="openvino_model.xml",
                where=self._layer,
                name=f"openvino_model.bin {offset}+{size}",
            )
        kind = attributes.get("element_type", "")
        shape = [text for text in attributes.get("shape", "").replace(" ", "").split(",") if text]
        if kind not in _BITS or not all(text.isdigit() and len(text) < 19 for text in shape):
            if kind == "string":
                return
            raise TaskRefused("not_ir", problem=f"{self._layer}: {kind} {shape}"[:200])
        elements = math.prod(map(int, shape))
        if elements * _BITS[kind] > size * 8:
            raise TaskRefused("tensor_too_large", where=self._layer, dims=", ".join(shape))
        self.elements[_WEIGHTS.get(kind, "other")] += elements

    def text(self, text: str) -> None:
        if self._path and self._path[-1] == "dim":
            self._digits = (self._digits + text)[:40]

    def end(self, tag: str) -> None:
        self._path.pop()
        if tag == "dim":
            digits = self._digits.strip()
            if digits.isdigit():  # -1: open
                self._dims.append(int(digits))
        elif tag == "port" and math.prod(self._dims) > MAX_ELEMENTS:
            raise TaskRefused("tensor_too_large", where=self._layer, dims=self._dims)


def inspect(source: IO[bytes], weights_size: int, limits: dict[str, Any]) -> dict[str, Any]:
    """Counts of an IR. `limits`: max_nodes, max_depth. Raises TaskRefused."""
    reader = _Reader(weights_size, limits)
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = reader.doctype
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    try:
        parser.ParseFile(source)
    except expat.ExpatError as problem:
        raise TaskRefused("not_ir", problem=str(problem)) from None
    if reader.root != "net" or not reader.layers:
        raise TaskRefused("not_ir", problem=f"<{reader.root[:40]}>")
    weights = [(count, name) for name, count in reader.elements.items() if name != "other" and count]
    return {
        "parameters": sum(count for count, _ in weights),
        "nodes": reader.layers,
        "weights": max(weights)[1] if weights else "f32",
    }
