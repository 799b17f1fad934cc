"""The XML of an OpenVINO IR as layers and ports. No DTD, no entities, limits on depth and number."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from ..channel import TaskRefused
from .rules import Shape, at_most

MAX_ELEMENTS = 3_000_000
MAX_XML_DEPTH = 64
MAX_RANK = 64
_CHUNK = 1 << 20
_NUMBER = re.compile(r"\d{1,19}", re.ASCII)


def broken(error: str) -> TaskRefused:
    return TaskRefused("not_openvino", error=error)


def whole(text: str | None, what: str) -> int:
    """A number of digits only: Python's int also takes signs, spaces, underscores and other scripts."""
    if text is None or not _NUMBER.fullmatch(text):
        raise broken(f"{what} is {text!r}, not a number")
    return int(text)


class _Builder(ElementTree.TreeBuilder):
    """Builds the tree, and stops at a document type: entities, the XML bombs, can only be declared there."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = 0
        self._count = 0

    def start(self, tag: str, attrs: dict[Any, Any]) -> Element:
        self._depth += 1
        self._count += 1
        at_most("nested elements", self._depth, MAX_XML_DEPTH)
        at_most("elements", self._count, MAX_ELEMENTS)
        return super().start(tag, attrs)

    def end(self, tag: str) -> Element:
        self._depth -= 1
        return super().end(tag)

    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        raise TaskRefused("xml_doctype")


@dataclass(frozen=True)
class Port:
    """`names` as the model's author knows it; an open dimension is None."""

    id: int
    precision: str
    shape: Shape
    names: str


@dataclass(frozen=True)
class Layer:
    id: int
    name: str
    type: str
    version: str
    output_names: str
    data: dict[str, str]
    inputs: list[Port]
    outputs: list[Port]
    bodies: list[Net] = field(default_factory=list)


@dataclass(frozen=True)
class Net:
    """`sources`: of a layer's id, the id of the layer and of the port that feed its last input."""

    layers: list[Layer]
    sources: dict[int, tuple[int, int]]


def _shape(port: Element) -> Shape:
    found: Shape = []
    for dim in port.findall("dim"):
        text = (dim.text or "").strip()
        found.append(None if text.startswith("-") or ".." in text else whole(text, "a dimension"))
    at_most("dimensions", len(found), MAX_RANK)
    return found


def _ports(layer: Element, tag: str) -> list[Port]:
    found = []
    for group in layer.findall(tag):
        for port in group.findall("port"):
            number = whole(port.get("id"), "a port's id")
            found.append(Port(number, port.get("precision", ""), _shape(port), port.get("names", "")))
    return found


def _net(root: Element, depth: int, deepest: int) -> Net:
    """Layers of a net, a body or a branch. Raises TaskRefused(too_deep | not_openvino)."""
    if depth > deepest:
        raise TaskRefused("too_deep", depth=depth, limit=deepest)
    holder = root.find("layers")
    if holder is None:
        raise broken(f"<{root.tag}> has no <layers>")
    layers = [_layer(each, depth, deepest) for each in holder.findall("layer")]
    known = {layer.id for layer in layers}
    if len(known) < len(layers):
        raise broken("two layers have the same id")
    sources = {}
    for edge in root.findall("edges/edge"):
        source, target = whole(edge.get("from-layer"), "from-layer"), whole(edge.get("to-layer"), "to-layer")
        if not {source, target} <= known:
            raise broken(f"an edge from layer {source} to layer {target}, of which one does not exist")
        sources[target] = (source, whole(edge.get("from-port"), "from-port"))
    return Net(layers, sources)


def _layer(element: Element, depth: int, deepest: int) -> Layer:
    data = element.find("data")
    return Layer(
        id=whole(element.get("id"), "a layer's id"),
        name=element.get("name", ""),
        type=element.get("type", ""),
        version=element.get("version", ""),
        output_names=element.get("output_names", ""),
        data={} if data is None else dict(data.attrib),
        inputs=_ports(element, "input"),
        outputs=_ports(element, "output"),
        # <body> of loops, <then_body> and <else_body> of If: whatever a layer holds that has layers itself.
        bodies=[_net(child, depth + 1, deepest) for child in element if child.find("layers") is not None],
    )


def parse(path: str, deepest: int) -> tuple[Element, Net]:
    """The root element and its net. Raises TaskRefused."""
    parser = ElementTree.XMLParser(target=_Builder())
    try:
        with open(path, "rb") as source:
            while chunk := source.read(_CHUNK):
                parser.feed(chunk)
        root: Element = parser.close()
    except (ElementTree.ParseError, LookupError, ValueError) as problem:
        raise broken(f"{type(problem).__name__}: {problem}") from None
    if root.tag != "net":
        raise broken(f"the root element is <{root.tag[:50]}>, not <net>")
    return root, _net(root, 0, deepest)


def every(net: Net) -> Iterator[Layer]:
    """All layers, those of bodies too."""
    waiting = [net]
    while waiting:
        current = waiting.pop()
        for layer in current.layers:
            yield layer
            waiting += layer.bodies
