"""What holds for every format: names, sizes, how much of anything, and what a card is made of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..channel import TaskRefused

MAX_DENSE_ELEMENTS = 1 << 31
MAX_PORTS = 1000
MAX_OPERATORS = 2000
LONGEST_INNER_NAME = 2000
"""Converters join the names of what they fuse. Inner names are never shown; inputs and outputs keep the cap."""

Shape = list[int | str | None]


@dataclass(frozen=True)
class Caps:
    """The caller's limits: operations, depth of subgraphs, characters of a name."""

    max_nodes: int
    max_depth: int
    max_name: int

    @classmethod
    def of(cls, request: Mapping[str, Any]) -> Caps:
        return cls(int(request["max_nodes"]), int(request["max_depth"]), int(request["max_name"]))

    def name(self, text: str | bytes, kind: str, *, inner: bool = False) -> str:
        """Names reach terminals, pages and logs. Raises TaskRefused(bad_name); bytes are what protobuf gives
        where a text is no UTF-8."""
        if isinstance(text, bytes):
            raise TaskRefused("bad_name", name=text[:300].decode("utf-8", "replace"), kind=kind)
        longest = LONGEST_INNER_NAME if inner else self.max_name
        if len(text) > longest or not text.isprintable() or "<" in text or ">" in text:
            raise TaskRefused("bad_name", name=text[:300], kind=kind)
        return text

    def nodes(self, count: int) -> None:
        if count > self.max_nodes:
            raise TaskRefused("too_many_nodes", count=f"> {self.max_nodes}", limit=self.max_nodes)

    def depth(self, depth: int) -> None:
        if depth > self.max_depth:
            raise TaskRefused("too_deep", depth=depth, limit=self.max_depth)


def at_most(what: str, count: int, limit: int) -> None:
    """Raises TaskRefused(too_many)."""
    if count > limit:
        raise TaskRefused("too_many", what=what, count=count, limit=limit)


def elements(dims: Sequence[int], where: str) -> int:
    """Number of elements. Python integers do not overflow, so 2**32 x 2**32 is seen as what it is."""
    count = 1
    for size in dims:
        if size < 0:
            raise TaskRefused("tensor_too_large", where=where, dims=list(dims))
        count *= size
    if count > MAX_DENSE_ELEMENTS:
        raise TaskRefused("tensor_too_large", where=where, dims=list(dims))
    return count


def stored_bytes(count: int, bits: int) -> int:
    """Bytes of `count` packed elements of `bits` bits."""
    return (count * bits + 7) // 8


@dataclass
class Tally:
    """What is counted on the way through a model. `stored`: elements of weights by precision."""

    nodes: int = 0
    parameters: int = 0
    operators: Counter[str] = field(default_factory=Counter)
    stored: Counter[str] = field(default_factory=Counter)

    def weights(self, count: int, precision: str) -> None:
        self.parameters += count
        self.stored[precision] += count

    def precision(self) -> str:
        """What most weights are stored in."""
        known = [(count, name) for name, count in self.stored.items() if name != "other" and count]
        return max(known)[1] if known else "f32"

    def card(
        self,
        *,
        opset: int,
        producer: str,
        inputs: list[dict[str, Any]],
        outputs: list[dict[str, Any]],
        macs: int | None,
    ) -> dict[str, Any]:
        """The body of the child's report. Raises TaskRefused(too_many) where a card has no room."""
        at_most("inputs", len(inputs), MAX_PORTS)
        at_most("outputs", len(outputs), MAX_PORTS)
        at_most("kinds of operators", len(self.operators), MAX_OPERATORS)
        return {
            "opset": opset,
            "producer": producer[:200],
            "inputs": inputs,
            "outputs": outputs,
            "parameters": self.parameters,
            "nodes": self.nodes,
            "operators": dict(self.operators),
            "precision": self.precision(),
            "macs": macs,
        }


def spec(name: str, dtype: str, shape: Iterable[int | str | None]) -> dict[str, Any]:
    return {"name": name, "dtype": dtype, "shape": list(shape)[:64]}


def product(shape: Sequence[int | str | None] | None) -> int | None:
    """Elements of a shape, None where it or one of its dimensions is not known."""
    if shape is None:
        return None
    count = 1
    for size in shape:
        if not isinstance(size, int) or size < 0:
            return None
        count *= size
    return count


def times(*factors: int | None) -> int | None:
    """A product in which anything unknown makes the whole unknown."""
    count = 1
    for factor in factors:
        if factor is None:
            return None
        count *= factor
    return count


def total(parts: Iterable[int | None]) -> int | None:
    """A sum in which anything unknown makes the whole unknown."""
    count = 0
    for part in parts:
        if part is None:
            return None
        count += part
    return count
