"""Multiply-accumulates of one inference of a TFLite model. What cannot be counted makes the whole unknown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from .rules import Shape, product, times, total
from .tflite_schema import BATCH_MATMUL_OPTIONS, Operator

if TYPE_CHECKING:
    from .tflite import Operation, Subgraph

# Products that are not counted below.
_UNCOUNTED = frozenset(
    {
        "LSTM",
        "RNN",
        "SVDF",
        "UNIDIRECTIONAL_SEQUENCE_RNN",
        "UNIDIRECTIONAL_SEQUENCE_LSTM",
        "BIDIRECTIONAL_SEQUENCE_RNN",
        "BIDIRECTIONAL_SEQUENCE_LSTM",
        "CONV_3D_TRANSPOSE",
        "RFFT2D",
        "STABLEHLO_CONVOLUTION",
        "STABLEHLO_DOT_GENERAL",
        "STABLEHLO_COMPOSITE",
        "TFLite_Detection_PostProcess",
    }
)
_LOOPS = frozenset({"WHILE", "STABLEHLO_WHILE", "STABLEHLO_REDUCE", "STABLEHLO_REDUCE_WINDOW"})


_Called = Callable[[int], int | None]


def count(subgraphs: Sequence[Subgraph], number: int) -> int | None:
    """Of one run of subgraph `number`. Calls are known not to be circular and not to be deep."""
    counted: dict[int, int | None] = {}

    def run(each: int) -> int | None:
        if each not in counted:
            subgraph = subgraphs[each]
            counted[each] = total(_operation(operation, subgraph, run) for operation in subgraph.operations)
        return counted[each]

    return run(number)


def _operation(operation: Operation, subgraph: Subgraph, called: _Called) -> int | None:
    def shape(numbers: Sequence[int], place: int) -> Shape | None:
        if place >= len(numbers) or numbers[place] < 0:
            return None
        return subgraph.tensors[numbers[place]].shape

    kind, inputs, outputs = operation.kind, operation.inputs, operation.outputs
    if kind in _UNCOUNTED:
        return None
    if operation.calls and kind != "CALL_ONCE":  # which runs before the first inference
        bodies = [called(each) for each in operation.calls]
        known = [body for body in bodies if body is not None]
        if len(known) < len(bodies) or (kind in _LOOPS and any(known)):
            return None
        return max(known, default=0)
    weights = shape(inputs, 1)
    made = product(shape(outputs, 0))
    if kind == "CONV_2D":  # filters [out, height, width, in / groups]
        return times(made, product(weights[1:] if weights else None))
    if kind == "DEPTHWISE_CONV_2D":  # filters [1, height, width, out]
        return times(made, product(weights[1:3] if weights else None))
    if kind == "CONV_3D":  # filters [depth, height, width, in, out]
        return times(made, product(weights[:-1] if weights else None))
    if kind == "TRANSPOSE_CONV":  # shape of the output, filters [out, height, width, in], input
        return times(product(shape(inputs, 2)), product(weights[:3] if weights else None))
    if kind == "FULLY_CONNECTED":  # weights [out, in]
        return times(made, product(weights[-1:] if weights else None))
    if kind == "BATCH_MATMUL":
        left = shape(inputs, 0)
        options = operation.table.table(Operator.options)
        typed = operation.table.number(Operator.options_type, "B") == BATCH_MATMUL_OPTIONS
        adjoint = options is not None and typed and options.number(0, "B")
        if left is None or len(left) < 2:
            return None
        return times(made, product([left[-2 if adjoint else -1]]))
    return 0
