"""The JSON Schemas of what `didimdol-decide affinity` reads and writes, as shipped under `schemas/`.

python -m didimdol_decide.affinity.shapes FOLDER    # writes them anew
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from didimdol_decide.affinity.inputs import Texts
from didimdol_decide.affinity.result import Affinities
from didimdol_decide.plain import Plain

SHAPES: dict[str, type[Plain]] = {"affinity-texts": Texts, "affinity": Affinities}


def schema(name: str) -> str:
    """The text of one schema file."""
    return json.dumps(SHAPES[name].model_json_schema(), ensure_ascii=False, indent=2, sort_keys=True) + "\n"


if __name__ == "__main__":
    for shape in SHAPES:
        Path(sys.argv[1], f"{shape}.json").write_text(schema(shape), encoding="utf-8")
