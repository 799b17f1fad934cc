"""Multiply-accumulates of one inference of an ONNX model, after shape inference. Only for models that were checked.

Counted are convolutions, matrix products and recurrent layers in every spelling of the ONNX standard. What cannot be
counted makes the whole unknown, never smaller: open shapes, products in loops, operators outside of the standard.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .onnx_library import messages, shape_inference
from .rules import Shape, product, times, total

_ShapeOf = Callable[[Any, int], Shape | None]


def _convolution(weight: int) -> Callable[[Any, _ShapeOf], int | None]:
    """Each output element: one product a weight of its filter. W: [out, in/groups, kernel...]."""

    def macs(node: Any, shape: _ShapeOf) -> int | None:
        filters = shape(node, weight)
        return times(product(shape(node, -1)), product(filters[1:] if filters else None))

    return macs


def _transposed(node: Any, shape: _ShapeOf) -> int | None:
    """Each input element meets each weight of its channel. W: [in, out/groups, kernel...]."""
    filters = shape(node, 1)
    return times(product(shape(node, 0)), product(filters[1:] if filters else None))


def _matmul(node: Any, shape: _ShapeOf) -> int | None:
    left = shape(node, 0)
    return times(product(shape(node, -1)), product(left[-1:] if left else None))


def _gemm(node: Any, shape: _ShapeOf) -> int | None:
    left = shape(node, 0)
    if left is None or len(left) != 2:
        return None
    transposed = any(attribute.name == "transA" and attribute.i for attribute in node.attribute)
    return times(product(shape(node, -1)), product([left[0 if transposed else 1]]))


def _recurrent(node: Any, shape: _ShapeOf) -> int | None:
    """X: [steps, batch, in] (or batch first); W and R hold the weights of all gates and directions."""
    steps = shape(node, 0)
    weights = total((product(shape(node, 1)), product(shape(node, 2))))
    return times(product(steps[:2] if steps else None), weights)


_COUNTED: dict[str, Callable[[Any, _ShapeOf], int | None]] = {
    "Conv": _convolution(1),
    "ConvInteger": _convolution(1),
    "QLinearConv": _convolution(3),
    "ConvTranspose": _transposed,
    "MatMul": _matmul,
    "MatMulInteger": _matmul,
    "QLinearMatMul": _matmul,
    "Gemm": _gemm,
    "LSTM": _recurrent,
    "GRU": _recurrent,
    "RNN": _recurrent,
}
# Products that the table above does not count.
_UNCOUNTED = frozenset({"Einsum", "DeformConv", "Attention", "DFT", "STFT", "LinearAttention"})


def countable(model: Any, inputs: list[dict[str, Any]]) -> bool:
    """Whether counting is worth a shape inference: all inputs of fixed shape, no functions of the model's own."""
    return not len(model.functions) and all(
        isinstance(size, int) and size > 0 for each in inputs for size in each["shape"]
    )


def count(model: bytes) -> int | None:
    """Multiply-accumulates, or None where a shape stays unknown. `model` may lack its large weights."""
    try:
        inferred = messages.ModelProto.FromString(shape_inference.infer_shapes(model, False, False, True))
    except MemoryError:
        raise
    except Exception:
        return None
    return _graph(inferred.graph, {})


def _graph(graph: Any, outer: Mapping[str, Shape]) -> int | None:
    known: dict[str, Shape] = dict(outer)
    for value in (*graph.input, *graph.output, *graph.value_info):
        if value.type.WhichOneof("value") == "tensor_type" and value.type.tensor_type.HasField("shape"):
            dims = value.type.tensor_type.shape.dim
            known[value.name] = [
                dim.dim_value if dim.WhichOneof("value") == "dim_value" else None for dim in dims
            ]
    for tensor in graph.initializer:
        known[tensor.name] = list(tensor.dims)

    def shape(node: Any, place: int) -> Shape | None:
        """Of an input by its place, of the first output by -1."""
        names = node.output if place < 0 else node.input
        return known.get(names[max(place, 0)]) if len(names) > max(place, 0) else None

    return total(_node(node, shape, known) for node in graph.node)


def _node(node: Any, shape: _ShapeOf, known: Mapping[str, Shape]) -> int | None:
    if node.domain not in ("", "ai.onnx") or node.op_type in _UNCOUNTED:
        return None
    if node.op_type in _COUNTED:
        return _COUNTED[node.op_type](node, shape)
    bodies = [_graph(attribute.g, known) for attribute in node.attribute if attribute.HasField("g")]
    if not bodies:
        return 0
    if any(body is None for body in bodies):
        return None
    dearest = max(body for body in bodies if body is not None)
    # One branch of an If runs; how often a loop runs is known only when it does.
    return dearest if node.op_type == "If" or not dearest else None
