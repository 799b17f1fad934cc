"""What `didimdol-decide affinity` reads and writes, for the JSON Schemas (`didimdol_decide.schema`)."""

from __future__ import annotations

from didimdol_decide.affinity.inputs import Texts
from didimdol_decide.affinity.result import Affinities

SHAPES: dict[str, object] = {"affinity-texts": Texts}
RESULTS: dict[str, object] = {"affinity": Affinities}
