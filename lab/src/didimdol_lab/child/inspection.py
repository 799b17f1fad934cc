"""Read an ONNX file without running it, and refuse what a model has no need of (lab.md 6.3, steps 4-6)."""

from __future__ import annotations

from collections import Counter
from typing import Any

import onnx
import onnx.checker
from onnx import TensorProto

from .channel import Channel, TaskRefused
from .instruments import Instruments

OFFICIAL = frozenset({"", "ai.onnx", "ai.onnx.ml"})
# ONNX Runtime's own operators: quantised and fused models need them. EPContext is refused by name.
CONTRIBUTED = frozenset({"com.microsoft", "com.microsoft.nchwc"})
MAX_DENSE_ELEMENTS = 1 << 31
MAX_FUNCTION_CHAIN = 50

_PRECISION = {
    TensorProto.FLOAT: "f32",
    TensorProto.FLOAT16: "f16",
    TensorProto.BFLOAT16: "bf16",
    TensorProto.DOUBLE: "f64",
    TensorProto.INT8: "int8",
    TensorProto.UINT8: "int8",
    TensorProto.INT4: "int4",
    TensorProto.UINT4: "int4",
}

FunctionKey = tuple[str, str]


class Inspection:
    """One pass over every graph of a model: main, nested, of functions, of training information."""

    def __init__(self, model: Any, file_size: int, max_nodes: int, max_depth: int, max_name: int) -> None:
        self.model = model
        self.file_size = file_size
        self.max_nodes = max_nodes
        self.max_depth = max_depth
        self.max_name = max_name
        self.nodes = 0
        self.parameters = 0
        self.operators: Counter[str] = Counter()
        self.elements: Counter[str] = Counter()
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
        self._expanded()

    def _name(self, text: str, kind: str) -> None:
        if len(text) > self.max_name or not text.isprintable() or "<" in text or ">" in text:
            raise TaskRefused("bad_name", name=text[:300], kind=kind)

    def _graph(self, graph: Any, owner: FunctionKey | None) -> None:
        waiting = [(graph, 0)]
        while waiting:
            current, depth = waiting.pop()
            if depth > self.max_depth:
                raise TaskRefused("too_deep", depth=depth, limit=self.max_depth)
            self._name(current.name, "graph")
            for value in (*current.input, *current.output, *current.value_info):
                self._name(value.name, "tensor")
            for tensor in current.initializer:
                self._tensor(tensor, f"initializer {tensor.name}")
                self._count_weights(tensor)
            for sparse in current.sparse_initializer:
                self._sparse(sparse, f"sparse_initializer {sparse.values.name}")
            for annotation in current.quantization_annotation:
                self._name(annotation.tensor_name, "tensor")
            waiting += self._nodes(current.node, owner, depth)

    def _nodes(self, nodes: Any, owner: FunctionKey | None, depth: int) -> list[tuple[Any, int]]:
        """Check nodes; returns nested graphs for a graph, walks them itself for a function."""
        nested: list[tuple[Any, int]] = []
        for node in nodes:
            self.nodes += 1
            if self.nodes > self.max_nodes:
                raise TaskRefused("too_many_nodes", count=f"> {self.max_nodes}", limit=self.max_nodes)
            for text, kind in ((node.name, "node"), (node.op_type, "operator"), (node.domain, "domain")):
                self._name(text, kind)
            for text in (*node.input, *node.output):
                self._name(text, "tensor")
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
            self.operators[node.op_type] += 1
            for attribute in node.attribute:
                self._attribute(attribute, owner, depth, where, nested)
        if owner is None:
            return nested
        while nested:
            graph, below = nested.pop()
            if below > self.max_depth:
                raise TaskRefused("too_deep", depth=below, limit=self.max_depth)
            for tensor in graph.initializer:
                self._tensor(tensor, f"initializer {tensor.name}")
                self._count_weights(tensor)
            for sparse in graph.sparse_initializer:
                self._sparse(sparse, "sparse_initializer")
            for value in (*graph.input, *graph.output, *graph.value_info):
                self._name(value.name, "tensor")
            nested += self._nodes(graph.node, owner, below)
        return []

    def _attribute(
        self, attribute: Any, owner: FunctionKey | None, depth: int, where: str, nested: list[tuple[Any, int]]
    ) -> None:
        self._name(attribute.name, "attribute")
        place = f"{where}.{attribute.name}"
        if attribute.HasField("t"):
            self._tensor(attribute.t, place)
        for tensor in attribute.tensors:
            self._tensor(tensor, place)
        if attribute.HasField("sparse_tensor"):
            self._sparse(attribute.sparse_tensor, place)
        for sparse in attribute.sparse_tensors:
            self._sparse(sparse, place)
        if attribute.HasField("g"):
            nested.append((attribute.g, depth + 1))
        nested.extend((graph, depth + 1) for graph in attribute.graphs)

    def _dims(self, dims: list[int], where: str) -> int:
        """Number of elements. Python integers do not overflow, so 2**32 x 2**32 is seen as what it is."""
        elements = 1
        for size in dims:
            if size < 0:
                raise TaskRefused("tensor_too_large", where=where, dims=dims)
            elements *= size
        if elements > MAX_DENSE_ELEMENTS:
            raise TaskRefused("tensor_too_large", where=where, dims=dims)
        return elements

    def _tensor(self, tensor: Any, where: str) -> int:
        self._name(tensor.name, "tensor")
        if tensor.data_location == TensorProto.EXTERNAL or len(tensor.external_data):
            raise TaskRefused("external_data", where=where)
        elements = self._dims(list(tensor.dims), where)
        # The data stands in this file, and the densest type packs four elements in a byte.
        if elements > 4 * self.file_size:
            raise TaskRefused("tensor_too_large", where=where, dims=list(tensor.dims))
        return elements

    def _sparse(self, sparse: Any, where: str) -> None:
        self._tensor(sparse.values, where)
        self._tensor(sparse.indices, where)
        self._dims(list(sparse.dims), where)

    def _count_weights(self, tensor: Any) -> None:
        elements = 1
        for size in tensor.dims:
            elements *= size
        self.parameters += elements
        self.elements[_PRECISION.get(tensor.data_type, "other")] += elements

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
            if total > self.max_nodes:
                raise TaskRefused("too_many_nodes", count=f"> {self.max_nodes}", limit=self.max_nodes)
            costs[key] = total
            return total

        for key in (None, *self.functions):
            cost(key, ())

    def precision(self) -> str:
        """What most weights are stored in."""
        weights = [(count, name) for name, count in self.elements.items() if name != "other" and count]
        return max(weights)[1] if weights else "f32"


