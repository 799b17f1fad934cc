"""The structural check of a generative model's package: its ONNX part with the data beside it, or its OpenVINO IR."""

from __future__ import annotations

import os
from typing import Any

from .channel import Channel, TaskRefused
from .instruments import Instruments


def run(
    request: dict[str, Any], files: dict[str, str], channel: Channel, instruments: Instruments
) -> dict[str, Any]:
    """`request["model"]` names the part to read. Nothing of it runs. Raises TaskRefused."""
    channel.progress("checking", 0, 1)
    if request["model"].endswith(".xml"):
        from . import ir

        xml, weights = request["model"], request["weights"]
        with open(files[xml], "rb") as source:
            found = ir.inspect(source, os.path.getsize(files[weights]), request)
    else:
        found = _onnx(request, files)
    channel.progress("checking", 1, 1)
    return found


def _onnx(request: dict[str, Any], files: dict[str, str]) -> dict[str, Any]:
    import onnx
    import onnx.checker

    from .inspection.onnx_structure import Inspection
    from .inspection.rules import Caps, elements

    class Part(Inspection):
        """An ONNX file whose tensors may stand in the other files of its package, and in no others."""

        def _tensor(self, tensor: Any, where: str) -> int:
            if tensor.data_location != onnx.TensorProto.EXTERNAL:
                return super()._tensor(tensor, where)
            self._name(tensor.name, "tensor")
            told = {str(entry.key): str(entry.value) for entry in tensor.external_data}
            count = elements(list(tensor.dims), where)
            self._require_inside(told, count, where)
            return count

        def _require_inside(self, told: dict[str, str], count: int, where: str) -> None:
            location = told.get("location", "")
            # A plain file of the package: copied byte by byte, so neither a link nor another folder can be meant.
            if location not in files or location in (request["model"], "genai_config.json"):
                raise TaskRefused("outside_package", file=request["model"], where=where, name=location)
            size = os.path.getsize(files[location])
            begin, length = (_number(told.get(key, "0")) for key in ("offset", "length"))
            if begin is None or length is None or begin + length > size or begin > size:
                raise TaskRefused(
                    "outside_package", file=request["model"], where=where, name=f"{location} {told}"
                )
            # The densest type packs four elements in a byte.
            if count > 4 * (length or size - begin):
                raise TaskRefused("tensor_too_large", where=where, dims=count)

    with open(files[request["model"]], "rb") as source:
        content = source.read()
    try:
        model = onnx.load_model_from_string(content)
    except MemoryError:
        raise
    except Exception as problem:  # protobuf's DecodeError class depends on its back end
        raise TaskRefused("not_onnx", error=f"{type(problem).__name__}: {problem}") from None
    if model.ir_version < 1 or not model.HasField("graph") or not len(model.opset_import):
        raise TaskRefused("not_onnx", error="no ir_version, graph or opset_import")
    inspection = Part(model, len(content), None, Caps.of(request))
    inspection.run()
    try:
        onnx.checker.check_model(_for_the_checker(model).SerializeToString())
    except MemoryError:
        raise
    except Exception as problem:  # ValidationError, and RuntimeError or ValueError from its C++ side
        raise TaskRefused("checker", error=str(problem)) from None
    return {
        "parameters": inspection.tally.parameters,
        "nodes": inspection.tally.nodes,
        "weights": inspection.tally.precision(),
    }


def _for_the_checker(model: Any) -> Any:
    """The model, changed so that onnx.checker can say something about the rest of it.

    Weights beside the model were just checked: they become inputs. And exporters of language models put one operator
    of ONNX Runtime's into the standard domain, where the checker does not know it.
    """
    import onnx

    kept, graph = [], model.graph
    inputs = {value.name for value in graph.input}
    for tensor in graph.initializer:
        if tensor.data_location != onnx.TensorProto.EXTERNAL:
            kept.append(tensor)
        elif tensor.name not in inputs:
            graph.input.append(
                onnx.helper.make_tensor_value_info(tensor.name, tensor.data_type, list(tensor.dims))
            )
    del graph.initializer[:]
    graph.initializer.extend(kept)
    for node in graph.node:
        if node.op_type == "SimplifiedLayerNormalization" and node.domain in ("", "ai.onnx"):
            node.domain = "com.microsoft"
    if all(entry.domain != "com.microsoft" for entry in model.opset_import):
        model.opset_import.append(onnx.helper.make_opsetid("com.microsoft", 1))
    return model


def _number(text: str) -> int | None:
    """A plain decimal number below 2**63, else None."""
    if text.isascii() and text.isdigit() and len(text) < 19:
        return int(text)
    return None
