"""Many rows of affinities as a matrix."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation

from pydantic import BaseModel

from didimdol_decide.assignment.matrix import UNIT, AffinityMatrix

KEYS = frozenset({"application", "evaluator", "value"})


def compacted(rows: Sequence[object]) -> AffinityMatrix | None:
    """The rows as a matrix; None where that cannot be: a value of more than six places, or anything wrong,
    which whoever reads the rows one by one then names."""
    try:
        return AffinityMatrix.of(_triples(rows))
    except (TypeError, ValueError, KeyError, InvalidOperation):
        return None


def _triples(rows: Sequence[object]) -> Iterator[tuple[str, str, int]]:
    known: dict[object, int] = {}
    for row in rows:
        entry = dict(row) if isinstance(row, BaseModel) else row
        if not isinstance(entry, Mapping) or entry.keys() != KEYS:
            raise ValueError("no row of an affinity")
        application, evaluator, value = entry["application"], entry["evaluator"], entry["value"]
        if not isinstance(application, str) or not isinstance(evaluator, str):
            raise TypeError("a name is text")
        if not isinstance(value, str | int | float | Decimal) or isinstance(value, bool):
            raise TypeError("an affinity is a number")
        # The spelling and not the value: 1 and 1.0 are equal, and so are True and 1.
        spelled = str(value)
        if spelled not in known:
            known[spelled] = _millionths(spelled)
        yield application, evaluator, known[spelled]


def _millionths(spelled: str) -> int:
    number = Decimal(spelled)
    if not 0 <= number <= 1:
        raise ValueError("not an affinity")
    whole = int(number * UNIT)
    if whole != number * UNIT:
        raise ValueError("not in whole millionths")
    return whole
