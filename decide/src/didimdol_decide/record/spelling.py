"""Comparing what a record says with what was computed, to the byte."""

from __future__ import annotations

from pydantic import ValidationError

from didimdol_decide.canonical import as_written, canonical_json


def same(one: object, other: object) -> bool:
    """Equal as canonical JSON. Not `==`: to Python 1, 1.0 and True are equal; to a record they are not."""
    try:
        return canonical_json(one) == canonical_json(other)
    except (TypeError, ValueError):
        return False


def in_one_spelling(value: object) -> bool:
    """Canonical form exists and nothing in it was respelled (text not in NFC)."""
    try:
        return as_written(value).encode("utf-8") == canonical_json(value)
    except (TypeError, ValueError):
        return False


def reason_of(error: Exception) -> str:
    """One line that says what was wrong with an input."""
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False)[0]
        return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
    return str(error).splitlines()[0] if str(error) else type(error).__name__
