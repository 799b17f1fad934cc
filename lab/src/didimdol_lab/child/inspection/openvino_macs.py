"""Multiply-accumulates of one inference of an OpenVINO IR. What cannot be counted makes the whole unknown."""

from __future__ import annotations

from collections.abc import Callable

from .openvino_xml import Layer, Net
from .rules import Shape, product, times, total


def _input(layer: Layer, place: int) -> Shape | None:
    return layer.inputs[place].shape if place < len(layer.inputs) else None


def _convolution(layer: Layer, skip: int, at: int | None) -> int | None:
    """`skip`: leading dimensions of the filters that are no part of one output's (or input's) sum; `at`: the
    input that each filter meets, None for the output."""
    over = _input(layer, at) if at is not None else layer.outputs[0].shape if layer.outputs else None
    filters = _input(layer, 1)
    return times(product(over), product(filters[skip:] if filters else None))


def _matmul(layer: Layer) -> int | None:
    left = _input(layer, 0)
    if not left or not layer.outputs:
        return None
    flipped = layer.data.get("transpose_a", "false").lower() in ("true", "1") and len(left) > 1
    return times(product(layer.outputs[0].shape), product([left[-2 if flipped else -1]]))


def _recurrent(weights: int, steps: int) -> Callable[[Layer], int | None]:
    """`weights`: the place of W, with R after it; `steps`: leading dimensions of the input, batch and time."""

    def macs(layer: Layer) -> int | None:
        over = _input(layer, 0)
        both = total((product(_input(layer, weights)), product(_input(layer, weights + 1))))
        return times(product(over[:steps] if over else None), both)

    return macs


_COUNTED: dict[str, Callable[[Layer], int | None]] = {
    "Convolution": lambda layer: _convolution(layer, 1, None),
    "GroupConvolution": lambda layer: _convolution(layer, 2, None),
    "ConvolutionBackpropData": lambda layer: _convolution(layer, 1, 0),
    "GroupConvolutionBackpropData": lambda layer: _convolution(layer, 2, 0),
    "MatMul": _matmul,
    "RNNCell": _recurrent(2, 1),
    "GRUCell": _recurrent(2, 1),
    "LSTMCell": _recurrent(3, 1),
    "RNNSequence": _recurrent(3, 2),
    "GRUSequence": _recurrent(3, 2),
    "LSTMSequence": _recurrent(4, 2),
}
# Products that the table above does not count.
_UNCOUNTED = frozenset(
    {
        "BinaryConvolution", "DeformableConvolution", "Einsum", "ScaledDotProductAttention", "PagedAttention", "DFT",
        "IDFT", "RDFT", "IRDFT", "STFT", "AUGRUCell", "AUGRUSequence",
    }
)  # fmt: skip


def count(net: Net) -> int | None:
    return total(_layer(layer) for layer in net.layers)


def _layer(layer: Layer) -> int | None:
    if layer.type in _UNCOUNTED:
        return None
    if layer.type in _COUNTED:
        return _COUNTED[layer.type](layer)
    bodies = [count(body) for body in layer.bodies]
    known = [body for body in bodies if body is not None]
    # One branch of an If runs; how often a loop runs is known only when it does.
    if len(known) < len(bodies) or (layer.type != "If" and any(known)):
        return None
    return max(known, default=0)
