"""One pass over everything an ONNX model holds: names, tensors, subgraphs, functions, operators."""

from __future__ import annotations

from collections import Counter
from typing import Any

from ..channel import TaskRefused
from .onnx_library import messages
from .rules import Caps, Tally, elements, stored_bytes

OFFICIAL = frozenset({"", "ai.onnx", "ai.onnx.ml"})
# ONNX Runtime's own operators: quantised and fused models need them. EPContext is refused by name.
CONTRIBUTED = frozenset({"com.microsoft", "com.microsoft.nchwc"})
MAX_FUNCTION_CHAIN = 50
PACKED = "model.data"
"""The one name that external data may have, given by our own packing (child/packing.py)."""

_TYPES = messages.TensorProto.DataType
EXTERNAL = messages.TensorProto.EXTERNAL
# Bits of an element; what is not here (strings, types of tomorrow) has no fixed width.
_BITS = {
    "FLOAT": 32, "UINT8": 8, "INT8": 8, "UINT16": 16, "INT16": 16, "INT32": 32, "INT64": 64, "BOOL": 8, "FLOAT16": 16,
    "DOUBLE": 64, "UINT32": 32, "UINT64": 64, "COMPLEX64": 64, "COMPLEX128": 128, "BFLOAT16": 16, "FLOAT8E4M3FN": 8,
    "FLOAT8E4M3FNUZ": 8, "FLOAT8E5M2": 8, "FLOAT8E5M2FNUZ": 8, "UINT4": 4, "INT4": 4, "FLOAT4E2M1": 4,
}  # fmt: skip
_PRECISION = {
    "FLOAT": "f32", "FLOAT16": "f16", "BFLOAT16": "bf16", "DOUBLE": "f64",
    "INT8": "int8", "UINT8": "int8", "INT4": "int4", "UINT4": "int4",
}  # fmt: skip


def type_name(data_type: int) -> str:
    """FLOAT, INT8 ...; UNKNOWN for a number that this release of ONNX does not have."""
    return str(_TYPES.Name(data_type)) if data_type in _TYPES.values() else "UNKNOWN"


def payload(tensor: Any) -> int | None:
    """Bytes that the tensor's shape and type ask for; None where the type has no fixed width."""
    bits = _BITS.get(type_name(tensor.data_type))
    return None if bits is None else stored_bytes(elements(list(tensor.dims), tensor.name), bits)


def precision_of(tensor: Any) -> str:
    """f32, int8 ...; `other` for what holds no weights."""
    return _PRECISION.get(type_name(tensor.data_type), "other")


FunctionKey = tuple[str, str]


