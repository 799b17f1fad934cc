"""An OpenVINO IR: the XML is read here, every constant must lie inside the .bin with the size that its shape asks for."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any

from ..channel import TaskRefused
from . import openvino_macs
from .openvino_xml import Layer, Net, broken, every, parse, whole
from .rules import Caps, Tally, at_most, elements, spec, stored_bytes

VERSIONS = frozenset({"10", "11"})
OPSETS = frozenset(f"opset{number}" for number in range(1, 18))
_DIMENSIONS = re.compile(r"\s*(?:\d{1,19}\s*(?:,\s*\d{1,19}\s*)*)?", re.ASCII)

_COMMA = re.compile(r"(?<!\\),")  # a comma in a name is written with a backslash

# Bits of an element, as the IR spells types in constants. None: of no fixed width.
_BITS: dict[str, int | None] = {
    "f64": 64, "f32": 32, "f16": 16, "bf16": 16, "f8e4m3": 8, "f8e5m2": 8, "f8e8m0": 8, "f4e2m1": 4, "nf4": 4,
    "i64": 64, "i32": 32, "i16": 16, "i8": 8, "i4": 4, "i2": 2,
    "u64": 64, "u32": 32, "u16": 16, "u8": 8, "u6": 6, "u4": 4, "u3": 3, "u2": 2, "u1": 1,
    "boolean": 8, "string": None,
}  # fmt: skip
_PRECISION = {
    "f32": "f32", "f16": "f16", "bf16": "bf16", "f64": "f64", "i8": "int8", "u8": "int8", "i4": "int4", "u4": "int4",
    "nf4": "int4", "f4e2m1": "int4", "f8e4m3": "f8", "f8e5m2": "f8",
}  # fmt: skip
# Types of ports, in the words that cards of the other formats use.
_WORDS = {
    "FP32": "float", "FP16": "float16", "BF16": "bfloat16", "FP64": "double", "I64": "int64", "I32": "int32",
    "I16": "int16", "I8": "int8", "I4": "int4", "U64": "uint64", "U32": "uint32", "U16": "uint16", "U8": "uint8",
    "U4": "uint4", "BOOL": "bool", "STRING": "string",
}  # fmt: skip


class Inspection:
    """One pass over the layers of a net and of its bodies. `data_size`: bytes of the .bin."""

    def __init__(self, net: Net, data_size: int, caps: Caps) -> None:
        self.net = net
        self.data_size = data_size
        self.caps = caps
        self.tally = Tally()
        self.opset = 1
        self._layers = {layer.id: layer for layer in net.layers}
        self._weighed: set[tuple[int, int]] = set()

    def run(self) -> None:
        """Raises TaskRefused at the first thing that must not be there."""
        for layer in every(self.net):
            self.tally.nodes += 1
            self.caps.nodes(self.tally.nodes)
            self._layer(layer)

    def _layer(self, layer: Layer) -> None:
        where = f"{layer.type} {layer.name}".strip()
        self.caps.name(layer.type, "operator")
        shown = layer.type in ("Parameter", "Result")
        self.caps.name(layer.name, "layer", inner=not shown)
        self.caps.name(layer.output_names, "tensor", inner=True)
        if layer.version not in OPSETS:
            raise TaskRefused("unknown_domain", domain=layer.version, where=where)
        self.opset = max(self.opset, int(layer.version.removeprefix("opset")))
        self.tally.operators[layer.type] += 1
        for port in (*layer.inputs, *layer.outputs):
            self.caps.name(port.names, "tensor", inner=True)
            # An open dimension counts as one: the rest of the shape must still be of this world.
            elements([size if isinstance(size, int) else 1 for size in port.shape], where)
        if layer.type == "Const":
            self._constant(layer, where)

    def _constant(self, layer: Layer, where: str) -> None:
        data = layer.data
        kind, text = data.get("element_type", ""), data.get("shape", "")
        if kind not in _BITS or not _DIMENSIONS.fullmatch(text):
            raise broken(f"{where}: element_type {kind!r}, shape {text!r}")
        dims = [int(size) for size in text.split(",") if size.strip()]
        at_most("dimensions", len(dims), 64)
        offset = whole(data.get("offset"), f"{where}: offset")
        size = whole(data.get("size"), f"{where}: size")
        count = elements(dims, where)
        bits = _BITS[kind]
        if offset + size > self.data_size or (bits is not None and size != stored_bytes(count, bits)):
            raise TaskRefused("tensor_too_large", where=where, dims=dims, bytes=size, offset=offset)
        if (offset, size) not in self._weighed:  # equal constants share their bytes
            self._weighed.add((offset, size))
            self.tally.weights(count, _PRECISION.get(kind, "other"))

    def inputs(self) -> list[dict[str, Any]]:
        return self._ports("input", [each for each in self.net.layers if each.type == "Parameter"])

    def outputs(self) -> list[dict[str, Any]]:
        return self._ports("output", [each for each in self.net.layers if each.type == "Result"])

    def _ports(self, kind: str, layers: list[Layer]) -> list[dict[str, Any]]:
        """Under the names that the runtime gives them: of several the first, of none the place."""
        found = []
        for number, layer in enumerate(layers):
            port = (layer.inputs if kind == "output" else layer.outputs)[:1]
            if not port:
                raise broken(f"{layer.type} {layer.name} has no port")
            known = self._feeding(layer) if kind == "output" else port[0].names
            names = sorted(name for name in _COMMA.split(known) if name)
            name = self.caps.name(names[0] if names else f"{kind}_{number}", "tensor")
            found.append(spec(name, _WORDS.get(port[0].precision, "unknown"), port[0].shape))
        return found

    def _feeding(self, result: Layer) -> str:
        """Names of the tensor that a Result gives out: written on it, or, by older releases, where it is made."""
        made, number = self.net.sources.get(result.id, (-1, -1))
        outputs = self._layers[made].outputs if made in self._layers else []
        return result.output_names or next((port.names for port in outputs if port.id == number), "")


def _producer(root: Any) -> str:
    found = root.find("rt_info/Runtime_version")
    return "" if found is None else str(found.get("value", ""))


def read(files: Mapping[str, str], caps: Caps) -> dict[str, Any]:
    """The card's facts. Raises TaskRefused."""
    root, net = parse(files["model.xml"], caps.max_depth)
    if root.get("version") not in VERSIONS:
        raise broken(f"IR version {root.get('version')!r}, not 10 or 11")
    caps.name(root.get("name", ""), "graph", inner=True)
    producer = caps.name(_producer(root), "producer", inner=True)
    inspection = Inspection(net, os.path.getsize(files["model.bin"]), caps)
    inspection.run()
    return inspection.tally.card(
        opset=inspection.opset,
        producer=producer,
        inputs=inspection.inputs(),
        outputs=inspection.outputs(),
        macs=openvino_macs.count(net),
    )
