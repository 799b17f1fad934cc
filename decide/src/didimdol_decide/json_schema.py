"""JSON Schemas of shapes, as shipped under `schemas/`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from didimdol_decide.plain import Plain


def schema_text(shape: type[Plain]) -> str:
    """The text of one schema file."""
    return json.dumps(shape.model_json_schema(), ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def write_schemas(shapes: Mapping[str, type[Plain]], folder: str) -> None:
    """Write them all anew."""
    for name, shape in shapes.items():
        Path(folder, f"{name}.json").write_text(schema_text(shape), encoding="utf-8")
