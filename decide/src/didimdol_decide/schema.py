"""The JSON Schemas of every file that a command reads or writes, as shipped under `schemas/`.

    python -m didimdol_decide.schema FOLDER    # writes them anew

Every room names its files in its module `shapes`: `SHAPES` what is read (or read and written), `RESULTS` what
is only written, where every field is there and every decimal is text.
"""

from __future__ import annotations

import json
import sys
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

ROOMS = ("affinity", "assignment", "auditing", "confidence", "drawing", "matching", "record", "scheduling")


def shipped(name: str) -> dict[str, Any]:
    """The schema of this name, as it was shipped. Raises FileNotFoundError."""
    text = files("didimdol_decide").joinpath("schemas", f"{name}.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def schemas() -> dict[str, str]:
    """The text of every schema file, by name."""
    found: dict[str, str] = {}
    for room in ROOMS:
        shapes = import_module(f"didimdol_decide.{room}.shapes")
        read: dict[str, Any] = getattr(shapes, "SHAPES", {})
        written: dict[str, Any] = getattr(shapes, "RESULTS", {})
        found |= {name: _text(TypeAdapter(shape).json_schema()) for name, shape in read.items()}
        found |= {
            name: _text(TypeAdapter(shape).json_schema(mode="serialization"))
            for name, shape in written.items()
        }
    return found


def _text(schema: dict[str, Any]) -> str:
    return json.dumps(schema, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


if __name__ == "__main__":
    for name, text in schemas().items():
        Path(sys.argv[1], f"{name}.json").write_text(text, encoding="utf-8")