class Inspection:
    """One pass over every graph of a model: main, nested, of functions, of training information.

    `data_size`: bytes of the packed external data, None where there is none and none is allowed.
    """

    def __init__(self, model: Any, file_size: int, data_size: int | None, caps: Caps) -> None:
        self.model = model
        self.file_size = file_size
        self.data_size = data_size
        self.caps = caps
        self.tally = Tally()
        self.functions: set[FunctionKey] = {(each.domain, each.name) for each in model.functions}
        self.own_nodes: Counter[FunctionKey | None] = Counter()
        self.calls: dict[FunctionKey | None, Counter[FunctionKey]] = {}

    def run(self) -> None:
        """Raises TaskRefused at the first thing that must not be there."""
        model = self.model
        self._name(model.producer_name, "producer_name")
        self._name(model.domain, "domain")
        for entry in model.metadata_props:
            self._name(entry.key, "metadata key")
        self._graph(model.graph, None)
        for function in model.functions:
            key = (function.domain, function.name)
            self._name(function.name, "function")
            self._name(function.domain, "function domain")
            for name in (*function.input, *function.output, *function.attribute):
                self._name(name, "function parameter")
            self._nodes(function.node, key, 0)
            for attribute in function.attribute_proto:
                self._attribute(attribute, key, 0, "function attribute", [])
        for training in model.training_info:
            self._graph(training.initialization, None)
            self._graph(training.algorithm, None)
        given = {tensor.name for tensor in model.graph.initializer}
        for value in (*model.graph.input, *model.graph.output):
            if value.name not in given:  # old models list their weights among the inputs
                self._name(value.name, "input or output")
            for dim in value.type.tensor_type.shape.dim:
                self._name(dim.dim_param, "dimension")
        self._expanded()

    def _name(self, text: str, kind: str) -> None:
        """Of what a card, a page or a log shows; `_inner` for the rest."""
        self.caps.name(text, kind)

    def _inner(self, text: str, kind: str) -> None:
        self.caps.name(text, kind, inner=True)

    def _graph(self, graph: Any, owner: FunctionKey | None) -> None:
        waiting = [(graph, 0)]
        while waiting:
            current, depth = waiting.pop()
            self.caps.depth(depth)
            self._inner(current.name, "graph")
            for value in (*current.input, *current.output, *current.value_info):
                self._inner(value.name, "tensor")
            for tensor in current.initializer:
                self._initializer(tensor)
            for sparse in current.sparse_initializer:
                self._sparse(sparse, f"sparse_initializer {sparse.values.name}")
            for annotation in current.quantization_annotation:
                self._inner(annotation.tensor_name, "tensor")
            waiting += self._nodes(current.node, owner, depth)

    def _nodes(self, nodes: Any, owner: FunctionKey | None, depth: int) -> list[tuple[Any, int]]:
        """Check nodes; returns nested graphs for a graph, walks them itself for a function."""
        nested: list[tuple[Any, int]] = []
        for node in nodes:
            self.tally.nodes += 1
            self.caps.nodes(self.tally.nodes)
            self._inner(node.name, "node")
            self._name(node.op_type, "operator")
            self._name(node.domain, "domain")
            for text in (*node.input, *node.output):
                self._inner(text, "tensor")
            where = f"{node.op_type} {node.name}".strip()
            if node.op_type == "EPContext":
                raise TaskRefused("ep_context", where=where)
            key = (node.domain, node.op_type)
            if key in self.functions:
                self.calls.setdefault(owner, Counter())[key] += 1
            elif node.domain not in OFFICIAL and node.domain not in CONTRIBUTED:
                raise TaskRefused("unknown_domain", domain=node.domain, where=where)
            else:
                self.own_nodes[owner] += 1
            self.tally.operators[node.op_type] += 1
            for attribute in node.attribute:
                self._attribute(attribute, owner, depth, where, nested)
        if owner is None:
            return nested
        while nested:
            graph, below = nested.pop()
            self.caps.depth(below)
            for tensor in graph.initializer:
                self._initializer(tensor)
            for sparse in graph.sparse_initializer:
                self._sparse(sparse, "sparse_initializer")
            for value in (*graph.input, *graph.output, *graph.value_info):
                self._inner(value.name, "tensor")
            nested += self._nodes(graph.node, owner, below)
        return []

    def _attribute(
        self, attribute: Any, owner: FunctionKey | None, depth: int, where: str, nested: list[tuple[Any, int]]
    ) -> None:
        self._name(attribute.name, "attribute")
        place = f"{where}.{attribute.name}"
        if attribute.HasField("t"):
            count = self._tensor(attribute.t, place)
            if where.split(" ")[0] == "Constant":  # some exporters keep all weights so
                self.tally.weights(count, precision_of(attribute.t))
        for tensor in attribute.tensors:
            self._tensor(tensor, place)
        if attribute.HasField("sparse_tensor"):
            self._sparse(attribute.sparse_tensor, place)
        for sparse in attribute.sparse_tensors:
            self._sparse(sparse, place)
        if attribute.HasField("g"):
            nested.append((attribute.g, depth + 1))
        nested.extend((graph, depth + 1) for graph in attribute.graphs)

    def _tensor(self, tensor: Any, where: str) -> int:
        """Elements of a tensor whose data stand in this file. Raises TaskRefused."""
        self._inner(tensor.name, "tensor")
        if tensor.data_location == EXTERNAL or len(tensor.external_data):
            raise TaskRefused("external_data", where=where)
        count = elements(list(tensor.dims), where)
        # The data stand in this file, and the densest type packs four elements in a byte.
        if count > 4 * self.file_size:
            raise TaskRefused("tensor_too_large", where=where, dims=list(tensor.dims))
        if tensor.HasField("raw_data") and payload(tensor) not in (None, len(tensor.raw_data)):
            raise TaskRefused(
                "tensor_too_large", where=where, dims=list(tensor.dims), bytes=len(tensor.raw_data)
            )
        return count

    def _initializer(self, tensor: Any) -> None:
        where = f"initializer {tensor.name}"
        if self.data_size is not None and tensor.data_location == EXTERNAL:
            count = self._packed(tensor, where, self.data_size)
        else:
            count = self._tensor(tensor, where)
        self.tally.weights(count, precision_of(tensor))

    def _packed(self, tensor: Any, where: str, data_size: int) -> int:
        """A tensor in the packed data: as our packing wrote it, and inside the file to the last byte."""
        self._inner(tensor.name, "tensor")
        entries = [(str(entry.key), str(entry.value)) for entry in tensor.external_data]
        keys = dict(entries)
        if [key for key, _ in entries] != ["location", "offset", "length"] or keys["location"] != PACKED:
            raise TaskRefused("external_data", where=where)
        if tensor.HasField("raw_data") or not (keys["offset"].isdecimal() and keys["length"].isdecimal()):
            raise TaskRefused("external_data", where=where)
        offset, length = int(keys["offset"]), int(keys["length"])
        if length != payload(tensor) or offset + length > data_size:
            raise TaskRefused("tensor_too_large", where=where, dims=list(tensor.dims), bytes=length)
        return elements(list(tensor.dims), where)

    def _sparse(self, sparse: Any, where: str) -> None:
        self._tensor(sparse.values, where)
        self._tensor(sparse.indices, where)
        elements(list(sparse.dims), where)

    def _expanded(self) -> None:
        """Nodes after inlining every function: A calling B twice calling C twice ... grows exponentially."""
        costs: dict[FunctionKey | None, int] = {}

        def cost(key: FunctionKey | None, chain: tuple[FunctionKey | None, ...]) -> int:
            if key in costs:
                return costs[key]
            if key in chain or len(chain) > MAX_FUNCTION_CHAIN:
                raise TaskRefused("recursive_function", where=key[1] if key else "")
            total = self.own_nodes[key]
            for callee, times in self.calls.get(key, Counter()).items():
                total += times * cost(callee, (*chain, key))
            self.caps.nodes(total)
            costs[key] = total
            return total

        for key in (None, *self.functions):
            cost(key, ())
