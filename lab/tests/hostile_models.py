"""Small ONNX files, good and hostile, built by hand for the tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import onnx
from onnx import TensorProto, helper

F = TensorProto.FLOAT


def value(name: str, shape: list[int] | None = None, kind: int = F) -> Any:
    return helper.make_tensor_value_info(name, kind, [1] if shape is None else shape)


def model(graph: Any, **extra: Any) -> Any:
    opsets = extra.pop("opset_imports", [helper.make_opsetid("", 15)])
    return helper.make_model(graph, ir_version=8, opset_imports=opsets, producer_name="test", **extra)


def one(nodes: list[Any], initializers: list[Any] | None = None, **extra: Any) -> Any:
    """x -> nodes -> y, float[1] both."""
    graph = helper.make_graph(nodes, "g", [value("x")], [value("y")], initializers or [])
    return model(graph, **extra)


def good() -> Any:
    weight = helper.make_tensor("w", F, [1], [2.0])
    return one([helper.make_node("Mul", ["x", "w"], ["y"])], [weight])


def external(location: str, name: str = "w", dims: list[int] | None = None) -> Any:
    tensor = TensorProto(name=name, data_type=F, dims=[1] if dims is None else dims)
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value=location)
    return tensor


def external_initializer(location: str) -> Any:
    return one([helper.make_node("Mul", ["x", "w"], ["y"])], [external(location)])


def external_without_flag() -> Any:
    """Lists external data while claiming the default location."""
    tensor = helper.make_tensor("w", F, [1], [2.0])
    tensor.external_data.add(key="location", value="../secret")
    return one([helper.make_node("Mul", ["x", "w"], ["y"])], [tensor])


def external_constant() -> Any:
    constant = helper.make_node("Constant", [], ["w"], value=external("../secret"))
    return one([constant, helper.make_node("Mul", ["x", "w"], ["y"])])


def external_in_if() -> Any:
    branch = helper.make_graph(
        [helper.make_node("Identity", ["w"], ["z"])], "b", [], [value("z")], [external("/etc/passwd")]
    )
    condition = helper.make_tensor("c", TensorProto.BOOL, [], [True])
    node = helper.make_node("If", ["c"], ["y"], then_branch=branch, else_branch=branch)
    return one([node], [condition])


def external_sparse() -> Any:
    built = one([helper.make_node("Mul", ["x", "w"], ["y"])])
    sparse = built.graph.sparse_initializer.add()
    sparse.values.CopyFrom(external("../secret"))
    sparse.indices.CopyFrom(helper.make_tensor("i", TensorProto.INT64, [1], [0]))
    sparse.dims.append(1)
    return built


def external_sparse_constant() -> Any:
    node = helper.make_node("Constant", [], ["w"])
    attribute = node.attribute.add(name="sparse_value", type=onnx.AttributeProto.SPARSE_TENSOR)
    attribute.sparse_tensor.values.CopyFrom(external("../secret"))
    attribute.sparse_tensor.indices.CopyFrom(helper.make_tensor("i", TensorProto.INT64, [1], [0]))
    attribute.sparse_tensor.dims.append(1)
    return one([node, helper.make_node("Mul", ["x", "w"], ["y"])])


def external_in_function() -> Any:
    constant = helper.make_node("Constant", [], ["w"], value=external("../secret"))
    function = helper.make_function(
        "mine",
        "Twice",
        ["a"],
        ["b"],
        [constant, helper.make_node("Mul", ["a", "w"], ["b"])],
        [helper.make_opsetid("", 15)],
    )
    return one(
        [helper.make_node("Twice", ["x"], ["y"], domain="mine")],
        functions=[function],
        opset_imports=[helper.make_opsetid("", 15), helper.make_opsetid("mine", 1)],
    )


def external_in_training() -> Any:
    built = good()
    training = built.training_info.add()
    training.algorithm.CopyFrom(
        helper.make_graph(
            [helper.make_node("Identity", ["w"], ["z"])], "t", [], [value("z")], [external("../s")]
        )
    )
    return built


def giant_initializer(dims: list[int]) -> Any:
    tensor = TensorProto(name="w", data_type=F, dims=dims)
    return one([helper.make_node("Mul", ["x", "w"], ["y"])], [tensor])


def wrong_raw() -> Any:
    """Claims two floats and brings one."""
    return TensorProto(name="w", data_type=F, dims=[2], raw_data=b"1234")


def nested_if(depth: int) -> Any:
    """`depth` graphs below the main one."""
    condition = helper.make_tensor("c", TensorProto.BOOL, [], [True])
    node = helper.make_node("Identity", ["x"], ["z0"])
    for level in range(1, depth + 1):
        branch = helper.make_graph([node], f"b{level}", [], [value(f"z{level - 1}")])
        other = helper.make_graph(
            [helper.make_node("Identity", ["x"], [f"o{level}"])], f"e{level}", [], [value(f"o{level}")]
        )
        node = helper.make_node("If", ["c"], [f"z{level}"], then_branch=branch, else_branch=other)
    graph = helper.make_graph([node], "g", [value("x")], [value(f"z{depth}")], [condition])
    return model(graph)


def nested_bytes(depth: int) -> bytes:
    """Graphs in graphs, deeper than protobuf itself follows; written by hand, as its builder refuses too."""

    def field(number: int, content: bytes) -> bytes:
        size, left = bytearray(), len(content)
        while left > 127:
            size.append(left & 127 | 128)
            left >>= 7
        size.append(left)
        return bytes([number << 3 | 2]) + bytes(size) + content

    graph = b""
    for _ in range(depth):
        graph = field(1, field(5, field(6, graph)))  # GraphProto.node, NodeProto.attribute, AttributeProto.g
    return b"\x08\x08" + field(8, b"\x10\x0f") + field(7, graph)


def chain(count: int) -> Any:
    nodes = [helper.make_node("Identity", [f"t{i}"], [f"t{i + 1}"]) for i in range(count)]
    graph = helper.make_graph(nodes, "g", [value("t0")], [value(f"t{count}")])
    return model(graph)


def laughing_functions(levels: int) -> Any:
    """Each function calls the one below ten times: 10**levels nodes once inlined."""
    functions = []
    opsets = [helper.make_opsetid("", 15), helper.make_opsetid("mine", 1)]
    for level in range(levels):
        callee, domain = ("Identity", "") if level == 0 else (f"F{level - 1}", "mine")
        nodes = [
            helper.make_node(
                callee, ["a" if i == 0 else f"t{i}"], ["b" if i == 9 else f"t{i + 1}"], domain=domain
            )
            for i in range(10)
        ]
        functions.append(helper.make_function("mine", f"F{level}", ["a"], ["b"], nodes, opsets))
    node = helper.make_node(f"F{levels - 1}", ["x"], ["y"], domain="mine")
    return one([node], functions=functions, opset_imports=opsets)


def ep_context() -> Any:
    node = helper.make_node(
        "EPContext", ["x"], ["y"], domain="com.microsoft", embed_mode=0, ep_cache_context="../secret"
    )
    return one([node], opset_imports=[helper.make_opsetid("", 15), helper.make_opsetid("com.microsoft", 1)])


def custom_operator() -> Any:
    return one(
        [helper.make_node("Steal", ["x"], ["y"], domain="evil.example")],
        opset_imports=[helper.make_opsetid("", 15), helper.make_opsetid("evil.example", 1)],
    )


def named(name: str) -> Any:
    graph = helper.make_graph([helper.make_node("Identity", [name], ["y"])], "g", [value(name)], [value("y")])
    return model(graph)


def endless_loop() -> Any:
    """Loop without a trip count whose condition stays true."""
    body = helper.make_graph(
        [helper.make_node("Identity", ["cin"], ["cout"]), helper.make_node("Identity", ["v"], ["vout"])],
        "body",
        [value("i", [], TensorProto.INT64), value("cin", [], TensorProto.BOOL), value("v")],
        [value("cout", [], TensorProto.BOOL), value("vout")],
    )
    condition = helper.make_tensor("c", TensorProto.BOOL, [], [True])
    return one([helper.make_node("Loop", ["", "c", "x"], ["y"], body=body)], [condition])


def memory_bomb() -> Any:
    """A few bytes that ask for 2**34 floats at run time, by a shape no one can fold in advance."""
    nodes = [
        helper.make_node("Cast", ["x"], ["xi"], to=TensorProto.INT64),
        helper.make_node("Mul", ["xi", "zero"], ["nothing"]),
        helper.make_node("Add", ["nothing", "size"], ["shape"]),
        helper.make_node("ConstantOfShape", ["shape"], ["big"]),
        helper.make_node("ReduceMax", ["big"], ["y"], keepdims=1),
    ]
    initializers = [
        helper.make_tensor("zero", TensorProto.INT64, [1], [0]),
        helper.make_tensor("size", TensorProto.INT64, [1], [2**34]),
    ]
    return one(nodes, initializers)


def running_sum_bomb() -> Any:
    """A running sum over 2**30 numbers of fixed shape, which OpenVINO does not fold away."""
    nodes = [
        helper.make_node("Expand", ["x", "shape"], ["big"]),
        helper.make_node("CumSum", ["big", "axis"], ["sums"]),
        helper.make_node("Mul", ["sums", "big"], ["products"]),
        helper.make_node("ReduceMax", ["products"], ["y"], axes=[0, 1], keepdims=0),
    ]
    initializers = [
        helper.make_tensor("shape", TensorProto.INT64, [3], [2**15, 2**15, 1]),
        helper.make_tensor("axis", TensorProto.INT64, [], [0]),
    ]
    return one(nodes, initializers)


def classifier(features: int = 4) -> Any:
    """scores = x; the prediction is the largest feature. Open batch."""
    graph = helper.make_graph(
        [helper.make_node("Identity", ["x"], ["scores"])],
        "g",
        [helper.make_tensor_value_info("x", F, ["n", features])],
        [helper.make_tensor_value_info("scores", F, ["n", features])],
    )
    return model(graph)


def save(built: Any, path: Path) -> Path:
    path.write_bytes(built if isinstance(built, bytes) else built.SerializeToString())
    return path