def _spec(value: Any) -> dict[str, Any]:
    kind = value.type.WhichOneof("value")
    if kind != "tensor_type":
        return {"name": value.name, "dtype": str(kind or "unknown"), "shape": []}
    tensor = value.type.tensor_type
    shape: list[int | str | None] = []
    for dim in tensor.shape.dim:
        which = dim.WhichOneof("value")
        shape.append(dim.dim_value if which == "dim_value" else (dim.dim_param or None) if which else None)
    names = TensorProto.DataType
    dtype = names.Name(tensor.elem_type).lower() if tensor.elem_type in names.values() else "unknown"
    return {"name": value.name, "dtype": dtype, "shape": shape[:64]}


def run(
    request: dict[str, Any], files: dict[str, str], channel: Channel, instruments: Instruments
) -> dict[str, Any]:
    channel.progress("checking", 0, 2)
    with open(files["model.onnx"], "rb") as source:
        content = source.read()
    try:
        model = onnx.load_model_from_string(content)
    except MemoryError:
        raise
    except Exception as problem:  # protobuf's DecodeError class depends on its back end
        raise TaskRefused("not_onnx", error=f"{type(problem).__name__}: {problem}") from None
    if model.ir_version < 1 or not model.HasField("graph") or not len(model.opset_import):
        raise TaskRefused("not_onnx", error="no ir_version, graph or opset_import")
    inspection = Inspection(
        model, len(content), request["max_nodes"], request["max_depth"], request["max_name"]
    )
    inspection.run()
    for value in (*model.graph.input, *model.graph.output):
        for dim in value.type.tensor_type.shape.dim:
            inspection._name(dim.dim_param, "dimension")
    channel.progress("checking", 1, 2)
    try:
        onnx.checker.check_model(content)
    except MemoryError:
        raise
    except Exception as problem:  # ValidationError, and RuntimeError or ValueError from its C++ side
        raise TaskRefused("checker", error=str(problem)) from None
    given = {tensor.name for tensor in model.graph.initializer}
    opsets = [entry.version for entry in model.opset_import if entry.domain in ("", "ai.onnx")]
    return {
        "opset": max(opsets, default=0),
        "producer": f"{model.producer_name} {model.producer_version}".strip()[:200],
        "inputs": [_spec(value) for value in model.graph.input if value.name not in given],
        "outputs": [_spec(value) for value in model.graph.output],
        "parameters": inspection.parameters,
        "nodes": inspection.nodes,
        "operators": dict(inspection.operators),
        "precision": inspection.precision(),
    }
