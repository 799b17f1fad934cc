"""Models for the tests of scenarios: a slow one, and ones that hang or fail at a later inference."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnxruntime
from onnx import TensorProto, helper

import hostile_models as h

SIZE = 640


def slow() -> Any:
    """Two products of matrices: a billion operations, more than a millisecond on any one core."""
    nodes = [helper.make_node("MatMul", ["x", "x"], ["a"]), helper.make_node("MatMul", ["a", "x"], ["y"])]
    shape = [SIZE, SIZE]
    return h.model(helper.make_graph(nodes, "g", [h.value("x", shape)], [h.value("y", shape)]))


def _draw() -> Any:
    return helper.make_node("RandomUniform", [], ["r"], shape=[1], seed=1.0)


def _threshold(after: int) -> float:
    """A number that the seeded draws first exceed after `after` inferences: found with the runtime itself."""
    graph = helper.make_graph([_draw()], "g", [], [h.value("r")])
    session = onnxruntime.InferenceSession(
        h.model(graph).SerializeToString(), providers=["CPUExecutionProvider"]
    )
    drawn = [float(session.run(None, {})[0][0]) for _ in range(200)]
    first = next(n for n in range(after, len(drawn)) if drawn[n] > max(drawn[:n]))
    return (max(drawn[:first]) + drawn[first]) / 2


def _trigger(after: int) -> tuple[list[Any], list[Any]]:
    """Nodes that make the scalar truth value `now`, which turns true at a later inference."""
    limit = helper.make_tensor("limit", TensorProto.FLOAT, [1], np.array([_threshold(after)], np.float32))
    scalar = helper.make_tensor("scalar", TensorProto.INT64, [0], [])
    nodes = [
        _draw(),
        helper.make_node("Greater", ["r", "limit"], ["above"]),
        helper.make_node("Reshape", ["above", "scalar"], ["now"]),
    ]
    return nodes, [limit, scalar]


def hangs_later(after: int) -> Any:
    """Loops for ever, but not in its first inferences."""
    nodes, constants = _trigger(after)
    body = h.endless_loop().graph.node[0].attribute[0].g
    return h.one([*nodes, helper.make_node("Loop", ["", "now", "x"], ["y"], body=body)], constants)


def fails_later(after: int) -> Any:
    """Reads outside of a tensor, but not in its first inferences."""
    nodes, constants = _trigger(after)
    nodes += [
        helper.make_node("Cast", ["above"], ["index"], to=TensorProto.INT64),
        helper.make_node("Gather", ["x", "index"], ["y"]),
    ]
    return h.one(nodes, constants)
