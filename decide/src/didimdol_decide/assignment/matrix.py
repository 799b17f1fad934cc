"""Affinities without an object a pair: every name once, and whole millionths in arrays."""

from __future__ import annotations

import itertools
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import PlainSerializer, PlainValidator, WithJsonSchema, model_validator

from didimdol_decide.canonical import canonical_json
from didimdol_decide.plain import Id, Plain

UNIT = 1_000_000
"""One point of affinity in integer units: a millionth."""


def _numbers(value: object) -> array[int]:
    if isinstance(value, array) and value.typecode == "i":
        return value
    if not isinstance(value, list | tuple) or not {int}.issuperset(map(type, value)):
        raise ValueError("a list of whole numbers is needed")
    try:
        return array("i", value)
    except OverflowError as error:
        raise ValueError("a number has more than 31 bits") from error


Numbers = Annotated[
    Any,
    PlainValidator(_numbers),
    PlainSerializer(list, when_used="json"),
    WithJsonSchema({"type": "array", "items": {"type": "integer", "minimum": 0}}),
]
"""Whole numbers as `array("i")`: 32 bits each; JSON form: a list."""


class AffinityMatrix(Plain):
    """Affinities by application, in rows. applications, evaluators: names, each once, in order (of their code
    points). The affinities of application number i are the entries from starts[i] up to starts[i + 1] of
    `columns` (numbers of evaluators, rising) and `millionths` (0..1,000,000).

    Raises ValueError (pydantic's) for anything else."""

    applications: tuple[Id, ...]
    evaluators: tuple[Id, ...]
    starts: Numbers
    columns: Numbers
    millionths: Numbers

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        for kind, names in (("applications", self.applications), ("evaluators", self.evaluators)):
            if any(first >= second for first, second in itertools.pairwise(names)):
                raise ValueError(f"{kind}: every name once, in order")
        starts, columns, values = self.starts, self.columns, self.millionths
        fits = len(starts) == len(self.applications) + 1 and len(columns) == len(values)
        if not fits or starts[0] or starts[-1] != len(columns):
            raise ValueError("starts: 0, the end of each row, and the number of entries at last")
        if any(first > second for first, second in itertools.pairwise(starts)):
            raise ValueError("starts: numbers that never fall")
        if len(columns) and not 0 <= min(columns) <= max(columns) < len(self.evaluators):
            raise ValueError("columns: there is no evaluator of that number")
        if len(values) and not 0 <= min(values) <= max(values) <= UNIT:
            raise ValueError(f"millionths: 0 to {UNIT}")
        falls = sum(map(int.__ge__, columns, columns[1:]))
        inner = {end for end in starts[1:-1] if 0 < end < len(columns)}
        if falls != sum(columns[end - 1] >= columns[end] for end in inner):
            raise ValueError("columns: rising within a row, each once")
        return self

    @classmethod
    def of(cls, triples: Iterable[tuple[str, str, int]]) -> Self:
        """From (application, evaluator, millionths) in any order. Raises ValueError: a pair twice."""
        rows: dict[str, dict[str, int]] = {}
        count = 0
        for application, evaluator, value in triples:
            rows.setdefault(application, {})[evaluator] = value
            count += 1
        names = sorted({name for row in rows.values() for name in row})
        number = {name: place for place, name in enumerate(names)}
        starts, columns, values = array("i", [0]), array("i"), array("i")
        for application in sorted(rows):
            row = sorted((number[name], value) for name, value in rows[application].items())
            columns.extend([column for column, _ in row])
            values.extend([value for _, value in row])
            starts.append(len(columns))
        if len(columns) != count:
            raise ValueError("affinity: a pair appears twice")
        return cls(
            applications=tuple(sorted(rows)),
            evaluators=tuple(names),
            starts=starts,
            columns=columns,
            millionths=values,
        )

    def __len__(self) -> int:
        return len(self.columns)

    def row(self, application: str) -> Iterator[tuple[str, int]]:
        """(evaluator, millionths) of an application, in order of the evaluators; nothing for a name that is
        not there."""
        place = bisect_left(self.applications, application)
        if place < len(self.applications) and self.applications[place] == application:
            names = self.evaluators
            first, last = self.starts[place], self.starts[place + 1]
            for column, value in zip(self.columns[first:last], self.millionths[first:last], strict=True):
                yield names[column], value

    def triples(self) -> Iterator[tuple[str, str, int]]:
        """(application, evaluator, millionths), in order."""
        for application in self.applications:
            for evaluator, value in self.row(application):
                yield application, evaluator, value

    def canonical(self) -> Iterator[bytes]:
        """The canonical JSON of `[[application, evaluator, "value"], ...]`, piece by piece."""
        tails = [canonical_json(name).decode() + ',"' for name in self.evaluators]
        # Every text there can be, where that is less work than spelling each number.
        table = [written(value) for value in range(UNIT + 1)] if len(self) > UNIT else None
        yield b"["
        before = ""
        for place, application in enumerate(self.applications):
            first, last = self.starts[place], self.starts[place + 1]
            if first == last:
                continue
            head = "[" + canonical_json(application).decode() + ","
            row = zip(self.columns[first:last], self.millionths[first:last], strict=True)
            if table is None:
                cells = [tails[column] + written(value) for column, value in row]
            else:
                cells = [tails[column] + table[value] for column, value in row]
            yield (before + head + ('"],' + head).join(cells) + '"]').encode("utf-8")
            before = ","
        yield b"]"


class Affinities(Mapping[tuple[str, str], Decimal]):
    """A matrix as a mapping from (application, evaluator) to the affinity."""

    def __init__(self, matrix: AffinityMatrix) -> None:
        self._matrix = matrix
        self._rows = {name: place for place, name in enumerate(matrix.applications)}
        self._columns = {name: place for place, name in enumerate(matrix.evaluators)}

    def __getitem__(self, pair: tuple[str, str]) -> Decimal:
        row, column = self._rows[pair[0]], self._columns[pair[1]]
        starts, columns = self._matrix.starts, self._matrix.columns
        place = bisect_left(columns, column, starts[row], starts[row + 1])
        if place == starts[row + 1] or columns[place] != column:
            raise KeyError(pair)
        return Decimal(written(self._matrix.millionths[place]))

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return ((application, evaluator) for application, evaluator, _ in self._matrix.triples())

    def __len__(self) -> int:
        return len(self._matrix)


def written(millionths: int) -> str:
    """Millionths of a point, 0..1,000,000, as a decimal without trailing zeros: 250000 -> "0.25"."""
    return f"0.{millionths:06}".rstrip("0").rstrip(".") if millionths < UNIT else "1"
