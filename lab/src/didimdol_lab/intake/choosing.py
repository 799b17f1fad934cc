"""Which of an archive's files are the model: one .onnx, or one .tflite, or one .xml with its .bin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ..refusals import refuse
from .archives import Entry

Format = Literal["onnx", "openvino", "tflite"]


@dataclass(frozen=True)
class Chosen:
    """`main`: the graph. `beside`: the .bin of an IR; for ONNX whatever lies in its folder and may be its data."""

    format: Format
    main: Entry
    beside: list[Entry]


def _visible(entry: Entry) -> bool:
    return not entry.path.name.startswith(".") and "__MACOSX" not in entry.path.parts


def choose(entries: Sequence[Entry]) -> Chosen:
    """Raises Refused(archive_model_count | ir_incomplete | empty)."""
    files = {entry.path: entry for entry in entries if _visible(entry)}
    found: list[Chosen] = []
    lonely = ""
    for path, entry in files.items():
        kind = path.suffix.lower()
        if kind == ".onnx":
            others = [other for each, other in files.items() if each.parent == path.parent and each != path]
            found.append(Chosen("onnx", entry, others))
        elif kind == ".tflite":
            found.append(Chosen("tflite", entry, []))
        elif kind == ".xml":
            weights = files.get(path.with_suffix(".bin"))
            if weights is None:
                lonely = str(path)
            else:
                found.append(Chosen("openvino", entry, [weights]))
    if not found and lonely:
        raise refuse("ir_incomplete", file=lonely)
    if len(found) != 1:
        raise refuse("archive_model_count", count=len(found))
    if found[0].main.size == 0:
        raise refuse("empty", file=found[0].main.path)
    return found[0]
