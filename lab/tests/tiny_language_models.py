"""Two-layer transformers with random weights, made here: for ONNX Runtime GenAI and for OpenVINO. No tokenizer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

VOCABULARY, HEADS, HEAD, LAYERS = 64, 2, 8, 2
WIDTH = HEADS * HEAD


class _Graph:
    """Nodes and weights of a graph that grows."""

    def __init__(self) -> None:
        self.random = np.random.default_rng(0)
        self.nodes: list[Any] = []
        self.weights: list[Any] = []

    def weight(self, *shape: int) -> str:
        values = (self.random.standard_normal(shape) * 0.3).astype(np.float32)
        return self.constant(f"w{len(self.weights)}", values)

    def constant(self, name: str, value: Any) -> str:
        self.weights.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def node(self, operator: str, inputs: list[str], output: str = "", **attributes: Any) -> str:
        name = output or f"t{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, inputs, [name], **attributes))
        return name


def onnx_model() -> Any:
    """input_ids, attention_mask and the cache in; logits and the longer cache out."""
    g = _Graph()
    split = g.constant("split", np.array([0, 0, HEADS, HEAD]))
    merge = g.constant("merge", np.array([0, 0, WIDTH]))
    scale = g.constant("scale", np.float32(HEAD**-0.5))
    zero, one = g.constant("zero", np.int64(0)), g.constant("one", np.int64(1))
    axis = g.constant("axis", np.array([1]))
    now = g.node("Gather", [g.node("Shape", ["input_ids"]), one])
    total = g.node("Gather", [g.node("Shape", ["attention_mask"]), one])
    rows = g.node("Unsqueeze", [g.node("Range", [g.node("Sub", [total, now]), total, one]), axis])
    seen = g.node("LessOrEqual", [g.node("Range", [zero, total, one]), rows])
    hidden_away = g.constant("hidden_away", np.float32(-1e9))
    bias = g.node("Where", [seen, g.constant("nothing", np.float32(0)), hidden_away])
    hidden = g.node("Gather", [g.weight(VOCABULARY, WIDTH), "input_ids"])
    value = helper.make_tensor_value_info
    inputs = [value(name, TensorProto.INT64, ["b", "s"]) for name in ("input_ids", "attention_mask")]
    outputs = [value("logits", TensorProto.FLOAT, ["b", "s", VOCABULARY])]

    def heads() -> str:
        split_up = g.node("Reshape", [g.node("MatMul", [hidden, g.weight(WIDTH, WIDTH)]), split])
        return g.node("Transpose", [split_up], perm=[0, 2, 1, 3])

    for layer in range(LAYERS):
        query, key, content = heads(), heads(), heads()
        whole = []
        for kind, new in (("key", key), ("value", content)):
            past, present = f"past_key_values.{layer}.{kind}", f"present.{layer}.{kind}"
            inputs.append(value(past, TensorProto.FLOAT, ["b", HEADS, "p", HEAD]))
            outputs.append(value(present, TensorProto.FLOAT, ["b", HEADS, "t", HEAD]))
            whole.append(g.node("Concat", [past, new], present, axis=2))
        scores = g.node("MatMul", [query, g.node("Transpose", [whole[0]], perm=[0, 1, 3, 2])])
        weighed = g.node("Add", [g.node("Mul", [scores, scale]), bias])
        mixed = g.node("MatMul", [g.node("Softmax", [weighed], axis=-1), whole[1]])
        merged = g.node("Reshape", [g.node("Transpose", [mixed], perm=[0, 2, 1, 3]), merge])
        hidden = g.node("Add", [hidden, g.node("MatMul", [merged, g.weight(WIDTH, WIDTH)])])
    g.node("MatMul", [hidden, g.weight(WIDTH, VOCABULARY)], "logits")
    graph = helper.make_graph(g.nodes, "tiny", inputs, outputs, g.weights)
    return helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid("", 17)])


def fused_onnx_model() -> Any:
    """As exporters of language models write it: one operator for attention with its cache, and one of ONNX Runtime's
    in the standard domain."""
    g = _Graph()
    one = g.constant("one", np.int64(1))
    summed = g.node("ReduceSum", ["attention_mask", g.constant("axis", np.array([1]))], keepdims=0)
    past = g.node("Sub", [summed, g.constant("ones", np.array([1]))])
    lengths = [g.node("Cast", [past], to=TensorProto.INT32)]
    total = g.node("Gather", [g.node("Shape", ["attention_mask"]), one])
    lengths.append(g.node("Cast", [total], to=TensorProto.INT32))
    hidden = g.node("Gather", [g.weight(VOCABULARY, WIDTH), "input_ids"])
    value = helper.make_tensor_value_info
    inputs = [value(name, TensorProto.INT64, ["b", "s"]) for name in ("input_ids", "attention_mask")]
    outputs = [value("logits", TensorProto.FLOAT, ["b", "s", VOCABULARY])]
    for layer in range(LAYERS):
        normed = g.node("SimplifiedLayerNormalization", [hidden, g.weight(WIDTH)], axis=-1, epsilon=1e-5)
        heads = [g.node("MatMul", [normed, g.weight(WIDTH, WIDTH)]) for _ in range(3)]
        names = [f"{layer}.{kind}" for kind in ("key", "value")]
        for name in names:
            inputs.append(value(f"past_key_values.{name}", TensorProto.FLOAT, ["b", HEADS, "p", HEAD]))
            outputs.append(value(f"present.{name}", TensorProto.FLOAT, ["b", HEADS, "t", HEAD]))
        g.nodes.append(
            helper.make_node(
                "GroupQueryAttention",
                [*heads, *(f"past_key_values.{name}" for name in names), *lengths],
                [f"mixed{layer}", *(f"present.{name}" for name in names)],
                domain="com.microsoft",
                num_heads=HEADS,
                kv_num_heads=HEADS,
            )
        )
        hidden = g.node("Add", [hidden, g.node("MatMul", [f"mixed{layer}", g.weight(WIDTH, WIDTH)])])
    g.node("MatMul", [hidden, g.weight(WIDTH, VOCABULARY)], "logits")
    graph = helper.make_graph(g.nodes, "fused", inputs, outputs, g.weights)
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
    return helper.make_model(graph, ir_version=10, opset_imports=opsets)


def genai_config(**more: Any) -> dict[str, Any]:
    """As exporters write it; `more` goes into `model`."""
    return {
        "model": {
            "type": "llama",
            "vocab_size": VOCABULARY,
            "context_length": 2048,
            "bos_token_id": 1,
            "eos_token_id": [2],
            "pad_token_id": 0,
            "decoder": {
                "filename": "model.onnx",
                "head_size": HEAD,
                "hidden_size": WIDTH,
                "num_attention_heads": HEADS,
                "num_hidden_layers": LAYERS,
                "num_key_value_heads": HEADS,
                "session_options": {"log_id": "onnxruntime-genai", "provider_options": []},
                "inputs": {
                    "input_ids": "input_ids",
                    "attention_mask": "attention_mask",
                    "past_key_names": "past_key_values.%d.key",
                    "past_value_names": "past_key_values.%d.value",
                },
                "outputs": {
                    "logits": "logits",
                    "present_key_names": "present.%d.key",
                    "present_value_names": "present.%d.value",
                },
            },
            **more,
        },
        "search": {"do_sample": True, "max_length": 2048, "temperature": 0.7, "top_k": 50},
    }


def for_genai(
    folder: Path, *, config: dict[str, Any] | None = None, beside: bool = False, model: Any = None
) -> Path:
    """A folder for ONNX Runtime GenAI; `beside`: with the weights in a file of their own."""
    folder.mkdir()
    apart = {"save_as_external_data": True, "location": "model.onnx.data", "size_threshold": 256}
    onnx.save(model or onnx_model(), folder / "model.onnx", **(apart if beside else {}))
    (folder / "genai_config.json").write_text(json.dumps(config or genai_config()))
    (folder / "tokenizer.json").write_text("{}")
    return folder


def openvino_model(*, stateful: bool = True) -> Any:
    """The like as OpenVINO has it: the cache is state. Not `stateful`: one without a cache."""
    import openvino
    from openvino import opset13 as op
    from openvino.op.util import Variable, VariableInfo

    random = np.random.default_rng(0)

    def weight(*shape: int) -> Any:
        return op.constant((random.standard_normal(shape) * 0.3).astype(np.float32))

    def numbers(value: Any) -> Any:
        return op.constant(np.array(value, np.int64))

    def parameter(name: str, rank: int, kind: Any) -> Any:
        made = op.parameter([-1] * rank, kind, name)
        made.output(0).get_tensor().set_names({name})
        return made

    ids = parameter("input_ids", 2, np.int64)
    mask = parameter("attention_mask", 2, np.int64)
    positions = parameter("position_ids", 2, np.int64)
    beams = parameter("beam_idx", 1, np.int32)
    first = numbers(0)
    hidden = op.add(
        op.gather(weight(VOCABULARY, WIDTH), ids, first), op.gather(weight(2048, WIDTH), positions, first)
    )
    total = op.gather(op.shape_of(mask), numbers(1), first)
    now = op.gather(op.shape_of(ids), numbers(1), first)
    rows = op.unsqueeze(op.range(op.subtract(total, now), total, numbers(1), "i64"), numbers([1]))
    seen = op.less_equal(op.range(numbers(0), total, numbers(1), "i64"), rows)
    bias = op.select(seen, op.constant(np.float32(0)), op.constant(np.float32(-1e9)))
    bias = op.unsqueeze(bias, numbers([0, 1]))
    batch = op.gather(op.shape_of(ids), numbers([0]), first)
    sinks = []

    def heads() -> Any:
        projected = op.matmul(hidden, weight(WIDTH, WIDTH), False, False)
        return op.transpose(op.reshape(projected, numbers([0, 0, HEADS, HEAD]), True), numbers([0, 2, 1, 3]))

    for layer in range(LAYERS):
        query, key, content = heads(), heads(), heads()
        whole = []
        for kind, new in (("key", key), ("value", content)):
            if not stateful:
                whole.append(new)
                continue
            described = VariableInfo()
            described.data_shape = openvino.PartialShape([-1, HEADS, -1, HEAD])
            described.data_type = openvino.Type.f32
            described.variable_id = f"past_key_values.{layer}.{kind}"
            variable = Variable(described)
            shape = op.concat([batch, numbers([HEADS]), numbers([0]), numbers([HEAD])], 0)
            past = op.read_value(op.broadcast(op.constant(np.float32(0)), shape), variable)
            longer = op.concat([op.gather(past, beams, first), new], 2)
            sinks.append(op.assign(longer, variable))
            whole.append(longer)
        mixed = op.scaled_dot_product_attention(query, whole[0], whole[1], bias)
        merged = op.reshape(op.transpose(mixed, numbers([0, 2, 1, 3])), numbers([0, 0, WIDTH]), True)
        hidden = op.add(hidden, op.matmul(merged, weight(WIDTH, WIDTH), False, False))
    logits = op.matmul(hidden, weight(WIDTH, VOCABULARY), False, False)
    logits.output(0).get_tensor().set_names({"logits"})
    inputs = [ids, mask, positions, *([beams] if stateful else [])]
    return openvino.Model([op.result(logits, "logits")], sinks, inputs, "tiny")


def for_openvino(folder: Path, **options: Any) -> Path:
    import openvino

    folder.mkdir()
    openvino.save_model(openvino_model(**options), folder / "openvino_model.xml", compress_to_fp16=False)
    (folder / "openvino_tokenizer.xml").write_text("<net/>")
    return folder
