"""A rulebook as YAML text that means the same: stable, and parsed again it has the same digest."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from .schema import Rulebook

_PLAIN = re.compile(r"^[A-Za-z가-힣][A-Za-z0-9가-힣_.,()·/ %~\-]*$")
_RESERVED = {"true", "false", "null", "yes", "no", "on", "off", "~", "y", "n"}
_KEY = re.compile(r"^[A-Za-z][A-Za-z0-9_.\-]*$")
_DECIMAL = re.compile(r"^-?(0|[1-9]\d*)(\.\d+)?$", re.ASCII)


def export(rulebook: Rulebook) -> str:
    """YAML 1.2, in the order of the schema; rules at their default are written out but for those that came later, absent ones left
    out."""
    data = _ordered(rulebook)
    return "\n".join(_mapping(data, 0)) + "\n"


def _ordered(value: Any) -> Any:
    """Plain data without absent values. A decimal becomes `_Bare`, so that it is written as a number."""
    if isinstance(value, BaseModel):
        found: dict[str, Any] = {}
        dumped = value.model_dump(mode="json", by_alias=True)
        for name, info in type(value).model_fields.items():
            item = getattr(value, name)
            if item is None and info.default is None:
                continue
            key = info.serialization_alias or info.alias or name
            if key not in dumped:
                continue
            if isinstance(item, BaseModel | tuple | list | dict):
                found[key] = _ordered(item)
            else:
                plain = dumped[key]
                number = isinstance(plain, str) and not isinstance(item, str)
                found[key] = _Bare(plain) if number and _DECIMAL.match(plain) else plain
        return found
    if isinstance(value, dict):
        return {key: _ordered(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_ordered(item) for item in value]
    if value is None or isinstance(value, bool | int | str):
        return str(value) if isinstance(value, str) else value
    return _Bare(format(value, "f"))  # a Decimal inside a mapping


class _Bare(str):
    """A number's spelling, to be written without quotes."""

    __slots__ = ()


def _mapping(data: dict[str, Any], indent: int) -> Iterator[str]:
    pad = " " * indent
    for key, value in data.items():
        name = key if _KEY.match(key) and key.lower() not in _RESERVED else _quoted(key)
        if isinstance(value, dict) and value:
            yield f"{pad}{name}:"
            yield from _mapping(value, indent + 2)
        elif isinstance(value, list) and value:
            yield f"{pad}{name}:"
            yield from _sequence(value, indent + 2)
        elif isinstance(value, str) and not isinstance(value, _Bare) and "\n" in value and _block(value):
            yield f"{pad}{name}: |-"
            yield from (f"{pad}  {line}" if line else "" for line in value.split("\n"))
        else:
            yield f"{pad}{name}: {_scalar(value)}"


def _sequence(data: list[Any], indent: int) -> Iterator[str]:
    pad = " " * indent
    for item in data:
        if isinstance(item, dict) and item:
            lines = list(_mapping(item, indent + 2))
            yield f"{pad}- {lines[0][indent + 2 :]}"
            yield from lines[1:]
        elif isinstance(item, list) and item:
            yield f"{pad}-"
            yield from _sequence(item, indent + 2)
        else:
            yield f"{pad}- {_scalar(item)}"


def _block(value: str) -> bool:
    """Whether a literal block keeps the text exactly."""
    lines = value.split("\n")
    return (
        value == value.strip()
        and all(line == line.rstrip() for line in lines)
        and not lines[0].startswith(" ")
        and all(character == "\n" or character.isprintable() for character in value)
    )


def _scalar(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, _Bare):
        return str(value)
    if isinstance(value, dict):
        return "{}"
    if isinstance(value, list):
        return "[]"
    plain = _PLAIN.match(value) and value.lower() not in _RESERVED and value == value.strip() and ": " not in value
    return value if plain else _quoted(value)


def _quoted(value: str) -> str:
    """Double-quoted, every character that is not printable escaped."""
    found = []
    for character in value:
        if character in '"\\':
            found.append("\\" + character)
        elif character == "\n":
            found.append("\\n")
        elif character.isprintable():
            found.append(character)
        else:
            code = ord(character)
            found.append(f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}")
    return '"' + "".join(found) + '"'
