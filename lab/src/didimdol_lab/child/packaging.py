"""The structural check of a generative model's package: its ONNX part with the data beside it, or its OpenVINO IR."""

from __future__ import annotations

import os
from typing import Any

from .channel import Channel, TaskRefused
from .inspection.rules import Caps
from .instruments import Instruments


def run(
    request: dict[str, Any], files: dict[str, str], channel: Channel, instruments: Instruments
) -> dict[str, Any]:
    """`request["model"]` names the part to read. Nothing of it runs. Raises TaskRefused."""
    channel.progress("checking", 0, 1)
    caps = Caps.of(request)
    if request["model"].endswith(".xml"):
        from .inspection import openvino

        card = openvino.read(
            {"model.xml": files[request["model"]], "model.bin": files[request["weights"]]}, caps
        )
        found = {name: card[name] for name in ("parameters", "nodes")} | {"weights": card["precision"]}
    else:
        found = _onnx(request["model"], files, caps)
    channel.progress("checking", 1, 1)
    return found


def _onnx(part: str, files: dict[str, str], caps: Caps) -> dict[str, Any]:
    from .inspection.onnx import parse
    from .inspection.onnx_library import checker
    from .inspection.onnx_structure import EXTERNAL, Inspection, payload, precision_of
    from .inspection.rules import elements

    class Part(Inspection):
        """An ONNX file whose weights may stand in the other files of its package, and in no others."""

        def _initializer(self, tensor: Any) -> None:
            if tensor.data_location != EXTERNAL:
                return super()._initializer(tensor)
            where = f"initializer {tensor.name}"
            self._inner(tensor.name, "tensor")
            told = {str(entry.key): str(entry.value) for entry in tensor.external_data}
            location = told.get("location", "")
            # A plain file of the package: copied byte by byte, so neither a link nor another folder can be meant.
            if location not in files or location in (part, "genai_config.json"):
                raise TaskRefused("outside_package", file=part, where=where, name=location)
            count, wanted = elements(list(tensor.dims), where), payload(tensor)
            begin, length = _number(told.get("offset", "0")), _number(told.get("length", str(wanted)))
            if begin is None or length is None or begin + length > os.path.getsize(files[location]):
                raise TaskRefused("outside_package", file=part, where=where, name=f"{location} {told}")
            if length != wanted:
                raise TaskRefused("tensor_too_large", where=where, dims=list(tensor.dims), bytes=length)
            self.tally.weights(count, precision_of(tensor))
            return None

    model, size = parse(files[part])
    inspection = Part(model, size, None, caps)
    inspection.run()
    try:
        checker.check_model(_for_the_checker(model, EXTERNAL).SerializeToString(), False, False, False)
    except MemoryError:
        raise
    except Exception as problem:  # ValidationError, and RuntimeError or ValueError from its C++ side
        raise TaskRefused("checker", error=str(problem)) from None
    tally = inspection.tally
    return {"parameters": tally.parameters, "nodes": tally.nodes, "weights": tally.precision()}


def _for_the_checker(model: Any, external: int) -> Any:
    """The model, changed so that onnx.checker can say something about the rest of it.

    Weights beside the model were just checked: they become inputs. And exporters of language models put one operator
    of ONNX Runtime's into the standard domain, where the checker does not know it.
    """
    kept, graph = [], model.graph
    inputs = {value.name for value in graph.input}
    for tensor in graph.initializer:
        if tensor.data_location != external:
            kept.append(tensor)
        elif tensor.name not in inputs:
            value = graph.input.add(name=tensor.name)
            value.type.tensor_type.elem_type = tensor.data_type
            for size in tensor.dims:
                value.type.tensor_type.shape.dim.add(dim_value=size)
    del graph.initializer[:]
    graph.initializer.extend(kept)
    for node in graph.node:
        if node.op_type == "SimplifiedLayerNormalization" and node.domain in ("", "ai.onnx"):
            node.domain = "com.microsoft"
    if all(entry.domain != "com.microsoft" for entry in model.opset_import):
        model.opset_import.add(domain="com.microsoft", version=1)
    return model


def _number(text: str) -> int | None:
    """A plain decimal number below 2**63, else None."""
    if text.isascii() and text.isdigit() and len(text) < 19:
        return int(text)
    return None
