"""Small TFLite files, good and hostile, built for the tests with the schema that ai-edge-litert ships."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from typing import Any

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

B, T = schema.BuiltinOperator, schema.TensorType
Options = schema.BuiltinOptions


def pack(model: Any) -> bytes:
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def tensor(
    name: str, shape: Sequence[int], buffer: int = 0, kind: int = T.FLOAT32, signature: Any = None
) -> Any:
    return schema.TensorT(
        name=name, shape=list(shape), buffer=buffer, type=kind, shapeSignature=signature, hasRank=True
    )


def code(builtin: int, custom: str | None = None) -> Any:
    return schema.OperatorCodeT(
        deprecatedBuiltinCode=min(builtin, 127), builtinCode=builtin, customCode=custom, version=1
    )


def operation(number: int, inputs: Sequence[int], outputs: Sequence[int], **more: Any) -> Any:
    return schema.OperatorT(opcodeIndex=number, inputs=list(inputs), outputs=list(outputs), **more)


def subgraph(
    tensors: list[Any], inputs: Sequence[int], outputs: Sequence[int], operators: list[Any], name: str = "g"
) -> Any:
    return schema.SubGraphT(
        tensors=tensors, inputs=list(inputs), outputs=list(outputs), operators=operators, name=name
    )


def model(codes: list[Any], subgraphs: list[Any], contents: Sequence[bytes] = ()) -> Any:
    """Buffer 0 is the empty one; `contents` are 1 and up."""
    return schema.ModelT(
        version=3,
        operatorCodes=codes,
        subgraphs=subgraphs,
        description="test",
        buffers=[
            schema.BufferT(),
            *(schema.BufferT(data=np.frombuffer(each, np.uint8)) for each in contents),
        ],
    )


def good() -> Any:
    """y[1,3] = x[1,4] * w + b."""
    weights = np.arange(12, dtype=np.float32).tobytes()
    tensors = [
        tensor("x", [1, 4]),
        tensor("w", [3, 4], 1),
        tensor("b", [3], 2),
        tensor("y", [1, 3]),
    ]
    node = operation(
        0,
        [0, 1, 2],
        [3],
        builtinOptionsType=Options.FullyConnectedOptions,
        builtinOptions=schema.FullyConnectedOptionsT(),
    )
    graph = subgraph(tensors, [0], [3], [node])
    return model([code(B.FULLY_CONNECTED)], [graph], [weights, np.ones(3, np.float32).tobytes()])


def changed(change: Callable[[Any], object]) -> bytes:
    built = good()
    change(built)
    return pack(built)


def identity(builtin: int, custom: str | None = None, **more: Any) -> bytes:
    """x -> one operator -> y, float[1] both."""
    tensors = [tensor("x", [1]), tensor("y", [1])]
    return pack(
        model([code(builtin, custom)], [subgraph(tensors, [0], [1], [operation(0, [0], [1], **more)])])
    )


def _branching(then: int, other: int) -> dict[str, Any]:
    return {
        "builtinOptionsType": Options.IfOptions,
        "builtinOptions": schema.IfOptionsT(thenSubgraphIndex=then, elseSubgraphIndex=other),
    }


def nested_if(depth: int) -> bytes:
    """Subgraph n runs n + 1 in both branches; `depth` of them below the main one."""
    graphs = []
    for number in range(depth + 1):
        tensors = [tensor("c", [], kind=T.BOOL), tensor("x", [1]), tensor("y", [1])]
        last = number == depth
        node = (
            operation(1, [1], [2])
            if last
            else operation(0, [0, 1], [2], **_branching(number + 1, number + 1))
        )
        if not last and number:
            tensors[0] = tensor("c", [], 1, T.BOOL)
        inputs = [0, 1] if number == 0 else [1]
        graphs.append(subgraph(tensors, inputs, [2], [node], f"g{number}"))
    return pack(model([code(B.IF), code(B.NEG)], graphs, [b"\x01"]))


def runs_itself() -> bytes:
    tensors = [tensor("c", [], kind=T.BOOL), tensor("x", [1]), tensor("y", [1])]
    node = operation(0, [0, 1], [2], **_branching(0, 0))
    return pack(model([code(B.IF)], [subgraph(tensors, [0, 1], [2], [node])]))


def without_options() -> bytes:
    """An IF whose options are of another kind: a runtime would take subgraph 0 for both branches."""
    tensors = [tensor("c", [], kind=T.BOOL), tensor("x", [1]), tensor("y", [1])]
    node = operation(
        0, [0, 1], [2], builtinOptionsType=Options.AddOptions, builtinOptions=schema.AddOptionsT()
    )
    return pack(model([code(B.IF)], [subgraph(tensors, [0, 1], [2], [node])]))


def endless_while() -> bytes:
    """WHILE whose condition is constantly true."""
    options = {
        "builtinOptionsType": Options.WhileOptions,
        "builtinOptions": schema.WhileOptionsT(condSubgraphIndex=1, bodySubgraphIndex=2),
    }
    main = subgraph([tensor("x", [1]), tensor("y", [1])], [0], [1], [operation(0, [0], [1], **options)])
    condition = subgraph(
        [tensor("a", [1]), tensor("t", [1], kind=T.BOOL)],
        [0],
        [1],
        [
            operation(
                1, [0, 0], [1], builtinOptionsType=Options.EqualOptions, builtinOptions=schema.EqualOptionsT()
            )
        ],
        "condition",
    )
    body = subgraph([tensor("b", [1]), tensor("n", [1])], [0], [1], [operation(2, [0], [1])], "body")
    return pack(model([code(B.WHILE), code(B.EQUAL), code(B.NEG)], [main, condition, body]))


def memory_bomb() -> bytes:
    """FILL with 2**31 - 1 floats, of which the file holds one."""
    tensors = [
        tensor("x", [1]),
        tensor("dims", [1], 1, T.INT32),
        tensor("one", [], 2),
        tensor("big", [1], signature=[-1]),
        tensor("axis", [1], 3, T.INT32),
        tensor("most", [1]),
        tensor("y", [1]),
    ]
    nodes = [
        operation(
            0, [1, 2], [3], builtinOptionsType=Options.FillOptions, builtinOptions=schema.FillOptionsT()
        ),
        operation(
            1,
            [3, 4],
            [5],
            builtinOptionsType=Options.ReducerOptions,
            builtinOptions=schema.ReducerOptionsT(keepDims=True),
        ),
        operation(2, [0, 5], [6], builtinOptionsType=Options.AddOptions, builtinOptions=schema.AddOptionsT()),
    ]
    contents = [struct.pack("<i", 2**31 - 1), struct.pack("<f", 1), struct.pack("<i", 0)]
    codes = [code(B.FILL), code(B.REDUCE_MAX), code(B.ADD)]
    return pack(model(codes, [subgraph(tensors, [0], [6], nodes)], contents))


def chain(count: int) -> bytes:
    tensors = [tensor(f"t{n}", [1]) for n in range(2)]
    nodes = [operation(0, [0], [1]) for _ in range(count)]
    return pack(model([code(B.NEG)], [subgraph(tensors, [0], [1], nodes)]))


def many_readings() -> bytes:
    """100,000 tensors that share one shape of 64 numbers: 6 million to read, in 400 kB; longer lists, more."""
    shape = struct.pack("<I", 64) + struct.pack("<i", 1) * 64
    count = 100_000
    # One table for the model, one for the subgraph, one for all tensors; vectors of offsets to it.
    vtable = struct.pack("<HHHHHHHH", 16, 20, 4, 0, 8, 0, 12, 0)
    parts = bytearray(b"\0\0\0\0TFL3")

    def put(content: bytes) -> int:
        parts.extend(b"\0" * (-len(parts) % 4))
        at = len(parts)
        parts.extend(content)
        return at

    def link(at: int, target: int) -> None:
        struct.pack_into("<I", parts, at, target - at)

    model_fields = put(vtable)
    root = put(struct.pack("<iIIII", 0, 3, 0, 0, 0))
    struct.pack_into("<i", parts, root, root - model_fields)
    struct.pack_into("<I", parts, 0, root)
    buffers = put(struct.pack("<I", 1) + b"\0" * 4)
    link(root + 12, buffers)
    empty_fields = put(struct.pack("<HH", 4, 4))
    empty = put(struct.pack("<i", 0))
    struct.pack_into("<i", parts, empty, empty - empty_fields)
    link(buffers + 4, empty)
    graphs = put(struct.pack("<I", 1) + b"\0" * 4)
    link(root + 8, graphs)
    graph_fields = put(struct.pack("<HHH", 6, 8, 4))
    graph = put(struct.pack("<iI", 0, 0))
    struct.pack_into("<i", parts, graph, graph - graph_fields)
    link(graphs + 4, graph)
    tensors = put(struct.pack("<I", count) + b"\0" * 4 * count)
    link(graph + 4, tensors)
    tensor_fields = put(struct.pack("<HHH", 6, 8, 4))
    one = put(struct.pack("<iI", 0, 0))
    struct.pack_into("<i", parts, one, one - tensor_fields)
    link(one + 4, put(shape))
    for number in range(count):
        link(tensors + 4 + 4 * number, one)
    return bytes(parts)


def outside(at: int, value: int) -> bytes:
    """The good file with one 32-bit number overwritten."""
    content = bytearray(pack(good()))
    struct.pack_into("<I", content, at, value)
    return bytes(content)
