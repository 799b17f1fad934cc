"""A large result as text, a piece after the other, so that it never stands in memory as a whole."""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterator, Mapping

from didimdol_decide.assignment import Assignment, AssignmentProblem
from didimdol_decide.assignment.matrix import AffinityMatrix
from didimdol_decide.plain import Plain

MANY = 100_000
"""Numbers in a piece."""


def pieces(value: object, margin: str = "") -> Iterator[str]:
    """The value (plain data, with shapes of this package anywhere in it) as `json.dumps` writes it with two
    spaces; but the numbers of a matrix stand on one line."""
    inner = margin + "  "
    if isinstance(value, AssignmentProblem) and isinstance(value.affinity, AffinityMatrix):
        value = {**value.model_copy(update={"affinity": ()}).as_json(), "affinity": dict(value.affinity)}
    elif isinstance(value, Assignment):
        value = {**value.model_copy(update={"pairs": ()}).as_json(), "pairs": value.pairs}
    if isinstance(value, Mapping) and value:
        for place, (key, item) in enumerate(value.items()):
            yield f"{',' if place else '{'}\n{inner}{json.dumps(key, ensure_ascii=False)}: "
            yield from pieces(item, inner)
        yield f"\n{margin}}}"
    elif isinstance(value, tuple) and value:
        for place, item in enumerate(value):
            yield f"{',' if place else '['}\n{inner}"
            yield from pieces(item, inner)
        yield f"\n{margin}]"
    elif isinstance(value, array):
        yield "["
        for start in range(0, len(value), MANY):
            yield ("," if start else "") + ",".join(map(str, value[start : start + MANY]))
        yield "]"
    else:
        text = (
            value.model_dump_json(indent=2)
            if isinstance(value, Plain)
            else json.dumps(value, ensure_ascii=False, indent=2)
        )
        yield text.replace("\n", "\n" + margin)
