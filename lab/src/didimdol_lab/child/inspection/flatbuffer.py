"""Read a FlatBuffer with every offset checked against the file. Source: flatbuffers.dev, "Binary format".

The `flatbuffers` package trusts the offsets that it reads (a negative position counts from the end there, a vector's
length is believed), so a check on top of it would have to read everything itself first: this is that check.
"""

from __future__ import annotations

import mmap
import struct
from typing import Any

from ..channel import TaskRefused
from .rules import at_most

MAX_READ = 5_000_000
"""Elements and tables read in all. Vectors may overlap: without a budget a small file asks for endless reading."""
MAX_STRING = 100_000

_NUMBERS = {form: struct.Struct("<" + form) for form in "bBHiIqQ"}


class Buffer:
    """The bytes of a file, mapped, never copied. Raises TaskRefused(not_tflite) for every step outside."""

    def __init__(self, data: mmap.mmap | bytes) -> None:
        self.data = data
        self.size = len(data)
        self.read = 0

    def number(self, form: str, at: int) -> int:
        """One little-endian number; `form` as in `struct`."""
        kind = _NUMBERS[form]
        self.inside(at, kind.size, "number")
        found: int = kind.unpack_from(self.data, at)[0]
        return found

    def inside(self, at: int, length: int, what: str) -> None:
        if at < 0 or length < 0 or at + length > self.size:
            raise TaskRefused("not_tflite", error=f"{what} at {at} of {length} bytes is outside of the file")

    def charge(self, count: int) -> None:
        self.read += count
        at_most("elements", self.read, MAX_READ)

    def root(self) -> Table:
        return Table(self, self.number("I", 0))


class Table:
    """A table at a position: its fields by number. What a field does not hold has its default."""

    def __init__(self, buffer: Buffer, at: int) -> None:
        buffer.charge(1)
        self.buffer = buffer
        self.at = at
        self._fields = at - buffer.number("i", at)
        length = buffer.number("H", self._fields)
        self._size = buffer.number("H", self._fields + 2)
        if length < 4 or length % 2 or self._size < 4:
            raise TaskRefused("not_tflite", error=f"the table at {at} has a broken list of fields")
        buffer.inside(self._fields, length, "list of fields")
        buffer.inside(at, self._size, "table")
        self._count = (length - 4) // 2

    def place(self, field: int) -> int | None:
        """Where a field stands, None where the table leaves it out."""
        if field >= self._count:
            return None
        offset = self.buffer.number("H", self._fields + 4 + 2 * field)
        if offset == 0:
            return None
        if not 4 <= offset < self._size:
            raise TaskRefused("not_tflite", error=f"field {field} is outside of its table at {self.at}")
        return self.at + offset

    def number(self, field: int, form: str, default: int = 0) -> int:
        place = self.place(field)
        return default if place is None else self.buffer.number(form, place)

    def _target(self, field: int) -> int | None:
        place = self.place(field)
        return None if place is None else place + self.buffer.number("I", place)

    def table(self, field: int) -> Table | None:
        target = self._target(field)
        return None if target is None else Table(self.buffer, target)

    def vector(self, field: int, width: int) -> tuple[int, int] | None:
        """First byte and length in elements of a vector that lies inside; its elements are not read."""
        target = self._target(field)
        if target is None:
            return None
        length = self.buffer.number("I", target)
        self.buffer.inside(target + 4, length * width, "vector")
        return target + 4, length

    def length(self, field: int, width: int) -> int:
        found = self.vector(field, width)
        return 0 if found is None else found[1]

    def numbers(self, field: int, form: str) -> list[int] | None:
        """A vector of numbers; None where it is left out, which is not the same as empty."""
        found = self.vector(field, _NUMBERS[form].size)
        if found is None:
            return None
        start, length = found
        self.buffer.charge(length)
        values: tuple[Any, ...] = struct.unpack_from(f"<{length}{form}", self.buffer.data, start)
        return list(values)

    def tables(self, field: int) -> list[Table]:
        found = self.vector(field, 4)
        if found is None:
            return []
        start, length = found
        self.buffer.charge(length)
        places = range(start, start + 4 * length, 4)
        return [Table(self.buffer, place + self.buffer.number("I", place)) for place in places]

    def string(self, field: int) -> str:
        """UTF-8; raises TaskRefused(not_tflite) where it is not, or is longer than any name."""
        found = self.vector(field, 1)
        if found is None:
            return ""
        start, length = found
        if length > MAX_STRING:
            raise TaskRefused("not_tflite", error=f"a text of {length} bytes")
        try:
            return bytes(self.buffer.data[start : start + length]).decode("utf-8")
        except UnicodeDecodeError as problem:
            raise TaskRefused("not_tflite", error=str(problem)) from None
