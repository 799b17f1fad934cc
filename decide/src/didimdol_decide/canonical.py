"""One byte sequence for one value: the base of every digest and signature."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Iterable, Mapping
from decimal import Decimal


def plain(value: Decimal) -> str:
    """Decimal in plain notation without trailing zeros: `Decimal("1E+2")` -> "100", "0.50" -> "0.5", "-0"
    -> "0".

    Raises ValueError for NaN and infinities. Independent of the thread's decimal context.
    """
    if not value.is_finite():
        raise ValueError("a number must be finite")
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def _normal(value: object) -> object:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return unicodedata.normalize("NFC", str(value))
    if isinstance(value, int):
        return int(value)
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, Mapping):
        mapping: dict[str, object] = {}
        for key, item in value.items():
            if not isinstance(key, str):
                raise TypeError(f"a key must be text, not {type(key).__name__}")
            name = unicodedata.normalize("NFC", key)
            if name in mapping:
                raise ValueError(f"two keys are the same text after NFC: {name!r}")
            mapping[name] = _normal(item)
        return mapping
    if isinstance(value, list | tuple):
        return [_normal(item) for item in value]
    raise TypeError(
        f"{type(value).__name__} has no canonical form; use text, integers, Decimal, lists, mappings"
    )


TEXT = frozenset({str})
LEAVES = frozenset({str, int, bool, type(None)})


def _ready(value: object) -> bool:
    """Whether nothing in it needs another form, but for text that is not in NFC: nearly always, and ten times
    as fast to see as to build it anew."""
    kind = type(value)
    if kind in LEAVES:
        return True
    inner: Iterable[object]
    if isinstance(value, dict) and kind is dict and TEXT.issuperset(map(type, value)):
        inner = value.values()
    elif isinstance(value, list | tuple) and kind in (list, tuple):
        inner = value
    else:
        return False
    if LEAVES.issuperset(map(type, inner)):
        return True
    return all(_ready(item) for item in inner if type(item) not in LEAVES)


def canonical_json(obj: object) -> bytes:
    """Canonical JSON of plain data, as UTF-8 bytes.

    Keys sorted by code point, no spaces, strings and keys in NFC, integers as they are, `Decimal` as a string
    in plain notation (`plain`), tuples as lists.
    Raises TypeError for float, date, datetime, set, bytes and anything else; ValueError for NaN, for two keys
    equal after NFC, and for text that is no valid Unicode (lone surrogates). Source: architecture, idea 5
    ("integer or decimal arithmetic, byte-equal for ever").
    """
    if _ready(obj):
        text = as_written(obj)
        # Of a whole text at once: its quotes, commas and escapes join with nothing, so it is in NFC exactly
        # if each of its strings is, or else the slower way below decides.
        if text.isascii() or unicodedata.is_normalized("NFC", text):
            return text.encode("utf-8")
    return as_written(_normal(obj)).encode("utf-8")


def as_written(obj: object) -> str:
    """Sorted and without spaces, the strings as they are."""
    return json.dumps(obj, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def digest(obj: object) -> str:
    """SHA-256 over `canonical_json(obj)`, 64 lower-case hexadecimal digits. Raises as `canonical_json`."""
    return hashlib.sha256(canonical_json(obj)).hexdigest()
